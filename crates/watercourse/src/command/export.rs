//! `watercourse export`: what happened, as facts or as an event log other tools read.

use crate::arguments::Export;
use crate::client::{Client, encode};
use crate::exit::{Exit, ended};
use crate::screen;
use anyhow::Result;
use serde_json::Value;
use std::collections::HashMap;

/// The most facts a page of the API has.
const PAGE: usize = 200;

/// Writes everything page by page, so that its size does not matter.
pub(crate) async fn run(args: &Export) -> Result<Exit> {
    let client = Client::new(&args.server);
    if let Some(id) = &args.stream {
        let stream = client.get(&format!("/api/v1/streams/{}", encode(id))).await?.json()?;
        if stream.get("imported").and_then(Value::as_bool) == Some(true) {
            let message = format!(
                "The stream “{id}” was imported from a log: the log is its history, and no facts are kept beside it."
            );
            return Err(ended(Exit::Failed, message));
        }
    }
    let mut log = EventLog::default();
    if args.csv {
        screen::data("case,activity,start,time,team");
    }
    let mut after = 0;
    loop {
        let page = client.get(&format!("/api/v1/events?after={after}&limit={PAGE}")).await?.json()?;
        let facts = page.get("data").and_then(Value::as_array).cloned().unwrap_or_default();
        let is_asked_for = |fact: &&Value| args.stream.as_deref().is_none_or(|s| text(fact, "stream") == s);
        for fact in facts.iter().filter(is_asked_for) {
            if args.csv {
                if let Some(row) = log.take(fact) {
                    screen::data(&row.map(|cell| quoted(&cell)).join(","));
                }
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

fn text<'a>(fact: &'a Value, key: &str) -> &'a str {
    fact.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// Makes an event of each round that ended, with the time its work began, and of the item's opening and end.
#[derive(Debug, Default)]
struct EventLog {
    begun: HashMap<(String, u64), String>,
    /// What extra work is called: its step is only a number.
    named: HashMap<(String, u64), String>,
}

impl EventLog {
    fn take(&mut self, fact: &Value) -> Option<[String; 5]> {
        let data = fact.get("data").unwrap_or(&Value::Null);
        let round = (text(fact, "item").to_owned(), data.get("round").and_then(Value::as_u64).unwrap_or_default());
        let event = |activity: &str, start: String, team: &str| {
            Some([
                text(fact, "key").to_owned(),
                activity.to_owned(),
                start,
                text(fact, "happened_at").to_owned(),
                team.to_owned(),
            ])
        };
        match text(fact, "what") {
            "opened" => event("opened", String::new(), ""),
            // The word by which `analyze` knows what is done; the other results say what they are.
            "closed" => match text(data, "result") {
                "delivered" => event("closed", String::new(), ""),
                other => event(other, String::new(), ""),
            },
            "round_opened" => {
                if let Some(name) = data.get("adhoc").and_then(|a| a.get(0)).and_then(Value::as_str) {
                    self.named.insert(round, name.to_owned());
                }
                None
            }
            "started" => {
                self.begun.entry(round).or_insert_with(|| text(fact, "happened_at").to_owned());
                None
            }
            "finished" | "failed" => {
                let start = self.begun.remove(&round).unwrap_or_default();
                let name = self.named.remove(&round).unwrap_or_else(|| text(fact, "step").to_owned());
                event(&name, start, text(fact, "team"))
            }
            _ => None,
        }
    }
}

fn quoted(cell: &str) -> String {
    if cell.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::{EventLog, quoted};
    use serde_json::json;

    #[test]
    fn a_round_becomes_an_event_with_the_time_its_work_began() {
        let mut log = EventLog::default();
        let fact = |what: &str, at: &str| json!({"what": what, "item": "i", "key": "INC-1", "step": "restore", "team": "ops", "happened_at": at, "data": {"round": 1}});
        assert_eq!(log.take(&fact("started", "2026-01-01T10:00:00Z")), None);
        assert_eq!(log.take(&fact("paused", "2026-01-01T10:30:00Z")), None);
        let row = ["INC-1", "restore", "2026-01-01T10:00:00Z", "2026-01-01T11:00:00Z", "ops"].map(str::to_owned);
        assert_eq!(log.take(&fact("finished", "2026-01-01T11:00:00Z")), Some(row));
    }

    #[test]
    fn cells_are_quoted_where_they_must_be() {
        assert_eq!(quoted("a \"b\", c"), "\"a \"\"b\"\", c\"");
        assert_eq!(quoted("plain"), "plain");
    }
}
