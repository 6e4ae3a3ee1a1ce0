//! `watercourse export`: what happened, as facts or as an event log other tools read.

use crate::arguments::Export;
use crate::client::Client;
use crate::exit::Exit;
use crate::screen;
use anyhow::Result;
use serde_json::Value;
use std::collections::HashMap;

/// Writes everything page by page, so that its size does not matter.
pub(crate) async fn run(args: &Export) -> Result<Exit> {
    let client = Client::new(&args.server);
    let mut after = 0;
    let mut log = EventLog::default();
    if args.csv {
        screen::data("case,activity,start,time,team");
    }
    loop {
        let page = client.get(&format!("/api/v1/events?after={after}&limit=1000{}", of(args.stream.as_deref()))).await?.json()?;
        let facts = page.get("data").and_then(Value::as_array).cloned().unwrap_or_default();
        for fact in &facts {
            if args.csv {
                log.take(fact);
            } else {
                screen::data(&fact.to_string());
            }
        }
        let next = page.get("next_after").and_then(Value::as_u64).unwrap_or(after);
        if facts.is_empty() || next <= after {
            return Ok(Exit::Done);
        }
        after = next;
    }
}

fn of(stream: Option<&str>) -> String {
    stream.map(|s| format!("&stream={}", super::item::encode(s))).unwrap_or_default()
}

/// Pairs the start and the end of rounds.
#[derive(Default)]
struct EventLog {
    begun: HashMap<(String, u64), String>,
}

impl EventLog {
    fn take(&mut self, fact: &Value) {
        let text = |key: &str| fact.get(key).and_then(Value::as_str).unwrap_or("").to_owned();
        let round = (text("item"), fact.get("round").and_then(Value::as_u64).unwrap_or_default());
        match text("what").as_str() {
            "started" => {
                self.begun.entry(round).or_insert_with(|| text("happened_at"));
            }
            "finished" | "failed" => {
                let start = self.begun.remove(&round).unwrap_or_default();
                let key = if text("key").is_empty() { text("item") } else { text("key") };
                let cells = [key, text("step"), start, text("happened_at"), text("team")];
                screen::data(&cells.map(|c| quote(&c)).join(","));
            }
            _ => {}
        }
    }
}

fn quote(cell: &str) -> String {
    if cell.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_owned() }
}
