//! Which column means what: names and contents weighed, or as given.

use std::collections::HashMap;

use super::profiles::{self, Profile, Shape};
use super::roles;
use super::table::Table;
use crate::date::{self, DateOrder};
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

/// A column and how much speaks for it.
type Scored = Vec<(usize, f64)>;

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

/// The column a profile means.
fn known(
    table: &Table,
    profile: Option<&'static Profile>,
    names: impl Fn(&'static Profile) -> profiles::Names,
) -> Result<Choice<usize>, ExchangeError> {
    let found = profile.and_then(|p| Profile::find(table, names(p)).map(|column| (p, column)));
    let Some((profile, column)) = found else {
        return Err(ExchangeError::NoColumn {
            role: "column its profile needs",
            flag: "--case, --activity or --time",
            why: "the profile does not fit this file".to_owned(),
            columns: table.columns.clone(),
        });
    };
    Ok(Choice::new(column, By::Found, 0.95, profile.name))
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

/// Scores every column by a function of its number; the best first.
fn scored(table: &Table, score: impl Fn(usize) -> f64) -> Scored {
    let mut all: Scored = (0..table.columns.len()).map(|i| (i, score(i))).filter(|(_, s)| *s > 0.0).collect();
    all.sort_by(|a, b| b.1.total_cmp(&a.1));
    all
}

/// The best column, if enough speaks for it.
fn choose(table: &Table, scored: &Scored, least: f64) -> Option<Choice<usize>> {
    let (&(column, score), rest) = scored.split_first()?;
    if score < least {
        return None;
    }
    let name = |i: usize| table.columns.get(i).cloned().unwrap_or_default();
    let others: Vec<(String, f64)> =
        rest.iter().filter(|(_, s)| *s > 0.2).take(4).map(|(i, s)| (name(*i), *s)).collect();
    let why = format!("name and contents of \u{201c}{}\u{201d} fit best", name(column));
    Some(Choice::new(column, By::Guessed, score, why).or(others))
}

fn cases(table: &Table) -> Scored {
    let rows = table.rows.len();
    scored(table, |i| {
        let Some(p) = table.looks.get(i) else { return 0.0 };
        if rows > 0 && (p.filled < 0.5 || p.written_dates > 0.5) {
            return 0.0;
        }
        let name = roles::case(&p.english);
        // Contents: an id repeats, but not too much; it is short and always there.
        let repeats = p.distinct < rows && p.distinct * 200 >= rows && p.distinct > 1;
        let mut content = 1.0;
        if rows > 2 && p.distinct <= 1 {
            content *= 0.3;
        }
        if p.length > 60.0 {
            content *= 0.2;
        }
        if p.filled < 0.95 {
            content *= 0.7;
        }
        if rows > 50 && (p.distinct < 3 || p.commonest > 0.5) {
            content *= 0.3;
        }
        if name > 0.0 {
            // An id of something without a name, repeating as case ids do.
            let name = if (0.3..0.5).contains(&name) && repeats && content > 0.99 { name + 0.15 } else { name };
            // A name that says it plainly outweighs odd contents, such as one case only.
            return name * if name >= 0.9 { f64::max(content, 0.45) } else { content };
        }
        // A column nobody named: only the first ones, only when they look like ids.
        let enough = p.words.is_empty() || (p.distinct > 2 && rows > 3);
        let id_like = p.filled > 0.99 && p.length < 40.0 && enough;
        if repeats && id_like { 0.34 * content / (1.0 + i as f64 * 0.3) } else { 0.0 }
    })
}

fn activity(
    table: &Table,
    options: &Options,
    case: usize,
    filtered: bool,
    profile: Option<&'static Profile>,
) -> Result<Choice<Vec<usize>>, ExchangeError> {
    if let Some(name) = &options.activity {
        return Ok(Choice::given(vec![table.column("--activity", name)?]));
    }
    if let Some(Shape::Events { activity, .. } | Shape::Changes { to: activity, .. }) = profile.map(|p| &p.shape)
        && options.classifier.is_none()
    {
        return Ok(known(table, profile, |_| activity)?.map(|c| vec![c]));
    }
    if let Some(classifier) = &options.classifier {
        let keys = crate::names::keys(classifier);
        let columns: Result<Vec<usize>, _> = match table.column("--classifier", classifier) {
            Ok(column) => Ok(vec![column]),
            Err(_) => keys.iter().map(|k| table.column("--classifier", k)).collect(),
        };
        return Ok(Choice::given(columns?));
    }
    let rows = table.rows.len();
    let all = scored(table, |i| {
        let Some(p) = table.looks.get(i) else { return 0.0 };
        if i == case || p.dates > 0.5 {
            return 0.0;
        }
        let name = roles::activity(&p.english);
        let mut content = 1.0;
        if rows > 10 && p.distinct == rows {
            content *= 0.15;
        } else if rows > 200 && p.distinct * 2 > rows {
            content *= 0.4;
        }
        if p.filled < 0.8 && !filtered {
            content *= 0.6;
        }
        if p.length > 100.0 {
            content *= 0.5;
        }
        if table.varies(i, case).is_some_and(|v| v < 0.05) {
            content *= 0.35;
        }
        if name > 0.0 {
            return name * content;
        }
        let label_like = p.numbers < 0.5 && p.filled > 0.99 && p.distinct > 1 && p.distinct * 5 < rows.max(20);
        if label_like && table.varies(i, case).is_some_and(|v| v > 0.8) { 0.33 / (1.0 + i as f64 * 0.2) } else { 0.0 }
    });
    choose(table, &all, 0.22).map(|c| c.map(|i| vec![i])).ok_or_else(|| ExchangeError::NoColumn {
        role: "column of activities or statuses",
        flag: "--activity",
        why: "no name says so and no column changes within a case the way activities do".to_owned(),
        columns: table.columns.clone(),
    })
}

fn time(
    table: &Table,
    options: &Options,
    case: usize,
    profile: Option<&'static Profile>,
) -> Result<Choice<usize>, ExchangeError> {
    if let Some(name) = &options.time {
        return Ok(Choice::given(table.column("--time", name)?));
    }
    if let Some(Shape::Events { time, .. } | Shape::Changes { time, .. }) = profile.map(|p| &p.shape) {
        return known(table, profile, |_| time);
    }
    let no_rows = table.rows.is_empty();
    let all = scored(table, |i| {
        let Some(p) = table.looks.get(i) else { return 0.0 };
        if i == case {
            return 0.0;
        }
        let name = roles::time(&p.english);
        // Digits alone are a time only where the name says so.
        let dates = if name >= 0.6 { p.dates } else { p.written_dates };
        if !no_rows && dates < 0.5 {
            return 0.0;
        }
        let name = if name > 0.0 { name } else { 0.35 };
        let varies = table.varies(i, case).map_or(1.0, |v| 0.3 + 0.7 * v.min(1.0));
        name * varies * if no_rows { 1.0 } else { 0.5 + 0.5 * p.filled * dates }
    });
    choose(table, &all, 0.05).ok_or_else(|| ExchangeError::NoColumn {
        role: "column of times",
        flag: "--time",
        why: "no column holds dates or times this program can read".to_owned(),
        columns: table.columns.clone(),
    })
}

/// A column that may be there: given, given as none, or guessed.
fn optional(
    table: &Table,
    flag: &str,
    given: Option<&str>,
    guess: impl FnOnce() -> Option<Choice<usize>>,
) -> Result<Choice<Option<usize>>, ExchangeError> {
    match given {
        Some("") => Ok(Choice::new(None, By::Given, 1.0, "given: none")),
        Some(name) => Ok(Choice::given(Some(table.column(flag, name)?))),
        None => {
            Ok(guess().map_or_else(|| Choice::new(None, By::Default, 0.9, "no column looks like it"), |c| c.map(Some)))
        }
    }
}

fn start(table: &Table, case: usize, time: usize) -> Option<Choice<usize>> {
    let order = order(table, &[time]).value.unwrap_or_default();
    let at = |row: usize, column: usize| date::parse(table.cell(row, column).as_bytes(), order);
    let all = scored(table, |i| {
        let Some(p) = table.looks.get(i) else { return 0.0 };
        if i == time || i == case || (p.dates < 0.8 && !table.rows.is_empty()) {
            return 0.0;
        }
        // A start never lies after its end, and is not one date for the whole case.
        let pairs = (0..table.rows.len()).filter_map(|r| Some((at(r, i)?.ms, at(r, time)?.ms)));
        let (all, wrong) = pairs.fold((0usize, 0usize), |(n, w), (s, e)| (n + 1, w + usize::from(s > e)));
        if wrong * 20 > all || table.varies(i, case).is_some_and(|v| v < 0.5) {
            return 0.0;
        }
        roles::start(&p.english)
    });
    choose(table, &all, 0.5)
}

fn team(table: &Table, case: usize) -> Option<Choice<usize>> {
    let all = scored(table, |i| match table.looks.get(i) {
        Some(p) if i != case && p.dates < 0.5 && (p.distinct > 0 || table.rows.is_empty()) => roles::team(&p.english),
        _ => 0.0,
    });
    choose(table, &all, 0.5)
}

fn lifecycle(table: &Table, activity: &[usize]) -> Option<Choice<usize>> {
    let all = scored(table, |i| match table.looks.get(i) {
        Some(p) if activity != [i] && p.distinct <= 30 => roles::lifecycle(&p.english),
        _ => 0.0,
    });
    choose(table, &all, 0.6)
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
    let find = |names: &[&str]| table.looks.iter().position(|p| names.contains(&p.words.join(" ").as_str()));
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

/// Whether days or months come first in these columns.
pub(crate) fn order(table: &Table, columns: &[usize]) -> Choice<Option<DateOrder>> {
    let looks = || columns.iter().filter_map(|c| table.looks.get(*c));
    let sum = |f: fn(&super::table::Look) -> usize| looks().map(f).sum::<usize>();
    let (day, month, disputed) = (sum(|p| p.day_first), sum(|p| p.month_first), sum(|p| p.disputed));
    let other = |o: DateOrder, c: f64| [(o.other().id().to_owned(), c)];
    let decided = |order: DateOrder, n: usize, against: usize| {
        let share = n as f64 / (n + against) as f64;
        let why = format!("{n} of the first dates can only be read {}", order.id());
        Choice::new(Some(order), By::Found, share, why).or(if against > 0 {
            vec![(order.other().id().to_owned(), 1.0 - share)]
        } else {
            Vec::new()
        })
    };
    if disputed == 0 {
        return Choice::new(None, By::Found, 1.0, "no date leaves the question");
    }
    if day > 0 || month > 0 {
        return if day >= month {
            decided(DateOrder::DayFirst, day, month)
        } else {
            decided(DateOrder::MonthFirst, month, day)
        };
    }
    if sum(|p| p.half_days) > 0 {
        let order = DateOrder::MonthFirst;
        return Choice::new(Some(order), By::Default, 0.6, "no date decides; AM and PM suggest month first")
            .or(other(order, 0.4));
    }
    let order = DateOrder::DayFirst;
    Choice::new(Some(order), By::Default, 0.5, "no date decides; day first is the default").or(other(order, 0.5))
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
