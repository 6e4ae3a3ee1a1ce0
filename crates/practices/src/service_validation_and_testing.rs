//! Service validation and testing.

use crate::practice::{Practice, Shape};
use watercourse_core::activity::Activity;

/// The practice, as the organisation meets it.
pub const PRACTICE: Practice = Practice {
    id: "service-validation-and-testing",
    name: "Service validation and testing",
    purpose: "Make sure that what reaches use does what was agreed, and keep the evidence.",
    activities: &[
        (Activity::DesignTransition, "Sets what counts as good enough, and shows whether it is reached."),
        (Activity::ObtainBuild, "Tests components while they are being made, mostly by machine."),
        (Activity::DeliverSupport, "Checks after a roll-out that the service really works."),
        (Activity::Improve, "Adds a test for every fault that got through."),
    ],
    kinds: &[],
    shape: Shape::Register,
};
