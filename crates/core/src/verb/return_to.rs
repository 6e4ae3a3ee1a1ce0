//! Going back: the step is owed again and holds its successors (rule 4).

use super::spec::{Act, Ask, Duty, STEP, Scope, Spec, may, need};
use crate::deciding::Deciding;
use crate::fact::{Deviation, Event};
use crate::refusal::{Ground, Refusal};
use crate::standing::Bypass;
use serde::{Deserialize, Serialize};

pub(super) const ID: &str = "return_to";
pub(super) const SPEC: Spec = Spec {
    id: ID,
    label: "Go back to",
    about: "Goes back to a step that was finished or left out; what followed it is done again.",
    scope: Scope::Step,
    duty: Duty::Work,
    args: &[
        STEP,
        need("reason", Ask::Words, "why it is done again"),
        may("keep", Ask::Flag, "what followed it stays done"),
    ],
};

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReturnTo {
    /// The step.
    pub step: String,
    /// Why it is done again.
    pub reason: String,
    /// What followed it stays done.
    #[serde(default)]
    pub keep: bool,
}

impl Act for ReturnTo {
    fn act(&self, on: &mut Deciding<'_>) -> Result<(), Refusal> {
        on.must_be_open()?;
        let (step, definition) = on.step_at(&self.step)?;
        super::skip::reason_given(&self.reason)?;
        let marking = &on.item.marking;
        if marking.open.has(step) {
            return Err(Refusal::new(Ground::Stale, format!("“{}” is open.", definition.name), on.what_is_open()));
        }
        let standing = on.standing();
        let passed_by =
            marking.finished().has(step) || matches!(standing.bypass(step), Some(Bypass::Skipped | Bypass::When));
        if !passed_by {
            return Err(Refusal::new(
                Ground::NotEnabled,
                format!("“{}” has not happened yet, so there is nothing to go back to.", definition.name),
                "Start it instead.",
            ));
        }
        if standing.dead.has(step) {
            return Err(Refusal::new(
                Ground::NotEnabled,
                format!("“{}” is out: the item went another way.", definition.name),
                "Go back to the decision.",
            ));
        }
        on.emit(Event::Returned { step: definition.id.clone(), keep: self.keep });
        on.deviate(Deviation::Return, &definition.id);
        Ok(())
    }
    fn words(&self) -> Option<&str> {
        Some(&self.reason)
    }
}
