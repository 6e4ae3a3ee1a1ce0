//! Starting a step: DESIGN §2.1 rules 1, 6, 7 and 9.

use super::spec::{Act, Ask, Duty, STEP, Scope, Spec, may};
use crate::deciding::Deciding;
use crate::fact::{Deviation, Event, Opening};
use crate::item::{Phase, Round};
use crate::refusal::{Ground, Refusal};
use crate::set::StepIndex;
use crate::stream::Adhoc;
use serde::{Deserialize, Serialize};

pub(super) const ID: &str = "start";
pub(super) const SPEC: Spec = Spec {
    id: ID,
    label: "Start",
    about: "Begins work on a step, or takes it up again from the queue.",
    scope: Scope::Step,
    duty: Duty::Work,
    args: &[STEP, may("reason", Ask::Words, "why, when the step is started before its time")],
};

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Start {
    /// The step.
    pub step: String,
    /// Why it is started before its time.
    #[serde(default)]
    pub reason: Option<String>,
}

impl Act for Start {
    fn act(&self, on: &mut Deciding<'_>) -> Result<(), Refusal> {
        on.must_be_open()?;
        if self.step.starts_with('~') {
            let round = on.open_round_at(&self.step)?;
            return start_again(on, &round);
        }
        let (step, _) = on.step_at(&self.step)?;
        if let Some(round) = on.item.open_round_of(step).cloned()
            && round.started.is_some()
        {
            return start_again(on, &round);
        }
        first(on, step, self.words()).map(|_| ())
    }
    fn words(&self) -> Option<&str> {
        self.reason.as_deref()
    }
}

/// Starts a round of a step for the first time: before its time only with a reason, and never past a
/// gate. Answers its number; none where a gate had to be asked first.
pub(super) fn first(on: &mut Deciding<'_>, step: StepIndex, reason: Option<&str>) -> Result<Option<u32>, Refusal> {
    let early = !on.standing().is_enabled(step);
    if early {
        may_start_early(on, step, reason)?;
        if super::skip::ask_past_gates(on, step)? {
            return Ok(None);
        }
    }
    if !on.gates_passed(step) {
        return if super::skip::ask(on, step, false) { Ok(None) } else { Err(super::skip::held(on, step)) };
    }
    if let Some(definition) = on.stream.step(step).filter(|_| early) {
        on.deviate(Deviation::Early, &definition.id);
    }
    let round = match on.item.open_round_of(step) {
        Some(round) => round.number,
        None => on.open_round(step, if early { Opening::Early } else { Opening::Chosen }),
    };
    on.begin(round, step);
    Ok(Some(round))
}

/// A round that was started before: from the queue it goes on, otherwise there is nothing to start.
fn start_again(on: &mut Deciding<'_>, round: &Round) -> Result<(), Refusal> {
    match round.phase() {
        Phase::Queued => {
            on.emit(Event::Started { round: round.number });
            Ok(())
        }
        Phase::Waiting => Err(Refusal::new(
            Ground::Stale,
            format!("This has been started and waits for {}.", round.waiting_for().unwrap_or("something")),
            "Resume it.",
        )),
        _ => Err(Refusal::new(Ground::Stale, "This has been started already.", on.what_is_open())),
    }
}

/// Refuses an early start that the stream denies or that has no reason.
fn may_start_early(on: &Deciding<'_>, step: StepIndex, reason: Option<&str>) -> Result<(), Refusal> {
    let missing = missing(on, step);
    if on.stream.adhoc == Adhoc::Deny {
        return Err(Refusal::new(
            Ground::Forbidden,
            format!("{missing} The stream allows no work before its time."),
            on.what_is_open(),
        ));
    }
    if reason.is_none_or(|r| r.trim().is_empty()) {
        return Err(Refusal::new(
            Ground::NotEnabled,
            missing,
            format!("Give a reason to start it all the same. {}", on.what_is_open()),
        ));
    }
    Ok(())
}

/// A sentence that says why a step cannot start now.
fn missing(on: &Deciding<'_>, step: StepIndex) -> String {
    let standing = on.standing();
    let name = on.stream.step(step).map_or("?", |s| s.name.as_str());
    if standing.dead.has(step) {
        return format!("“{name}” is out: the item went another way.");
    }
    let unmet: Vec<String> = standing
        .unmet(step)
        .iter()
        .map(|g| g.iter().map(|r| on.stream.print(*r)).collect::<Vec<_>>().join(" or "))
        .collect();
    if !unmet.is_empty() {
        return format!("“{name}” comes after {}, which has not come yet.", unmet.join(" and "));
    }
    if let Some(until) = standing.held_by(step).and_then(|s| on.stream.step(s)) {
        return format!("“{name}” is held until “{}” is finished.", until.name);
    }
    if standing.is_used_up(step) {
        return format!("“{name}” has happened as often as it may.");
    }
    format!("“{name}” does not apply to this item.")
}
