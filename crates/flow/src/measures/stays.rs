use super::view::View;
use crate::log::NO_TIME;
use serde::Serialize;

/// When an item begins to count as being in the flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Since {
    /// When it was created.
    Created,
    /// When it was committed to: needs a source that tells starts.
    Committed,
}

/// An unbroken time of an item in the flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stay {
    pub(super) item: usize,
    pub(super) from: i64,
    /// [`NO_TIME`] while it lasts.
    pub(super) until: i64,
    /// It had been done and was taken up again.
    pub(super) again: bool,
}

impl Stay {
    /// Its end, or this instant while it lasts.
    pub(super) fn end_or(&self, now: i64) -> i64 {
        if self.until == NO_TIME { now } else { self.until }
    }
}

/// Calls back with every stay of the items in view, by item and time. An item that was done leaves the flow, and
/// enters it again when it is taken up again: parked-done time is no stay. Items that never began have none.
pub(super) fn each_stay(view: &View<'_>, since: Since, mut call: impl FnMut(Stay)) {
    let items = &view.visits.items;
    view.each(|item| {
        let mut from = match since {
            Since::Created => items.created[item],
            Since::Committed => items.committed[item],
        };
        if from == NO_TIME {
            return;
        }
        let ended = items.ended[item];
        let end = if ended == NO_TIME { i64::MAX } else { ended.max(from) };
        let mut again = false;
        for parked in view.visits.parked_of(item) {
            if parked.until <= from || parked.from >= end {
                continue;
            }
            // Committed to while it was parked: it was not in the flow before.
            if parked.from >= from {
                call(Stay { item, from, until: parked.from, again });
                again = true;
            }
            from = parked.until;
        }
        if from <= end {
            call(Stay { item, from, until: if end == i64::MAX { NO_TIME } else { end }, again });
        }
    });
}
