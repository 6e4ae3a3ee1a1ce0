//! How items and facts look in the API.

use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use watercourse_app::fact_json;
use watercourse_core::actor::Actor;
use watercourse_core::fact::Event;
use watercourse_core::id::{CommentId, ItemId};
use watercourse_core::item::{Ending, GateState, Item, Place, Round, Visit};
use watercourse_core::standing::{Bypass, Standing};
use watercourse_core::stream::Stream;
use watercourse_store::{ItemRow, Linked, Numbered};

/// Who did something, in the form the header `Watercourse-Actor` has too.
pub(super) fn actor(actor: &Actor) -> String {
    actor.to_string()
}

/// What lists show of an item.
pub(super) fn row(row: &ItemRow) -> Map<String, Value> {
    let at: Vec<Value> = row
        .open
        .iter()
        .map(|r| {
            json!({
                "round": r.round, "step": r.step, "name": r.name, "activity": r.activity.id(), "team": r.team,
                "phase": r.phase.id(), "reason": (!r.reason.is_empty()).then_some(&r.reason), "since": r.since, "opened": r.opened,
            })
        })
        .collect();
    let shown = json!({
        "id": row.id,
        "key": row.key,
        "title": row.title,
        "kind": row.kind,
        "stream": row.stream,
        "version": row.version,
        "created": row.created,
        "touched": row.touched,
        "state": if row.closed.is_none() { "open" } else { "closed" },
        "result": row.result.map(|r| r.id()),
        "closed": row.closed,
        "revision": row.revision,
        "opened_by": actor(&row.opened_by),
        "requester": row.requester,
        "committed": row.committed,
        "delivered": row.delivered,
        "fields": row.fields,
        "imported": row.imported,
        "entity": row.entity,
        "at": at,
    });
    match shown {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

/// The step of a round, or `~N`.
fn place(round: &Round, stream: &Stream) -> String {
    match &round.place {
        Place::Step(step) => stream.step(*step).map(|s| s.id.clone()).unwrap_or_default(),
        Place::Adhoc(..) => format!("~{}", round.number),
    }
}

/// A round with its visits.
pub(super) fn round(round: &Round, stream: &Stream, keys: &BTreeMap<ItemId, String>) -> Value {
    let (name, activity) = match &round.place {
        Place::Step(step) => stream.step(*step).map_or(("", ""), |s| (s.name.as_str(), s.activity.id())),
        Place::Adhoc(name, activity) => (name.as_str(), activity.id()),
    };
    let (ended, ending, outcome) = match &round.ended {
        None => (None, None, None),
        Some((at, Ending::Done(outcome))) => (Some(*at), Some("done"), outcome.clone()),
        Some((at, Ending::Failed)) => (Some(*at), Some("failed"), None),
        Some((at, Ending::Dropped)) => (Some(*at), Some("dropped"), None),
    };
    let gates: BTreeMap<&str, &str> = round
        .gates
        .iter()
        .map(|(gate, state)| {
            let state = match state {
                GateState::Asked => "asked",
                GateState::Passed => "passed",
                GateState::Refused => "refused",
            };
            (gate.as_str(), state)
        })
        .collect();
    let child = round
        .child
        .as_ref()
        .map(|c| json!({"item": c.item, "key": keys.get(&c.item), "result": c.result.map(|r| r.id())}));
    json!({
        "number": round.number,
        "step": place(round, stream),
        "name": name,
        "activity": activity,
        "phase": round.phase().id(),
        "team": round.team(),
        "waiting_for": round.waiting_for(),
        "opened": round.opened,
        "started": round.started,
        "ended": ended,
        "ending": ending,
        "outcome": outcome,
        "released_by": round.released_by,
        "gates": gates,
        "child": child,
        "visits": round.visits.iter().map(visit).collect::<Vec<_>>(),
    })
}

fn visit(visit: &Visit) -> Value {
    let spells: Vec<Value> = visit
        .spells
        .iter()
        .map(|s| {
            let reason = (!s.reason.is_empty()).then_some(&s.reason);
            json!({"phase": s.phase.id(), "reason": reason, "from": s.from, "until": s.until})
        })
        .collect();
    json!({"team": visit.team, "entered": visit.entered(), "started": visit.started(), "left": visit.left, "spells": spells})
}

/// What follows from where an item stands.
pub(super) fn standing(item: &Item, stream: &Stream) -> Value {
    let standing = Standing::of(stream, &item.marking);
    let names = |set: watercourse_core::set::StepSet| -> Vec<&str> {
        set.iter().filter_map(|s| stream.step(s)).map(|s| s.id.as_str()).collect()
    };
    let enabled: watercourse_core::set::StepSet = stream.all().iter().filter(|s| standing.is_enabled(*s)).collect();
    let bypassed: Vec<Value> = standing
        .bypassed()
        .iter()
        .filter_map(|s| {
            let why = match standing.bypass(s)? {
                Bypass::Skipped => "skipped",
                Bypass::UnusedStart => "unused-start",
                Bypass::When => "when",
                Bypass::Unopened => "unopened",
            };
            Some(json!({"step": stream.step(s)?.id, "why": why}))
        })
        .collect();
    let open = item.closed.is_none();
    json!({
        "owed": names(standing.owed),
        "enabled": if open { names(enabled) } else { Vec::new() },
        "dead": names(standing.dead),
        "bypassed": bypassed,
    })
}

/// A fact, with the key of its item and the words that came with it.
pub(super) fn fact(numbered: &Numbered, key: &str, notes: &BTreeMap<CommentId, String>) -> Value {
    fact_json(numbered, key, notes)
}

/// What was done otherwise than the stream says, in order.
pub(super) fn deviations(facts: &[Numbered], notes: &BTreeMap<CommentId, String>) -> Value {
    facts
        .iter()
        .filter_map(|Numbered { fact, .. }| match &fact.event {
            Event::Deviated { kind, step } => {
                let reason = fact.note.and_then(|n| notes.get(&n));
                Some(json!({"kind": kind.id(), "step": step, "at": fact.happened_at, "reason": reason}))
            }
            _ => None,
        })
        .collect()
}

/// A relation, read from the item that was asked for.
pub(super) fn link(linked: &Linked) -> Value {
    let words = if linked.forward { linked.link.forward() } else { linked.link.inverse() };
    json!({
        "link": linked.link.id(), "words": words, "forward": linked.forward, "item": linked.other,
        "key": linked.key, "title": linked.title, "state": if linked.is_closed { "closed" } else { "open" }, "result": linked.result.map(|r| r.id()),
    })
}
