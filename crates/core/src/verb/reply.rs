//! An answer came: Waiting back to Queued, for the team to pick up.

use super::spec::{Act, Ask, Duty, STEP, Scope, Spec, may};
use crate::deciding::Deciding;
use crate::fact::Event;
use crate::item::Phase;
use crate::refusal::{Ground, Refusal};
use serde::{Deserialize, Serialize};

pub(super) const ID: &str = "reply";
pub(super) const SPEC: Spec = Spec {
    id: ID,
    label: "Answered",
    about: "Puts paused work back in the queue: what it waited for has come.",
    scope: Scope::Step,
    duty: Duty::Work,
    args: &[STEP, may("comment", Ask::Words, "the answer")],
};

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reply {
    /// The step.
    pub step: String,
    /// The answer.
    #[serde(default)]
    pub comment: Option<String>,
}

impl Act for Reply {
    fn act(&self, on: &mut Deciding<'_>) -> Result<(), Refusal> {
        on.must_be_open()?;
        let round = on.open_round_at(&self.step)?;
        if round.phase() != Phase::Waiting || Deciding::waits_for_time(&round) {
            return Err(Refusal::new(
                Ground::Stale,
                format!("This waits for no answer, it is {}.", round.phase().id()),
                on.what_is_open(),
            ));
        }
        on.emit(Event::Requeued { round: round.number, by: "reply".to_owned() });
        Ok(())
    }
    fn words(&self) -> Option<&str> {
        self.comment.as_deref()
    }
}
