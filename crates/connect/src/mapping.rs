//! What a sender's JSON says, by a mapping that names where each thing stands in it.

use crate::news::{BadNews, News, digest, item_named_in};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Where in a sender's JSON each thing stands, as JSON pointers (RFC 6901).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// The event that its messages stand for, as a stream's `done_on` names it.
    pub event: String,
    /// Where the item is named: its key, its id, or a text with its key in it.
    pub item: String,
    /// Where it says how it came out. Without it every message is good news.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// What stands there when it did not work out.
    #[serde(default = "Mapping::bad_words")]
    pub failed: Vec<String>,
    /// What stands there when there is nothing to tell yet: such a message is received and has no effect.
    #[serde(default = "Mapping::not_yet")]
    pub pending: Vec<String>,
    /// What stands there, and the outcome of the step it means.
    #[serde(default, skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    pub outcomes: std::collections::BTreeMap<String, String>,
    /// Where the number of the message stands. Without it `webhook-id` is taken, or else a digest of the body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery: Option<String>,
}

impl Mapping {
    fn bad_words() -> Vec<String> {
        ["failed", "failure", "error", "cancelled", "canceled", "timed_out", "false"].map(str::to_owned).to_vec()
    }
    fn not_yet() -> Vec<String> {
        ["pending", "queued", "created", "running", "in_progress", "waiting"].map(str::to_owned).to_vec()
    }
    /// Whether every pointer has the form of one, and the event the form of a label.
    ///
    /// # Errors
    /// What was wrong, and where in the mapping.
    pub fn check(&self) -> Result<(), BadNews> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
        if self.event.is_empty() || self.event.len() > 60 || !self.event.chars().all(plain) {
            return Err(BadNews::new(
                "/event",
                format!("“{}” is not an event.", self.event),
                "Use a label such as pipeline: small letters, digits, hyphens.",
            ));
        }
        let pointers =
            [("item", Some(&self.item)), ("outcome", self.outcome.as_ref()), ("delivery", self.delivery.as_ref())];
        for (name, pointer) in pointers {
            if let Some(pointer) = pointer.filter(|p| !p.starts_with('/')) {
                return Err(BadNews::new(
                    format!("/{name}"),
                    format!("“{pointer}” is not a JSON pointer."),
                    "It starts with a slash, such as /object/ref.",
                ));
            }
        }
        Ok(())
    }
    /// What a message says; none where it says that there is nothing to tell yet. `webhook_id` only where it was signed with the message.
    ///
    /// # Errors
    /// When it is no JSON, names no item, or something named in the mapping is not in it.
    pub fn read(&self, body: &[u8], webhook_id: Option<&str>) -> Result<Option<News>, BadNews> {
        let message: Value = serde_json::from_slice(body)
            .map_err(|e| BadNews::new("", format!("The message is not JSON: {e}."), "Send one JSON object."))?;
        let word = self.outcome.as_ref().map(|pointer| find(&message, pointer)).transpose()?.unwrap_or_default();
        let is = |list: &[String]| list.iter().any(|w| w.eq_ignore_ascii_case(&word));
        if is(&self.pending) {
            return Ok(None);
        }
        let named = find(&message, &self.item)?;
        let item = item_named_in(&named).ok_or_else(|| {
            BadNews::new(
                &self.item,
                format!("“{}” names no item.", shown(&named)),
                "There should be a key such as FEA-12 in it.",
            )
        })?;
        let delivery = match (&self.delivery, webhook_id) {
            (Some(pointer), _) => find(&message, pointer)?,
            (None, Some(id)) => id.to_owned(),
            (None, None) => digest(body),
        };
        Ok(Some(News {
            delivery,
            item,
            event: self.event.clone(),
            failed: is(&self.failed),
            outcome: self.outcomes.get(&word).cloned(),
            evidence: String::new(),
        }))
    }
}

/// The plain value at a pointer, as text.
fn find(message: &Value, pointer: &str) -> Result<String, BadNews> {
    match message.pointer(pointer) {
        Some(Value::String(text)) if !text.is_empty() && text.len() <= 500 => Ok(text.clone()),
        Some(Value::Number(number)) => Ok(number.to_string()),
        Some(Value::Bool(flag)) => Ok(flag.to_string()),
        Some(Value::String(_)) => Err(BadNews::new(
            pointer,
            "The text there is empty or longer than 500 bytes.",
            "Name a shorter one in the mapping.",
        )),
        Some(_) => Err(BadNews::new(
            pointer,
            "What stands there is not a plain value.",
            "Name a text, number or truth value in the mapping.",
        )),
        None => Err(BadNews::new(
            pointer,
            "There is nothing there in the message.",
            "Send it, or name another place in the mapping.",
        )),
    }
}

fn shown(text: &str) -> String {
    text.chars().take(60).collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::Mapping;

    fn mapping(json: &str) -> Mapping {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_message_is_read_by_its_mapping() {
        let mapping = mapping(
            r#"{"event":"pipeline","item":"/object/ref","outcome":"/object/status","delivery":"/object/id","outcomes":{"partly":"in-part"}}"#,
        );
        let read = |status: &str| {
            let body = format!(r#"{{"object":{{"ref":"feature/FEA-12-x","status":"{status}","id":77}}}}"#);
            mapping.read(body.as_bytes(), Some("m1")).unwrap()
        };
        let good = read("success").unwrap();
        assert_eq!(
            (good.item.as_str(), good.delivery.as_str(), good.event.as_str(), good.failed),
            ("FEA-12", "77", "pipeline", false)
        );
        assert!(read("Failed").unwrap().failed);
        assert_eq!(read("partly").unwrap().outcome.as_deref(), Some("in-part"));
        assert_eq!(read("running"), None, "nothing to tell yet");
    }

    #[test]
    fn a_message_without_a_number_is_told_by_its_signed_id_or_its_bytes() {
        let mapping = mapping(r#"{"event":"pipeline","item":"/ref"}"#);
        let id = |body: &str, header| mapping.read(body.as_bytes(), header).unwrap().unwrap().delivery;
        assert_eq!(id(r#"{"ref":"FEA-1"}"#, Some("m1")), "m1");
        assert_eq!(id(r#"{"ref":"FEA-1"}"#, None), id(r#"{"ref":"FEA-1"}"#, None));
        assert_ne!(id(r#"{"ref":"FEA-1"}"#, None), id(r#"{"ref":"FEA-1" }"#, None));
    }

    #[test]
    fn what_is_missing_is_named_by_its_place() {
        let mapping = mapping(r#"{"event":"pipeline","item":"/ref","outcome":"/status"}"#);
        let place = |body: &str| mapping.read(body.as_bytes(), None).unwrap_err().pointer;
        assert_eq!(place("{"), "");
        assert_eq!(place(r#"{"status":"ok"}"#), "/ref");
        assert_eq!(place(r#"{"status":"ok","ref":"main"}"#), "/ref");
        assert_eq!(place(r#"{"status":{},"ref":"FEA-1"}"#), "/status");
    }

    #[test]
    fn a_mapping_is_checked_before_it_is_kept() {
        let place = |json: &str| mapping(json).check().err().map(|e| e.pointer);
        assert_eq!(place(r#"{"event":"pipeline","item":"/ref"}"#), None);
        assert_eq!(place(r#"{"event":"Pipe line","item":"/ref"}"#).as_deref(), Some("/event"));
        assert_eq!(place(r#"{"event":"pipeline","item":"ref"}"#).as_deref(), Some("/item"));
    }
}
