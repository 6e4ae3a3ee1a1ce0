//! A gate refuses: held until asked again, or final, which declines the item.

use super::spec::{Act, Ask, Duty, STEP, Scope, Spec, may, need};
use crate::deciding::Deciding;
use crate::fact::Event;
use crate::refusal::{Ground, Refusal};
use crate::stream::Ends;
use serde::{Deserialize, Serialize};

pub(super) const ID: &str = "refuse_gate";
pub(super) const SPEC: Spec = Spec {
    id: ID,
    label: "Refuse",
    about: "Does not let a step start; asked again it may, unless the refusal is final.",
    scope: Scope::Step,
    duty: Duty::Approve,
    args: &[
        STEP,
        need("gate", Ask::Gate, "the gate"),
        need("reason", Ask::Words, "why"),
        may("final", Ask::Flag, "the item ends, declined"),
    ],
};

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefuseGate {
    /// The step.
    pub step: String,
    /// The gate.
    pub gate: String,
    /// Why.
    pub reason: String,
    /// The item ends, declined.
    #[serde(default)]
    pub r#final: bool,
}

impl Act for RefuseGate {
    fn act(&self, on: &mut Deciding<'_>) -> Result<(), Refusal> {
        on.must_be_open()?;
        let round = super::pass_gate::gated_round(on, &self.step, &self.gate)?;
        if self.reason.trim().is_empty() {
            return Err(Refusal::new(Ground::Malformed, "A refusal needs a reason.", "Say why."));
        }
        on.emit(Event::GateRefused { round, gate: self.gate.clone(), r#final: self.r#final });
        if self.r#final {
            let step = on.stream.index(&self.step);
            on.drop_all();
            on.close(Some(Ends::Declined), step);
        }
        Ok(())
    }
    fn words(&self) -> Option<&str> {
        Some(&self.reason)
    }
}
