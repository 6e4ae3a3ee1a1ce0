//! An item flowing through one version of one stream: rounds, visits, spells, and its marking.
//!
//! The words people wrote (title, description, comments, reasons) are not here: they are kept beside
//! the item under ids, so that facts carry no free text.

use crate::activity::Activity;
use crate::actor::Actor;
use crate::id::ItemId;
use crate::marking::Marking;
use crate::set::StepIndex;
use crate::time::Instant;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Where a visit stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Nobody works on it yet.
    Queued,
    /// Somebody works on it.
    Active,
    /// Paused for a named reason.
    Waiting,
    /// The round ended, or the work went to another team.
    Done,
    /// The round was given up.
    Dropped,
}

impl Phase {
    /// The word in files, URLs and the API.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Active => "active",
            Self::Waiting => "waiting",
            Self::Done => "done",
            Self::Dropped => "dropped",
        }
    }
}

/// A stretch of a visit in one phase (Queued, Active or Waiting).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spell {
    /// The phase.
    pub phase: Phase,
    /// Why it waits: a short label such as `user`, `supplier`, `child`, `timer`. Empty unless Waiting.
    pub reason: String,
    /// When it began.
    pub from: Instant,
    /// When it ended; none while it lasts.
    pub until: Option<Instant>,
}

/// One stay within a round with one team: the atom of all measuring.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visit {
    /// The team that holds it.
    pub team: Option<String>,
    /// Its spells, end to end, never empty.
    pub spells: Vec<Spell>,
    /// When it ended; none while it lasts.
    pub left: Option<Instant>,
}

impl Visit {
    /// When the team got it.
    #[must_use]
    pub fn entered(&self) -> Instant {
        self.spells.first().map_or(Instant(0), |s| s.from)
    }
    /// When the team first worked on it.
    #[must_use]
    pub fn started(&self) -> Option<Instant> {
        self.spells.iter().find(|s| s.phase == Phase::Active).map(|s| s.from)
    }
}

/// How a round ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ending {
    /// Finished, with an outcome where the step has some.
    Done(Option<String>),
    /// Failed.
    Failed,
    /// Given up: neither finished nor failed.
    Dropped,
}

/// What a round is a round of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// A step of the stream.
    Step(StepIndex),
    /// Work outside the steps: its label and activity. Addressed as `~N`, N its round number.
    Adhoc(String, Activity),
}

/// Where a gate of a round stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GateState {
    /// Asked, not answered.
    Asked,
    /// It may pass.
    Passed,
    /// Not now; ask again.
    Refused,
}

/// A child opened by a round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Child {
    /// The child.
    pub item: ItemId,
    /// How it ended; none while it is open.
    pub result: Option<Outcome>,
}

/// One pass of an item through one step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Round {
    /// Number within the item, from 1.
    pub number: u32,
    /// What it is a round of.
    pub place: Place,
    /// When it opened.
    pub opened: Instant,
    /// When work on it first started.
    pub started: Option<Instant>,
    /// When and how it ended.
    pub ended: Option<(Instant, Ending)>,
    /// The round whose start or finish released this one.
    pub released_by: Option<u32>,
    /// Its gates and where they stand.
    pub gates: BTreeMap<String, GateState>,
    /// The child it opened.
    pub child: Option<Child>,
    /// Its visits, in order, never empty.
    pub visits: Vec<Visit>,
}

impl Round {
    /// Whether it has not ended.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.ended.is_none()
    }
    /// The visit that holds it now or held it last.
    #[must_use]
    pub fn visit(&self) -> Option<&Visit> {
        self.visits.last()
    }
    /// The team that holds it now or held it last.
    #[must_use]
    pub fn team(&self) -> Option<&str> {
        self.visit()?.team.as_deref()
    }
    /// Where it stands.
    #[must_use]
    pub fn phase(&self) -> Phase {
        match &self.ended {
            Some((_, Ending::Dropped)) => Phase::Dropped,
            Some(_) => Phase::Done,
            None => self.visit().and_then(|v| v.spells.last()).map_or(Phase::Queued, |s| s.phase),
        }
    }
    /// Why it waits, if it does.
    #[must_use]
    pub fn waiting_for(&self) -> Option<&str> {
        let spell = self.visit()?.spells.last()?;
        (self.is_open() && spell.phase == Phase::Waiting).then_some(spell.reason.as_str())
    }
    /// The gates that have not passed.
    pub fn holding(&self) -> impl Iterator<Item = &str> {
        self.gates.iter().filter(|(_, s)| **s != GateState::Passed).map(|(g, _)| g.as_str())
    }
}

/// How an item ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The value is there: the only one that counts as throughput.
    Delivered,
    /// The delivering step failed.
    Failed,
    /// It was decided not to do it.
    Declined,
    /// It was given up.
    Cancelled,
}

impl Outcome {
    /// The word in files, URLs and the API.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Declined => "declined",
            Self::Cancelled => "cancelled",
        }
    }
    /// The outcome with this word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Delivered, Self::Failed, Self::Declined, Self::Cancelled].into_iter().find(|o| o.id() == text)
    }
}

/// One demand flowing through one stream version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Its id.
    pub id: ItemId,
    /// Its human key, such as INC-1042.
    pub key: String,
    /// Its kind.
    pub kind: String,
    /// Its stream.
    pub stream: String,
    /// The version of the stream it runs under.
    pub version: u32,
    /// When it was opened.
    pub created: Instant,
    /// Who opened it.
    pub opened_by: Actor,
    /// Values of its kind's fields, as written.
    pub fields: BTreeMap<String, String>,
    /// Its rounds by number.
    pub rounds: Vec<Round>,
    /// Where it stands in the graph.
    pub marking: Marking,
    /// When and how it closed.
    pub closed: Option<(Instant, Outcome)>,
    /// The step whose outcome ended it, until it is reopened.
    pub ended_by: Option<(StepIndex, Outcome)>,
    /// Times it was taken up again: delivered or closed at, reopened at.
    pub parked: Vec<(Instant, Instant)>,
    /// The time of its newest fact.
    pub touched: Instant,
    /// Grows with every fact; two writers with the same revision: one loses.
    pub revision: u64,
}

impl Item {
    /// The open rounds.
    pub fn open_rounds(&self) -> impl Iterator<Item = &Round> {
        self.rounds.iter().filter(|r| r.is_open())
    }
    /// The round with this number.
    #[must_use]
    pub fn round(&self, number: u32) -> Option<&Round> {
        self.rounds.get(usize::try_from(number).ok()?.checked_sub(1)?)
    }
    /// The open round of a step.
    #[must_use]
    pub fn open_round_of(&self, step: StepIndex) -> Option<&Round> {
        self.rounds.iter().rev().find(|r| r.is_open() && r.place == Place::Step(step))
    }
}
