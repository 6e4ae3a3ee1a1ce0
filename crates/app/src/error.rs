//! What a use case can answer instead of doing what was asked.

use crate::keys::KeyError;
use watercourse_core::refusal::{Ground, Refusal};
use watercourse_core::stream::Diagnostic;
use watercourse_core::verb::BadVerb;
use watercourse_store::{Failure, StoreError};

/// A use case that did not do what was asked. Nothing happened then.
#[derive(Debug, Clone, thiserror::Error)]
pub enum AppError {
    /// The rules of the stream or the state of the item forbid it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The request can be read, but something in it is off.
    #[error("{wrong} {right}")]
    Invalid {
        /// Where: a JSON pointer into the request, such as `/fields/risk`; empty where it is the whole.
        pointer: String,
        /// What was wrong.
        wrong: String,
        /// What would be right.
        right: String,
    },
    /// It is more than is taken.
    #[error("{wrong} {right}")]
    TooLarge {
        /// What was wrong.
        wrong: String,
        /// What would be right.
        right: String,
    },
    /// There is no such thing.
    #[error("There is no {what}. {right}")]
    NotFound {
        /// What was looked for, such as “item INC-7”.
        what: String,
        /// What would be right.
        right: String,
    },
    /// Whoever asks may not do that.
    #[error("You may not do this: it takes the permission “{0}”. Ask an administrator for it.")]
    Denied(&'static str),
    /// Name, password or code are not right. Which of them is not said.
    #[error("This name and password, or this code, do not let anybody in.")]
    NotSignedIn,
    /// The provider says who it is, but they do not come in.
    #[error("{wrong} {right}")]
    NotLetIn {
        /// What was wrong.
        wrong: String,
        /// What would be right.
        right: String,
    },
    /// Too many tries failed; seconds until the next is looked at.
    #[error("Too many tries failed. Wait {0} s before the next.")]
    TooMany(i64),
    /// It has changed since the caller looked.
    #[error("{key} is at revision {found}, not {expected}. Load it again.")]
    Changed {
        /// The item.
        key: String,
        /// The revision the caller looked at.
        expected: u64,
        /// The revision it has.
        found: u64,
    },
    /// The idempotency key was used for another request.
    #[error("The key “{0}” was used for another request. Take a new key for a new request.")]
    KeyReused(String),
    /// A stream has errors and was not published.
    #[error("The stream has errors and was not published.")]
    BadStream(Vec<Diagnostic>),
    /// A verb that could not be read.
    #[error(transparent)]
    BadVerb(#[from] BadVerb),
    /// A secret could not be sealed or read.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// The database did not do what was asked.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AppError {
    pub(crate) fn invalid(pointer: impl Into<String>, wrong: impl Into<String>, right: impl Into<String>) -> Self {
        Self::Invalid { pointer: pointer.into(), wrong: wrong.into(), right: right.into() }
    }
    pub(crate) fn not_let_in(wrong: String, right: &str) -> Self {
        Self::NotLetIn { wrong, right: right.to_owned() }
    }
    pub(crate) fn not_found(what: impl Into<String>, right: impl Into<String>) -> Self {
        Self::NotFound { what: what.into(), right: right.into() }
    }
    /// Whether the item had moved on: somebody was faster.
    #[must_use]
    pub fn is_stale(&self) -> bool {
        matches!(self, Self::Refused(r) if r.ground == Ground::Stale)
    }
}

impl Failure for AppError {
    fn store(&self) -> Option<&StoreError> {
        if let Self::Store(error) = self { Some(error) } else { None }
    }
}
