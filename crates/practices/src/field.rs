//! Fields: what is known about an item beyond its title, and what may stand there.

/// One thing that is known about an item.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Stable identifier: the word used in the filter language (`risk:high`).
    pub id: &'static str,
    /// The label people read.
    pub label: &'static str,
    /// What may stand in it.
    pub is: FieldType,
}

/// What may stand in a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldType {
    /// One line of text, at most [`TEXT_MOST`] characters.
    Text,
    /// A decimal number.
    Number,
    /// One of these, in ascending order where they have one.
    Enum(&'static [&'static str]),
    /// A calendar day, YYYY-MM-DD.
    Date,
    /// `true` or `false`.
    Bool,
}

/// The most characters a text field holds.
pub const TEXT_MOST: usize = 500;

/// The fields every kind has beside its own.
pub const COMMON: &[Field] = &[
    Field { id: "service", label: "Service", is: FieldType::Text },
    Field { id: "priority", label: "Priority", is: FieldType::Enum(&["low", "normal", "high", "urgent"]) },
    Field { id: "due", label: "Due", is: FieldType::Date },
];

// Fields that several kinds have, so that one word means one thing everywhere.

/// How many are affected.
pub const IMPACT: Field = Field { id: "impact", label: "Impact", is: FieldType::Enum(&["person", "team", "everyone"]) };
/// How likely and how bad it would be if it went wrong.
pub const RISK: Field = Field { id: "risk", label: "Risk", is: FieldType::Enum(&["low", "medium", "high"]) };
/// How much work it is.
pub const EFFORT: Field = Field { id: "effort", label: "Effort", is: FieldType::Enum(&["small", "medium", "large"]) };
/// The way it reached us.
pub const CHANNEL: Field =
    Field { id: "channel", label: "Channel", is: FieldType::Enum(&["portal", "mail", "phone", "chat", "monitoring"]) };
/// The day it is meant to happen.
pub const PLANNED_ON: Field = Field { id: "planned_on", label: "Planned on", is: FieldType::Date };
/// The day somebody needs it.
pub const NEEDED_BY: Field = Field { id: "needed_by", label: "Needed by", is: FieldType::Date };
/// What it costs, in the organisation's currency.
pub const COST: Field = Field { id: "cost", label: "Cost", is: FieldType::Number };

impl FieldType {
    /// The identifier used in the API.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Enum(_) => "enum",
            Self::Date => "date",
            Self::Bool => "bool",
        }
    }
    /// The values to choose from, if it is a choice.
    #[must_use]
    pub const fn choices(self) -> &'static [&'static str] {
        match self {
            Self::Enum(choices) => choices,
            Self::Bool => &["true", "false"],
            Self::Text | Self::Number | Self::Date => &[],
        }
    }
}

impl Field {
    /// Whether this text may stand in the field.
    ///
    /// # Errors
    /// What was wrong and what would be right.
    pub fn check(&self, text: &str) -> Result<(), String> {
        let expected = match self.is {
            FieldType::Text if text.contains('\n') => "one line of text".to_owned(),
            FieldType::Text if text.chars().count() > TEXT_MOST => format!("at most {TEXT_MOST} characters"),
            FieldType::Number if !text.parse::<f64>().is_ok_and(f64::is_finite) => "a number such as 12.5".to_owned(),
            FieldType::Date if text.len() != 10 || text.parse::<jiff::civil::Date>().is_err() => {
                "a date such as 2026-11-23".to_owned()
            }
            FieldType::Enum(choices) if !choices.contains(&text) => format!("one of {}", choices.join(", ")),
            FieldType::Bool if text != "true" && text != "false" => "true or false".to_owned(),
            _ => return Ok(()),
        };
        let shown: String = text.chars().take(40).collect();
        Err(format!("{}: “{shown}” does not fit, expected {expected}", self.label))
    }
}

#[cfg(test)]
mod tests {
    use super::{Field, FieldType};

    #[test]
    fn a_field_says_what_would_be_right() {
        let field = |is| Field { id: "x", label: "X", is };
        let cases = [
            (FieldType::Number, "12.5", "twelve", "a number"),
            (FieldType::Number, "-3", "NaN", "a number"),
            (FieldType::Date, "2026-02-28", "2026-02-30", "a date"),
            (FieldType::Date, "2026-02-28", "2026-02-28T10:00", "a date"),
            (FieldType::Bool, "true", "yes", "true or false"),
            (FieldType::Enum(&["low", "high"]), "low", "lower", "one of low, high"),
            (FieldType::Text, "one line", "two\nlines", "one line"),
        ];
        for (is, good, bad, expected) in cases {
            assert_eq!(field(is).check(good), Ok(()));
            let said = field(is).check(bad).err().unwrap_or_default();
            assert!(said.contains(expected), "{bad}: {said}");
        }
    }
}
