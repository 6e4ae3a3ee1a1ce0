//! Which column plays which role: names and contents weighed, as given, or as a profile has it.

use super::order::order;
use super::profiles::{self, Profile, Shape};
use super::roles;
use super::table::Table;
use crate::date;
use crate::error::ExchangeError;
use crate::mapping::{By, Choice};
use crate::options::Options;

/// A column and how much speaks for it.
pub(super) type Scored = Vec<(usize, f64)>;

/// The column a profile means.
pub(super) fn known(
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

/// Scores every column by a function of its number; the best first.
fn scored(table: &Table, score: impl Fn(usize) -> f64) -> Scored {
    let mut all: Scored = (0..table.columns.len()).map(|i| (i, score(i))).filter(|(_, s)| *s > 0.0).collect();
    all.sort_by(|a, b| b.1.total_cmp(&a.1));
    all
}

/// The best column, if enough speaks for it.
pub(super) fn choose(table: &Table, scored: &Scored, least: f64) -> Option<Choice<usize>> {
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

pub(super) fn cases(table: &Table) -> Scored {
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

pub(super) fn activity(
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

pub(super) fn time(
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
pub(super) fn optional(
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

pub(super) fn start(table: &Table, case: usize, time: usize) -> Option<Choice<usize>> {
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

pub(super) fn team(table: &Table, case: usize) -> Option<Choice<usize>> {
    let all = scored(table, |i| match table.looks.get(i) {
        Some(p) if i != case && p.dates < 0.5 && (p.distinct > 0 || table.rows.is_empty()) => roles::team(&p.english),
        _ => 0.0,
    });
    choose(table, &all, 0.5)
}

pub(super) fn lifecycle(table: &Table, activity: &[usize]) -> Option<Choice<usize>> {
    let all = scored(table, |i| match table.looks.get(i) {
        Some(p) if activity != [i] && p.distinct <= 30 => roles::lifecycle(&p.english),
        _ => 0.0,
    });
    choose(table, &all, 0.6)
}
