//! Items as a few lines of text.

use crate::screen;
use serde_json::Value;

/// A text of a JSON object; a dash where there is none.
pub(super) fn text<'a>(of: &'a Value, key: &str) -> &'a str {
    of.get(key).and_then(Value::as_str).unwrap_or("—")
}

/// A list of a JSON object; an empty one where there is none.
pub(super) fn many<'a>(of: &'a Value, key: &str) -> &'a [Value] {
    of.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// A moment to the minute: `2026-11-23 14:05Z`.
fn minute(at: &str) -> String {
    match (at.get(..10), at.get(11..16)) {
        (Some(day), Some(time)) => format!("{day} {time}Z"),
        _ => at.to_owned(),
    }
}

/// Items, one a line: key, stream, state, where it is, title.
pub(crate) fn list(rows: &[Value], json: bool) {
    // Keys of imported logs begin with their stream and are long.
    let width = |key: &str, least: usize| rows.iter().map(|r| text(r, key).chars().count()).fold(least, usize::max);
    let (keys, streams) = (width("key", 8), width("stream", 8));
    for item in rows {
        if json {
            screen::data(&item.to_string());
            continue;
        }
        let at: Vec<String> =
            many(item, "at").iter().map(|r| format!("{} {}", text(r, "step"), text(r, "phase"))).collect();
        let place = if at.is_empty() { text(item, "result").to_owned() } else { at.join(", ") };
        screen::data(&format!(
            "{:<keys$} {:<streams$} {:<6} {place:<26} {}",
            text(item, "key"),
            text(item, "stream"),
            text(item, "state"),
            text(item, "title")
        ));
    }
}

/// Where an item stands: its rounds with step, phase and team, and what can be done.
pub(crate) fn show(answer: &Value) {
    let item = answer.get("item").filter(|i| i.is_object()).unwrap_or(answer);
    screen::data(&format!("{}  {}", text(item, "key"), text(item, "title")));
    let version = item.get("version").and_then(Value::as_u64).unwrap_or_default();
    let revision = item.get("revision").and_then(Value::as_u64).unwrap_or_default();
    let state = match text(item, "result") {
        "—" => text(item, "state").to_owned(),
        result => format!("{}, {result}", text(item, "state")),
    };
    screen::data(&format!(
        "  {} {version} · {state} · opened {} · revision {revision}",
        text(item, "stream"),
        minute(text(item, "created"))
    ));
    // The answer to a verb tells the open rounds, the whole item all of them.
    let rounds = if item.get("rounds").is_some() { many(item, "rounds") } else { many(item, "at") };
    for round in rounds {
        let (phase, since) = match (text(round, "ending"), text(round, "outcome")) {
            ("—", _) => (text(round, "phase").to_owned(), text(round, "opened")),
            ("done", "—") => ("done".to_owned(), text(round, "ended")),
            ("done", outcome) => (format!("done: {outcome}"), text(round, "ended")),
            (ending, _) => (ending.to_owned(), text(round, "ended")),
        };
        let waits = match (text(round, "waiting_for"), text(round, "reason")) {
            ("—", "—") => String::new(),
            ("—", reason) | (reason, _) => format!(" for {reason}"),
        };
        screen::data(&format!(
            "  {:<18} {:<24} {:<18} {}",
            text(round, "step"),
            format!("{phase}{waits}"),
            text(round, "team"),
            minute(since)
        ));
    }
    let can: Vec<String> = many(item, "verbs").iter().map(offer).collect();
    if !can.is_empty() {
        screen::wrapped("  ", "  ", &format!("Can be done: {}", can.join(" · ")));
    }
}

/// A verb that is open, with what it needs: `wait restore --reason`.
fn offer(offer: &Value) -> String {
    let step = offer.get("step").and_then(Value::as_str).map(|s| format!(" {s}")).unwrap_or_default();
    let needs =
        many(offer, "needs").iter().filter_map(Value::as_str).filter(|n| *n != "step").map(|n| format!(" --{n}"));
    format!("{}{step}{}", text(offer, "verb"), needs.collect::<String>())
}
