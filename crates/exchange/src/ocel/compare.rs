//! Whether two logs say the same, whatever the order in which they say it.

use super::model::{Ocel, Types};
use crate::date::rfc3339;

impl Ocel {
    /// Everything the log says, one statement a line, sorted: two logs with equal lines have equal content.
    #[must_use]
    pub fn statements(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let mut types = |what: &str, types: &Types| {
            for (of, name) in (0u32..).zip(types.names.iter()) {
                lines.push(format!("{what} type {name:?}"));
                for declared in types.of(of) {
                    let attribute = self.attributes.name(declared.name);
                    lines.push(format!("{what} type {name:?} has {attribute:?}: {}", declared.kind.id()));
                }
            }
        };
        types("event", &self.event_types);
        types("object", &self.object_types);
        for n in self.event_numbers() {
            let id = self.event_ids.name(n);
            let of = self.event_types.names.name(self.event_type.get(n as usize).copied().unwrap_or_default());
            let at = self.at.get(n as usize).copied().unwrap_or_default();
            lines.push(format!("event {id:?} is {of:?} at {}", rfc3339(at)));
            for place in self.event_values.of(n) {
                if let Some(value) = self.value(&self.event_values, place) {
                    let name = self.attributes.name(self.event_values.name.get(place).copied().unwrap_or_default());
                    lines.push(format!("event {id:?} {name:?} = {value:?}"));
                }
            }
            for (object, qualifier) in self.e2o.of(n) {
                let (object, qualifier) = (self.object_ids.name(object), self.qualifiers.name(qualifier));
                lines.push(format!("event {id:?} touches {object:?} as {qualifier:?}"));
            }
        }
        for n in self.object_numbers() {
            let id = self.object_ids.name(n);
            if self.is_described(n) {
                lines.push(format!("object {id:?} is {:?}", self.object_types.names.name(self.type_of(n))));
            }
            for place in self.object_values.of(n) {
                if let Some(value) = self.value(&self.object_values, place) {
                    let name = self.attributes.name(self.object_values.name.get(place).copied().unwrap_or_default());
                    let at = self.object_values.at.get(place).copied().unwrap_or_default();
                    lines.push(format!("object {id:?} {name:?} = {value:?} from {}", rfc3339(at)));
                }
            }
            for (object, qualifier) in self.o2o.of(n) {
                let (object, qualifier) = (self.object_ids.name(object), self.qualifiers.name(qualifier));
                lines.push(format!("object {id:?} to {object:?} as {qualifier:?}"));
            }
        }
        lines.sort_unstable();
        lines
    }
}
