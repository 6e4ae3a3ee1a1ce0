//! Who acts: people by opaque id, and everything that is not a person by name.

use crate::id::PersonId;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Actor {
    /// A person, by opaque id.
    Person(PersonId),
    /// A rule of the stream or a timer.
    Rule(String),
    /// A pipeline, a hook, an import.
    Integration(String),
    /// An agent acting for somebody.
    Agent(String),
}

impl Actor {
    /// Whether a person did it by hand.
    #[must_use]
    pub const fn is_person(&self) -> bool {
        matches!(self, Self::Person(_))
    }
}

/// As the API and its headers write it: `person:ID`, `integration:NAME`.
impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person(id) => write!(f, "person:{id}"),
            Self::Rule(name) => write!(f, "rule:{name}"),
            Self::Integration(name) => write!(f, "integration:{name}"),
            Self::Agent(name) => write!(f, "agent:{name}"),
        }
    }
}
