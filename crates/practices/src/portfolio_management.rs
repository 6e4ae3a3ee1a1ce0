//! Portfolio management.

use crate::practice::{Practice, Shape};
use watercourse_core::activity::Activity;

/// The practice, as the organisation meets it.
pub const PRACTICE: Practice = Practice {
    id: "portfolio-management",
    name: "Portfolio management",
    purpose: "Put the money and the people where they serve the strategy best: the right mix of services, products and projects.",
    activities: &[
        (Activity::Plan, "Weighs demands against each other and says what comes first, what waits and what ends."),
        (Activity::Improve, "Gives improvements their share of capacity beside new work."),
        (Activity::Engage, "Tells those who asked what became of their demand, and why."),
        (Activity::ObtainBuild, "Says for each investment whether making or buying it is worth more."),
    ],
    kinds: &[],
    shape: Shape::Lens,
};
