//! Service catalogue management.

use crate::practice::{Practice, Shape};
use watercourse_core::activity::Activity;

/// The practice, as the organisation meets it.
pub const PRACTICE: Practice = Practice {
    id: "service-catalogue-management",
    name: "Service catalogue management",
    purpose: "Have one true list of what is offered, to whom and on what terms.",
    activities: &[
        (Activity::Engage, "Shows each user what they can ask for, in words they understand."),
        (Activity::Plan, "Shows which services are offered, planned and retired."),
        (Activity::DesignTransition, "Takes new and changed services into the list when they are ready."),
        (Activity::DeliverSupport, "Tells the people who fulfil a request what was promised."),
    ],
    kinds: &[],
    shape: Shape::Register,
};
