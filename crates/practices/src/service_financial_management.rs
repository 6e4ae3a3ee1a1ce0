//! Service financial management.

use crate::practice::{Practice, Shape};
use watercourse_core::activity::Activity;

/// The practice, as the organisation meets it.
pub const PRACTICE: Practice = Practice {
    id: "service-financial-management",
    name: "Service financial management",
    purpose: "Know what services cost and are worth, and have money ready for what was decided.",
    activities: &[
        (Activity::Plan, "Budgets for what the strategy and the portfolio chose."),
        (Activity::Engage, "Explains costs and charges to those who pay them."),
        (Activity::ObtainBuild, "Compares the full cost of making, buying and renting."),
        (Activity::Improve, "Asks afterwards whether the money was well spent."),
        (Activity::DeliverSupport, "Watches what running a service costs against what was planned."),
    ],
    kinds: &[],
    shape: Shape::Lens,
};
