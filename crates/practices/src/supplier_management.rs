//! Supplier management.

use crate::field::{COST, Field, FieldType, NEEDED_BY};
use crate::kind::Kind;
use crate::practice::{Practice, Shape};
use watercourse_core::activity::Activity;

/// The practice, as the organisation meets it.
pub const PRACTICE: Practice = Practice {
    id: "supplier-management",
    name: "Supplier management",
    purpose: "Choose suppliers well, agree clearly what they are to give, and see that they give it.",
    activities: &[
        (Activity::Plan, "Decides what to do ourselves and what to leave to others."),
        (Activity::Engage, "Keeps the talk with suppliers going, in good times and in disputes."),
        (Activity::ObtainBuild, "Buys goods and services on terms that hold."),
        (Activity::DeliverSupport, "Follows what suppliers deliver against what was agreed."),
    ],
    kinds: &[PURCHASE],
    shape: Shape::Flow,
};

/// A demand that is met by buying.
const PURCHASE: Kind = Kind {
    id: "purchase",
    name: "Purchase",
    plural: "Purchases",
    prefix: "PUR",
    symbol: "¤",
    word: "Something to buy",
    practice: "supplier-management",
    fields: &[
        Field { id: "supplier", label: "Supplier", is: FieldType::Text },
        COST,
        NEEDED_BY,
        Field { id: "contract", label: "Contract", is: FieldType::Enum(&["none", "one-off", "term"]) },
        Field { id: "personal_data", label: "Handles personal data", is: FieldType::Bool },
    ],
};
