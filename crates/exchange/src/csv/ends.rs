//! Where the present status of a case and its dates tell different things about its end.

use crate::collect::{Collector, Tally};
use crate::mapping::FlowState;
use crate::suggest;

/// What was seen, for warnings. Dates are what is measured; no case is moved by its status.
#[derive(Default)]
pub(crate) struct Ends {
    /// Ended by its category, not by a date of its own.
    pub(crate) closing: Tally,
    /// Done by its status, without a date of an end.
    undated: Tally,
    /// With a date of an end, open by its status.
    reopened: Tally,
    cancelled: Tally,
}

impl Ends {
    /// Looks at a case: its status, and whether it has a date that means done.
    pub(crate) fn look(&mut self, case: &str, status: &str, ended: bool, line: u64) {
        let example = format!("{case}: {status}");
        match (suggest::state(status), ended) {
            (Some(FlowState::Done | FlowState::Cancelled), false) => self.undated.add(line, &example),
            (Some(FlowState::Cancelled), true) => self.cancelled.add(line, &example),
            (Some(FlowState::New | FlowState::Waiting | FlowState::Active), true) => self.reopened.add(line, &example),
            _ => {}
        }
    }

    pub(crate) fn warn(&self, c: &mut Collector) {
        c.warn_tally("ended-by-category", &self.closing, |t| {
            format!("{} cases have no date of resolution but a status of the category done; the date of that change counts as their end, the first on line {} ({})", t.count, t.first, t.example)
        });
        c.warn_tally("ended-without-date", &self.undated, |t| {
            format!("{} cases have ended by their status, but the export has no date for it: they count as open, the first on line {} ({})", t.count, t.first, t.example)
        });
        c.warn_tally("open-with-end", &self.reopened, |t| {
            format!("{} cases have a date of an end but an open status, so they were taken up again; they count as done, the first on line {} ({})", t.count, t.first, t.example)
        });
        c.warn_tally("cancelled-cases", &self.cancelled, |t| {
            format!("{} cases ended without value by their status; an export of one row a case counts them as done, the first on line {} ({})", t.count, t.first, t.example)
        });
    }
}
