//! What a pipeline says about a deployment.

use crate::news::{BadNews, News, digest, item_named_in};
use serde::{Deserialize, Serialize};
use watercourse_core::time::Instant;

/// A deployment, as a pipeline reports it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deployment {
    /// What was deployed.
    pub service: String,
    /// Where to.
    pub environment: String,
    /// Which version.
    pub version: String,
    /// From which commit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// How it came out.
    pub outcome: Result,
    /// The item it belongs to, by key or id, or a text with its key in it; none where it belongs to none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// The event that a step waits for.
    #[serde(default = "Deployment::event")]
    pub event: String,
    /// When it happened, where that was earlier than now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Instant>,
    /// What tells this report from every other. Without it: what it says, all together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery: Option<String>,
}

/// How a deployment came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Result {
    /// It is in use.
    Succeeded,
    /// It is not.
    Failed,
}

impl Deployment {
    fn event() -> String {
        "deployment".to_owned()
    }
    /// What it comes down to.
    ///
    /// # Errors
    /// When a part is empty or too long, or no item is named.
    pub fn read(&self) -> std::result::Result<News, BadNews> {
        let parts = [
            ("service", &self.service),
            ("environment", &self.environment),
            ("version", &self.version),
            ("event", &self.event),
        ];
        for (name, text) in parts {
            if text.trim().is_empty() || text.len() > 200 {
                return Err(BadNews::new(
                    format!("/{name}"),
                    format!("The {name} is empty or longer than 200 bytes."),
                    "Give a short text.",
                ));
            }
        }
        let item = match &self.item {
            None => String::new(),
            Some(text) => item_named_in(text).ok_or_else(|| {
                BadNews::new("/item", "This names no item.", "Give its key, such as FEA-12, or leave it out.")
            })?,
        };
        let delivery = match &self.delivery {
            Some(delivery) => delivery.clone(),
            None => digest(serde_json::to_string(self).unwrap_or_default().as_bytes()),
        };
        let came_out = if self.outcome == Result::Failed { "failed" } else { "succeeded" };
        let commit = self.commit.as_ref().map(|c| format!(", commit {c}")).unwrap_or_default();
        let evidence = format!("{} {} to {} {came_out}{commit}", self.service, self.version, self.environment);
        Ok(News {
            delivery,
            item,
            event: self.event.clone(),
            failed: self.outcome == Result::Failed,
            outcome: None,
            evidence,
        })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::Deployment;

    fn read(json: &str) -> Deployment {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn the_same_report_is_the_same_delivery() {
        let one =
            r#"{"service":"shop","environment":"production","version":"1.4","outcome":"succeeded","item":"FEA-12"}"#;
        let delivery = |json: &str| read(json).read().unwrap().delivery;
        assert_eq!(delivery(one), delivery(&one.replace("\":\"", "\": \"")));
        assert_ne!(delivery(one), delivery(&one.replace("1.4", "1.5")));
        assert_eq!(delivery(&one.replace('}', r#","delivery":"d-1"}"#)), "d-1");
    }

    #[test]
    fn an_empty_part_is_named() {
        let bad = r#"{"service":"","environment":"production","version":"1.4","outcome":"failed","item":"FEA-12"}"#;
        assert_eq!(read(bad).read().unwrap_err().pointer, "/service");
        assert_eq!(read(&bad.replace("\"\"", "\"x\"").replace("FEA-12", "main")).read().unwrap_err().pointer, "/item");
    }
}
