//! Taking up again (rule 12), within the time the stream allows.

use super::spec::{Act, Ask, Scope, Spec, may};
use crate::deciding::Deciding;
use crate::refusal::{Ground, Refusal};
use crate::fact::Event;
use crate::item::{Ending, Place};
use crate::standing::Bypass;
use serde::{Deserialize, Serialize};

pub(super) const ID: &str = "reopen";
pub(super) const SPEC: Spec = Spec {
    id: ID,
    label: "Reopen",
    about: "Takes a closed or delivered item up again, at a step.",
    scope: Scope::Item,
    args: &[may("step", Ask::Step, "where to go on; without one, the delivering step or the decision that ended it"), may("reason", Ask::Words, "why")],
};

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reopen {
    /// Where to go on.
    #[serde(default)]
    pub step: Option<String>,
    /// Why.
    #[serde(default)]
    pub reason: Option<String>,
}

impl Act for Reopen {
    fn act(&self, on: &mut Deciding<'_>) -> Result<(), Refusal> {
        let delivered = on.item.rounds.iter().rev().find_map(|r| match (&r.place, &r.ended) {
            (Place::Step(s), Some((at, Ending::Done(_)))) if on.stream.delivering().has(*s) => Some((*s, *at)),
            _ => None,
        });
        let from = match (on.item.closed, delivered) {
            (Some((at, _)), _) => at,
            (None, Some((_, at))) => at,
            (None, None) => {
                return Err(Refusal::new(Ground::Stale, format!("{} is open and has not been delivered.", on.item.key), "Go back to a step instead."));
            }
        };
        if on.world.at.micros().saturating_sub(from.micros()) > window(on) {
            return Err(Refusal::new(
                Ground::Stale,
                format!("{} ended at {from}, longer ago than {}.", on.item.key, on.stream.reopen_within),
                TOO_LATE,
            ));
        }
        let given = match self.step.as_deref().filter(|s| !s.is_empty()) {
            Some(id) => Some(on.step_at(id)?.0),
            None => None,
        };
        let step = given.or(delivered.map(|d| d.0)).or(on.item.ended_by.map(|e| e.0));
        if let Some(step) = step {
            let standing = on.standing();
            let name = on.stream.step(step).map_or("?", |s| s.name.as_str());
            if standing.dead.has(step) || standing.bypass(step) == Some(Bypass::When) {
                return Err(Refusal::new(Ground::NotEnabled, format!("“{name}” is out: the item went another way."), "Reopen it at the decision."));
            }
            if on.item.marking.open.has(step) {
                return Err(Refusal::new(Ground::Stale, format!("“{name}” is open."), on.what_is_open()));
            }
        } else if on.standing().owed.is_empty() {
            return Err(Refusal::new(Ground::Malformed, "Nothing is left to do on it.", "Name the step to go on at."));
        }
        let step = step.and_then(|s| on.stream.step(s)).map(|s| s.id.clone());
        on.emit(Event::Reopened { step, parked_from: from });
        Ok(())
    }
    fn words(&self) -> Option<&str> {
        self.reason.as_deref()
    }
}

/// What to do when the time for taking up the same item has passed.
pub const TOO_LATE: &str = "Open a new item that reopens it.";

/// How long after its end an item may be taken up again, in microseconds.
fn window(on: &Deciding<'_>) -> i64 {
    const FOURTEEN_DAYS: i64 = 14 * 86_400 * 1_000_000;
    on.stream.reopen_within.as_micros().unwrap_or(FOURTEEN_DAYS)
}
