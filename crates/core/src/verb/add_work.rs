//! Work outside the steps: it keeps the item open and is a deviation.

use super::spec::{Act, Ask, Duty, Scope, Spec, need};
use crate::activity::Activity;
use crate::deciding::Deciding;
use crate::fact::{Deviation, Event, Opening};
use crate::refusal::{Ground, Refusal};
use crate::stream::Adhoc;
use serde::{Deserialize, Serialize};

pub(super) const ID: &str = "add_work";
pub(super) const SPEC: Spec = Spec {
    id: ID,
    label: "Add work",
    about: "Does something the stream does not list, in an activity and a team.",
    scope: Scope::Item,
    duty: Duty::Work,
    args: &[
        need("name", Ask::Label, "what is done, as a short label"),
        need("activity", Ask::Activity, "the activity it is part of"),
        need("team", Ask::Team, "who does it"),
        need("reason", Ask::Words, "why it is needed"),
    ],
};

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddWork {
    /// What is done.
    pub name: String,
    /// The activity it is part of.
    pub activity: String,
    /// Who does it.
    pub team: String,
    /// Why it is needed.
    pub reason: String,
}

impl Act for AddWork {
    fn act(&self, on: &mut Deciding<'_>) -> Result<(), Refusal> {
        on.must_be_open()?;
        super::skip::reason_given(&self.reason)?;
        if on.stream.adhoc == Adhoc::Deny {
            return Err(Refusal::new(
                Ground::Forbidden,
                "This stream allows no work outside its steps.",
                on.what_is_open(),
            ));
        }
        let Some(activity) = Activity::parse(&self.activity) else {
            let all: Vec<&str> = Activity::ALL.iter().map(|a| a.id()).collect();
            return Err(Refusal::new(
                Ground::Malformed,
                format!("“{}” is not an activity.", self.activity),
                format!("The six are {}.", all.join(", ")),
            ));
        };
        let name = self.name.trim();
        if name.is_empty() || name.len() > 60 || self.team.trim().is_empty() {
            return Err(Refusal::new(
                Ground::Malformed,
                "Extra work needs a name of up to 60 characters and a team.",
                "Give both.",
            ));
        }
        let round = on.next_round();
        on.emit(Event::RoundOpened {
            round,
            step: None,
            adhoc: Some((name.to_owned(), activity)),
            team: Some(self.team.clone()),
            opening: Opening::Adhoc,
            released_by: None,
            timer: false,
        });
        on.emit(Event::Started { round });
        on.deviate(Deviation::Adhoc, &format!("~{round}"));
        Ok(())
    }
    fn words(&self) -> Option<&str> {
        Some(&self.reason)
    }
}
