//! The fields a filter may ask about, and the check of a filter against them.

use super::ast::{Filter, Test};
use super::field_type::FieldType;
use super::issue::{Issue, short};
use super::literal::is_relative;
use super::meaning::meaning;
use crate::nearest::suggest;

/// A field that filters may ask about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldDef {
    /// Its name, in small letters.
    pub name: String,
    /// What it holds.
    pub field_type: FieldType,
    /// Whether its value changes as time goes by without anything happening, as an age does.
    pub relative: bool,
}

/// The fields there are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Schema {
    fields: Vec<FieldDef>,
}

impl Schema {
    /// No field yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { fields: Vec::new() }
    }
    /// With one field more; it replaces one of the same name.
    #[must_use]
    pub fn with(self, name: &str, field_type: FieldType) -> Self {
        self.with_field(FieldDef { name: name.to_owned(), field_type, relative: false })
    }
    /// With one field more whose value changes as time goes by.
    #[must_use]
    pub fn with_relative(self, name: &str, field_type: FieldType) -> Self {
        self.with_field(FieldDef { name: name.to_owned(), field_type, relative: true })
    }
    /// With one field more; it replaces one of the same name.
    #[must_use]
    pub fn with_field(mut self, mut field: FieldDef) -> Self {
        field.name.make_ascii_lowercase();
        self.fields.retain(|f| f.name != field.name);
        self.fields.push(field);
        self
    }
    /// The field of a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&FieldDef> {
        self.fields.iter().find(|f| f.name == name)
    }
    /// All fields, in the order they were added.
    #[must_use]
    pub fn fields(&self) -> &[FieldDef] {
        &self.fields
    }

    /// Everything that is wrong with a filter: unknown fields, values that do not fit, comparisons
    /// where nothing is more or less.
    #[must_use]
    pub fn check(&self, filter: &Filter) -> Vec<Issue> {
        let mut issues = Vec::new();
        filter.expr().each_test(&mut |name, test| match self.get(&name.text) {
            Some(field) => issues.extend(meaning(name, test, &field.field_type, 0).err()),
            None => {
                let mut right = suggest(&name.text, self.fields.iter().map(|f| f.name.as_str()));
                if !right.starts_with("did") {
                    let quotes = "put quotes around it to search for it as text";
                    right = if right.is_empty() { quotes.to_owned() } else { format!("{quotes}; {right}") };
                }
                issues.push(Issue::new(name.place, format!("“{}” is no field", short(&name.text)), right));
            }
        });
        issues
    }
    /// The places at which a filter depends on when it is asked: an age, `created:>-7d`, `due:today`.
    /// Such a filter cannot decide a step, because its answer would change while nothing happens.
    #[must_use]
    pub fn relative_time(&self, filter: &Filter) -> Vec<Issue> {
        let mut issues = Vec::new();
        filter.expr().each_test(&mut |name, test| {
            let Some(field) = self.get(&name.text) else { return };
            let right = "ask for a date such as 2026-11-23, or for a field that somebody sets";
            if field.relative && *test != Test::IsSet {
                issues.push(Issue::new(name.place, format!("“{}” changes as time goes by", name.text), right));
            } else if field.field_type == FieldType::Date {
                for value in test.values().filter(|v| is_relative(&v.text)) {
                    issues.push(Issue::new(
                        value.place,
                        format!("“{}” depends on when it is asked", short(&value.text)),
                        right,
                    ));
                }
            }
        });
        issues
    }
}

impl Filter {
    /// Whether its answer depends on when it is asked, see [`Schema::relative_time`].
    #[must_use]
    pub fn uses_relative_time(&self, schema: &Schema) -> bool {
        !schema.relative_time(self).is_empty()
    }
}
