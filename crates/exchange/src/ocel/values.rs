//! Values of attributes: from how a file writes them to how they are kept.

use watercourse_flow::log::{Dictionary, NONE};

use super::model::{Value, ValueKind};
use crate::collect::Clock;
use crate::date;

/// A value as a file has it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Raw<'a> {
    /// A text, whatever it means.
    Text(&'a str),
    /// A number as it is written.
    Number(&'a str),
    /// A truth.
    Boolean(bool),
}

/// Reads values.
pub(crate) struct Reading {
    clock: Clock,
}

impl Reading {
    pub(crate) const fn new(clock: Clock) -> Self {
        Self { clock }
    }

    /// How a value is kept: as the kind that is declared where it fits, as what it looks like where none is, and as
    /// text where it does not fit.
    pub(crate) fn keep(
        &mut self,
        texts: &mut Dictionary,
        raw: Raw<'_>,
        declared: Option<ValueKind>,
    ) -> (ValueKind, u64) {
        let fits = match declared {
            Some(ValueKind::String) => None,
            Some(kind) => self.fit(raw, kind).map(|bits| (kind, bits)),
            None => match raw {
                Raw::Text(_) => None,
                Raw::Number(text) => match text.parse::<i64>() {
                    Ok(n) => Some((ValueKind::Integer, n.cast_unsigned())),
                    Err(_) => number(text).map(|x| (ValueKind::Float, x.to_bits())),
                },
                Raw::Boolean(yes) => Some((ValueKind::Boolean, u64::from(yes))),
            },
        };
        fits.unwrap_or_else(|| {
            let text = match raw {
                Raw::Text(text) | Raw::Number(text) => text,
                Raw::Boolean(yes) => truth(yes),
            };
            (ValueKind::String, u64::from(texts.intern(text)))
        })
    }

    /// A value that was kept before its kind was known, kept as that kind.
    pub(crate) fn convert(
        &mut self,
        texts: &mut Dictionary,
        kept: (ValueKind, u64),
        to: ValueKind,
    ) -> (ValueKind, u64) {
        let (kind, bits) = kept;
        if kind == to {
            return kept;
        }
        let text = match kind {
            ValueKind::String => texts.name(u32::try_from(bits).unwrap_or(NONE)).to_owned(),
            ValueKind::Time => return kept,
            ValueKind::Integer => bits.cast_signed().to_string(),
            ValueKind::Float => format!("{:?}", f64::from_bits(bits)),
            ValueKind::Boolean => truth(bits != 0).to_owned(),
        };
        self.keep(texts, Raw::Text(&text), Some(to))
    }

    fn fit(&mut self, raw: Raw<'_>, kind: ValueKind) -> Option<u64> {
        let text = match raw {
            Raw::Text(text) | Raw::Number(text) => text.trim(),
            Raw::Boolean(yes) => match kind {
                ValueKind::Boolean => return Some(u64::from(yes)),
                _ => return None,
            },
        };
        match kind {
            ValueKind::String => None,
            ValueKind::Time => self.clock.read(text.as_bytes(), 0).map(i64::cast_unsigned),
            ValueKind::Integer => text.parse::<i64>().ok().or_else(|| whole(number(text)?)).map(i64::cast_unsigned),
            ValueKind::Float => number(text).map(f64::to_bits),
            ValueKind::Boolean => match text {
                "true" | "True" | "TRUE" | "1" | "1.0" => Some(1),
                "false" | "False" | "FALSE" | "0" | "0.0" => Some(0),
                _ => None,
            },
        }
    }
}

/// A finite number. Minus zero is zero: not every format tells them apart.
fn number(text: &str) -> Option<f64> {
    text.parse::<f64>().ok().filter(|x| x.is_finite()).map(|x| x + 0.0)
}

/// The whole number that this is, where it is one and stands for itself alone.
fn whole(x: f64) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "whole and below 2^53")]
    (x.fract() == 0.0 && x.abs() < 9e15).then_some(x as i64)
}

/// How a truth is written.
pub(crate) const fn truth(yes: bool) -> &'static str {
    if yes { "true" } else { "false" }
}

/// How a value is written as text.
pub(crate) fn text(value: Value<'_>) -> std::borrow::Cow<'_, str> {
    match value {
        Value::String(text) => text.into(),
        Value::Time(at) => date::rfc3339(at).into(),
        Value::Integer(n) => n.to_string().into(),
        Value::Float(x) => format!("{x:?}").into(),
        Value::Boolean(yes) => truth(yes).into(),
    }
}
