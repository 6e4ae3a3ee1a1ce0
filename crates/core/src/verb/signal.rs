//! An event from outside (`done_on`): fires the start too where nobody had started.

use super::spec::{Act, Ask, Duty, Scope, Spec, may, need};
use crate::deciding::Deciding;
use crate::fact::Event;
use crate::item::Place;
use crate::refusal::{Ground, Refusal};
use crate::set::StepIndex;
use crate::stream::DoneOn;
use serde::{Deserialize, Serialize};

pub(super) const ID: &str = "signal";
pub(super) const SPEC: Spec = Spec {
    id: ID,
    label: "Event from outside",
    about: "Finishes or fails the step that waits for this event.",
    scope: Scope::Item,
    duty: Duty::Work,
    args: &[
        need("event", Ask::Label, "the event: pipeline, deployment, …"),
        may("failed", Ask::Flag, "it did not work out"),
        may("outcome", Ask::Outcome, "how it came out"),
        may("evidence", Ask::Words, "what it rests on"),
    ],
};

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signal {
    /// The event.
    pub event: String,
    /// It did not work out.
    #[serde(default)]
    pub failed: bool,
    /// How it came out.
    #[serde(default)]
    pub outcome: Option<String>,
    /// What it rests on.
    #[serde(default)]
    pub evidence: Option<String>,
}

impl Act for Signal {
    fn act(&self, on: &mut Deciding<'_>) -> Result<(), Refusal> {
        on.must_be_open()?;
        let waits = |step: &StepIndex| matches!(on.stream.step(*step).and_then(|s| s.done_on.as_ref()), Some(DoneOn::Event(e)) if *e == self.event);
        let candidates: Vec<StepIndex> = on.stream.all().iter().filter(waits).collect();
        let standing = on.standing();
        let marking = &on.item.marking;
        let open = candidates.iter().find(|s| marking.open.has(**s));
        // What is done waits for nothing: the same event twice makes no second round.
        let offered = || candidates.iter().find(|s| !marking.done.has(**s) && standing.is_enabled(**s));
        let Some(step) = open.or_else(offered).copied() else {
            return Err(Refusal::new(
                Ground::Stale,
                format!("No step of {} waits for “{}” now.", on.item.key, self.event),
                on.what_is_open(),
            ));
        };
        // A plain event finishes a step with outcomes in its first way.
        let first = on.stream.step(step).and_then(|s| s.outcomes.first()).map(|o| o.id.as_str());
        let place = Place::Step(step);
        let outcome = on.outcome_for(&place, self.outcome.as_deref().or(first))?;
        let begun = on.item.open_round_of(step).filter(|r| r.started.is_some()).map(|r| r.number);
        let round = match begun {
            Some(round) => Some(round),
            // The event is the reason, where it comes before the step's time.
            None => super::start::first(on, step, Some(&self.event))?,
        };
        let Some(round) = round else { return Ok(()) };
        on.acting = Some(round);
        if self.failed {
            on.emit(Event::Failed { round });
        } else {
            on.complete(round, &place, outcome);
        }
        Ok(())
    }
    fn words(&self) -> Option<&str> {
        self.evidence.as_deref()
    }
}
