//! The only mutation of an item. Cannot fail: what was decided did happen.

use crate::fact::{Event, Fact, Opening};
use crate::item::{Child, Ending, GateState, Item, Phase, Place, Round, Spell, Visit};
use crate::marking::Marking;
use crate::set::StepIndex;
use crate::standing::{Bypass, Standing};
use crate::stream::Stream;
use crate::time::Instant;

/// The item that an `opened` fact brings into being; none for any other fact.
#[must_use]
pub fn opened(stream: &Stream, fact: &Fact) -> Option<Item> {
    let Event::Opened { id, key, kind, stream: stream_id, version, start, fields } = &fact.event else { return None };
    Some(Item {
        id: *id,
        key: key.clone(),
        kind: kind.clone(),
        stream: stream_id.clone(),
        version: *version,
        created: fact.happened_at,
        opened_by: fact.actor.clone(),
        fields: fields.clone(),
        rounds: Vec::new(),
        marking: Marking::new(stream, start.as_deref().and_then(|s| stream.index(s))),
        closed: None,
        ended_by: None,
        parked: Vec::new(),
        touched: fact.happened_at,
        revision: fact.revision,
    })
}

/// Makes what happened true of the item. `stream` is the version the item runs under.
pub fn apply(item: &mut Item, stream: &Stream, fact: &Fact) {
    let at = fact.happened_at;
    match &fact.event {
        Event::RoundOpened { .. } => open_round(item, stream, fact),
        Event::Started { round } => start(item, stream, *round, at),
        Event::Paused { round, reason } => turn(item, *round, Phase::Waiting, reason, at),
        Event::Resumed { round } => turn(item, *round, Phase::Active, "", at),
        Event::Requeued { round, .. } => turn(item, *round, Phase::Queued, "", at),
        Event::HandedOver { round, team } => hand_over(item, *round, team, at),
        Event::Finished { round, outcome } => {
            if let Some(step) = end(item, *round, Ending::Done(outcome.clone()), at) {
                let outcome = outcome.as_deref().and_then(|o| stream.outcome(step, o));
                item.marking.finished_well(stream, step, outcome);
            }
        }
        Event::Failed { round } => {
            if let Some(step) = end(item, *round, Ending::Failed, at) {
                item.marking.failed(stream, step);
            }
        }
        Event::Dropped { round } => {
            if let Some(step) = end(item, *round, Ending::Dropped, at) {
                item.marking.dropped(step);
            }
        }
        Event::Skipped { step, stands_for } => {
            if let Some(step) = stream.index(step) {
                item.marking.skipped(step, stands_for.as_deref().and_then(|o| stream.outcome(step, o)));
            }
        }
        Event::Returned { step, keep } => {
            if let Some(step) = stream.index(step) {
                item.marking.returned(step, *keep);
            }
        }
        Event::Judged { step, holds } => {
            if let Some(step) = stream.index(step) {
                item.marking.judged(step, *holds);
            }
        }
        Event::GateAsked { round, gate } => set_gate(item, *round, gate, GateState::Asked),
        Event::GatePassed { round, gate } => set_gate(item, *round, gate, GateState::Passed),
        Event::GateRefused { round, gate, .. } => set_gate(item, *round, gate, GateState::Refused),
        Event::ChildOpened { round, child, .. } => {
            if let Some(round) = round_mut(item, *round) {
                round.child = Some(Child { item: *child, result: None });
            }
        }
        Event::ChildEnded { round, result, .. } => {
            if let Some(child) = round_mut(item, *round).and_then(|r| r.child.as_mut()) {
                child.result = Some(*result);
            }
        }
        Event::FieldSet { name, value } => {
            match value {
                Some(value) => item.fields.insert(name.clone(), value.clone()),
                None => item.fields.remove(name),
            };
        }
        Event::Closed { result, ended_by } => {
            item.closed = Some((at, *result));
            item.ended_by = ended_by.as_deref().and_then(|s| stream.index(s)).map(|s| (s, *result));
        }
        Event::Reopened { step, parked_from } => {
            item.closed = None;
            item.ended_by = None;
            item.parked.push((*parked_from, at));
            if let Some(step) = step.as_deref().and_then(|s| stream.index(s)) {
                item.marking.returned(step, false);
            }
        }
        Event::Opened { .. }
        | Event::Deviated { .. }
        | Event::Commented { .. }
        | Event::Linked { .. }
        | Event::Unlinked { .. } => {}
    }
    item.touched = at;
    item.revision = fact.revision;
}

fn round_mut(item: &mut Item, number: u32) -> Option<&mut Round> {
    item.rounds.get_mut(usize::try_from(number).ok()?.checked_sub(1)?)
}

fn open_round(item: &mut Item, stream: &Stream, fact: &Fact) {
    let Event::RoundOpened { round, step, adhoc, team, opening, released_by, timer } = &fact.event else { return };
    let index = step.as_deref().and_then(|s| stream.index(s));
    let place = match (index, adhoc) {
        (Some(step), _) => Place::Step(step),
        (None, Some((label, activity))) => Place::Adhoc(label.clone(), *activity),
        (None, None) => return,
    };
    let at = fact.happened_at;
    let (phase, reason) = if *timer { (Phase::Waiting, "timer") } else { (Phase::Queued, "") };
    item.rounds.push(Round {
        number: *round,
        place,
        opened: at,
        started: None,
        ended: None,
        released_by: *released_by,
        gates: std::collections::BTreeMap::new(),
        child: None,
        visits: vec![Visit { team: team.clone(), spells: vec![spell(phase, reason, at)], left: None }],
    });
    if let Some(step) = index {
        let asked = *opening == Opening::Asked && stands_aside(&Standing::of(stream, &item.marking), step);
        item.marking.round_opened(step, asked);
    }
}

/// Whether a round of the step would fall away at once were it not for the gate somebody asks.
fn stands_aside(standing: &Standing<'_>, step: StepIndex) -> bool {
    standing.dead.has(step) || standing.bypass(step).is_some_and(|b| b != Bypass::Unopened)
}

fn start(item: &mut Item, stream: &Stream, round: u32, at: Instant) {
    turn(item, round, Phase::Active, "", at);
    let Some(round) = round_mut(item, round) else { return };
    if round.started.is_some() {
        return;
    }
    round.started = Some(at);
    if let Place::Step(step) = round.place {
        item.marking.started(stream, step);
    }
}

fn spell(phase: Phase, reason: &str, from: Instant) -> Spell {
    Spell { phase, reason: reason.to_owned(), from, until: None }
}

/// Ends the visit's spell and begins another. A spell that would last no time at all is replaced.
fn turn(item: &mut Item, round: u32, phase: Phase, reason: &str, at: Instant) {
    let Some(visit) = round_mut(item, round).and_then(|r| r.visits.last_mut()) else { return };
    match visit.spells.last_mut() {
        Some(last) if last.from == at => *last = spell(phase, reason, at),
        Some(last) => {
            last.until = Some(at);
            visit.spells.push(spell(phase, reason, at));
        }
        None => visit.spells.push(spell(phase, reason, at)),
    }
}

fn leave(round: &mut Round, at: Instant) {
    if let Some(visit) = round.visits.last_mut() {
        visit.left = Some(at);
        if let Some(spell) = visit.spells.last_mut() {
            spell.until = Some(at);
        }
    }
}

fn hand_over(item: &mut Item, round: u32, team: &str, at: Instant) {
    let Some(round) = round_mut(item, round) else { return };
    leave(round, at);
    round.visits.push(Visit { team: Some(team.to_owned()), spells: vec![spell(Phase::Queued, "", at)], left: None });
}

/// Ends a round; answers its step unless it is work outside the steps.
fn end(item: &mut Item, round: u32, ending: Ending, at: Instant) -> Option<StepIndex> {
    let round = round_mut(item, round)?;
    leave(round, at);
    round.ended = Some((at, ending));
    match round.place {
        Place::Step(step) => Some(step),
        Place::Adhoc(..) => None,
    }
}

fn set_gate(item: &mut Item, round: u32, gate: &str, state: GateState) {
    if let Some(round) = round_mut(item, round) {
        round.gates.insert(gate.to_owned(), state);
    }
}
