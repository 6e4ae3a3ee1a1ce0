//! Infrastructure and platform management.

use crate::practice::{Practice, Shape};
use watercourse_core::activity::Activity;

/// The practice, as the organisation meets it.
pub const PRACTICE: Practice = Practice {
    id: "infrastructure-and-platform-management",
    name: "Infrastructure and platform management",
    purpose: "Have the technical ground services stand on: sound, sized right, and known.",
    activities: &[
        (Activity::ObtainBuild, "Provides networks, machines, storage and platforms."),
        (Activity::DesignTransition, "Works out what a new service needs to stand on."),
        (Activity::DeliverSupport, "Keeps the ground running, patched and saved."),
        (Activity::Plan, "Foresees how much will be needed, and when something grows too old."),
    ],
    kinds: &[],
    shape: Shape::Register,
};
