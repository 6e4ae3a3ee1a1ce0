//! Words beside the item; the fact names them by id.

use super::spec::{Act, Ask, Duty, Scope, Spec, need};
use crate::deciding::Deciding;
use crate::fact::Event;
use crate::refusal::{Ground, Refusal};
use serde::{Deserialize, Serialize};

pub(super) const ID: &str = "comment";
pub(super) const SPEC: Spec = Spec {
    id: ID,
    label: "Comment",
    about: "Says something about the item.",
    scope: Scope::Item,
    duty: Duty::Follow,
    args: &[need("text", Ask::Words, "what there is to say")],
};

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comment {
    /// What there is to say.
    pub text: String,
}

impl Act for Comment {
    fn act(&self, on: &mut Deciding<'_>) -> Result<(), Refusal> {
        let Some(comment) = on.world.note.filter(|_| !self.text.trim().is_empty()) else {
            return Err(Refusal::new(Ground::Malformed, "The comment is empty.", "Write something."));
        };
        on.emit(Event::Commented { comment });
        Ok(())
    }
    fn words(&self) -> Option<&str> {
        Some(&self.text)
    }
}
