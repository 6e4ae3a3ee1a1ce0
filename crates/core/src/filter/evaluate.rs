//! A filter asked of one item.

use super::ast::{Expr, Filter, Name, Test};
use super::field_type::FieldType;
use super::literal::{boolean, moment, number};
use super::meaning::{Meaning, meaning};
use super::text::{Phrase, Searched, fold};
use std::borrow::Cow;

/// The value of a field.
#[derive(Debug, Clone, PartialEq)]
pub enum FieldValue<'a> {
    /// The field is known and has no value.
    Unset,
    /// A text or one of a list.
    Text(Cow<'a, str>),
    /// An identifier.
    Key(Cow<'a, str>),
    /// A longer text, of which words are found.
    Prose(Cow<'a, str>),
    /// A number.
    Number(f64),
    /// Microseconds since 1970; a day is its first instant by UTC.
    Date(i64),
    /// A length in microseconds.
    Span(i64),
    /// True or false.
    Bool(bool),
    /// Labels; none is as good as [`FieldValue::Unset`].
    Labels(Vec<Cow<'a, str>>),
    /// A value as it was written, of a type that is not known here: it is a number, a date or true
    /// where it reads as one and is asked for one, and a text otherwise.
    Written(Cow<'a, str>),
}

/// What a filter can ask of an item.
pub trait Fields {
    /// The value of a field; none where nothing is known about such a field, as in an imported log
    /// without that column.
    fn field(&self, name: &str) -> Option<FieldValue<'_>>;
    /// The texts in which words are searched, each by itself; none where no text is known.
    fn texts(&self) -> Option<Vec<Cow<'_, str>>>;
}

/// What a filter says of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Truth<'f> {
    /// It holds.
    True,
    /// It does not hold.
    False,
    /// It cannot be computed: nothing is known about this field (`text` for free text), or its value
    /// cannot be compared so.
    Unknown(&'f str),
}

impl Truth<'_> {
    /// Yes or no, or nothing where it cannot be computed.
    #[must_use]
    pub const fn known(self) -> Option<bool> {
        match self {
            Self::True => Some(true),
            Self::False => Some(false),
            Self::Unknown(_) => None,
        }
    }
    const fn of(holds: bool) -> Self {
        if holds { Self::True } else { Self::False }
    }
    const fn not(self) -> Self {
        match self {
            Self::True => Self::False,
            Self::False => Self::True,
            unknown @ Self::Unknown(_) => unknown,
        }
    }
}

impl Filter {
    /// Whether it holds for an item at a time (microseconds since 1970).
    ///
    /// What is not known stays so unless the rest decides: `a b` is false where `a` is, whatever `b`
    /// may be, and `a OR b` true where `a` is.
    #[must_use]
    pub fn evaluate(&self, item: &dyn Fields, now: i64) -> Truth<'_> {
        self.expr().evaluate(item, now)
    }
    /// Yes or no, or nothing where it cannot be computed: [`Filter::evaluate`] without the reason.
    #[must_use]
    pub fn holds(&self, item: &dyn Fields, now: i64) -> Option<bool> {
        self.evaluate(item, now).known()
    }
}

impl Expr {
    fn evaluate(&self, item: &dyn Fields, now: i64) -> Truth<'_> {
        match self {
            Self::All(parts) => decided(parts, item, now, Truth::False, Truth::True),
            Self::Any(parts) => decided(parts, item, now, Truth::True, Truth::False),
            Self::Not(part) => part.evaluate(item, now).not(),
            Self::Text(value) => found(item, &Phrase::whole(&value.text)),
            Self::Beginning(value) => found(item, &Phrase::beginning(&value.text)),
            Self::Field(name, test) => match item.field(&name.text) {
                None => Truth::Unknown(&name.text),
                Some(value) => asked(name, test, &value, now).map_or(Truth::Unknown(&name.text), Truth::of),
            },
        }
    }
}

/// The first part that decides; else the first that is not known; else the rest.
fn decided<'f>(parts: &'f [Expr], item: &dyn Fields, now: i64, decides: Truth<'f>, rest: Truth<'f>) -> Truth<'f> {
    let mut answer = rest;
    for part in parts {
        let truth = part.evaluate(item, now);
        if truth == decides {
            return decides;
        }
        if answer == rest && matches!(truth, Truth::Unknown(_)) {
            answer = truth;
        }
    }
    answer
}

fn found(item: &dyn Fields, phrase: &Phrase) -> Truth<'static> {
    item.texts().map_or(Truth::Unknown("text"), |texts| Truth::of(Searched::of(&texts).has(phrase)))
}

/// Whether the value passes the test; none where they do not go together.
fn asked(name: &Name, test: &Test, value: &FieldValue<'_>, now: i64) -> Option<bool> {
    let means = |field_type: &FieldType| meaning(name, test, field_type, now).ok();
    Some(match value {
        FieldValue::Unset => false,
        FieldValue::Text(text) => match means(&FieldType::Text)? {
            Meaning::OneOf(list) => list.contains(&fold(text)),
            _ => true,
        },
        FieldValue::Key(key) => match means(&FieldType::Key)? {
            Meaning::OneOf(list) => list.contains(&key.to_ascii_lowercase()),
            _ => true,
        },
        FieldValue::Prose(text) => match means(&FieldType::Prose)? {
            Meaning::Words(phrases) => {
                let text = Searched::of(&[text]);
                phrases.iter().any(|phrase| text.has(phrase))
            }
            _ => true,
        },
        FieldValue::Labels(labels) => match means(&FieldType::LabelSet)? {
            Meaning::OneOf(list) => labels.iter().any(|label| list.contains(&label.to_ascii_lowercase())),
            _ => !labels.is_empty(),
        },
        FieldValue::Number(number) => in_numbers(&means(&FieldType::Number)?, *number),
        FieldValue::Date(at) => in_micros(&means(&FieldType::Date)?, *at),
        FieldValue::Span(length) => in_micros(&means(&FieldType::Span)?, *length),
        FieldValue::Bool(is) => match means(&FieldType::Bool)? {
            Meaning::Truth(list) => list.contains(is),
            _ => true,
        },
        FieldValue::Written(text) => return written(name, test, text, now),
    })
}

fn in_numbers(meaning: &Meaning, value: f64) -> bool {
    match meaning {
        Meaning::Numbers(list) => list.iter().any(|bounds| bounds.contains(value)),
        _ => true,
    }
}

fn in_micros(meaning: &Meaning, value: i64) -> bool {
    match meaning {
        Meaning::Micros(list) => list.iter().any(|bounds| bounds.contains(value)),
        _ => true,
    }
}

/// A value of unknown type: as a number, as a date, as true or false, else as a text.
fn written(name: &Name, test: &Test, text: &str, now: i64) -> Option<bool> {
    if *test == Test::IsSet {
        return Some(!text.is_empty());
    }
    if let Some(value) = number(text)
        && let Ok(means) = meaning(name, test, &FieldType::Number, now)
    {
        return Some(in_numbers(&means, value));
    }
    if let Ok(value) = moment(text, now)
        && !super::literal::is_relative(text)
        && let Ok(means) = meaning(name, test, &FieldType::Date, now)
    {
        return Some(in_micros(&means, value.from));
    }
    if boolean(text).is_some()
        && let Ok(means) = meaning(name, test, &FieldType::Bool, now)
    {
        return Some(matches!(means, Meaning::Truth(list) if boolean(text).is_some_and(|is| list.contains(&is))));
    }
    match meaning(name, test, &FieldType::Text, now).ok()? {
        Meaning::OneOf(list) => Some(list.contains(&fold(text))),
        _ => None,
    }
}
