use super::view::View;
use crate::figure::{Figure, Reason, Unit};
use crate::timeline::Kind;
use serde::Serialize;

/// How much of the time on critical paths was of one kind.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TimeUse {
    /// The kind.
    pub kind: Kind,
    /// Why it waited, where it did.
    pub reason: Option<String>,
    /// Milliseconds in all.
    pub ms: i64,
    /// The part of all time.
    pub share: Figure,
    /// Items with some of it.
    pub items: usize,
}

/// Where the time goes: kinds of segments and reasons of waiting, their sum the whole. Longest first.
/// Kinds of which there was nothing are left out: whether the source could have told is in its figures. In business
/// time each kind has its working hours, and the rest is off-hours: the whole stays calendar time.
#[must_use]
pub fn time_use(view: &View<'_>) -> Vec<TimeUse> {
    let visits = view.visits;
    let kinds = Kind::ALL.len();
    // One place for each kind, and one more for each reason: only waiting has them.
    let mut sums = vec![(0i64, 0usize, usize::MAX); kinds + visits.reasons.len()];
    let mut whole = 0i64;
    let mut add = |place: usize, item: usize, ms: i64| {
        let sum: &mut (i64, usize, usize) = &mut sums[place];
        sum.0 += ms;
        if ms > 0 && sum.2 != item {
            (sum.1, sum.2) = (sum.1 + 1, item);
        }
    };
    view.each_segment(|item, segment| {
        let long = view.long_of(&segment);
        whole += segment.long();
        add(Kind::OffHours as usize, item, segment.long() - long);
        let place = match segment.reason {
            Some(reason) if segment.kind == Kind::Waiting => kinds + reason as usize,
            _ => segment.kind as usize,
        };
        add(place, item, long);
    });
    let mut uses: Vec<TimeUse> = sums
        .iter()
        .enumerate()
        .filter(|(_, sum)| sum.0 > 0)
        .map(|(place, (ms, items, _))| TimeUse {
            kind: Kind::ALL.get(place).copied().unwrap_or(Kind::Waiting),
            reason: place.checked_sub(kinds).map(|reason| visits.reasons.name(reason as u32).to_owned()),
            ms: *ms,
            share: Figure::ratio(*ms as f64, whole as f64, *items, Unit::Share).on(view.clock()),
            items: *items,
        })
        .collect();
    uses.sort_by_key(|u| std::cmp::Reverse(u.ms));
    uses
}

impl TimeUse {
    /// The part of all time that was spent on this kind, whatever the reason; not measured where the source
    /// cannot tell this kind.
    #[must_use]
    pub fn share_of(view: &View<'_>, uses: &[Self], kind: Kind) -> Figure {
        let source = view.visits.source;
        let told = match kind {
            Kind::Unclassified | Kind::ReworkUnclassified | Kind::ParkedDone | Kind::Idle | Kind::OffHours => true,
            Kind::Waiting => source.pauses,
            _ => source.starts,
        };
        if !told {
            return Figure::not_measured(Reason::NoWorkingTime, Unit::Share);
        }
        let whole: i64 = uses.iter().map(|u| u.ms).sum();
        let part: i64 = uses.iter().filter(|u| u.kind == kind).map(|u| u.ms).sum();
        Figure::ratio(part as f64, whole as f64, view.len(), Unit::Share)
    }
}
