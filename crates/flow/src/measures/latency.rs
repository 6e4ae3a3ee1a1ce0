use super::estimate::Estimate;
use crate::figure::{Clock, Figure, Unit};
use crate::survival::{Observation, kaplan_meier};
use serde::Serialize;

/// One thing that should lead to another: a finding to an improvement, a request to an answer. Instants are UTC ms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hop {
    /// When the first happened.
    pub from: i64,
    /// When the other did; none while it is awaited.
    pub to: Option<i64>,
}

/// How long it takes until a loop closes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Latency {
    /// Loops.
    pub loops: Figure,
    /// Those that have not closed.
    pub open: Figure,
    /// The part of loops that have closed.
    pub closed: Figure,
    /// Half of all loops close within this, open ones counted (Kaplan–Meier).
    pub p50: Estimate,
    /// 85 of 100 do.
    pub p85: Estimate,
}

/// The latency of hops as seen at `as_of`, in calendar time. A hop that begins later is not looked at; one that
/// closed before it began (clocks differ) counts as closed at once.
#[must_use]
pub fn latency(hops: &[Hop], as_of: i64) -> Latency {
    let watched: Vec<Observation> = hops
        .iter()
        .filter(|hop| hop.from <= as_of)
        .map(|hop| match hop.to.filter(|to| *to <= as_of) {
            Some(to) => Observation::ended((to - hop.from).max(0), 0),
            None => Observation::open(as_of - hop.from),
        })
        .collect();
    let n = watched.len();
    let open = watched.iter().filter(|o| o.cause.is_none()).count();
    let curve = kaplan_meier(&watched, |_| true);
    Latency {
        loops: Figure::count(n, n),
        open: Figure::count(open, n),
        closed: Figure::ratio((n - open) as f64, n as f64, n, Unit::Share),
        p50: Estimate::of_curve(&curve, 50, Clock::Calendar),
        p85: Estimate::of_curve(&curve, 85, Clock::Calendar),
    }
}
