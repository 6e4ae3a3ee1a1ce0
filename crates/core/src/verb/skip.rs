//! Leaving a step out: a deviation; it stands for an outcome. Its gates are asked first.

use super::spec::{Act, Ask, Duty, STEP, Scope, Spec, may, need};
use crate::deciding::Deciding;
use crate::fact::{Deviation, Event, Opening};
use crate::item::{GateState, Place};
use crate::refusal::{Ground, Refusal};
use crate::set::{StepIndex, StepSet};
use serde::{Deserialize, Serialize};

pub(super) const ID: &str = "skip";
pub(super) const SPEC: Spec = Spec {
    id: ID,
    label: "Skip",
    about: "Leaves a step out, with a reason.",
    scope: Scope::Step,
    duty: Duty::Work,
    args: &[
        STEP,
        need("reason", Ask::Words, "why it is left out"),
        may("as", Ask::Outcome, "the outcome it stands for (the first, where none is named)"),
    ],
};

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Skip {
    /// The step.
    pub step: String,
    /// Why it is left out.
    pub reason: String,
    /// The outcome it stands for.
    #[serde(default)]
    pub r#as: Option<String>,
}

impl Act for Skip {
    fn act(&self, on: &mut Deciding<'_>) -> Result<(), Refusal> {
        on.must_be_open()?;
        let (step, definition) = on.step_at(&self.step)?;
        reason_given(&self.reason)?;
        let standing = on.standing();
        let marking = &on.item.marking;
        if standing.dead.has(step) || marking.skipped.has(step) {
            return Err(Refusal::new(
                Ground::Stale,
                format!("“{}” is out already.", definition.name),
                on.what_is_open(),
            ));
        }
        if !marking.finished().is_empty() && marking.finished().has(step) && !marking.owed.has(step) {
            return Err(Refusal::new(
                Ground::Stale,
                format!("“{}” has been finished.", definition.name),
                on.what_is_open(),
            ));
        }
        let stands_for = match self.r#as.as_deref() {
            Some(_) => on.outcome_for(&Place::Step(step), self.r#as.as_deref())?,
            None => definition.outcomes.first().map(|o| o.id.clone()),
        };
        if !on.gates_passed(step) {
            return if ask(on, step, false) { Ok(()) } else { Err(held(on, step)) };
        }
        if let Some(round) = on.item.open_round_of(step).map(|r| r.number) {
            on.emit(Event::Dropped { round });
        }
        on.emit(Event::Skipped { step: definition.id.clone(), stands_for: stands_for.clone() });
        on.deviate(Deviation::Skip, &definition.id);
        on.end_by(step, stands_for.as_deref());
        Ok(())
    }
    fn words(&self) -> Option<&str> {
        Some(&self.reason)
    }
}

/// Refuses a deviation without a reason.
pub(super) fn reason_given(reason: &str) -> Result<(), Refusal> {
    if reason.trim().is_empty() {
        return Err(Refusal::new(
            Ground::Malformed,
            "This is not what the stream says, and no reason was given.",
            "Say why.",
        ));
    }
    Ok(())
}

/// Opens a round for its gates if there is none, and asks those not yet asked, or, `again`, those that
/// refused; says whether any was.
pub(super) fn ask(on: &mut Deciding<'_>, step: StepIndex, again: bool) -> bool {
    let round = match on.item.open_round_of(step) {
        Some(round) => round.number,
        None => on.open_round(step, Opening::Asked),
    };
    on.ask_gates(round, step, again)
}

/// The refusal of a step whose gates have been asked and have not passed.
pub(super) fn held(on: &Deciding<'_>, step: StepIndex) -> Refusal {
    let name = on.stream.step(step).map_or("?", |s| s.name.as_str());
    let round = on.item.open_round_of(step);
    let gates: Vec<&str> = round.map(|r| r.holding().collect()).unwrap_or_default();
    let refused = round.is_some_and(|r| r.gates.values().any(|s| *s == GateState::Refused));
    let right = if refused {
        "A refusal holds until the gate is asked again; no reason overrides it."
    } else {
        "The gate must pass first; no reason overrides it."
    };
    Refusal::new(Ground::Gate, format!("“{name}” is held by its gate {}.", gates.join(" and ")), right)
}

/// Asks the gates of steps that an early start of `step` would jump over; says whether any was asked.
/// Refuses while one that was asked before has not passed.
pub(super) fn ask_past_gates(on: &mut Deciding<'_>, step: StepIndex) -> Result<bool, Refusal> {
    let holding: Vec<StepIndex> = jumped(on, step).iter().filter(|s| !on.gates_passed(*s)).collect();
    let mut asked = false;
    for gated in &holding {
        asked |= ask(on, *gated, false);
    }
    match holding.first() {
        Some(first) if !asked => Err(held(on, *first)),
        _ => Ok(asked),
    }
}

/// The steps that should have come before a step that cannot start yet, and those that hold it. Through
/// a bypassed one the look goes on: what follows it inherits its `after`.
fn jumped(on: &Deciding<'_>, step: StepIndex) -> StepSet {
    let standing = on.standing();
    let marking = &on.item.marking;
    let behind = standing.dead.or(marking.done.without(marking.owed));
    let (mut jumped, mut seen, mut todo) = (StepSet::EMPTY, StepSet::EMPTY, StepSet::one(step));
    while let Some(next) = todo.iter().next() {
        todo.remove(next);
        seen.add(next);
        let unmet: StepSet =
            standing.unmet(next).into_iter().flatten().map(|r| r.step).chain(standing.holding(next)).collect();
        let before = unmet.without(behind).without(seen);
        jumped = jumped.or(before.without(standing.bypassed()));
        todo = todo.or(before);
    }
    jumped
}
