//! The time came (`done_on = "after:5d"`): fires the start too where nobody had started.

use super::spec::{Act, Ask, Scope, Spec, need};
use crate::deciding::Deciding;
use crate::refusal::Refusal;
use crate::item::Place;
use serde::{Deserialize, Serialize};

pub(super) const ID: &str = "timer";
pub(super) const SPEC: Spec = Spec {
    id: ID,
    label: "Time is up",
    about: "Finishes the step that waited for the time.",
    scope: Scope::Internal,
    args: &[need("round", Ask::Value, "the round")],
};

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timer {
    /// The round.
    pub round: u32,
}

impl Act for Timer {
    fn act(&self, on: &mut Deciding<'_>) -> Result<(), Refusal> {
        let waits = on.item.round(self.round).filter(|r| r.is_open() && r.waiting_for() == Some("timer")).cloned();
        let (Some(round), None) = (waits, on.item.closed) else {
            return Ok(());
        };
        let Place::Step(step) = round.place else { return Ok(()) };
        let first = on.stream.step(step).and_then(|s| s.outcomes.first()).map(|o| o.id.clone());
        if round.started.is_none() {
            on.begin(round.number, step);
        }
        on.complete(round.number, &round.place, first);
        Ok(())
    }
}
