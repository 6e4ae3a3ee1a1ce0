//! Fields of a kind as inputs of a form.

use std::collections::BTreeMap;
use watercourse_practices::{Field, FieldType, Kind};

/// A field as an input.
#[derive(Debug, Clone)]
pub struct FieldInput {
    /// Unique on the page.
    pub id: String,
    /// Its name in the form.
    pub name: String,
    /// What people read.
    pub label: &'static str,
    /// What may be chosen; empty for a free text.
    pub options: Vec<(String, String)>,
    /// What stands in it.
    pub value: String,
    is: FieldType,
}

impl FieldInput {
    fn of(field: &Field, filled: &BTreeMap<String, String>) -> Self {
        let name = format!("field_{}", field.id);
        let words = |choice: &&str| {
            let shown = match (field.is, *choice) {
                (FieldType::Bool, "true") => "yes",
                (FieldType::Bool, _) => "no",
                (_, choice) => choice,
            };
            ((*choice).to_owned(), shown.to_owned())
        };
        Self {
            id: format!("field-{}", field.id),
            label: field.label,
            options: field.is.choices().iter().map(words).collect(),
            value: filled.get(&name).cloned().unwrap_or_default(),
            is: field.is,
            name,
        }
    }
    /// The sort of input a browser offers.
    #[must_use]
    pub const fn html_type(&self) -> &'static str {
        match self.is {
            FieldType::Number => "number",
            FieldType::Date => "date",
            _ => "text",
        }
    }
}

/// The inputs for a kind, with what was filled in before.
#[must_use]
pub fn inputs(kind: &Kind, filled: &BTreeMap<String, String>) -> Vec<FieldInput> {
    kind.all_fields().map(|f| FieldInput::of(f, filled)).collect()
}
