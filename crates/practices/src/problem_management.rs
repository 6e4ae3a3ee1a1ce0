//! Problem management.

use crate::field::{Field, FieldType, IMPACT};
use crate::kind::Kind;
use crate::practice::{Practice, Shape};
use watercourse_core::activity::Activity;

/// The practice, as the organisation meets it.
pub const PRACTICE: Practice = Practice {
    id: "problem-management",
    name: "Problem management",
    purpose: "Find the causes behind incidents, and remove them or make them bearable.",
    activities: &[
        (Activity::DeliverSupport, "Looks into causes, and publishes workarounds and known errors."),
        (Activity::ObtainBuild, "Says what has to be mended in which component."),
        (Activity::DesignTransition, "Takes the fix into use by way of a change."),
        (Activity::Improve, "Looks for patterns before they turn into incidents."),
    ],
    kinds: &[PROBLEM],
    shape: Shape::Flow,
};

/// A cause, or possible cause, of incidents.
const PROBLEM: Kind = Kind {
    id: "problem",
    name: "Problem",
    plural: "Problems",
    prefix: "PRB",
    symbol: "?",
    word: "A cause behind several faults",
    practice: "problem-management",
    fields: &[
        IMPACT,
        Field { id: "known_error", label: "Known error", is: FieldType::Bool },
        Field { id: "workaround", label: "Workaround exists", is: FieldType::Bool },
        Field { id: "origin", label: "Found by", is: FieldType::Enum(&["incident", "trend", "supplier", "test"]) },
    ],
};
