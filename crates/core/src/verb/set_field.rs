//! A field changes; conditions are looked at again.

use super::spec::{Act, Ask, Duty, Scope, Spec, may, need};
use crate::deciding::Deciding;
use crate::fact::Event;
use crate::refusal::{Ground, Refusal};
use serde::{Deserialize, Serialize};

pub(super) const ID: &str = "set_field";
pub(super) const SPEC: Spec = Spec {
    id: ID,
    label: "Set a field",
    about: "Gives a field a value, or clears it.",
    scope: Scope::Item,
    duty: Duty::Work,
    args: &[need("field", Ask::Field, "the field"), may("value", Ask::Value, "its value; none clears it")],
};

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetField {
    /// The field.
    pub field: String,
    /// Its value; none clears it.
    #[serde(default)]
    pub value: Option<String>,
}

impl Act for SetField {
    fn act(&self, on: &mut Deciding<'_>) -> Result<(), Refusal> {
        on.must_be_open()?;
        let value = self.value.clone().filter(|v| !v.is_empty());
        if on.item.fields.get(&self.field) == value.as_ref() {
            return Err(Refusal::new(
                Ground::Stale,
                format!("“{}” has that value already.", self.field),
                "Give another value.",
            ));
        }
        on.emit(Event::FieldSet { name: self.field.clone(), value });
        Ok(())
    }
}
