use super::estimate::Estimate;
use super::flow_time::Begin;
use super::view::View;
use crate::figure::{Clock, Figure, Reason, Unit};
use crate::log::NO_TIME;
use crate::selection::ItemSet;
use crate::statistics::{Interval, Shift, Z95, bootstrap, hodges_lehmann, quantile};
use serde::Serialize;

/// From so many delivered items on each side a verdict is given.
const ENOUGH: usize = 10;
/// A smaller change than this is none, however sure.
const PRACTICAL: f64 = 0.1;
/// From so many items on limits come from ranks: drawing would find the same.
const MANY: usize = 5_000;
/// How often items are drawn anew.
const DRAWS: usize = 1_000;

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Marker {
    /// The instant of the change, UTC ms.
    pub at: i64,
    /// How long before and after it is looked, ms; as far as there is anything where none is given.
    pub reach: Option<i64>,
    /// Lead or cycle time.
    pub begin: Begin,
    /// The seed of the drawing: the same one gives the same limits.
    pub seed: u64,
}

/// What can be said of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum Verdict {
    /// Items take less time than before.
    Shorter,
    /// They take more.
    Longer,
    /// The limits of the shift hold 0, or it is below 10 % of the median before.
    NoClearChange,
    /// Too few items on one side.
    TooFew {
        /// How many there would have to be on each side.
        needed: usize,
    },
    /// The source does not tell.
    NotMeasured {
        /// Why.
        reason: Reason,
    },
}

/// One side of a marker.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Side {
    /// Items delivered there.
    pub items: Figure,
    /// Their median, with limits by drawing items.
    pub p50: Estimate,
    /// 85 of 100 took no longer.
    pub p85: Estimate,
}

/// The items delivered before and after a marker.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BeforeAfter {
    /// The clock of all durations.
    pub clock: Clock,
    /// Before it.
    pub before: Side,
    /// From it on.
    pub after: Side,
    /// By how much longer items took after it (Hodges–Lehmann); negative is shorter.
    pub shift: Estimate,
    /// The shift as a part of the median before.
    pub effect: Figure,
    /// What can be said.
    pub verdict: Verdict,
}

/// Compares the items delivered before a marker with those delivered from it on. Items that are open have not been
/// delivered on either side: where a change cleared away old items, look at [`super::flow_time()`] of those that
/// began before and after it as well.
#[must_use]
pub fn before_after(view: &View<'_>, marker: Marker) -> BeforeAfter {
    let clock = view.clock();
    if let Some(reason) = marker.begin.untold(view) {
        let none = |unit| Figure::not_measured(reason, unit).on(clock);
        let time = Estimate::bare(none(Unit::Ms));
        let side = Side { items: none(Unit::Count), p50: time, p85: time };
        let (before, after) = (side.clone(), side);
        let verdict = Verdict::NotMeasured { reason };
        return BeforeAfter { clock, before, after, shift: time, effect: none(Unit::Share), verdict };
    }
    let times = |items: &ItemSet| {
        let from = |item: usize| marker.begin.of(view, item);
        let time = |item: usize| view.long_of_item(item, from(item), view.visits.items.ended[item]);
        items.iter().map(|item| time(item as usize)).collect::<Vec<i64>>()
    };
    let [before, after] = sides(view, marker).map(|items| times(&items));
    let shift = hodges_lehmann(&before, &after);
    let sides = [side(&before, marker.seed, clock), side(&after, marker.seed ^ 1, clock)];
    let [before_side, after_side] = sides;
    let n = before.len().min(after.len());
    let median = before_side.p50.figure.value().filter(|median| *median > 0.0);
    let effect = match (shift, median) {
        (Some(shift), Some(median)) => Figure::measured(shift.shift / median, n, Unit::Share),
        _ => Figure::too_few(n, ENOUGH, Unit::Share),
    };
    let verdict = verdict(n, shift, effect.value());
    let shift = match shift {
        Some(found) => Estimate::within(Figure::measured(found.shift, n, Unit::Ms).on(clock), found.interval),
        None => Estimate::bare(Figure::too_few(n, 1, Unit::Ms).on(clock)),
    };
    BeforeAfter { clock, before: before_side, after: after_side, shift, effect: effect.on(clock), verdict }
}

/// The items delivered before and after a marker.
#[must_use]
pub fn sides(view: &View<'_>, marker: Marker) -> [ItemSet; 2] {
    let visits = view.visits;
    let reach = marker.reach.unwrap_or(i64::MAX);
    let mut sides = [ItemSet::none(visits.item_count()), ItemSet::none(visits.item_count())];
    let [before, after] = &mut sides;
    view.each(|item| {
        let end = visits.items.ended[item];
        if !visits.delivered(item) || marker.begin.of(view, item) == NO_TIME {
            return;
        }
        if end >= marker.at.saturating_sub(reach) && end < marker.at.saturating_add(reach) {
            if end < marker.at { before.add(item as u32) } else { after.add(item as u32) }
        }
    });
    sides
}

fn verdict(n: usize, shift: Option<Shift>, effect: Option<f64>) -> Verdict {
    let interval = shift.and_then(|shift| shift.interval);
    let (Some(interval), true) = (interval, n >= ENOUGH) else { return Verdict::TooFew { needed: ENOUGH } };
    // A median of 0 before has no tenth: then the limits decide alone.
    if interval.holds(0.0) || effect.is_some_and(|effect| effect.abs() < PRACTICAL) {
        return Verdict::NoClearChange;
    }
    if interval.upper < 0.0 { Verdict::Shorter } else { Verdict::Longer }
}

fn side(times: &[i64], seed: u64, clock: Clock) -> Side {
    let mut sorted: Vec<f64> = times.iter().map(|ms| *ms as f64).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let n = sorted.len();
    let estimate = |needed: usize, share: f64| {
        if n < needed {
            return Estimate::bare(Figure::too_few(n, needed, Unit::Ms).on(clock));
        }
        let figure = Figure::measured(quantile(&sorted, share), n, Unit::Ms).on(clock);
        Estimate::within(figure, limits(&sorted, share, seed))
    };
    Side { items: Figure::count(n, n).on(clock), p50: estimate(2, 0.5), p85: estimate(7, 0.85) }
}

/// The limits of a quantile: by drawing items, for very many by ranks.
fn limits(sorted: &[f64], share: f64, seed: u64) -> Option<Interval> {
    let n = sorted.len();
    if n < MANY {
        let mut values = Vec::with_capacity(n);
        return bootstrap(n, DRAWS, seed, |drawn| {
            // The places are those of sorted values: sorting them sorts the values.
            values.clear();
            values.extend_from_slice(drawn);
            values.sort_unstable();
            let place = share * (n - 1) as f64;
            let (low, high) = (values[place as usize], values[(place as usize + 1).min(n - 1)]);
            Some(sorted[low] + (sorted[high] - sorted[low]) * place.fract())
        });
    }
    let half = Z95 * (share * (1.0 - share) / n as f64).sqrt();
    Some(Interval { lower: quantile(sorted, share - half), upper: quantile(sorted, share + half) })
}
