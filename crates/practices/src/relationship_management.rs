//! Relationship management.

use crate::practice::{Practice, Shape};
use watercourse_core::activity::Activity;

/// The practice, as the organisation meets it.
pub const PRACTICE: Practice = Practice {
    id: "relationship-management",
    name: "Relationship management",
    purpose: "Keep good links with those the organisation works for and with, from the first talk to the yearly review.",
    activities: &[
        (Activity::Engage, "Knows who the stakeholders are, what they need and how content they are."),
        (Activity::Plan, "Brings their priorities into decisions about the portfolio."),
        (Activity::Improve, "Turns complaints and praise into improvements that are followed up."),
        (Activity::DesignTransition, "Finds the people who will try a new service first and speak frankly."),
    ],
    kinds: &[],
    shape: Shape::Register,
};
