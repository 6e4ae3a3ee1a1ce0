//! The four states of a number, never mixed: a value (0 is one), not measured, too few to say; and loading, after a start.

/// What is said of a figure that is not there yet.
pub const LOADING: &str = "loading: what went through before is still being read";

/// A number that may not be there, with the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Figure {
    /// It was measured; 0 is a value.
    Value {
        /// What people read.
        text: String,
        /// The items behind it.
        link: Option<String>,
    },
    /// It is not known yet: what went through before the program started is still being read.
    Loading,
    /// The source does not tell.
    NotMeasured {
        /// Why, and what would be needed.
        why: String,
    },
    /// It was measured too seldom to say.
    TooFew {
        /// How often.
        n: u64,
        /// How often it would need to be.
        needs: u64,
    },
}

impl Figure {
    /// A value without a link.
    pub fn value(text: impl Into<String>) -> Self {
        Self::Value { text: text.into(), link: None }
    }
    /// A value that opens its items.
    pub fn opening(text: impl Into<String>, link: impl Into<String>) -> Self {
        Self::Value { text: text.into(), link: Some(link.into()) }
    }
    /// Not measured, for this reason.
    pub fn not_measured(why: impl Into<String>) -> Self {
        Self::NotMeasured { why: why.into() }
    }
    /// What is printed in a drawing, where there is no room for the reason.
    #[must_use]
    pub fn brief(&self) -> String {
        match self {
            Self::Value { text, .. } => text.clone(),
            Self::Loading => "…".to_owned(),
            Self::NotMeasured { .. } => "—".to_owned(),
            Self::TooFew { n, .. } => format!("n {n}"),
        }
    }
    /// The reason for what is not there; empty for a value.
    #[must_use]
    pub fn why(&self) -> String {
        match self {
            Self::Value { .. } => String::new(),
            Self::Loading => LOADING.to_owned(),
            Self::NotMeasured { why } => why.clone(),
            Self::TooFew { n, needs } => format!("too few to say: {n}, and at least {needs} are needed"),
        }
    }
    /// As HTML: a value (a link to its items), `—` with its reason, or `n = 4` with what is needed.
    #[must_use]
    pub fn html(&self) -> String {
        use crate::view::html::{abbreviation, anchor};
        match self {
            Self::Value { text, link: Some(link) } => anchor(link, text),
            Self::Value { text, link: None } => crate::view::html::text(text),
            Self::Loading => abbreviation("loading", "…", LOADING),
            Self::NotMeasured { why } => abbreviation("unmeasured", "—", &format!("not measured: {why}")),
            Self::TooFew { n, .. } => abbreviation("too-few", &format!("n = {n}"), &self.why()),
        }
    }
}
