//! Which column means what: names and contents weighed, or as given.

use std::collections::HashMap;

use super::columns::{activity, cases, choose, known, lifecycle, optional, start, team, time};
use super::profiles::{self, Profile, Shape};
use super::roles;
use super::table::Table;
use crate::error::ExchangeError;
use crate::mapping::{By, Choice, DateColumn, Filter, Layout};
use crate::options::Options;

/// How rows become events.
pub(crate) struct Plan {
    pub(crate) layout: Choice<Layout>,
    pub(crate) case: Choice<usize>,
    /// Several for a classifier; none where rows are cases.
    pub(crate) activity: Choice<Vec<usize>>,
    pub(crate) time: Choice<Option<usize>>,
    pub(crate) start: Choice<Option<usize>>,
    pub(crate) team: Choice<Option<usize>>,
    pub(crate) lifecycle: Choice<Option<usize>>,
    /// Date column and its event, where rows are cases.
    pub(crate) dates: Vec<(usize, String)>,
    pub(crate) totals: Option<usize>,
    pub(crate) only: Option<(usize, Filter)>,
    /// Whether digits alone may be a time.
    pub(crate) digits: bool,
    pub(crate) profile: Choice<Option<&'static Profile>>,
    /// Rows with one of these values in this column say which team has the case.
    pub(crate) team_rows: Option<(usize, Vec<String>)>,
    /// The column of a case's present status.
    pub(crate) status: Option<usize>,
    /// A column, the values of it that mean the case has ended, and the date it ended then.
    pub(crate) closing: Option<(usize, &'static [&'static str], usize)>,
}

impl Plan {
    /// Decides on the first rows.
    pub(crate) fn make(table: &Table, options: &Options) -> Result<Self, ExchangeError> {
        let mut profile = profile(table, options)?;
        let only = filter(table, options, profile.value)?;
        if let Some(known) = profile.value
            && matches!(known.shape, Shape::Changes { .. })
            && only.is_none()
        {
            let why = format!("the header is that of {}, but none of the first rows is about a status", known.name);
            profile = Choice::new(None, By::Found, 0.6, why);
        }
        let cases = cases(table);
        let case = match &options.case {
            Some(name) => Choice::given(table.column("--case", name)?),
            None if profile.value.is_some() => known(table, profile.value, |p| p.case)?,
            None => choose(table, &cases, 0.3).ok_or_else(|| ExchangeError::NoColumn {
                role: "column of case ids",
                flag: "--case",
                why: "no name says so and no column repeats the way case ids do".to_owned(),
                columns: table.columns.clone(),
            })?,
        };
        let dates = dates(table, options, case.value, profile.value)?;
        let layout = match profile.value {
            Some(p) if options.layout.is_none() => {
                let rows_are_cases = matches!(p.shape, Shape::Cases { .. });
                Choice::new(if rows_are_cases { Layout::Dates } else { Layout::Events }, By::Found, 0.95, p.name)
            }
            _ => layout(table, options, &case, &dates),
        };
        let (status, closing) = ending(table, profile.value);
        let none = |why: &str| Choice::new(None, By::Default, 1.0, why);
        if layout.value == Layout::Dates {
            let totals = totals(table, options)?;
            return Ok(Self {
                layout,
                case,
                activity: Choice::new(Vec::new(), By::Found, 1.0, "the name of each date is the activity"),
                time: none("each date column is a time"),
                start: none("a row is a case, not an event"),
                team: none("a row tells the last team, not the team at each date"),
                lifecycle: none("a row is a case, not an event"),
                dates: dates.columns,
                totals,
                only,
                digits: true,
                profile,
                team_rows: None,
                status,
                closing,
            });
        }
        let (activity, time) = (
            activity(table, options, case.value, only.is_some(), profile.value)?,
            time(table, options, case.value, profile.value)?,
        );
        let team_rows = team_rows(table, profile.value, only.as_ref());
        let digits = table.looks.get(time.value).is_none_or(|p| p.written_dates < 0.5);
        let start = optional(table, "--start", options.start.as_deref(), || match profile.value.map(|p| &p.shape) {
            // In a history of statuses a start is part of the same row's stay, or of something else.
            Some(Shape::Changes { .. } | Shape::Events { .. }) => None,
            _ => start(table, case.value, time.value),
        })?;
        // A mapping file names the column of the new value for both; no team at all leaves these rows out.
        let team_rows = if options.team.as_deref() == Some("") { None } else { team_rows };
        let team = if team_rows.is_some() {
            Choice::new(None, By::Found, 0.9, "rows about the team say who holds the case")
        } else {
            optional(table, "--team", options.team.as_deref(), || team(table, case.value))?
        };
        let lifecycle =
            optional(table, "--lifecycle", options.lifecycle.as_deref(), || lifecycle(table, &activity.value))?;
        let time = time.map(Some);
        let (dates, totals, status, closing) = (Vec::new(), None, None, None);
        Ok(Self {
            layout,
            case,
            activity,
            time,
            start,
            team,
            lifecycle,
            dates,
            totals,
            only,
            digits,
            profile,
            team_rows,
            status,
            closing,
        })
    }
}

/// The profile, unless the caller says what the columns are.
fn profile(table: &Table, options: &Options) -> Result<Choice<Option<&'static Profile>>, ExchangeError> {
    let said = options.layout.is_some()
        || options.dates.is_some()
        || options.activity.is_some()
        || options.time.is_some()
        || options.classifier.is_some();
    if said && options.profile.is_none() {
        return Ok(Choice::new(None, By::Given, 1.0, "columns are given"));
    }
    profiles::choose(table, options.profile.as_deref())
}

/// Where a case's present status stands, and what tells that it has ended without a date of its own.
type Ending = (Option<usize>, Option<(usize, &'static [&'static str], usize)>);

fn ending(table: &Table, profile: Option<&'static Profile>) -> Ending {
    let Some(Shape::Cases { status, closing, .. }) = profile.map(|p| &p.shape) else {
        let plain = |words: &[String]| ["status", "state"].contains(&words.join(" ").as_str());
        return (table.looks.iter().position(|l| plain(&l.english)), None);
    };
    let closing = closing
        .and_then(|(column, values, date)| Some((Profile::find(table, column)?, values, Profile::find(table, date)?)));
    (Profile::find(table, status), closing)
}

/// Rows that say who holds the case: values of the column the filter looks at.
fn team_rows(
    table: &Table,
    profile: Option<&'static Profile>,
    only: Option<&(usize, Filter)>,
) -> Option<(usize, Vec<String>)> {
    let Shape::Changes { team, .. } = &profile?.shape else { return None };
    let column = only?.0;
    let mut values: Vec<String> = Vec::new();
    for row in 0..table.rows.len() {
        let cell = table.cell(row, column);
        if Profile::names(team, cell).is_some() && !values.iter().any(|v| v == cell) {
            values.push(cell.to_owned());
        }
    }
    (!values.is_empty()).then_some((column, values))
}

/// The date columns of a file with one row a case, and whether the names say what they are.
struct Dates {
    columns: Vec<(usize, String)>,
    created: bool,
}

fn dates(
    table: &Table,
    options: &Options,
    case: usize,
    profile: Option<&'static Profile>,
) -> Result<Dates, ExchangeError> {
    if let Some(given) = &options.dates {
        let columns: Result<_, ExchangeError> =
            given.iter().map(|d| Ok((table.column("date.column", &d.column)?, d.activity.clone()))).collect();
        return Ok(Dates { columns: columns?, created: true });
    }
    if let Some(Shape::Cases { dates, .. }) = profile.map(|p| &p.shape) {
        let columns =
            dates.iter().filter_map(|(event, names)| Some((Profile::find(table, names)?, (*event).to_owned())));
        return Ok(Dates { columns: columns.collect(), created: true });
    }
    let mut named: Vec<(usize, String)> = Vec::new();
    let mut all: Vec<(usize, String)> = Vec::new();
    for (i, p) in table.looks.iter().enumerate() {
        // Digits alone are dates only where the name says so.
        let is_dated = p.dates >= 0.8 && roles::dated_event(&p.english).is_some();
        if i == case || (p.written_dates < 0.8 && !is_dated) {
            continue;
        }
        let name = table.columns.get(i).cloned().unwrap_or_default();
        if let Some(event) = roles::dated_event(&p.english)
            && !named.iter().any(|(_, e)| e == event)
        {
            named.push((i, event.to_owned()));
        }
        all.push((i, name));
    }
    let created = named.iter().any(|(_, e)| e == "Created");
    Ok(Dates { columns: if created { named } else { all }, created })
}

fn layout(table: &Table, options: &Options, case: &Choice<usize>, dates: &Dates) -> Choice<Layout> {
    if let Some(layout) = options.layout {
        return Choice::given(layout);
    }
    if options.dates.is_some() {
        return Choice::new(Layout::Dates, By::Given, 1.0, "date columns are given");
    }
    if options.activity.is_some() || options.time.is_some() || options.classifier.is_some() {
        return Choice::new(Layout::Events, By::Given, 1.0, "an activity or time column is given");
    }
    let score = |f: fn(&[String]) -> f64, skip: bool| {
        let fits = |p: &&super::table::Look| !skip || p.written_dates > 0.5;
        table.looks.iter().filter(fits).map(|p| f(&p.english)).fold(0.0, f64::max)
    };
    let unique = !table.rows.is_empty() && table.is_unique(case.value);
    let plain_events = score(roles::activity, false) >= 0.9 || score(roles::time, true) >= 0.9;
    if unique && !plain_events && dates.created && !dates.columns.is_empty() {
        return Choice::new(Layout::Dates, By::Guessed, 0.9, "no case id comes twice, and there is a date of creation")
            .or([("events".to_owned(), 0.1)]);
    }
    if unique && !plain_events && dates.columns.len() >= 2 && score(roles::activity, false) < 0.6 {
        return Choice::new(Layout::Dates, By::Guessed, 0.7, "no case id comes twice, and there are several dates")
            .or([("events".to_owned(), 0.3)]);
    }
    let why = if unique { "there are an activity and a time" } else { "case ids come more than once" };
    Choice::new(Layout::Events, By::Guessed, if unique { 0.7 } else { 0.95 }, why)
}

fn totals(table: &Table, options: &Options) -> Result<Option<usize>, ExchangeError> {
    match options.totals.as_deref() {
        Some("") => Ok(None),
        Some(name) => table.column("totals", name).map(Some),
        None => Ok((0..table.columns.len()).find(|i| {
            let cells: Vec<&str> = (0..table.rows.len()).map(|r| table.cell(r, *i)).filter(|c| !c.is_empty()).collect();
            !cells.is_empty() && cells.iter().all(|c| super::jira::time_in_status(c).is_some())
        })),
    }
}

/// In a history of field changes, only the rows about the status are events.
fn filter(
    table: &Table,
    options: &Options,
    profile: Option<&'static Profile>,
) -> Result<Option<(usize, Filter)>, ExchangeError> {
    if let Some(only) = &options.only {
        return Ok(Some((table.column("only.column", &only.column)?, only.clone())));
    }
    if options.activity.is_some() || options.layout.is_some() || options.classifier.is_some() {
        return Ok(None);
    }
    if let Some(profile) = profile {
        return Ok(profile_filter(table, profile));
    }
    let find = |names: &[&str]| table.looks.iter().position(|p| names.contains(&p.name.as_str()));
    let to = find(&["to string", "to value", "new value", "original to value", "to"]);
    let Some((column, _)) = find(&["field", "field name", "field id", "fieldname"]).zip(to) else { return Ok(None) };
    let named =
        |wanted: &str| (0..table.rows.len()).map(|r| table.cell(r, column)).find(|c| c.eq_ignore_ascii_case(wanted));
    let status = ["status", "state", "incident_state"].into_iter().find_map(named);
    Ok(status
        .zip(table.columns.get(column))
        .map(|(is, name)| (column, Filter { column: name.clone(), is: is.to_owned() })))
}

/// Of the fields that hold a status the best, by the order of the profile; of equals the one with most rows.
fn profile_filter(table: &Table, profile: &'static Profile) -> Option<(usize, Filter)> {
    let Shape::Changes { field, status, .. } = &profile.shape else { return None };
    let column = Profile::find(table, field)?;
    let mut seen: HashMap<&str, usize> = HashMap::new();
    for row in 0..table.rows.len() {
        *seen.entry(table.cell(row, column)).or_default() += 1;
    }
    let mut ranked: Vec<(usize, std::cmp::Reverse<usize>, &str)> = seen
        .into_iter()
        .filter_map(|(value, n)| Some((Profile::names(status, value)?, std::cmp::Reverse(n), value)))
        .collect();
    ranked.sort_unstable();
    let is = (*ranked.first()?.2).to_owned();
    Some((column, Filter { column: table.columns.get(column)?.clone(), is }))
}

/// The date columns as a mapping shows them.
pub(crate) fn date_columns(table: &Table, dates: &[(usize, String)]) -> Vec<DateColumn> {
    dates
        .iter()
        .map(|(i, activity)| DateColumn {
            column: table.columns.get(*i).cloned().unwrap_or_default(),
            activity: activity.clone(),
        })
        .collect()
}
