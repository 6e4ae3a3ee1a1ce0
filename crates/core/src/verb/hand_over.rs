//! Handing over: a new visit of the same round; the graph does not notice.

use super::spec::{Act, Ask, Duty, STEP, Scope, Spec, may, need};
use crate::deciding::Deciding;
use crate::fact::Event;
use crate::refusal::{Ground, Refusal};
use serde::{Deserialize, Serialize};

pub(super) const ID: &str = "hand_over";
pub(super) const SPEC: Spec = Spec {
    id: ID,
    label: "Hand over",
    about: "Gives a step to another team, in whose queue it then is.",
    scope: Scope::Step,
    duty: Duty::Work,
    args: &[STEP, need("team", Ask::Team, "who takes it"), may("comment", Ask::Words, "what they need to know")],
};

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandOver {
    /// The step.
    pub step: String,
    /// Who takes it.
    pub team: String,
    /// What they need to know.
    #[serde(default)]
    pub comment: Option<String>,
}

impl Act for HandOver {
    fn act(&self, on: &mut Deciding<'_>) -> Result<(), Refusal> {
        on.must_be_open()?;
        let round = on.open_round_at(&self.step)?;
        if self.team.trim().is_empty() {
            return Err(Refusal::new(Ground::Malformed, "No team was named.", "Name the team that takes it."));
        }
        if round.team() == Some(self.team.as_str()) {
            return Err(Refusal::new(
                Ground::Stale,
                format!("The team {} holds it already.", self.team),
                "Name another team.",
            ));
        }
        on.emit(Event::HandedOver { round: round.number, team: self.team.clone() });
        Ok(())
    }
    fn words(&self) -> Option<&str> {
        self.comment.as_deref()
    }
}
