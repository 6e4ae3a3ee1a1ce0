//! Cancelling: open rounds are dropped; a child goes on.

use super::spec::{Act, Ask, Duty, Scope, Spec, need};
use crate::deciding::Deciding;
use crate::refusal::{Ground, Refusal};
use crate::stream::Ends;
use serde::{Deserialize, Serialize};

pub(super) const ID: &str = "cancel";
pub(super) const SPEC: Spec = Spec {
    id: ID,
    label: "Cancel",
    about: "Ends the item: it is no longer wanted.",
    scope: Scope::Item,
    duty: Duty::Follow,
    args: &[need("reason", Ask::Words, "why it is no longer wanted")],
};

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cancel {
    /// Why it is no longer wanted.
    pub reason: String,
}

impl Act for Cancel {
    fn act(&self, on: &mut Deciding<'_>) -> Result<(), Refusal> {
        on.must_be_open()?;
        if self.reason.trim().is_empty() {
            return Err(Refusal::new(
                Ground::Malformed,
                "A cancellation needs a reason.",
                "Say why it is no longer wanted.",
            ));
        }
        on.drop_all();
        on.close(Some(Ends::Cancelled), None);
        Ok(())
    }
    fn words(&self) -> Option<&str> {
        Some(&self.reason)
    }
}
