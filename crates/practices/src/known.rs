//! What core is told about practices and kinds when it checks a stream: plain data, no behaviour.

use crate::find::kinds;
use crate::{FieldType, Kind, PRACTICES};
use watercourse_core::filter::{FieldType as Holds, Schema};
use watercourse_core::stream::{Context, KnownKind};

impl Kind {
    /// Its fields as the filter language asks about them, shared ones included.
    #[must_use]
    pub fn schema(&self) -> Schema {
        self.all_fields().fold(Schema::new(), |schema, field| schema.with(field.id, holds(field.is)))
    }
}

fn holds(is: FieldType) -> Holds {
    match is {
        FieldType::Text => Holds::Text,
        FieldType::Number => Holds::Number,
        FieldType::Enum(choices) => Holds::Enum(choices.iter().map(|c| (*c).to_owned()).collect()),
        FieldType::Date => Holds::Date,
        FieldType::Bool => Holds::Bool,
    }
}

/// All practices and kinds, for the check of a stream. Teams and other streams are left open: whoever
/// knows the organisation fills them in.
#[must_use]
pub fn context() -> Context {
    Context {
        kinds: kinds().map(|k| KnownKind { id: k.id.to_owned(), schema: k.schema() }).collect(),
        practices: PRACTICES.iter().map(|p| p.id.to_owned()).collect(),
        teams: None,
        streams: None,
    }
}
