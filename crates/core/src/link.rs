//! Typed relations between items: a closed list, each with its inverse.

use serde::{Deserialize, Serialize};

/// A relation from one item to another (`reference` in the docs: links).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Link {
    /// This happened because of that.
    CausedBy,
    /// This puts an end to that.
    Resolves,
    /// This carries out that.
    Implements,
    /// This belongs to that.
    PartOf,
    /// This was brought into use by that.
    DeployedBy,
    /// This was asked for by that.
    OriginatesFrom,
    /// This led to that improvement.
    TriggersImprovement,
    /// This is meant to better that.
    Improves,
    /// This takes up that again after it was closed.
    Reopens,
    /// This is the same as that.
    Duplicates,
    /// That cannot go on before this.
    Blocks,
    /// This was opened by a step of that.
    SpawnedBy,
    /// This has to do with that.
    RelatesTo,
}

impl Link {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::CausedBy,
        Self::Resolves,
        Self::Implements,
        Self::PartOf,
        Self::DeployedBy,
        Self::OriginatesFrom,
        Self::TriggersImprovement,
        Self::Improves,
        Self::Reopens,
        Self::Duplicates,
        Self::Blocks,
        Self::SpawnedBy,
        Self::RelatesTo,
    ];
    /// The identifier, and the words read from this end and from the other.
    const fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::CausedBy => ("caused_by", "caused by", "causes"),
            Self::Resolves => ("resolves", "resolves", "resolved by"),
            Self::Implements => ("implements", "implements", "implemented by"),
            Self::PartOf => ("part_of", "part of", "contains"),
            Self::DeployedBy => ("deployed_by", "deployed by", "deploys"),
            Self::OriginatesFrom => ("originates_from", "originates from", "gave rise to"),
            Self::TriggersImprovement => ("triggers_improvement", "triggers improvement", "triggered by"),
            Self::Improves => ("improves", "improves", "improved by"),
            Self::Reopens => ("reopens", "reopens", "reopened as"),
            Self::Duplicates => ("duplicates", "duplicates", "duplicated by"),
            Self::Blocks => ("blocks", "blocks", "blocked by"),
            Self::SpawnedBy => ("spawned_by", "spawned by", "spawned"),
            Self::RelatesTo => ("relates_to", "relates to", "relates to"),
        }
    }
    /// The identifier used in the API.
    #[must_use]
    pub const fn id(self) -> &'static str {
        self.words().0
    }
    /// How it reads from the item that holds it.
    #[must_use]
    pub const fn forward(self) -> &'static str {
        self.words().1
    }
    /// How it reads from the item it points to.
    #[must_use]
    pub const fn inverse(self) -> &'static str {
        self.words().2
    }
    /// The relation with this identifier.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|l| l.id() == text)
    }
}
