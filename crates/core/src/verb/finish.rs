//! Finishing a round; an outcome may end the item.

use super::spec::{Act, Ask, Duty, STEP, Scope, Spec, may};
use crate::deciding::Deciding;
use crate::item::{Phase, Place};
use crate::refusal::{Ground, Refusal};
use serde::{Deserialize, Serialize};

pub(super) const ID: &str = "finish";
pub(super) const SPEC: Spec = Spec {
    id: ID,
    label: "Finish",
    about: "Finishes a step, with an outcome where it has some.",
    scope: Scope::Step,
    duty: Duty::Work,
    args: &[STEP, may("outcome", Ask::Outcome, "how it came out"), may("comment", Ask::Words, "anything to add")],
};

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finish {
    /// The step.
    pub step: String,
    /// How it came out.
    #[serde(default)]
    pub outcome: Option<String>,
    /// Anything to add.
    #[serde(default)]
    pub comment: Option<String>,
}

impl Act for Finish {
    fn act(&self, on: &mut Deciding<'_>) -> Result<(), Refusal> {
        on.must_be_open()?;
        let round = on.open_round_at(&self.step)?;
        let outcome = on.outcome_for(&round.place, self.outcome.as_deref())?;
        match round.place {
            Place::Step(step) if Deciding::waits_for_time(&round) => {
                if super::start::first(on, step, None)?.is_none() {
                    return Ok(());
                }
            }
            _ if round.phase() == Phase::Active => {}
            _ => {
                let right = if round.phase() == Phase::Waiting { "Resume it first." } else { "Start it first." };
                return Err(Refusal::new(
                    Ground::Stale,
                    format!("Only active work can finish, and this is {}.", round.phase().id()),
                    right,
                ));
            }
        }
        on.complete(round.number, &round.place, outcome);
        Ok(())
    }
    fn words(&self) -> Option<&str> {
        self.comment.as_deref()
    }
}
