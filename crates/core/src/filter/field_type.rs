//! What a field of an item can hold.

/// What a field holds, which decides what can be asked of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldType {
    /// A short text, compared whole with capitals ignored.
    Text,
    /// A longer text, of which words are found.
    Prose,
    /// A number.
    Number,
    /// One of these.
    Enum(Vec<String>),
    /// A day or an instant.
    Date,
    /// A length of time.
    Span,
    /// True or false.
    Bool,
    /// The key or identifier of an item, a team, a person…, compared whole with capitals ignored.
    Key,
    /// Any number of labels.
    LabelSet,
}

impl FieldType {
    /// What it holds, in words.
    #[must_use]
    pub const fn words(&self) -> &'static str {
        match self {
            Self::Text | Self::Prose => "text",
            Self::Number => "a number",
            Self::Enum(_) => "one of a list",
            Self::Date => "a date",
            Self::Span => "a length of time",
            Self::Bool => "true or false",
            Self::Key => "an identifier",
            Self::LabelSet => "labels",
        }
    }
}
