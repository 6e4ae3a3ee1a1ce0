//! The time came (`done_on = "after:5d"`): fires the start too where nobody had started.

use super::spec::{Act, Ask, Duty, Scope, Spec, need};
use crate::deciding::Deciding;
use crate::fact::Event;
use crate::item::{Place, Round};
use crate::refusal::Refusal;
use serde::{Deserialize, Serialize};

pub(super) const ID: &str = "timer";
pub(super) const SPEC: Spec = Spec {
    id: ID,
    label: "Time is up",
    about: "Finishes the step that the time finishes; other work that waited for it is queued again.",
    scope: Scope::Internal,
    duty: Duty::Work,
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
        let round = on.item.round(self.round).filter(|r| r.is_open() && on.item.closed.is_none());
        let Some(Round { number, place: Place::Step(step), started, .. }) = round else { return Ok(()) };
        let (number, step, unstarted) = (*number, *step, started.is_none());
        let waits = round.and_then(Round::waiting_for) == Some("timer");
        let timed = on.stream.timed().has(step);
        if timed && unstarted && on.standing().is_enabled(step) && on.gates_passed(step) {
            on.begin(number, step);
        } else if !waits {
            return Ok(());
        } else if !timed || unstarted {
            on.emit(Event::Requeued { round: number, by: "timer".to_owned() });
            return Ok(());
        }
        let first = on.stream.step(step).and_then(|s| s.outcomes.first()).map(|o| o.id.clone());
        on.complete(number, &Place::Step(step), first);
        Ok(())
    }
}
