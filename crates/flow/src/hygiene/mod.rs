//! What to know about a log before its figures are believed: what looks wrong with it, and what that disables.

mod edges;
mod finding;
mod rows;
mod times;

pub use finding::{Affected, Code, Effect, Finding, Impact};

use crate::log::Log;
use crate::meaning::LogMeaning;
use crate::order::Ordered;

/// Everything that is striking about a log. `ordered` is [`Ordered::of`] the same log; `now` is the instant at which
/// it is looked at, UTC ms: what is later is said to be in the future. The gravest first.
///
/// A mix of time zones cannot be seen here, as instants are UTC: reading a file tells of it.
#[must_use]
pub fn hygiene(log: &Log, ordered: &Ordered, meaning: &LogMeaning, now: i64) -> Vec<Finding> {
    let mut findings = Vec::new();
    edges::sampling(log, ordered, &mut findings);
    edges::holes(log, &mut findings);
    times::future_and_ancient(log, now, &mut findings);
    let whole_days = times::whole_days(log, &mut findings);
    times::ties(log, ordered, &mut findings);
    if !whole_days {
        times::bulk(log, &mut findings);
    }
    times::gaps(log, ordered, now, &mut findings);
    rows::duplicates(log, ordered, &mut findings);
    rows::out_of_order(log, &mut findings);
    rows::teams(log, &mut findings);
    rows::one_time(log, meaning, &mut findings);
    findings.sort_by_key(|f| std::cmp::Reverse(f.affects.iter().filter(|a| a.effect == Effect::Disables).count()));
    findings
}
