use super::view::View;
use crate::figure::{Figure, Reason, Spread, Unit};
use crate::log::NO_TIME;
use crate::quantile::Quantiles;
use serde::Serialize;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// Widths people know. The last is 4 × 13 weeks.
const WIDTHS: [i64; 21] = [
    1_000,
    10_000,
    MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    4 * HOUR,
    8 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    3 * DAY,
    7 * DAY,
    14 * DAY,
    28 * DAY,
    91 * DAY,
    182 * DAY,
    364 * DAY,
];
/// At most so many bins before the one for the rest.
const MOST_BINS: i64 = 30;

/// A delivered item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Dot {
    /// Its number.
    pub item: u32,
    /// When it was done, UTC ms.
    pub at: i64,
    /// Its lead time, ms.
    pub lead: i64,
    /// Its cycle time, ms; none where unknown.
    pub cycle: Option<i64>,
    /// Its kind: a number of `Visits::kinds`, `NONE` where unknown.
    pub kind: u32,
}

/// Delivered items one by one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Scatter {
    /// By end, then item.
    pub dots: Vec<Dot>,
    /// Lead times.
    pub lead: Spread,
    /// Cycle times.
    pub cycle: Spread,
    /// Lead times above this are outliers: the upper quartile and three times the distance between the quartiles.
    /// None of fewer than 20.
    pub lead_outlier: Option<i64>,
    /// The same for cycle times.
    pub cycle_outlier: Option<i64>,
    /// Why there are no dots.
    pub not_measured: Option<Reason>,
}

/// The delivered items in view by the day they were done; one dot is one item.
#[must_use]
pub fn scatter(view: &View<'_>) -> Scatter {
    let visits = view.visits;
    let mut dots = Vec::new();
    view.each(|item| {
        let at = visits.items.ended[item];
        if at == NO_TIME || !visits.delivered(item) {
            return;
        }
        let lead = visits.lead_time(item).unwrap_or(0).max(0);
        let cycle = visits.cycle_time(item).map(|c| c.max(0));
        dots.push(Dot { item: item as u32, at, lead, cycle, kind: visits.items.kind[item] });
    });
    dots.sort_unstable_by_key(|d| (d.at, d.item));
    let mut leads: Vec<i64> = dots.iter().map(|d| d.lead).collect();
    let mut cycles: Vec<i64> = dots.iter().filter_map(|d| d.cycle).collect();
    let spread = |values: &mut [i64], told: bool, reason| match (visits.source.done, told) {
        (false, _) => Spread::not_measured(Reason::NoDoneLabel),
        (_, false) => Spread::not_measured(reason),
        _ => Spread::of(Quantiles::of(values)),
    };
    Scatter {
        lead: spread(&mut leads, true, Reason::NoDoneLabel),
        cycle: spread(&mut cycles, visits.source.starts, Reason::NoStart),
        lead_outlier: outlier(&mut leads),
        cycle_outlier: outlier(&mut cycles),
        not_measured: (!visits.source.done).then_some(Reason::NoDoneLabel),
        dots,
    }
}

fn outlier(values: &mut [i64]) -> Option<i64> {
    if values.len() < 20 {
        return None;
    }
    values.sort_unstable();
    let at = |quarter: usize| values[(values.len() - 1) * quarter / 4];
    let (low, high) = (at(1), at(3));
    Some(high.saturating_add(high.saturating_sub(low).saturating_mul(3)))
}

/// How many values lie between two limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Bin {
    /// From this value on.
    pub from: i64,
    /// Up to this one, which is not in it.
    pub until: i64,
    /// So many.
    pub count: usize,
}

/// Durations in bins of a width that people know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Histogram {
    /// How many values: the counts of all bins and `beyond`.
    pub n: usize,
    /// Width of a bin, ms.
    pub width: i64,
    /// From 0 on, without gaps.
    pub bins: Vec<Bin>,
    /// Values that are longer than the last bin.
    pub beyond: usize,
}

/// Bins of durations in ms: the smallest natural width that shows 95 of 100 in at most 30 bins; what is longer
/// than those is counted together. Durations below 0 count as 0.
#[must_use]
pub fn histogram(values: &[i64]) -> Histogram {
    let mut sorted: Vec<i64> = values.iter().map(|v| (*v).max(0)).collect();
    sorted.sort_unstable();
    let n = sorted.len();
    let Some(longest) = sorted.last().copied() else {
        return Histogram { n, width: DAY, bins: Vec::new(), beyond: 0 };
    };
    // What 95 of 100 reach, or the longest where one bin more would show it.
    let most = sorted[(n * 95).div_ceil(100).max(1) - 1];
    let width = WIDTHS.into_iter().find(|w| most / w < MOST_BINS).unwrap_or_else(|| {
        let year = WIDTHS[WIDTHS.len() - 1];
        (most / MOST_BINS / year).saturating_add(1).saturating_mul(year)
    });
    let bins = (longest / width).min(MOST_BINS - 1) + 1;
    let mut list: Vec<Bin> =
        (0..bins).map(|b| Bin { from: b * width, until: (b + 1).saturating_mul(width), count: 0 }).collect();
    let mut beyond = 0;
    for value in sorted {
        match list.get_mut(usize::try_from(value / width).unwrap_or(usize::MAX)) {
            Some(bin) => bin.count += 1,
            None => beyond += 1,
        }
    }
    Histogram { n, width, bins: list, beyond }
}

/// The part of durations that are no longer than a promise.
#[must_use]
pub fn within(values: &[i64], promise: i64) -> Figure {
    let kept = values.iter().filter(|v| **v <= promise).count();
    Figure::ratio(kept as f64, values.len() as f64, values.len(), Unit::Share)
}
