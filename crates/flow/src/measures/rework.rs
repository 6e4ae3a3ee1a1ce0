use super::view::View;
use crate::figure::{Figure, Unit};
use serde::Serialize;

/// Work done again.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rework {
    /// Rounds of a step that the item had been at before.
    pub repeated: Figure,
    /// The part of all rounds.
    pub share_of_rounds: Figure,
    /// The part of items with at least one.
    pub share_of_items: Figure,
    /// The part of all time on critical paths spent in repeated rounds.
    pub share_of_time: Figure,
}

/// Rework of the items in view; by step it stands with the steps.
#[must_use]
pub fn rework(view: &View<'_>) -> Rework {
    let visits = view.visits;
    let (mut rounds, mut repeated, mut items, mut whole, mut time) = (0, 0, 0, 0i64, 0i64);
    view.each(|item| {
        let before = repeated;
        for visit in visits.of_item(item).filter(|v| visits.opens_round(*v)) {
            rounds += 1;
            repeated += usize::from(visits.again(visit));
        }
        whole += visits.items.until[item] - visits.items.created[item];
        if repeated > before {
            items += 1;
            time += view.timeline.of_item(item).filter(|s| s.kind.is_rework()).map(|s| s.long()).sum::<i64>();
        }
    });
    let all = view.len();
    Rework {
        repeated: Figure::count(repeated, rounds),
        share_of_rounds: Figure::ratio(repeated as f64, rounds as f64, rounds, Unit::Share),
        share_of_items: Figure::ratio(items as f64, all as f64, all, Unit::Share),
        share_of_time: Figure::ratio(time as f64, whole as f64, all, Unit::Share),
    }
}
