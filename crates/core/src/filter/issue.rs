//! What is wrong with a filter.

use super::ast::Place;
use std::fmt;

/// One thing wrong with a filter: where, what, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// Where.
    pub place: Place,
    /// What is wrong.
    pub wrong: String,
    /// What would be right.
    pub right: String,
}

impl Issue {
    pub(super) fn new(place: Place, wrong: impl Into<String>, right: impl Into<String>) -> Self {
        Self { place, wrong: wrong.into(), right: right.into() }
    }
}

impl fmt::Display for Issue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.place.column > 0 {
            write!(f, "column {}: ", self.place.column)?;
        }
        f.write_str(&self.wrong)?;
        if self.right.is_empty() { Ok(()) } else { write!(f, "; {}", self.right) }
    }
}

impl std::error::Error for Issue {}

/// A short form of a text for a message.
pub(super) fn short(text: &str) -> String {
    let shown: String = text.chars().take(40).collect();
    if shown.len() < text.len() { format!("{shown}…") } else { shown }
}
