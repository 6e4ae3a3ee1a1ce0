//! Strategy management.

use crate::field::{COST, Field, FieldType};
use crate::kind::Kind;
use crate::practice::{Practice, Shape};
use watercourse_core::activity::Activity;

/// The practice, as the organisation meets it.
pub const PRACTICE: Practice = Practice {
    id: "strategy-management",
    name: "Strategy management",
    purpose: "Decide what the organisation wants to become, and choose the few courses of action that lead there.",
    activities: &[
        (Activity::Plan, "Sets the goals, and the limits within which every other activity decides for itself."),
        (Activity::Improve, "Compares where we stand with where we wanted to be, and changes course when they part."),
        (Activity::Engage, "Listens to customers, owners and markets before choosing, and tells them what was chosen."),
    ],
    kinds: &[INITIATIVE],
    shape: Shape::Flow,
};

/// A course of action that serves a goal and asks for money and people.
const INITIATIVE: Kind = Kind {
    id: "initiative",
    name: "Initiative",
    plural: "Initiatives",
    prefix: "INI",
    symbol: "◎",
    word: "A plan for the year",
    practice: "strategy-management",
    fields: &[
        Field { id: "horizon", label: "Horizon", is: FieldType::Enum(&["quarter", "year", "long"]) },
        Field { id: "goal", label: "Goal it serves", is: FieldType::Text },
        COST,
        Field { id: "confidence", label: "Confidence", is: FieldType::Enum(&["low", "medium", "high"]) },
    ],
};
