//! Giving up a round; a step that is still owed opens again.

use super::spec::{Act, Ask, Duty, STEP, Scope, Spec, need};
use crate::deciding::Deciding;
use crate::fact::{Deviation, Event};
use crate::refusal::Refusal;
use serde::{Deserialize, Serialize};

pub(super) const ID: &str = "give_up";
pub(super) const SPEC: Spec = Spec {
    id: ID,
    label: "Give up",
    about: "Gives up an open round: it neither finished nor failed.",
    scope: Scope::Step,
    duty: Duty::Work,
    args: &[STEP, need("reason", Ask::Words, "why it is given up")],
};

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GiveUp {
    /// The step.
    pub step: String,
    /// Why it is given up.
    pub reason: String,
}

impl Act for GiveUp {
    fn act(&self, on: &mut Deciding<'_>) -> Result<(), Refusal> {
        on.must_be_open()?;
        let round = on.open_round_at(&self.step)?;
        super::skip::reason_given(&self.reason)?;
        on.emit(Event::Dropped { round: round.number });
        on.deviate(Deviation::Drop, &self.step);
        Ok(())
    }
    fn words(&self) -> Option<&str> {
        Some(&self.reason)
    }
}
