//! What happened: immutable, appended in the same transaction as the state it changed.

use crate::activity::Activity;
pub use crate::actor::Actor;
use crate::id::{CommentId, ItemId};
use crate::item::{Outcome, Phase};
use crate::link::Link;
use crate::time::Instant;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Why a round opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Opening {
    /// Its step became enabled and owed.
    Released,
    /// A gate was asked.
    Asked,
    /// Somebody started the step, as the stream allows.
    Chosen,
    /// Somebody started the step before the stream allows it.
    Early,
    /// Work outside the steps.
    Adhoc,
}

/// What was done otherwise than the stream says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Deviation {
    /// Started before its time.
    Early,
    /// Left out.
    Skip,
    /// Gone back to.
    Return,
    /// Work outside the steps.
    Adhoc,
    /// An open round was given up.
    Drop,
}

impl Deviation {
    /// The word in the API.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Early => "early",
            Self::Skip => "skip",
            Self::Return => "return",
            Self::Adhoc => "adhoc",
            Self::Drop => "drop",
        }
    }
}

/// What happened, without who and when. Steps are named by id, rounds by number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
#[expect(missing_docs, reason = "the fields say what they are; the variants carry the meaning")]
pub enum Event {
    /// The item came into being, beginning at this start step.
    Opened {
        id: ItemId,
        key: String,
        kind: String,
        stream: String,
        version: u32,
        start: Option<String>,
        fields: BTreeMap<String, String>,
    },
    /// A round opened. `timer`: it waits for the time from the beginning.
    RoundOpened {
        round: u32,
        step: Option<String>,
        adhoc: Option<(String, Activity)>,
        team: Option<String>,
        opening: Opening,
        released_by: Option<u32>,
        timer: bool,
    },
    /// Work on a round began, or began again in a queue.
    Started { round: u32 },
    /// A round pauses for a reason.
    Paused { round: u32, reason: String },
    /// A paused round is worked on again.
    Resumed { round: u32 },
    /// A paused round is back in the queue: `reply`, `timer` or `child`.
    Requeued { round: u32, by: String },
    /// A round went to another team.
    HandedOver { round: u32, team: String },
    /// A round finished.
    Finished { round: u32, outcome: Option<String> },
    /// A round failed.
    Failed { round: u32 },
    /// A round was given up.
    Dropped { round: u32 },
    /// A step was left out; it stands for that outcome.
    Skipped { step: String, stands_for: Option<String> },
    /// A step was gone back to; `keep`: what followed it stays done.
    Returned { step: String, keep: bool },
    /// The `when` of a step was looked at.
    Judged { step: String, holds: bool },
    /// A gate was asked.
    GateAsked { round: u32, gate: String },
    /// A gate lets the round start.
    GatePassed { round: u32, gate: String },
    /// A gate does not let the round start.
    GateRefused { round: u32, gate: String, r#final: bool },
    /// A round opened a child.
    ChildOpened { round: u32, child: ItemId, stream: String, wait: bool },
    /// The child of a round ended.
    ChildEnded { round: u32, child: ItemId, result: Outcome },
    /// A field has a new value; none clears it.
    FieldSet { name: String, value: Option<String> },
    /// Something was done otherwise than the stream says.
    Deviated { kind: Deviation, step: String },
    /// Somebody wrote a comment.
    Commented { comment: CommentId },
    /// A relation to another item.
    Linked { link: Link, to: ItemId },
    /// A relation was taken back.
    Unlinked { link: Link, to: ItemId },
    /// The item ended.
    Closed { result: Outcome, ended_by: Option<String> },
    /// The item was taken up again at this step.
    Reopened { step: Option<String>, parked_from: Instant },
}

impl Event {
    /// Every `what` there is.
    pub const IDS: &[&str] = &[
        "opened",
        "round_opened",
        "started",
        "paused",
        "resumed",
        "requeued",
        "handed_over",
        "finished",
        "failed",
        "dropped",
        "skipped",
        "returned",
        "judged",
        "gate_asked",
        "gate_passed",
        "gate_refused",
        "child_opened",
        "child_ended",
        "field_set",
        "deviated",
        "commented",
        "linked",
        "unlinked",
        "closed",
        "reopened",
    ];
    /// The `what` of the serialised event.
    #[must_use]
    pub const fn id(&self) -> &'static str {
        match self {
            Self::Opened { .. } => "opened",
            Self::RoundOpened { .. } => "round_opened",
            Self::Started { .. } => "started",
            Self::Paused { .. } => "paused",
            Self::Resumed { .. } => "resumed",
            Self::Requeued { .. } => "requeued",
            Self::HandedOver { .. } => "handed_over",
            Self::Finished { .. } => "finished",
            Self::Failed { .. } => "failed",
            Self::Dropped { .. } => "dropped",
            Self::Skipped { .. } => "skipped",
            Self::Returned { .. } => "returned",
            Self::Judged { .. } => "judged",
            Self::GateAsked { .. } => "gate_asked",
            Self::GatePassed { .. } => "gate_passed",
            Self::GateRefused { .. } => "gate_refused",
            Self::ChildOpened { .. } => "child_opened",
            Self::ChildEnded { .. } => "child_ended",
            Self::FieldSet { .. } => "field_set",
            Self::Deviated { .. } => "deviated",
            Self::Commented { .. } => "commented",
            Self::Linked { .. } => "linked",
            Self::Unlinked { .. } => "unlinked",
            Self::Closed { .. } => "closed",
            Self::Reopened { .. } => "reopened",
        }
    }
    /// The round it is about.
    #[must_use]
    pub const fn round(&self) -> Option<u32> {
        match self {
            Self::RoundOpened { round, .. }
            | Self::Started { round }
            | Self::Paused { round, .. }
            | Self::Resumed { round }
            | Self::Requeued { round, .. }
            | Self::HandedOver { round, .. }
            | Self::Finished { round, .. }
            | Self::Failed { round }
            | Self::Dropped { round }
            | Self::GateAsked { round, .. }
            | Self::GatePassed { round, .. }
            | Self::GateRefused { round, .. }
            | Self::ChildOpened { round, .. }
            | Self::ChildEnded { round, .. } => Some(*round),
            _ => None,
        }
    }
}

/// One fact: what happened, to which step, by whom, when, and when we were told.
/// Step, activity, phase, team and stream version are written down as they were at that moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// The item it is about.
    pub item: ItemId,
    /// The item's revision after it: 1 for the first.
    pub revision: u64,
    /// When it happened.
    pub happened_at: Instant,
    /// When it was written down.
    pub recorded_at: Instant,
    /// Who did it.
    pub actor: Actor,
    /// The verb that led to it.
    pub cause: String,
    /// The words that go with it, kept elsewhere under this id.
    pub note: Option<CommentId>,
    /// The version of the stream.
    pub version: u32,
    /// The step it is about.
    pub step: Option<String>,
    /// That step's activity.
    pub activity: Option<Activity>,
    /// The round's phase after it.
    pub phase: Option<Phase>,
    /// The team that held the round.
    pub team: Option<String>,
    /// What happened.
    pub event: Event,
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::Event;

    #[test]
    fn every_event_is_listed() {
        let told = serde_json::from_str::<Event>(r#"{"what": "?"}"#).unwrap_err().to_string();
        let (_, known) = told.split_once("expected one of ").unwrap();
        let known: Vec<&str> = known.split('`').skip(1).step_by(2).collect();
        assert_eq!(known, Event::IDS);
    }
}
