//! Software development and management.

use crate::field::{EFFORT, Field, FieldType, NEEDED_BY, RISK};
use crate::kind::Kind;
use crate::practice::{Practice, Shape};
use watercourse_core::activity::Activity;

/// The practice, as the organisation meets it.
pub const PRACTICE: Practice = Practice {
    id: "software-development-and-management",
    name: "Software development and management",
    purpose: "Make software that meets what users need, and keep it fit for use for as long as it lives.",
    activities: &[
        (Activity::ObtainBuild, "Writes, reviews and joins code in small steps that can be shown."),
        (Activity::DesignTransition, "Takes part in the design, so that what is drawn can be built."),
        (Activity::DeliverSupport, "Mends faults and looks after what is running."),
        (Activity::Improve, "Pays back what was done in haste."),
    ],
    kinds: &[FEATURE],
    shape: Shape::Flow,
};

/// Something a product cannot do yet and somebody needs.
const FEATURE: Kind = Kind {
    id: "feature",
    name: "Feature",
    plural: "Features",
    prefix: "FEA",
    symbol: "✦",
    word: "A new feature",
    practice: "software-development-and-management",
    fields: &[Field { id: "value", label: "Expected value", is: FieldType::Number }, EFFORT, RISK, NEEDED_BY],
};
