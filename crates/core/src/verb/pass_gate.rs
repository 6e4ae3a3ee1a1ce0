//! A gate passes: a fact with actor and evidence.

use super::spec::{Act, Ask, Duty, STEP, Scope, Spec, may, need};
use crate::deciding::Deciding;
use crate::fact::Event;
use crate::item::GateState;
use crate::refusal::{Ground, Refusal};
use serde::{Deserialize, Serialize};

pub(super) const ID: &str = "pass_gate";
pub(super) const SPEC: Spec = Spec {
    id: ID,
    label: "Pass the gate",
    about: "Lets a step start, with evidence.",
    scope: Scope::Step,
    duty: Duty::Approve,
    args: &[STEP, need("gate", Ask::Gate, "the gate"), may("evidence", Ask::Words, "what it rests on")],
};

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PassGate {
    /// The step.
    pub step: String,
    /// The gate.
    pub gate: String,
    /// What it rests on.
    #[serde(default)]
    pub evidence: Option<String>,
}

impl Act for PassGate {
    fn act(&self, on: &mut Deciding<'_>) -> Result<(), Refusal> {
        on.must_be_open()?;
        let round = gated_round(on, &self.step, &self.gate)?;
        match on.item.round(round).and_then(|r| r.gates.get(&self.gate)) {
            Some(GateState::Passed) => {
                return Err(Refusal::new(
                    Ground::Stale,
                    format!("The gate “{}” has passed.", self.gate),
                    on.what_is_open(),
                ));
            }
            Some(GateState::Refused) => {
                return Err(Refusal::new(
                    Ground::Gate,
                    format!("The gate “{}” has refused, and that holds until it is asked again.", self.gate),
                    "Ask it again first.",
                ));
            }
            _ => {}
        }
        on.emit(Event::GatePassed { round, gate: self.gate.clone() });
        Ok(())
    }
    fn words(&self) -> Option<&str> {
        self.evidence.as_deref()
    }
}

/// The open, not yet started round of a step that has this gate and was asked for it.
pub(super) fn gated_round(on: &Deciding<'_>, step: &str, gate: &str) -> Result<u32, Refusal> {
    let (_, definition) = on.step_at(step)?;
    if !definition.gates.iter().any(|g| g == gate) {
        let right = if definition.gates.is_empty() {
            "It has none.".to_owned()
        } else {
            format!("Its gates are {}.", definition.gates.join(", "))
        };
        return Err(Refusal::new(Ground::Malformed, format!("“{}” has no gate “{gate}”.", definition.name), right));
    }
    let round = on.open_round_at(step)?;
    if round.started.is_some() {
        return Err(Refusal::new(
            Ground::Stale,
            format!("“{}” has been started, its gates are behind it.", definition.name),
            on.what_is_open(),
        ));
    }
    if !round.gates.contains_key(gate) {
        return Err(Refusal::new(Ground::Stale, format!("The gate “{gate}” has not been asked."), "Ask it first."));
    }
    Ok(round.number)
}
