use super::view::View;
use crate::figure::{Figure, Reason, Spread, Unit};
use crate::log::NO_TIME;
use crate::quantile::Quantiles;
use crate::visits::{Ended, Standing};
use serde::Serialize;

/// An item whose lead time still runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OpenItem {
    /// Its number.
    pub item: u32,
    /// Its key.
    pub key: String,
    /// Since its creation, ms.
    pub age: i64,
    /// The steps it is at; where the source tells only ends, none.
    pub at: Vec<String>,
    /// The step it was seen at last.
    pub last: Option<String>,
}

/// Work that is not done.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OpenWork {
    /// Items whose lead time still runs.
    pub open: Figure,
    /// Those of them that were committed to: work in progress.
    pub in_progress: Figure,
    /// Since their creation.
    pub age: Spread,
    /// The oldest, at most as many as asked for, the oldest first.
    pub oldest: Vec<OpenItem>,
}

/// Open work of the items in view at the instant of looking. Its age is shown instead of a lead time that it
/// does not have yet.
#[must_use]
pub fn open_work(view: &View<'_>, most: usize) -> OpenWork {
    let visits = view.visits;
    if !visits.source.done {
        let count = Figure::not_measured(Reason::NoDoneLabel, Unit::Count);
        let age = Spread::not_measured(Reason::NoDoneLabel);
        return OpenWork { open: count, in_progress: count, age, oldest: Vec::new() };
    }
    let mut ages: Vec<(i64, u32)> = Vec::new();
    let mut committed = 0;
    view.each(|item| {
        if visits.items.standing[item] == Standing::Open {
            ages.push((visits.items.until[item] - visits.items.created[item], item as u32));
            committed += usize::from(visits.items.committed[item] != NO_TIME);
        }
    });
    ages.sort_unstable_by_key(|(age, item)| (std::cmp::Reverse(*age), *item));
    let oldest = ages.iter().take(most).map(|(age, item)| open_item(view, *item, *age)).collect();
    let mut lengths: Vec<i64> = ages.iter().map(|(age, _)| *age).collect();
    let in_progress = if visits.source.starts {
        Figure::count(committed, lengths.len())
    } else {
        Figure::not_measured(Reason::NoStart, Unit::Count)
    };
    OpenWork {
        open: Figure::count(lengths.len(), view.len()),
        in_progress,
        age: Spread::of(Quantiles::of(&mut lengths)),
        oldest,
    }
}

fn open_item(view: &View<'_>, item: u32, age: i64) -> OpenItem {
    let visits = view.visits;
    let name = |visit: usize| visits.steps.name(visits.step[visit]).to_owned();
    let range = visits.of_item(item as usize);
    OpenItem {
        item,
        key: visits.keys.name(item).to_owned(),
        age,
        at: range.clone().filter(|v| visits.ended(*v) == Ended::Open).map(name).collect(),
        last: range.last().map(name),
    }
}
