//! Why a verb was not done, and what would be right.

use std::fmt;

/// What kind of no it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ground {
    /// The words of the verb are off: unknown step, missing reason, unknown outcome.
    Malformed,
    /// The item has moved on: already started, already finished, closed.
    Stale,
    /// The stream does not allow it now.
    NotEnabled,
    /// A gate holds it.
    Gate,
    /// The stream never allows it (`adhoc = "deny"`).
    Forbidden,
}

impl Ground {
    /// The word in the API.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Stale => "stale",
            Self::NotEnabled => "not-enabled",
            Self::Gate => "gate",
            Self::Forbidden => "forbidden",
        }
    }
}

/// A verb refused: nothing happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What kind of no it is.
    pub ground: Ground,
    /// What was wrong, in a sentence.
    pub wrong: String,
    /// What would be right, in a sentence.
    pub right: String,
}

impl Refusal {
    /// A refusal from its parts.
    pub fn new(ground: Ground, wrong: impl Into<String>, right: impl Into<String>) -> Self {
        Self { ground, wrong: wrong.into(), right: right.into() }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.wrong, self.right)
    }
}

impl std::error::Error for Refusal {}
