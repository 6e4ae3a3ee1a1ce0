//! What is kept, as plain data: one type per table, in the words of the domain.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use watercourse_core::activity::Activity;
use watercourse_core::actor::Actor;
use watercourse_core::fact::Fact;
use watercourse_core::id::{CommentId, ItemId, PersonId};
use watercourse_core::item::{Item, Outcome, Phase};
use watercourse_core::link::Link;
use watercourse_core::time::Instant;

/// The entity at the top of the tree: what belongs to no other belongs to it.
pub const ROOT: &str = "root";

fn root() -> String {
    ROOT.to_owned()
}

/// One published version of a stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamVersion {
    /// The stream's id.
    pub id: String,
    /// Its version, from 1.
    pub version: u32,
    /// Its name.
    pub name: String,
    /// The kind of its items.
    pub kind: String,
    /// The file, as it was published; for an imported stream, its steps as JSON.
    pub definition: String,
    /// When it was published.
    pub published_at: Instant,
    /// Who published it.
    pub actor: Actor,
    /// Why.
    pub note: String,
    /// Whether it was made from an imported log: drawn and measured, never run.
    pub imported: bool,
    /// The entity it belongs to.
    #[serde(default = "root")]
    pub entity: String,
}

/// A person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Opaque id, the only thing facts hold of a person.
    pub id: PersonId,
    /// A short unique name of small letters, digits, dots and hyphens, such as `ada`.
    pub handle: String,
    /// What people read.
    pub name: String,
    /// Where mail goes.
    pub mail: Option<String>,
    /// The entity they belong to.
    #[serde(default = "root")]
    pub entity: String,
}

/// A team.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Team {
    /// Its id, as stream files name it.
    pub id: String,
    /// What people read.
    pub name: String,
    /// How many people's worth of time it has, where somebody said so.
    pub capacity: Option<f64>,
    /// Its calendar as JSON (`CalendarDefinition`); around the clock where none is given.
    pub calendar: Option<String>,
    /// Its members.
    pub members: Vec<PersonId>,
    /// The entity it belongs to.
    #[serde(default = "root")]
    pub entity: String,
}

/// A service that items are about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// Its id.
    pub id: String,
    /// What people read.
    pub name: String,
    /// The team that answers for it.
    pub team: Option<String>,
    /// What it is, in a sentence.
    pub about: String,
    /// The entity it belongs to.
    #[serde(default = "root")]
    pub entity: String,
}

/// An open round, as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenRound {
    /// Its number within the item.
    pub round: u32,
    /// The step's id, or `~N` for extra work.
    pub step: String,
    /// The step's name.
    pub name: String,
    /// The activity.
    pub activity: Activity,
    /// The team that holds it.
    pub team: Option<String>,
    /// Where it stands.
    pub phase: Phase,
    /// Why it waits: a label, or `gate:x`; empty otherwise.
    pub reason: String,
    /// Since when it stands there.
    pub since: Instant,
    /// When the round opened.
    pub opened: Instant,
}

/// An item as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemRow {
    /// Its id.
    pub id: ItemId,
    /// Its human key.
    pub key: String,
    /// Its kind.
    pub kind: String,
    /// Its stream.
    pub stream: String,
    /// The version of the stream it runs under.
    pub version: u32,
    /// What it is about, in a line.
    pub title: String,
    /// Who asked for it.
    pub requester: Option<PersonId>,
    /// Who opened it.
    pub opened_by: Actor,
    /// When it was opened.
    pub created: Instant,
    /// When work was committed to: cycle time begins.
    pub committed: Option<Instant>,
    /// When the value was there: lead time ends.
    pub delivered: Option<Instant>,
    /// When it closed.
    pub closed: Option<Instant>,
    /// How it closed.
    pub result: Option<Outcome>,
    /// Where it stands: its open rounds.
    pub open: Vec<OpenRound>,
    /// Values of its kind's fields.
    pub fields: BTreeMap<String, String>,
    /// The time of its newest fact.
    pub touched: Instant,
    /// Grows with every fact.
    pub revision: u64,
    /// Whether it came from another tool's log.
    pub imported: bool,
    /// The entity it belongs to.
    #[serde(default = "root")]
    pub entity: String,
}

/// The words of an item that are not in its facts, and what is kept beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// What it is about, in a line.
    pub title: String,
    /// More about it.
    pub description: String,
    /// Who asked for it.
    pub requester: Option<PersonId>,
    /// The entity it belongs to.
    #[serde(default = "root")]
    pub entity: String,
}

impl Default for Words {
    fn default() -> Self {
        Self { title: String::new(), description: String::new(), requester: None, entity: root() }
    }
}

/// An item with the words beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The item.
    pub item: Item,
    /// Its words.
    pub words: Words,
    /// Whether it came from another tool's log.
    pub imported: bool,
}

/// A fact with its place in the log of everything that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Numbered {
    /// Its number: later facts have greater ones.
    pub seq: i64,
    /// The stream of its item.
    pub stream: String,
    /// The fact.
    #[serde(with = "fact_form")]
    pub fact: Fact,
}

/// A fact as JSON with what happened in a field of its own: some events have fields that facts have too.
mod fact_form {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use watercourse_core::activity::Activity;
    use watercourse_core::actor::Actor;
    use watercourse_core::fact::{Event, Fact};
    use watercourse_core::id::{CommentId, ItemId};
    use watercourse_core::item::Phase;
    use watercourse_core::time::Instant;

    #[derive(Serialize, Deserialize)]
    struct Form {
        item: ItemId,
        revision: u64,
        happened_at: Instant,
        recorded_at: Instant,
        actor: Actor,
        cause: String,
        note: Option<CommentId>,
        version: u32,
        step: Option<String>,
        activity: Option<Activity>,
        phase: Option<Phase>,
        team: Option<String>,
        event: Event,
    }

    pub(super) fn serialize<S: Serializer>(fact: &Fact, s: S) -> Result<S::Ok, S::Error> {
        let Fact {
            item,
            revision,
            happened_at,
            recorded_at,
            actor,
            cause,
            note,
            version,
            step,
            activity,
            phase,
            team,
            event,
        } = fact.clone();
        Form {
            item,
            revision,
            happened_at,
            recorded_at,
            actor,
            cause,
            note,
            version,
            step,
            activity,
            phase,
            team,
            event,
        }
        .serialize(s)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Fact, D::Error> {
        let Form {
            item,
            revision,
            happened_at,
            recorded_at,
            actor,
            cause,
            note,
            version,
            step,
            activity,
            phase,
            team,
            event,
        } = Form::deserialize(d)?;
        Ok(Fact {
            item,
            revision,
            happened_at,
            recorded_at,
            actor,
            cause,
            note,
            version,
            step,
            activity,
            phase,
            team,
            event,
        })
    }
}

/// Words somebody wrote: a comment, a reason, evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Its id, as facts name it.
    pub id: CommentId,
    /// The item it belongs to.
    pub item: ItemId,
    /// Who wrote it.
    pub actor: Actor,
    /// The words.
    pub words: String,
    /// When.
    pub at: Instant,
}

/// A relation, read from one of its ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Linked {
    /// The relation.
    pub link: Link,
    /// Whether the item that was asked for holds it; otherwise it is pointed to.
    pub forward: bool,
    /// The item at the other end.
    pub other: ItemId,
    /// Its key.
    pub key: String,
    /// Its title.
    pub title: String,
    /// How it closed, if it did.
    pub result: Option<Outcome>,
    /// Whether it is closed.
    pub is_closed: bool,
}

/// A time at which a round is to be finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timer {
    /// The item.
    pub item: ItemId,
    /// The round.
    pub round: u32,
    /// When.
    pub due: Instant,
}

/// What was answered to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Hash of the request.
    pub request: String,
    /// The answer, as JSON.
    pub response: String,
}

/// A sender of hooks: what its messages are signed with and how they are read.
#[derive(Clone, PartialEq, Eq)]
pub struct HookSource {
    /// Its name in the address hooks are sent to.
    pub name: String,
    /// The secret shared with it.
    pub secret: String,
    /// Where in its messages each thing stands, as JSON.
    pub mapping: String,
    /// When this was last changed.
    pub changed_at: Instant,
}

impl std::fmt::Debug for HookSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HookSource").field("name", &self.name).finish_non_exhaustive()
    }
}

/// A deployment that was reported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deployment {
    /// Its id.
    pub id: uuid::Uuid,
    /// What was deployed.
    pub service: String,
    /// Where to.
    pub environment: String,
    /// Which version.
    pub version: String,
    /// Of which commit.
    pub commit: Option<String>,
    /// How it went: `succeeded` or `failed`.
    pub outcome: String,
    /// The item it belongs to.
    pub item: Option<ItemId>,
    /// When it happened.
    pub at: Instant,
    /// When we were told.
    pub recorded_at: Instant,
    /// The entity it belongs to.
    pub entity: String,
}

/// How to order a list of items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// Newest facts first.
    #[default]
    Touched,
    /// Youngest first.
    Newest,
    /// Oldest first.
    Oldest,
}

impl Sort {
    /// All orders.
    pub const ALL: [Self; 3] = [Self::Touched, Self::Newest, Self::Oldest];
    /// Its word in addresses, the API and the database.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Touched => "touched",
            Self::Newest => "newest",
            Self::Oldest => "oldest",
        }
    }
    /// The one with a word.
    #[must_use]
    pub fn named(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.id() == id)
    }
}

/// Where a page of a list begins: after this row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct After {
    /// The value the list is ordered by.
    pub at: i64,
    /// The id that breaks ties.
    pub id: ItemId,
}

/// Some items of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The items.
    pub rows: Vec<ItemRow>,
    /// Where to go on, where so many items were looked at that the page ended early.
    pub on: Option<After>,
    /// How many there are in all, where that was asked and is cheap to say.
    pub count: Option<i64>,
}

/// How many items stand where: one count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// The stream.
    pub stream: String,
    /// The step or `~N`.
    pub step: String,
    /// The activity.
    pub activity: Activity,
    /// The team.
    pub team: Option<String>,
    /// The phase.
    pub phase: Phase,
    /// Open rounds there.
    pub count: u64,
    /// When the oldest of them opened.
    pub oldest: Instant,
}

/// One event of an imported log, as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEvent {
    /// The case.
    pub case: String,
    /// The activity.
    pub activity: String,
    /// Its time, UTC milliseconds.
    pub at: i64,
    /// When the work began, UTC milliseconds, where the source says so.
    pub start: Option<i64>,
    /// The team, where the source says so.
    pub team: Option<String>,
    /// The lifecycle column, where there is one.
    pub lifecycle: Option<String>,
}
