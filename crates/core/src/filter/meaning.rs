//! What one test means once the type of its field is known: the one place that says so, for the
//! predicate and for SQL.

use super::ast::{Name, Op, Test, Value};
use super::field_type::FieldType;
use super::issue::{Issue, short};
use super::literal::{Moment, boolean, moment, number};
use super::text::{Phrase, fold};
use crate::nearest::suggest;
use crate::span::Span;
use std::ops::Bound;

/// A stretch of values between two bounds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds<T> {
    /// Where it begins.
    pub low: Bound<T>,
    /// Where it ends.
    pub high: Bound<T>,
}

impl<T: PartialOrd + Copy> Bounds<T> {
    /// Whether the value lies in it.
    #[must_use]
    pub fn contains(&self, value: T) -> bool {
        (match self.low {
            Bound::Included(low) => low <= value,
            Bound::Excluded(low) => low < value,
            Bound::Unbounded => true,
        }) && match self.high {
            Bound::Included(high) => value <= high,
            Bound::Excluded(high) => value < high,
            Bound::Unbounded => true,
        }
    }
}

impl<T> Bounds<T> {
    const fn new(low: Bound<T>, high: Bound<T>) -> Self {
        Self { low, high }
    }
}

/// What a test asks of a value.
#[derive(Debug, Clone, PartialEq)]
pub enum Meaning {
    /// That there is one.
    IsSet,
    /// That it is one of these, with capitals ignored: identifiers and labels in small letters of a to z, other
    /// texts folded. For labels: that it has one of these.
    OneOf(Vec<String>),
    /// That the words of one of these stand next to each other in it.
    Words(Vec<Phrase>),
    /// That it is one of these.
    Truth(Vec<bool>),
    /// That it lies in one of these.
    Numbers(Vec<Bounds<f64>>),
    /// That it lies in one of these: microseconds since 1970 for a date, of length for a span.
    Micros(Vec<Bounds<i64>>),
}

/// What a test means for a field of this type, at a time (microseconds since 1970; it matters only
/// for relative dates such as `-7d`).
///
/// # Errors
/// Why the test cannot be asked of such a field, and what would be right.
pub fn meaning(name: &Name, test: &Test, field_type: &FieldType, now: i64) -> Result<Meaning, Issue> {
    if matches!(test, Test::IsSet) {
        return Ok(Meaning::IsSet);
    }
    match field_type {
        FieldType::Text => Ok(Meaning::OneOf(listed(name, test, field_type)?.iter().map(|v| fold(&v.text)).collect())),
        FieldType::Key | FieldType::LabelSet => {
            Ok(Meaning::OneOf(listed(name, test, field_type)?.iter().map(|v| v.text.to_ascii_lowercase()).collect()))
        }
        FieldType::Enum(known) => choices(name, test, known, field_type),
        FieldType::Prose => phrases(name, test, field_type),
        FieldType::Bool => listed(name, test, field_type)?
            .iter()
            .map(|v| {
                boolean(&v.text)
                    .ok_or_else(|| unfit(name, v, field_type, format!("write {0}:true or {0}:false", name.text)))
            })
            .collect::<Result<_, _>>()
            .map(Meaning::Truth),
        FieldType::Number => numbers(name, test),
        FieldType::Date => dates(name, test, now),
        FieldType::Span => spans(name, test),
    }
}

/// The values of a list; comparisons are refused.
fn listed<'a>(name: &Name, test: &'a Test, field_type: &FieldType) -> Result<&'a [Value], Issue> {
    match test {
        Test::AnyOf(values) => Ok(values),
        _ => {
            let right = match field_type {
                FieldType::Enum(known) => format!("name the values: {}:{}", name.text, known.join(",")),
                _ => format!("write {0}:value or {0}:a,b", name.text),
            };
            Err(Issue::new(
                name.place,
                format!("“{}” holds {} and has no more and less", name.text, field_type.words()),
                right,
            ))
        }
    }
}

fn unfit(name: &Name, value: &Value, field_type: &FieldType, right: String) -> Issue {
    Issue::new(
        value.place,
        format!("“{}” does not fit “{}”, which holds {}", short(&value.text), name.text, field_type.words()),
        right,
    )
}

fn choices(name: &Name, test: &Test, known: &[String], field_type: &FieldType) -> Result<Meaning, Issue> {
    let find = |v: &Value| -> Result<String, Issue> {
        let small = fold(&v.text);
        if known.iter().any(|k| fold(k) == small) {
            return Ok(small);
        }
        let right = suggest(&v.text, known.iter().map(String::as_str));
        Err(Issue::new(v.place, format!("“{}” is no value of “{}”", short(&v.text), name.text), right))
    };
    listed(name, test, field_type)?.iter().map(find).collect::<Result<_, _>>().map(Meaning::OneOf)
}

fn phrases(name: &Name, test: &Test, field_type: &FieldType) -> Result<Meaning, Issue> {
    let read = |v: &Value| {
        let phrase = Phrase::whole(&v.text);
        if phrase.words.is_empty() {
            Err(unfit(name, v, field_type, "write a word with a letter or digit".to_owned()))
        } else {
            Ok(phrase)
        }
    };
    listed(name, test, field_type)?.iter().map(read).collect::<Result<_, _>>().map(Meaning::Words)
}

fn numbers(name: &Name, test: &Test) -> Result<Meaning, Issue> {
    let read = |v: &Value| {
        number(&v.text)
            .ok_or_else(|| unfit(name, v, &FieldType::Number, format!("write a number: {}:>12.5", name.text)))
    };
    let bounds = match test {
        Test::IsSet => return Ok(Meaning::IsSet),
        Test::AnyOf(values) => values
            .iter()
            .map(|v| read(v).map(|n| Bounds::new(Bound::Included(n), Bound::Included(n))))
            .collect::<Result<_, _>>()?,
        Test::Compare(op, v) => vec![compared(*op, read(v)?)],
        Test::Range(low, high) => vec![ordered(name, low, high, (read(low)?, read(high)?))?],
    };
    Ok(Meaning::Numbers(bounds))
}

fn spans(name: &Name, test: &Test) -> Result<Meaning, Issue> {
    let read = |v: &Value| -> Result<i64, Issue> {
        let span: Span = v.text.parse().map_err(|_| {
            unfit(name, v, &FieldType::Span, format!("write a whole number and s, m, h, d or w: {}:>3d", name.text))
        })?;
        span.as_micros().ok_or_else(|| {
            unfit(name, v, &FieldType::Span, "business time is not counted here; use s, m, h, d or w".to_owned())
        })
    };
    let bounds = match test {
        Test::IsSet => return Ok(Meaning::IsSet),
        Test::AnyOf(values) => {
            let first = values.first().map_or("3d", |v| v.text.as_str());
            let wrong = format!("no “{}” is ever exactly {}", name.text, short(first));
            return Err(Issue::new(
                values.first().map_or(name.place, |v| v.place),
                wrong,
                format!("write {0}:>{1} or {0}:<{1}", name.text, short(first)),
            ));
        }
        Test::Compare(op, v) => compared(*op, read(v)?),
        Test::Range(low, high) => ordered(name, low, high, (read(low)?, read(high)?))?,
    };
    Ok(Meaning::Micros(vec![bounds]))
}

fn dates(name: &Name, test: &Test, now: i64) -> Result<Meaning, Issue> {
    let read = |v: &Value| moment(&v.text, now).map_err(|right| unfit(name, v, &FieldType::Date, right));
    let within = |m: Moment| {
        let high = if m.is_instant() { Bound::Included(m.until) } else { Bound::Excluded(m.until) };
        Bounds::new(Bound::Included(m.from), high)
    };
    let day = |v: &Value| {
        let moment = read(v)?;
        if moment.is_instant() {
            let wrong = format!("“{}” is a single instant, and nothing happens exactly then", short(&v.text));
            return Err(Issue::new(
                v.place,
                wrong,
                format!("write {0}:>{1} for later or {0}:<{1} for earlier", name.text, short(&v.text)),
            ));
        }
        Ok(within(moment))
    };
    let bounds = match test {
        Test::IsSet => return Ok(Meaning::IsSet),
        Test::AnyOf(values) => values.iter().map(day).collect::<Result<_, _>>()?,
        Test::Compare(op, v) => {
            let (moment, open) = (read(v)?, Bound::Unbounded);
            vec![match op {
                Op::Less => Bounds::new(open, Bound::Excluded(moment.from)),
                Op::AtLeast => Bounds::new(Bound::Included(moment.from), open),
                Op::AtMost => Bounds::new(open, within(moment).high),
                Op::More if moment.is_instant() => Bounds::new(Bound::Excluded(moment.from), open),
                Op::More => Bounds::new(Bound::Included(moment.until), open),
            }]
        }
        Test::Range(low, high) => {
            let (first, last) = (read(low)?, read(high)?);
            ordered(name, low, high, (first.from, last.from))?;
            vec![Bounds::new(Bound::Included(first.from), within(last).high)]
        }
    };
    Ok(Meaning::Micros(bounds))
}

const fn compared<T: Copy>(op: Op, value: T) -> Bounds<T> {
    match op {
        Op::Less => Bounds::new(Bound::Unbounded, Bound::Excluded(value)),
        Op::AtMost => Bounds::new(Bound::Unbounded, Bound::Included(value)),
        Op::More => Bounds::new(Bound::Excluded(value), Bound::Unbounded),
        Op::AtLeast => Bounds::new(Bound::Included(value), Bound::Unbounded),
    }
}

fn ordered<T: PartialOrd + Copy>(
    name: &Name,
    low: &Value,
    high: &Value,
    (from, to): (T, T),
) -> Result<Bounds<T>, Issue> {
    if from > to {
        let wrong = format!("the range {}..{} is empty", short(&low.text), short(&high.text));
        return Err(Issue::new(
            low.place,
            wrong,
            format!("write {}:{}..{}", name.text, short(&high.text), short(&low.text)),
        ));
    }
    Ok(Bounds::new(Bound::Included(from), Bound::Included(to)))
}
