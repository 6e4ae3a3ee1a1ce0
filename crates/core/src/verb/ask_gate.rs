//! Asking gates: opens a round that is held until they pass (rule 6).

use super::spec::{Act, Duty, STEP, Scope, Spec};
use crate::deciding::Deciding;
use crate::refusal::{Ground, Refusal};
use serde::{Deserialize, Serialize};

pub(super) const ID: &str = "ask_gate";
pub(super) const SPEC: Spec = Spec {
    id: ID,
    label: "Ask the gate",
    about: "Asks the gates of a step, again after a refusal.",
    scope: Scope::Step,
    duty: Duty::Work,
    args: &[STEP],
};

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskGate {
    /// The step.
    pub step: String,
}

impl Act for AskGate {
    fn act(&self, on: &mut Deciding<'_>) -> Result<(), Refusal> {
        on.must_be_open()?;
        let (step, definition) = on.step_at(&self.step)?;
        if definition.gates.is_empty() {
            return Err(Refusal::new(Ground::Malformed, format!("“{}” has no gate.", definition.name), "Start it."));
        }
        if on.standing().dead.has(step) {
            return Err(Refusal::new(
                Ground::NotEnabled,
                format!("“{}” is out: the item went another way.", definition.name),
                on.what_is_open(),
            ));
        }
        if on.item.marking.begun.has(step) {
            return Err(Refusal::new(
                Ground::Stale,
                format!("“{}” has been started.", definition.name),
                on.what_is_open(),
            ));
        }
        if super::skip::ask(on, step, true) {
            return Ok(());
        }
        if on.gates_passed(step) {
            return Err(Refusal::new(Ground::Stale, "Every gate has passed.", "Start the step."));
        }
        Err(super::skip::held(on, step))
    }
}
