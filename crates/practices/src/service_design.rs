//! Service design.

use crate::practice::{Practice, Shape};
use watercourse_core::activity::Activity;

/// The practice, as the organisation meets it.
pub const PRACTICE: Practice = Practice {
    id: "service-design",
    name: "Service design",
    purpose: "Shape services that do what people need, can be run by those who have to, and can be changed later.",
    activities: &[
        (
            Activity::DesignTransition,
            "Works out how the whole service is to be: people, partners, information, technology.",
        ),
        (Activity::Engage, "Tries drafts with users before anything is built."),
        (Activity::Plan, "Shows early what a choice will cost and demand."),
        (Activity::ObtainBuild, "Says precisely what is to be made or bought."),
    ],
    kinds: &[],
    shape: Shape::Lens,
};
