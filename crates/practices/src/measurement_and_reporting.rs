//! Measurement and reporting.

use crate::practice::{Practice, Shape};
use watercourse_core::activity::Activity;

/// The practice, as the organisation meets it.
pub const PRACTICE: Practice = Practice {
    id: "measurement-and-reporting",
    name: "Measurement and reporting",
    purpose: "Give people who decide figures they can trust, and no more of them than they use.",
    activities: &[
        (Activity::Plan, "Shows whether goals are being reached."),
        (Activity::Improve, "Provides the baseline before, and the verdict after."),
        (Activity::Engage, "Reports to customers in their own words what they received."),
        (Activity::DeliverSupport, "Shows where work waits today."),
    ],
    kinds: &[],
    shape: Shape::Lens,
};
