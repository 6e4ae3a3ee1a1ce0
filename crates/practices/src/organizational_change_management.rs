//! Organizational change management.

use crate::practice::{Practice, Shape};
use watercourse_core::activity::Activity;

/// The practice, as the organisation meets it.
pub const PRACTICE: Practice = Practice {
    id: "organizational-change-management",
    name: "Organizational change management",
    purpose: "Help people through changes in how they work, so that what was introduced is also used.",
    activities: &[
        (Activity::Plan, "Finds out who is affected and what they stand to gain or lose."),
        (Activity::Engage, "Talks with those affected early, and hears what holds them back."),
        (Activity::DeliverSupport, "Stays beside people until the new way carries them."),
        (Activity::DesignTransition, "Plans training and support along with the thing itself."),
        (Activity::Improve, "Checks some weeks later whether the new way has become the usual one."),
    ],
    kinds: &[],
    shape: Shape::Flow,
};
