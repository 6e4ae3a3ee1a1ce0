//! Something that is wrong.

use serde::Serialize;

/// A fault and its remedy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Trouble {
    /// A word for it, always the same.
    pub check: &'static str,
    /// What is wrong.
    pub wrong: String,
    /// What to do about it.
    pub remedy: String,
}

impl Trouble {
    pub(crate) fn new(check: &'static str, wrong: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { check, wrong: wrong.into(), remedy: remedy.into() }
    }
}
