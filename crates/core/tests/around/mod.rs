//! What the streams of these tests may name: kinds, practices and the fields of kinds, as plain data.

use watercourse_core::filter::{FieldType, Schema};
use watercourse_core::stream::{Context, KnownKind};

/// The names the shipped streams use, and a few fields.
pub fn context() -> Context {
    let list = |words: &str| -> Vec<String> { words.split_whitespace().map(str::to_owned).collect() };
    let schema = Schema::new()
        .with("risk", FieldType::Enum(list("low medium high")))
        .with("impact", FieldType::Enum(list("person team everyone")))
        .with("cost", FieldType::Number)
        .with("due", FieldType::Date)
        .with_relative("age", FieldType::Span);
    let kinds = list("incident request problem change release feature improvement purchase initiative");
    let practices = list(
        "strategy-management portfolio-management architecture-management service-financial-management \
         risk-management continual-improvement measurement-and-reporting organizational-change-management \
         relationship-management service-desk service-catalogue-management supplier-management service-design \
         change-enablement release-management service-validation-and-testing knowledge-management \
         software-development-and-management infrastructure-and-platform-management deployment-management \
         incident-management service-request-management problem-management monitoring-and-event-management \
         it-asset-management",
    );
    Context {
        kinds: kinds.into_iter().map(|id| KnownKind { id, schema: schema.clone() }).collect(),
        practices,
        teams: None,
        streams: None,
    }
}
