//! Service desk.

use crate::practice::{Practice, Shape};
use watercourse_core::activity::Activity;

/// The practice, as the organisation meets it.
pub const PRACTICE: Practice = Practice {
    id: "service-desk",
    name: "Service desk",
    purpose: "Be the one place where users are heard, and where somebody stays with them until they are helped.",
    activities: &[
        (Activity::Engage, "Takes in every call, mail and message, and says what happens next."),
        (Activity::DeliverSupport, "Solves at first contact what can be solved there, and tracks the rest."),
        (Activity::Improve, "Reports what users stumble over again and again."),
    ],
    kinds: &[],
    shape: Shape::Lens,
};
