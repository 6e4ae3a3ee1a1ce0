//! Service request management.

use crate::field::{CHANNEL, COST, Field, FieldType, NEEDED_BY};
use crate::kind::Kind;
use crate::practice::{Practice, Shape};
use watercourse_core::activity::Activity;

/// The practice, as the organisation meets it.
pub const PRACTICE: Practice = Practice {
    id: "service-request-management",
    name: "Service request management",
    purpose: "Give users what they may ask for, quickly, as promised and with as little asking back as can be.",
    activities: &[
        (Activity::DeliverSupport, "Fulfils agreed requests by a set and partly automated way."),
        (Activity::Engage, "Makes asking easy, and says when it will be there."),
        (Activity::ObtainBuild, "Has what is often asked for in stock, or ready to be made."),
        (Activity::Improve, "Finds requests that should need no people at all."),
    ],
    kinds: &[REQUEST],
    shape: Shape::Flow,
};

/// A user asks for something that is on offer.
const REQUEST: Kind = Kind {
    id: "request",
    name: "Request",
    plural: "Requests",
    prefix: "REQ",
    symbol: "+",
    word: "Something I need",
    practice: "service-request-management",
    fields: &[Field { id: "offering", label: "Offering", is: FieldType::Text }, NEEDED_BY, COST, CHANNEL],
};
