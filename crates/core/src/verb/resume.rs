//! Going on: Waiting back to Active.

use super::spec::{Act, Duty, STEP, Scope, Spec};
use crate::deciding::Deciding;
use crate::fact::Event;
use crate::item::{Phase, Place};
use crate::refusal::{Ground, Refusal};
use serde::{Deserialize, Serialize};

pub(super) const ID: &str = "resume";
pub(super) const SPEC: Spec =
    Spec { id: ID, label: "Resume", about: "Goes on with paused work.", scope: Scope::Step, duty: Duty::Work, args: &[STEP] };

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resume {
    /// The step.
    pub step: String,
}

impl Act for Resume {
    fn act(&self, on: &mut Deciding<'_>) -> Result<(), Refusal> {
        on.must_be_open()?;
        let round = on.open_round_at(&self.step)?;
        if round.phase() != Phase::Waiting {
            return Err(Refusal::new(
                Ground::Stale,
                format!("This does not wait, it is {}.", round.phase().id()),
                on.what_is_open(),
            ));
        }
        match round.place {
            // The time it waited for is no longer waited for: somebody took it up.
            Place::Step(step) if Deciding::waits_for_time(&round) => super::start::first(on, step, None).map(|_| ()),
            _ => {
                on.emit(Event::Resumed { round: round.number });
                Ok(())
            }
        }
    }
}
