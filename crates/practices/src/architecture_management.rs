//! Architecture management.

use crate::practice::{Practice, Shape};
use watercourse_core::activity::Activity;

/// The practice, as the organisation meets it.
pub const PRACTICE: Practice = Practice {
    id: "architecture-management",
    name: "Architecture management",
    purpose: "Know how the parts of the organisation hang together, and guide how they change, so that change stays possible.",
    activities: &[
        (Activity::Plan, "Draws the present and the wanted picture of services, data and technology."),
        (Activity::DesignTransition, "Gives designs the principles and building blocks they are to use."),
        (Activity::ObtainBuild, "Says which components fit, so that what is bought or built can be joined."),
        (Activity::Improve, "Finds the parts that have grown too costly to change."),
    ],
    kinds: &[],
    shape: Shape::Lens,
};
