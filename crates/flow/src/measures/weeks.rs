use super::view::View;
use crate::figure::{Figure, Reason, Spread, Unit};
use crate::log::NO_TIME;
use crate::quantile::Quantiles;
use serde::Serialize;
use std::collections::BTreeMap;

const DAY: i64 = 86_400_000;
const WEEK: i64 = 7 * DAY;
/// 1970-01-01 was a Thursday: the Monday before it.
const MONDAY: i64 = -3 * DAY;
/// Beyond so many weeks the empty ones are left out: a log with a date in the year 10 is not a chart.
const MOST_WEEKS: i64 = 2_000;

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
    /// Whether the source tells all of the week: not the first nor the last one.
    pub whole: bool,
}

/// The Monday of the week of an instant.
#[must_use]
pub const fn week_of(at: i64) -> i64 {
    (at - MONDAY).div_euclid(WEEK) * WEEK + MONDAY
}

/// Arrivals, throughput and lead times by week, without gaps.
#[must_use]
pub fn weeks(view: &View<'_>) -> Vec<Week> {
    let visits = view.visits;
    let mut found: BTreeMap<i64, (usize, Vec<i64>)> = BTreeMap::new();
    // Items of a week tend to come one after the other.
    let mut arrivals: (i64, usize) = (i64::MIN, 0);
    view.each(|item| {
        let week = week_of(visits.items.created[item]);
        if arrivals.0 != week {
            if arrivals.1 > 0 {
                found.entry(arrivals.0).or_default().0 += arrivals.1;
            }
            arrivals = (week, 0);
        }
        arrivals.1 += 1;
        let end = visits.items.ended[item];
        if end != NO_TIME && visits.delivered(item) {
            found.entry(week_of(end)).or_default().1.push(end - visits.items.created[item]);
        }
    });
    if arrivals.1 > 0 {
        found.entry(arrivals.0).or_default().0 += arrivals.1;
    }
    let Some((first, last)) = found.keys().next().copied().zip(found.keys().next_back().copied()) else {
        return Vec::new();
    };
    if (last - first) / WEEK <= MOST_WEEKS {
        let mut week = first;
        while week < last {
            found.entry(week).or_default();
            week += WEEK;
        }
    }
    let done = visits.source.done;
    let list = found.into_iter().map(|(from, (arrivals, mut lead))| Week {
        from,
        arrivals: Figure::count(arrivals, arrivals),
        delivered: if done {
            Figure::count(lead.len(), lead.len())
        } else {
            Figure::not_measured(Reason::NoDoneLabel, Unit::Count)
        },
        lead_time: if done { Spread::of(Quantiles::of(&mut lead)) } else { Spread::not_measured(Reason::NoDoneLabel) },
        whole: from != first && from + WEEK <= visits.as_of,
    });
    list.collect()
}
