//! Incident management.

use crate::field::{CHANNEL, Field, FieldType, IMPACT};
use crate::kind::Kind;
use crate::practice::{Practice, Shape};
use watercourse_core::activity::Activity;

/// The practice, as the organisation meets it.
pub const PRACTICE: Practice = Practice {
    id: "incident-management",
    name: "Incident management",
    purpose: "Get people working again as quickly as possible when a service fails or is about to.",
    activities: &[
        (Activity::DeliverSupport, "Restores the service first, and looks for causes afterwards."),
        (Activity::Engage, "Keeps those affected informed without being asked."),
        (Activity::Improve, "Reviews what happened, and hands on what should change."),
    ],
    kinds: &[INCIDENT],
    shape: Shape::Flow,
};

/// A service is interrupted or worse than agreed.
const INCIDENT: Kind = Kind {
    id: "incident",
    name: "Incident",
    plural: "Incidents",
    prefix: "INC",
    symbol: "!",
    word: "Something does not work",
    practice: "incident-management",
    fields: &[
        Field { id: "urgency", label: "Urgency", is: FieldType::Enum(&["low", "medium", "high"]) },
        IMPACT,
        CHANNEL,
        Field { id: "major", label: "Major incident", is: FieldType::Bool },
    ],
};
