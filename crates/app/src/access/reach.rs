//! How far a permission reaches.

use std::collections::BTreeSet;
use watercourse_core::id::PersonId;
use watercourse_store::Sight;

/// Which streams, teams, people and services somebody knows of: those of the entities they have to do with, of
/// what lies below, and of what lies above up to the root, which is shared with everything below it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Horizon {
    /// All of them.
    pub all: bool,
    /// Those of these entities.
    pub entities: BTreeSet<String>,
}

impl Horizon {
    /// Whether what belongs to this entity is known.
    #[must_use]
    pub fn holds(&self, entity: &str) -> bool {
        self.all || self.entities.contains(entity)
    }
}

/// How far somebody's permission reaches, all grants taken together.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reach {
    /// Everywhere.
    pub all: bool,
    /// What belongs to these entities; those below them are listed too.
    pub entities: BTreeSet<String>,
    /// What one of these teams holds now or held before.
    pub teams: BTreeSet<String>,
    /// What one has asked for or opened oneself.
    pub own: bool,
}

impl Reach {
    /// As far as there is anything.
    #[must_use]
    pub fn everywhere() -> Self {
        Self { all: true, ..Self::default() }
    }
    /// Whether it reaches all of an entity.
    #[must_use]
    pub fn covers(&self, entity: &str) -> bool {
        self.all || self.entities.contains(entity)
    }
    /// Takes in another reach.
    pub fn widen(&mut self, other: Self) {
        self.all |= other.all;
        self.entities.extend(other.entities);
        self.teams.extend(other.teams);
        self.own |= other.own;
    }
    /// Whether another reach goes nowhere that this one does not.
    #[must_use]
    pub fn includes(&self, other: &Self) -> bool {
        self.all
            || (!other.all
                && other.entities.is_subset(&self.entities)
                && other.teams.is_subset(&self.teams)
                && (self.own || !other.own))
    }
    /// As the store compiles it into a query, for a person and an actor (as facts write it).
    #[must_use]
    pub fn sight(&self, person: Option<PersonId>, actor: &str) -> Sight {
        if self.all {
            return Sight::everything();
        }
        Sight::Part {
            entities: self.entities.iter().cloned().collect(),
            teams: self.teams.iter().cloned().collect(),
            requester: person.filter(|_| self.own),
            opened_by: self.own.then(|| actor.to_owned()),
        }
    }
}
