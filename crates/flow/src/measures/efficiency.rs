use super::view::View;
use crate::figure::{Figure, Reason, Unit};
use crate::log::NO_TIME;
use crate::visits::Visits;
use serde::Serialize;

/// The part of the time since commitment in which somebody worked.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FlowEfficiency {
    /// Active time of all items by their cycle time, each summed before dividing: open items count with what
    /// they have so far, time worked on in parallel counts once. Not measured where more than 5 % of the time
    /// is neither known as working nor as waiting.
    pub ratio: Figure,
    /// It is at least this: nothing unclassified was work.
    pub at_least: Figure,
    /// It is at most this: everything unclassified was work.
    pub at_most: Figure,
}

/// Up to this part of the time may be unclassified.
const UNCLASSIFIED: f64 = 0.05;

/// Flow efficiency of the items in view.
#[must_use]
pub fn flow_efficiency(view: &View<'_>) -> FlowEfficiency {
    let visits = view.visits;
    if !visits.source.starts {
        let none = Figure::not_measured(Reason::NoWorkingTime, Unit::Share);
        return FlowEfficiency { ratio: none, at_least: none, at_most: none };
    }
    let (mut active, mut unclassified, mut whole, mut n) = (0i64, 0i64, 0i64, 0);
    let mut spells = Vec::new();
    view.each(|item| {
        let (from, until) = (visits.items.committed[item], visits.items.until[item]);
        if from == NO_TIME || from >= until {
            return;
        }
        n += 1;
        whole += until - from;
        active += worked(visits, item, from, until, &mut spells, |_| true);
        for segment in view.timeline.of_item(item).filter(|s| s.kind.is_unclassified()) {
            unclassified += (segment.until.min(until) - segment.from.max(from)).max(0);
        }
    });
    let whole = whole as f64;
    let at_least = Figure::ratio(active as f64, whole, n, Unit::Share);
    let at_most = Figure::ratio(((active + unclassified) as f64).min(whole), whole, n, Unit::Share);
    let clear = unclassified as f64 <= whole * UNCLASSIFIED;
    let ratio = if clear { at_least } else { Figure::not_measured(Reason::MostlyUnclassified, Unit::Share) };
    FlowEfficiency { ratio, at_least, at_most }
}

/// How long somebody worked on the item within an interval: the union over those of its visits that count.
pub(super) fn worked(
    visits: &Visits,
    item: usize,
    from: i64,
    until: i64,
    spells: &mut Vec<(i64, i64)>,
    counts: impl Fn(usize) -> bool,
) -> i64 {
    spells.clear();
    for visit in visits.of_item(item).filter(|v| counts(*v)) {
        let Some(started) = visits.started(visit).filter(|_| visits.phased(visit)) else { continue };
        let left = visits.left(visit).unwrap_or(until);
        let mut at = started;
        for pause in visits.pauses_of(visit) {
            if pause.from > at {
                spells.push((at, pause.from.min(left)));
            }
            at = at.max(if pause.until == NO_TIME { left } else { pause.until });
        }
        if at < left {
            spells.push((at, left));
        }
    }
    spells.sort_unstable();
    let mut sum = 0;
    let mut at = from;
    for (begin, end) in spells.iter() {
        let (begin, end) = ((*begin).max(at), (*end).min(until));
        if begin < end {
            sum += end - begin;
            at = end;
        }
    }
    sum
}
