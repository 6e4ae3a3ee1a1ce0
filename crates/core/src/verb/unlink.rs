//! A typed relation to another item (unlink).

use super::spec::{Act, Ask, Duty, Scope, Spec, need};
use crate::deciding::Deciding;
use crate::fact::Event;
use crate::id::ItemId;
use crate::link::Link as Relation;
use crate::refusal::{Ground, Refusal};
use serde::{Deserialize, Serialize};

pub(super) const ID: &str = "unlink";
pub(super) const SPEC: Spec = Spec {
    id: ID,
    label: "Unlink",
    about: "Takes a relation back.",
    scope: Scope::Item,
    duty: Duty::Work,
    args: &[need("link", Ask::Link, "how they belong together"), need("to", Ask::Item, "the other item")],
};

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unlink {
    /// How they belong together.
    pub link: Relation,
    /// The other item.
    pub to: ItemId,
}

impl Act for Unlink {
    fn act(&self, on: &mut Deciding<'_>) -> Result<(), Refusal> {
        if self.to == on.item.id {
            return Err(Refusal::new(Ground::Malformed, "An item cannot be linked to itself.", "Name another item."));
        }
        on.emit(Event::Unlinked { link: self.link, to: self.to });
        Ok(())
    }
}
