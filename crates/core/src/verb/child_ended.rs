//! The end of a child (rule 9): delivered finishes the waiting round, anything else queues it.

use super::spec::{Act, Ask, Duty, Scope, Spec, need};
use crate::deciding::Deciding;
use crate::fact::Event;
use crate::id::ItemId;
use crate::item::{Outcome, Phase, Place};
use crate::refusal::Refusal;
use serde::{Deserialize, Serialize};

pub(super) const ID: &str = "child_ended";
pub(super) const SPEC: Spec = Spec {
    id: ID,
    label: "Child ended",
    about: "Tells the item how a child it opened ended.",
    scope: Scope::Internal,
    duty: Duty::Work,
    args: &[need("child", Ask::Item, "the child"), need("result", Ask::Label, "how it ended")],
};

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChildEnded {
    /// The child.
    pub child: ItemId,
    /// How it ended.
    pub result: Outcome,
}

impl Act for ChildEnded {
    fn act(&self, on: &mut Deciding<'_>) -> Result<(), Refusal> {
        let round = on
            .item
            .rounds
            .iter()
            .find(|r| r.child.as_ref().is_some_and(|c| c.item == self.child && c.result.is_none()))
            .cloned();
        let Some(round) = round else {
            return Ok(());
        };
        on.emit(Event::ChildEnded { round: round.number, child: self.child, result: self.result });
        let Place::Step(step) = round.place else { return Ok(()) };
        let Some(definition) = on.stream.step(step).filter(|s| s.spawns.as_ref().is_some_and(|c| c.wait)) else {
            return Ok(());
        };
        let waits = round.waiting_for() == Some("child");
        // Who took the work up again meanwhile decides; in a queue, such as that of another team, nobody has.
        let untouched = waits || round.phase() == Phase::Queued;
        if on.item.closed.is_some() || !untouched {
            return Ok(());
        }
        if self.result == Outcome::Delivered {
            let named = definition.outcomes.iter().find(|o| o.id == self.result.id()).or(definition.outcomes.first());
            on.complete(round.number, &round.place, named.map(|o| o.id.clone()));
        } else if waits {
            on.emit(Event::Requeued { round: round.number, by: "child".to_owned() });
        }
        Ok(())
    }
}
