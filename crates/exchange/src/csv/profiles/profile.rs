//! What a profile says, and how a header is held against it.

use super::ALL;
use crate::csv::table::Table;
use crate::error::ExchangeError;
use crate::mapping::{By, Choice, FlowState};
use crate::names::nearest;

/// Names a column may have, as [`crate::names::words`] has them, joined by spaces; the first that is there is meant.
pub(crate) type Names = &'static [&'static str];

/// How the export of a tool is read. Column names are those of the tool, in the languages it is used in.
#[derive(Debug)]
pub(crate) struct Profile {
    /// For mapping files: `jira-csv`.
    pub(crate) id: &'static str,
    /// For people.
    pub(crate) name: &'static str,
    /// One name of each group must be in the header.
    pub(crate) needs: &'static [Names],
    pub(crate) case: Names,
    pub(crate) shape: Shape,
    /// What the tool's own labels mean, where their words do not say it.
    pub(crate) labels: &'static [(&'static str, FlowState)],
    /// Values that mean no team is known.
    pub(crate) team_unknown: Names,
    /// Whose clock the times are.
    pub(crate) clock: &'static str,
}

/// What a row is.
#[derive(Debug)]
pub(crate) enum Shape {
    /// A case, with dates.
    Cases {
        /// Event and its column.
        dates: &'static [(&'static str, Names)],
        /// The events that mean done.
        done: Names,
        /// The column of the present status.
        status: Names,
        /// Where no date of `done` is filled in: this column, with one of these values, makes that date the end.
        closing: Option<(Names, Names, Names)>,
    },
    /// An event: a status entered.
    Events { activity: Names, time: Names },
    /// A change of one field.
    Changes {
        /// The column that names the field.
        field: Names,
        /// The column of the new value.
        to: Names,
        time: Names,
        /// Fields that hold the status, best first; `~word` is any field with the word.
        status: Names,
        /// Fields that hold the team.
        team: Names,
    },
}

impl Profile {
    /// The column one of these names means.
    pub(crate) fn find(table: &Table, names: Names) -> Option<usize> {
        names.iter().find_map(|name| table.looks.iter().position(|l| l.words.join(" ") == *name))
    }

    fn fits(&self, table: &Table) -> bool {
        self.needs.iter().all(|group| Self::find(table, group).is_some()) && Self::find(table, self.case).is_some()
    }

    /// Whether cases come once or several times, as the shape has it.
    fn repeats_as_it_should(&self, table: &Table) -> bool {
        let look = Self::find(table, self.case).and_then(|i| table.looks.get(i));
        let (rows, ids) = (table.rows.len(), look.map_or(0, |l| l.distinct));
        match self.shape {
            // An export of several pages may have a case twice.
            Shape::Cases { .. } => ids * 10 >= rows.saturating_sub(3) * 9,
            Shape::Events { .. } => ids < rows || rows == 0,
            Shape::Changes { .. } => true,
        }
    }

    /// Whether a value names one of these fields.
    pub(crate) fn names(fields: Names, value: &str) -> Option<usize> {
        let words = crate::names::words(value);
        let joined = words.join(" ");
        fields.iter().position(|f| match f.strip_prefix('~') {
            Some(word) => words.iter().any(|w| w == word),
            None => joined == *f,
        })
    }
}

/// The profile a table fits, or the one that is asked for; an empty name asks for none.
pub(crate) fn choose(table: &Table, given: Option<&str>) -> Result<Choice<Option<&'static Profile>>, ExchangeError> {
    let all = || ALL.iter().flat_map(|list| list.iter());
    match given {
        Some("") => return Ok(Choice::new(None, By::Given, 1.0, "given: none")),
        // What was read from JSON is read anew; its description is found there.
        Some(id) if id.ends_with("-json") => return Ok(Choice::new(None, By::Given, 1.0, "a profile of JSON")),
        Some(id) => {
            let bad = |what| ExchangeError::BadOption { option: "profile", value: id.to_owned(), what };
            let profile = all().find(|p| p.id == id).ok_or_else(|| {
                let ids: Vec<&str> = all().map(|p| p.id).collect();
                bad(format!(
                    "there are {}; the nearest is {}",
                    ids.join(", "),
                    nearest(id, ids.iter().copied()).unwrap_or_default()
                ))
            })?;
            if !profile.fits(table) {
                let lacks = profile.needs.iter().chain([&profile.case]).find(|g| Profile::find(table, g).is_none());
                let names = lacks.map_or_else(String::new, |g| g.join(", "));
                return Err(bad(format!("this file has none of the columns {names}")));
            }
            return Ok(Choice::given(Some(profile)));
        }
        None => {}
    }
    if !table.header.value {
        return Ok(Choice::new(None, By::Default, 1.0, "there is no header to know an export by"));
    }
    let mut fitting: Vec<&'static Profile> = all().filter(|p| p.fits(table) && p.repeats_as_it_should(table)).collect();
    fitting.sort_by_key(|p| std::cmp::Reverse(p.needs.len()));
    let Some((&profile, others)) = fitting.split_first() else {
        return Ok(Choice::new(None, By::Default, 1.0, "the header is that of no export known by name"));
    };
    let seen: Vec<String> = profile
        .needs
        .iter()
        .filter_map(|g| Profile::find(table, g).and_then(|i| table.columns.get(i)))
        .map(|c| format!("\u{201c}{c}\u{201d}"))
        .collect();
    let why = format!("{}: the header has {}", profile.name, seen.join(", "));
    let others: Vec<(String, f64)> = others.iter().take(3).map(|p| (p.id.to_owned(), 0.3)).collect();
    Ok(Choice::new(Some(profile), By::Found, 0.95, why).or(others))
}
