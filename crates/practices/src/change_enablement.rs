//! Change enablement.

use crate::field::{Field, FieldType, IMPACT, PLANNED_ON, RISK};
use crate::kind::Kind;
use crate::practice::{Practice, Shape};
use watercourse_core::activity::Activity;

/// The practice, as the organisation meets it.
pub const PRACTICE: Practice = Practice {
    id: "change-enablement",
    name: "Change enablement",
    purpose: "Get as many good changes as possible into use: the risk judged, the right person asked, the times not in each other’s way.",
    activities: &[
        (Activity::DesignTransition, "Assesses, authorises and schedules changes in proportion to their risk."),
        (Activity::Plan, "Takes changes that weigh heavily to those who answer for them."),
        (Activity::Engage, "Tells those affected, and reaches those who may decide, also at night."),
        (Activity::ObtainBuild, "Lets components change by agreed and automated paths."),
        (Activity::DeliverSupport, "Keeps services safe while they are changed, and knows what changed when."),
        (Activity::Improve, "Learns from changes that failed and from those that waited too long."),
    ],
    kinds: &[CHANGE],
    shape: Shape::Flow,
};

/// Adding, altering or removing something that could affect a service.
const CHANGE: Kind = Kind {
    id: "change",
    name: "Change",
    plural: "Changes",
    prefix: "CHG",
    symbol: "△",
    word: "A planned change",
    practice: "change-enablement",
    fields: &[
        RISK,
        IMPACT,
        Field {
            id: "environment",
            label: "Environment",
            is: FieldType::Enum(&["development", "test", "staging", "production"]),
        },
        PLANNED_ON,
        Field { id: "downtime", label: "Users will notice", is: FieldType::Bool },
    ],
};
