//! Risk management.

use crate::practice::{Practice, Shape};
use watercourse_core::activity::Activity;

/// The practice, as the organisation meets it.
pub const PRACTICE: Practice = Practice {
    id: "risk-management",
    name: "Risk management",
    purpose: "Know what could keep us from our goals, and deal with it deliberately rather than by surprise.",
    activities: &[
        (Activity::Plan, "Weighs chances against dangers, and sets how much of them we accept."),
        (Activity::DesignTransition, "Has designs and changes answer for the dangers they bring or take away."),
        (Activity::ObtainBuild, "Looks at suppliers and components for what could fail or be withdrawn."),
        (Activity::DeliverSupport, "Watches the signs that a risk is coming true."),
        (Activity::Improve, "Turns what went wrong into controls that are tested."),
    ],
    kinds: &[],
    shape: Shape::Register,
};
