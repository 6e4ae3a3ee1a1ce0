use super::cuts::{Cuts, Period};
use super::throughput::throughput;
use super::view::View;
use crate::figure::{Figure, Reason, Spread, Unit};
use serde::Serialize;

/// What came and what was finished in a week, Monday to Sunday, UTC.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Week {
    /// Monday 00:00, UTC ms.
    pub from: i64,
    /// Items created.
    pub arrivals: Figure,
    /// Items delivered.
    pub delivered: Figure,
    /// Lead time of the items delivered in this week.
    pub lead_time: Spread,
    /// Whether the source tells all of the week.
    pub whole: bool,
}

/// The Monday of the week of an instant.
#[must_use]
pub const fn week_of(at: i64) -> i64 {
    Period::Week.start(at)
}

/// Arrivals, throughput and lead times by week, without gaps, up to the instant of looking.
#[must_use]
pub fn weeks(view: &View<'_>) -> Vec<Week> {
    let flowed = throughput(view, &Cuts::of(view, None, Period::Week));
    let delivered = |count: u64| match flowed.not_measured {
        None => Figure::count(count as usize, count as usize),
        Some(_) => Figure::not_measured(Reason::NoDoneLabel, Unit::Count),
    };
    let week = |row: &super::throughput::Flowed| Week {
        from: row.from,
        arrivals: Figure::count(row.arrivals as usize, row.arrivals as usize),
        delivered: delivered(row.delivered),
        lead_time: row.lead_time,
        whole: row.whole,
    };
    flowed.rows.iter().map(week).collect()
}
