//! A fact as it is told outside: by the API, and in the messages that leave.

use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use watercourse_core::id::CommentId;
use watercourse_core::time::Instant;
use watercourse_store::Numbered;

/// The media type of a message.
pub(crate) const CLOUD_EVENT: &str = "application/cloudevents+json";

/// A fact, with the key of its item and the words that came with it.
#[must_use]
pub fn fact_json(numbered: &Numbered, key: &str, notes: &BTreeMap<CommentId, String>) -> Value {
    let fact = &numbered.fact;
    let mut data = match serde_json::to_value(&fact.event) {
        Ok(Value::Object(data)) => data,
        _ => Map::new(),
    };
    data.shift_remove("what");
    json!({
        "seq": numbered.seq,
        "item": fact.item,
        "key": key,
        "stream": numbered.stream,
        "version": fact.version,
        "revision": fact.revision,
        "what": fact.event.id(),
        "data": data,
        "step": fact.step,
        "activity": fact.activity.map(|a| a.id()),
        "phase": fact.phase.map(|p| p.id()),
        "team": fact.team,
        "happened_at": fact.happened_at,
        "recorded_at": fact.recorded_at,
        "actor": fact.actor.to_string(),
        "cause": fact.cause,
        "note": fact.note.and_then(|n| notes.get(&n)),
    })
}

/// The id of the message about a fact: always the same, whoever sends it and how often.
pub(crate) fn event_id(seq: i64) -> String {
    format!("fact-{seq}")
}

/// A fact as a CloudEvent 1.0. `source` names this installation.
pub(crate) fn cloud_event(source: &str, numbered: &Numbered, key: &str, notes: &BTreeMap<CommentId, String>) -> Value {
    json!({
        "specversion": "1.0",
        "id": event_id(numbered.seq),
        "source": source,
        "type": format!("org.watercourse.item.{}", numbered.fact.event.id()),
        "subject": key,
        "time": numbered.fact.happened_at,
        "datacontenttype": "application/json",
        "data": fact_json(numbered, key, notes),
    })
}

/// The message that tries a receiver.
pub(crate) fn test_event(source: &str, id: &str, receiver: &str, now: Instant) -> Value {
    json!({
        "specversion": "1.0",
        "id": id,
        "source": source,
        "type": "org.watercourse.test",
        "subject": receiver,
        "time": now,
        "datacontenttype": "application/json",
        "data": {"receiver": receiver},
    })
}
