//! IT asset management.

use crate::practice::{Practice, Shape};
use watercourse_core::activity::Activity;

/// The practice, as the organisation meets it.
pub const PRACTICE: Practice = Practice {
    id: "it-asset-management",
    name: "IT asset management",
    purpose: "Know what we own and rent, what it costs and who uses it, from purchase to disposal.",
    activities: &[
        (Activity::ObtainBuild, "Buys, receives and hands out equipment and licences."),
        (Activity::Plan, "Shows what must be renewed, and when."),
        (Activity::DesignTransition, "Records what a transition adds and takes away."),
        (Activity::DeliverSupport, "Knows what stands where, and takes it back when people leave."),
    ],
    kinds: &[],
    shape: Shape::Register,
};
