//! Pausing: the clock of waiting runs, under a short label.

use super::spec::{Act, Ask, Duty, STEP, Scope, Spec, may, need};
use crate::deciding::Deciding;
use crate::fact::Event;
use crate::item::Phase;
use crate::refusal::{Ground, Refusal};
use serde::{Deserialize, Serialize};

pub(super) const ID: &str = "wait";
pub(super) const SPEC: Spec = Spec {
    id: ID,
    label: "Wait",
    about: "Pauses work for a named reason.",
    scope: Scope::Step,
    duty: Duty::Work,
    args: &[
        STEP,
        need("reason", Ask::Label, "what it waits for: user, supplier, approval, …"),
        may("comment", Ask::Words, "anything to add"),
    ],
};

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wait {
    /// The step.
    pub step: String,
    /// What it waits for.
    pub reason: String,
    /// Anything to add.
    #[serde(default)]
    pub comment: Option<String>,
}

impl Act for Wait {
    fn act(&self, on: &mut Deciding<'_>) -> Result<(), Refusal> {
        on.must_be_open()?;
        let round = on.open_round_at(&self.step)?;
        let label = &self.reason;
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if label.is_empty() || label.len() > 40 || !label.chars().all(plain) {
            return Err(Refusal::new(
                Ground::Malformed,
                format!("“{label}” is not a label to wait for."),
                "Use up to 40 small letters, digits and hyphens, such as user or spare-part.",
            ));
        }
        if round.phase() != Phase::Active {
            return Err(Refusal::new(
                Ground::Stale,
                format!("Only active work can wait, and this is {}.", round.phase().id()),
                on.what_is_open(),
            ));
        }
        on.emit(Event::Paused { round: round.number, reason: label.clone() });
        Ok(())
    }
    fn words(&self) -> Option<&str> {
        self.comment.as_deref()
    }
}
