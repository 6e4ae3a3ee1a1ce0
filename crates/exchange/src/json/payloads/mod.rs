//! Answers of the interfaces of known tools: tables of paths, no code per tool.

mod incidents;
mod pipelines;
mod trackers;

use super::payload::{Payload, Row};
use serde_json::Value;

/// All descriptions. Of those that most records fit, the one with most marks is taken; of equals the first.
const ALL: [&[Payload]; 3] = [&trackers::PAYLOADS, &pipelines::PAYLOADS, &incidents::PAYLOADS];

/// All descriptions, one after the other.
pub(super) fn all() -> impl Iterator<Item = &'static Payload> {
    ALL.iter().flat_map(|list| list.iter())
}

/// How often each description fits.
pub(super) fn fitting<'v>(records: impl Iterator<Item = &'v Value> + Clone) -> Vec<(&'static Payload, usize)> {
    let mut found: Vec<(&'static Payload, usize)> =
        all().map(|p| (p, records.clone().filter(|r| p.fits(r)).count())).filter(|(_, n)| *n > 0).collect();
    found.sort_by_key(|(p, n)| (std::cmp::Reverse(*n), std::cmp::Reverse(p.marks.len())));
    found
}

/// Whether a description is of cases.
pub(super) fn is_of_cases(payload: &Payload) -> bool {
    payload.row == Row::Case
}
