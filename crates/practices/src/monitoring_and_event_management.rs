//! Monitoring and event management.

use crate::practice::{Practice, Shape};
use watercourse_core::activity::Activity;

/// The practice, as the organisation meets it.
pub const PRACTICE: Practice = Practice {
    id: "monitoring-and-event-management",
    name: "Monitoring and event management",
    purpose: "Watch services and the parts they are made of, and notice early what needs somebody to act.",
    activities: &[
        (Activity::DeliverSupport, "Sorts events into what may be ignored, watched or acted on."),
        (Activity::DesignTransition, "Sees that a new service can be watched before it goes live."),
        (Activity::Improve, "Turns rows of events into trends that can be worked on."),
        (Activity::Plan, "Supplies the figures on which capacity is planned."),
    ],
    kinds: &[],
    shape: Shape::Register,
};
