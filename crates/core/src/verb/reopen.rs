//! Taking up again (rule 12), within the time the stream allows.

use super::spec::{Act, Ask, Duty, Scope, Spec, may};
use crate::deciding::Deciding;
use crate::fact::Event;
use crate::item::{Ending, Place, Round};
use crate::refusal::{Ground, Refusal};
use crate::set::{StepIndex, StepSet};
use crate::time::Instant;
use serde::{Deserialize, Serialize};

pub(super) const ID: &str = "reopen";
pub(super) const SPEC: Spec = Spec {
    id: ID,
    label: "Reopen",
    about: "Takes a closed or delivered item up again, at a step.",
    scope: Scope::Item,
    duty: Duty::Follow,
    args: &[
        may("step", Ask::Step, "where to go on; without one, the delivering step or the decision that ended it"),
        may("reason", Ask::Words, "why"),
    ],
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
        let delivered = delivered(on);
        let from = match (on.item.closed, delivered) {
            (Some((at, _)), _) => at,
            (None, Some((_, at))) if is_resting(on, at) => at,
            (None, _) => {
                return Err(Refusal::new(
                    Ground::Stale,
                    format!("{} is open and has not been delivered.", on.item.key),
                    "Go back to a step instead.",
                ));
            }
        };
        if on.item.closed.is_some() && on.world.at.micros().saturating_sub(from.micros()) > window(on) {
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
        let Some(definition) = step.and_then(|s| on.stream.step(s)) else {
            if on.standing().owed.is_empty() {
                return Err(Refusal::new(Ground::Malformed, "Nothing is left to do on it.", could_go_on_at(on)));
            }
            on.emit(Event::Reopened { step: None, parked_from: from });
            return Ok(());
        };
        let is = |set: StepSet| step.is_some_and(|s| set.has(s));
        if is(on.standing().dead) {
            return Err(Refusal::new(
                Ground::NotEnabled,
                format!("“{}” is out: the item went another way.", definition.name),
                could_go_on_at(on),
            ));
        }
        if is(on.item.marking.open) {
            return Err(Refusal::new(Ground::Stale, format!("“{}” is open.", definition.name), on.what_is_open()));
        }
        on.emit(Event::Reopened { step: Some(definition.id.clone()), parked_from: from });
        Ok(())
    }
    fn words(&self) -> Option<&str> {
        self.reason.as_deref()
    }
}

/// What to do when the time for taking up the same item has passed.
pub const TOO_LATE: &str = "Open a new item that reopens it.";

/// The last finish of a delivering step, where the last round of one finished.
fn delivered(on: &Deciding<'_>) -> Option<(StepIndex, Instant)> {
    let done = on.stream.delivering().and(on.item.marking.done);
    let finish = |r: &Round| match (&r.place, &r.ended) {
        (Place::Step(step), Some((at, Ending::Done(_)))) if done.has(*step) => Some((*step, *at)),
        _ => None,
    };
    on.item.rounds.iter().filter_map(finish).max_by_key(|d| d.1)
}

/// Whether an open item that was delivered then has not been taken up again since.
fn is_resting(on: &Deciding<'_>, delivered: Instant) -> bool {
    let again = on.standing().owed.or(on.item.marking.open).and(on.stream.delivering());
    again.is_empty() && on.item.parked.last().is_none_or(|p| p.1 < delivered)
}

/// A sentence that names the finished steps that are not out.
fn could_go_on_at(on: &Deciding<'_>) -> String {
    let could = on.item.marking.finished().without(on.standing().dead);
    let ids: Vec<&str> = could.iter().filter_map(|s| on.stream.step(s)).map(|s| s.id.as_str()).collect();
    format!("Name the step to go on at, such as {}.", ids.join(", "))
}

/// How long after its end an item may be taken up again, in microseconds.
fn window(on: &Deciding<'_>) -> i64 {
    const FOURTEEN_DAYS: i64 = 14 * 86_400 * 1_000_000;
    on.stream.reopen_within.as_micros().unwrap_or(FOURTEEN_DAYS)
}
