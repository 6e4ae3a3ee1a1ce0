//! How far a permission reaches.

use std::collections::BTreeSet;
use watercourse_core::id::PersonId;
use watercourse_store::Sight;

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
