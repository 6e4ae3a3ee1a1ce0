//! Release management.

use crate::field::{Field, FieldType, PLANNED_ON};
use crate::kind::Kind;
use crate::practice::{Practice, Shape};
use watercourse_core::activity::Activity;

/// The practice, as the organisation meets it.
pub const PRACTICE: Practice = Practice {
    id: "release-management",
    name: "Release management",
    purpose: "Make new and changed services and features available for use, at a time and in a form people can take up.",
    activities: &[
        (Activity::DesignTransition, "Decides what goes out together, to whom and when."),
        (Activity::ObtainBuild, "Puts tested components together into one version."),
        (Activity::DeliverSupport, "Sees the release into use and stands by in its first days."),
        (Activity::Engage, "Tells users what is new before they run into it."),
    ],
    kinds: &[RELEASE],
    shape: Shape::Flow,
};

/// A version made available for use.
const RELEASE: Kind = Kind {
    id: "release",
    name: "Release",
    plural: "Releases",
    prefix: "REL",
    symbol: "▣",
    word: "A new version",
    practice: "release-management",
    fields: &[
        Field { id: "version", label: "Version", is: FieldType::Text },
        Field { id: "rollout", label: "Roll-out", is: FieldType::Enum(&["at-once", "staged", "canary"]) },
        PLANNED_ON,
        Field { id: "reversible", label: "Can be taken back", is: FieldType::Bool },
    ],
};
