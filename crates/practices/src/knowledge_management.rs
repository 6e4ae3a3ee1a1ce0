//! Knowledge management.

use crate::practice::{Practice, Shape};
use watercourse_core::activity::Activity;

/// The practice, as the organisation meets it.
pub const PRACTICE: Practice = Practice {
    id: "knowledge-management",
    name: "Knowledge management",
    purpose: "Have what people know where others can find and use it, and keep it true.",
    activities: &[
        (Activity::Improve, "Finds the questions that are asked often and answered nowhere."),
        (Activity::Engage, "Lets users help themselves."),
        (Activity::DesignTransition, "Has the runbook written before the service goes live."),
        (Activity::ObtainBuild, "Keeps what was learned while building for those who will change it."),
        (Activity::DeliverSupport, "Puts the known way to the solution in front of those who restore."),
    ],
    kinds: &[],
    shape: Shape::Register,
};
