//! What the ways of reading a log's cases have in common.

use crate::log::{Log, NO_TIME, NONE};
use crate::meaning::Labels;
use crate::order::Ordered;
use crate::visits::{ItemRow, Parked, Standing, Visits};
use watercourse_core::item::Outcome;

/// What reading the cases of a log needs.
pub(crate) struct Cases<'a> {
    pub(crate) log: &'a Log,
    pub(crate) ordered: &'a Ordered,
    pub(crate) done: &'a Labels<Outcome>,
}

impl Cases<'_> {
    pub(crate) fn team(&self, event: u32) -> u32 {
        self.log.team.get(event as usize).copied().unwrap_or(NONE)
    }
    pub(crate) fn lifecycle(&self, event: u32) -> u32 {
        self.log.lifecycle.get(event as usize).copied().unwrap_or(NONE)
    }
    /// The outcome, if the event says that the item is done.
    pub(crate) fn done(&self, place: usize) -> Option<Outcome> {
        self.done.get(self.ordered.activity[place], self.lifecycle(self.ordered.event[place]))
    }
}

/// How an item of a log stands that ended like this.
pub(crate) fn standing(visits: &Visits, end: Option<Outcome>) -> Standing {
    match end {
        Some(outcome) => Standing::Ended(outcome),
        None if visits.source.done => Standing::Open,
        None => Standing::Unknown,
    }
}

/// The row of an item without events: nothing is known of it but its name.
pub(crate) fn nothing(visits: &Visits) -> ItemRow {
    let at = visits.as_of;
    ItemRow {
        created: at,
        committed: NO_TIME,
        ended: NO_TIME,
        first_event: at,
        last_event: at,
        standing: standing(visits, None),
        kind: NONE,
        last_visit: NONE,
    }
}

/// Writes down that the item was done and taken up again.
pub(crate) fn park(visits: &mut Visits, item: usize, from: i64, until: i64) {
    if from < until {
        visits.items.parked.push(Parked { item: item as u32, from, until });
    }
}
