//! Deployment management.

use crate::practice::{Practice, Shape};
use watercourse_core::activity::Activity;

/// The practice, as the organisation meets it.
pub const PRACTICE: Practice = Practice {
    id: "deployment-management",
    name: "Deployment management",
    purpose: "Bring components from where they are made to where they are used, the same way every time.",
    activities: &[
        (Activity::ObtainBuild, "Moves components through test environments along one paved path."),
        (Activity::DesignTransition, "Brings new and changed services into the live environment."),
        (Activity::DeliverSupport, "Knows which version runs where, and can take it back."),
    ],
    kinds: &[],
    shape: Shape::Lens,
};
