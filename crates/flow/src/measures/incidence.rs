use super::estimate::Estimate;
use super::flow_time::{Begin, Cohort, cause, followed};
use super::view::View;
use crate::figure::{Figure, Unit};
use crate::statistics::Interval;
use crate::survival::{Curve, aalen_johansen};
use serde::Serialize;
use watercourse_core::item::Outcome;

/// How many items end in one way, by age, while others compete (Aalen–Johansen).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Incidence {
    /// How they end.
    pub outcome: Outcome,
    /// Items that did.
    pub items: Figure,
    /// The share of all items that had by the highest age watched.
    pub share: Estimate,
    /// Half of all items, not only of these, have ended so by this age.
    pub p50: Estimate,
    /// The share, by age: what a chart draws.
    #[serde(skip)]
    pub curve: Curve,
}

/// For each way to end that occurs in a cohort how many items end so, and when; open ones counted. The shares of all
/// ways sum to the share that has ended at all. Nothing where the source does not tell ends.
#[must_use]
pub fn incidence(view: &View<'_>, begin: Begin, cohort: Cohort) -> Vec<Incidence> {
    if begin.untold(view).is_some() {
        return Vec::new();
    }
    let clock = view.clock();
    let followed = followed(view, begin, cohort);
    let outcomes = [Outcome::Delivered, Outcome::Failed, Outcome::Declined, Outcome::Cancelled];
    let found = outcomes.into_iter().filter_map(|outcome| {
        let curve = aalen_johansen(&followed, cause(outcome));
        let last = *curve.steps.last()?;
        let share = Figure::measured(last.share, curve.n, Unit::Share).on(clock);
        Some(Incidence {
            outcome,
            items: Figure::count(curve.ended(), curve.n).on(clock),
            share: Estimate::within(share, Some(Interval { lower: last.lower, upper: last.upper })),
            p50: Estimate::of_curve(&curve, 50, clock),
            curve,
        })
    });
    found.collect()
}
