//! Failing a round: it counts as rework, and rules may react.

use super::spec::{Act, Ask, Duty, STEP, Scope, Spec, may};
use crate::deciding::Deciding;
use crate::fact::Event;
use crate::refusal::{Ground, Refusal};
use serde::{Deserialize, Serialize};

pub(super) const ID: &str = "fail";
pub(super) const SPEC: Spec = Spec {
    id: ID,
    label: "Failed",
    about: "Ends a step that did not work out; a required one is owed again.",
    scope: Scope::Step,
    duty: Duty::Work,
    args: &[STEP, may("comment", Ask::Words, "what went wrong")],
};

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fail {
    /// The step.
    pub step: String,
    /// What went wrong.
    #[serde(default)]
    pub comment: Option<String>,
}

impl Act for Fail {
    fn act(&self, on: &mut Deciding<'_>) -> Result<(), Refusal> {
        on.must_be_open()?;
        let round = on.open_round_at(&self.step)?;
        if round.started.is_none() {
            return Err(Refusal::new(
                Ground::Stale,
                "Work that has not started cannot fail.",
                "Start it, skip it or drop it.",
            ));
        }
        on.acting = Some(round.number);
        on.emit(Event::Failed { round: round.number });
        Ok(())
    }
    fn words(&self) -> Option<&str> {
        self.comment.as_deref()
    }
}
