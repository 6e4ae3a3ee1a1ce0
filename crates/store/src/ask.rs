//! What a list asks of the database: the filter language with its fields resolved.

use crate::sight::Sight;
use watercourse_core::filter::{Meaning, Phrase};

/// A question to the table of items.
#[derive(Debug, Clone, PartialEq)]
pub struct Ask {
    /// What must hold.
    pub condition: Condition,
    /// Which items are seen at all.
    pub sight: Sight,
    /// What time it is, in microseconds: ages are counted up to it.
    pub now: i64,
    /// How much is looked at.
    pub looks: Looks,
}

/// How much is looked at for one page before it ends early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Looks {
    /// Items on a way that is taken: more are read faster in the order of the list.
    pub few: usize,
    /// Items that are looked at first.
    pub first: usize,
    /// Items that are looked at in all.
    pub most: usize,
    /// Tests of items in all: a long filter looks at fewer items.
    pub tests: usize,
}

impl Default for Looks {
    fn default() -> Self {
        Self { few: 3_000, first: 2_000, most: 200_000, tests: 600_000 }
    }
}

impl Ask {
    /// Items on a way that is taken.
    pub(crate) fn few(&self) -> usize {
        self.looks.few.min(self.looks.tests / self.condition.tests().max(1))
    }
    /// Items that are looked at in all.
    pub(crate) fn most(&self) -> usize {
        self.looks.most.min(self.looks.tests / self.condition.tests().max(1)).max(1)
    }
}

/// A condition on an item.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// Each of these.
    All(Vec<Self>),
    /// At least one of these.
    Any(Vec<Self>),
    /// Not this.
    Not(Box<Self>),
    /// The words stand in its key, title, description or comments.
    Words(Phrase),
    /// A column is so.
    Is(Column, Meaning),
}

impl Condition {
    /// What always holds.
    #[must_use]
    pub const fn always() -> Self {
        Self::All(Vec::new())
    }
    /// The parts all of which must hold.
    pub(crate) fn parts(&self) -> &[Self] {
        match self {
            Self::All(parts) => parts,
            one => std::slice::from_ref(one),
        }
    }
    /// How many tests there are in it.
    pub(crate) fn tests(&self) -> usize {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().map(Self::tests).sum(),
            Self::Not(part) => part.tests(),
            Self::Words(_) | Self::Is(..) => 1,
        }
    }
}

/// What a condition looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Column {
    /// The human key.
    Key,
    /// The kind.
    Kind,
    /// The stream.
    Stream,
    /// The title.
    Title,
    /// `open` or `closed`.
    State,
    /// How it closed.
    Result,
    /// Whether it came from another tool's log.
    Imported,
    /// When it was opened.
    Created,
    /// When something last happened.
    Touched,
    /// When the value was there.
    Delivered,
    /// When it closed.
    Closed,
    /// From its opening to its end, or to now.
    Age,
    /// The steps of its open rounds.
    Step,
    /// The teams of its open rounds.
    Team,
    /// The activities of its open rounds.
    Activity,
    /// The phases of its open rounds.
    Phase,
    /// What its open rounds wait for.
    Waiting,
    /// A field of its kind, by name, and what it holds.
    Field(String, Holds),
}

/// What a field of a kind holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// A text.
    Text,
    /// A number.
    Number,
    /// A day, as `2026-11-23`.
    Date,
    /// `true` or `false`.
    Bool,
}
