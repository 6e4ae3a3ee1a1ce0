use super::cuts::{Cuts, Window, running};
use super::stays::{Since, Stay, each_stay};
use super::view::View;
use crate::figure::{Figure, Reason, Spread, Unit};
use crate::log::NO_TIME;
use crate::quantile::Quantiles;
use crate::visits::Standing;
use serde::Serialize;

/// So long untouched is neglected: 14 days.
const UNTOUCHED: i64 = 14 * 86_400_000;

/// Work in progress that nobody looks at.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Neglected {
    /// Older than 95 of 100 finished items became; too few to say where fewer than 20 are finished.
    pub old: Figure,
    /// Nothing happened to it for 14 days.
    pub untouched: Figure,
    /// Either, or both.
    pub either: Figure,
    /// The items that are either, ascending.
    pub items: Vec<u32>,
}

/// Work in progress: what had been begun and was not done.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Wip {
    /// When an item begins to count.
    pub since: Since,
    /// The rows.
    pub cuts: Cuts,
    /// By row: in progress at its end; none where the source does not say when items are done.
    pub in_progress: Option<Vec<u64>>,
    /// Of these, those older than 95 of 100 finished items became; none where too few are finished.
    pub old: Option<Vec<u64>>,
    /// The window of the mean.
    pub window: Option<Window>,
    /// The time all items spent in progress within the window, ms, exactly.
    pub area_ms: i128,
    /// `area_ms` by the length of the window: how many items were in progress on average. n: stays.
    pub mean: Figure,
    /// In progress at the instant of looking.
    pub now: Figure,
    /// Age of what is in progress: from its first beginning to the instant of looking.
    pub age: Spread,
    /// What nobody looks at.
    pub neglected: Neglected,
}

impl Since {
    /// Since commitment where the source tells starts, else since creation.
    #[must_use]
    pub const fn best(view: &View<'_>) -> Self {
        if view.visits.source.starts { Self::Committed } else { Self::Created }
    }
    /// The instant an item begins to count; none where it has not begun.
    pub(super) fn of(self, view: &View<'_>, item: usize) -> Option<i64> {
        let items = &view.visits.items;
        match self {
            Self::Created => Some(items.created[item]),
            Self::Committed => Some(items.committed[item]).filter(|at| *at != NO_TIME),
        }
    }
    /// How long the delivered items in view took by this clock, ms.
    pub(super) fn took(self, view: &View<'_>) -> Vec<i64> {
        let mut took = Vec::new();
        view.each(|item| {
            if view.visits.delivered(item) {
                took.extend(match self {
                    Self::Created => view.visits.lead_time(item),
                    Self::Committed => view.visits.cycle_time(item),
                });
            }
        });
        took
    }
}

/// Work in progress of the items in view, by row of `cuts` and on average over a window (all that is told where
/// none is given). Open work counts; parked-done time does not: a reopened item enters again.
#[must_use]
pub fn wip(view: &View<'_>, cuts: &Cuts, window: Option<Window>, since: Since) -> Wip {
    let window = Window::within_told(view, window);
    if let Some(reason) = reason(view, since) {
        return not_measured(cuts, window, since, reason);
    }
    let took = Spread::of(Quantiles::of(&mut since.took(view)));
    let limit = took.p95.value().map(|p95| p95.ceil() as i64);
    let rows = cuts.len();
    let (mut progress, mut old) = (vec![0i64; rows + 1], vec![0i64; rows + 1]);
    let (mut area, mut stays) = (0i128, 0);
    each_stay(view, since, |stay| {
        step(cuts, &mut progress, stay.from, &stay);
        if let (Some(limit), Some(begun)) = (limit, since.of(view, stay.item)) {
            step(cuts, &mut old, begun.saturating_add(limit).saturating_add(1).max(stay.from), &stay);
        }
        let Some(window) = window else { return };
        let part = window.part(stay.from, stay.end_or(window.until));
        area += i128::from(part);
        stays += usize::from(part > 0);
    });
    let long = window.map_or(0, |w| w.long()) as f64;
    let (now, age, neglected) = open(view, since, limit);
    Wip {
        since,
        cuts: cuts.clone(),
        in_progress: Some(running(progress)),
        old: limit.map(|_| running(old)),
        window,
        area_ms: area,
        mean: Figure::ratio(area as f64, long, stays, Unit::Count),
        now,
        age,
        neglected,
    }
}

/// Why work in progress cannot be told.
fn reason(view: &View<'_>, since: Since) -> Option<Reason> {
    let source = view.visits.source;
    if !source.done {
        return Some(Reason::NoDoneLabel);
    }
    (since == Since::Committed && !source.starts).then_some(Reason::NoStart)
}

/// One more from that instant up to the end of the stay.
fn step(cuts: &Cuts, line: &mut [i64], from: i64, stay: &Stay) {
    let out = if stay.until == NO_TIME { cuts.len() } else { cuts.by(stay.until) };
    line[cuts.by(from).min(out)] += 1;
    line[out] -= 1;
}

/// What is in progress at the instant of looking: how much, its age, and what is neglected.
fn open(view: &View<'_>, since: Since, limit: Option<i64>) -> (Figure, Spread, Neglected) {
    let items = &view.visits.items;
    let as_of = view.visits.as_of;
    let (mut ages, mut list) = (Vec::new(), Vec::new());
    let (mut old, mut untouched) = (0, 0);
    view.each(|item| {
        let Some(begun) = since.of(view, item).filter(|at| *at <= as_of) else { return };
        if items.standing[item] != Standing::Open {
            return;
        }
        let age = as_of.saturating_sub(begun);
        ages.push(age);
        let is_old = limit.is_some_and(|limit| age > limit);
        let is_untouched = as_of.saturating_sub(items.last_event[item]) >= UNTOUCHED;
        old += usize::from(is_old);
        untouched += usize::from(is_untouched);
        if is_old || is_untouched {
            list.push(item as u32);
        }
    });
    let n = ages.len();
    let neglected = Neglected {
        old: if limit.is_some() { Figure::count(old, n) } else { Figure::too_few(n, 20, Unit::Count) },
        untouched: Figure::count(untouched, n),
        either: Figure::count(list.len(), n),
        items: list,
    };
    (Figure::count(n, n), Spread::of(Quantiles::of(&mut ages)), neglected)
}

fn not_measured(cuts: &Cuts, window: Option<Window>, since: Since, reason: Reason) -> Wip {
    let none = Figure::not_measured(reason, Unit::Count);
    Wip {
        since,
        cuts: cuts.clone(),
        in_progress: None,
        old: None,
        window,
        area_ms: 0,
        mean: none,
        now: none,
        age: Spread::not_measured(reason),
        neglected: Neglected { old: none, untouched: none, either: none, items: Vec::new() },
    }
}
