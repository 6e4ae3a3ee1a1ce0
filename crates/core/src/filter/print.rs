//! A filter as text in its one canonical spelling, which reads back as the same filter.

use super::ast::{Expr, Filter, Test, Value};
use super::text::words;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// Whether a word can stand for itself as free text, without quotes.
pub(super) fn is_bare_text(text: &str) -> bool {
    !text.starts_with('-')
        && !matches!(text, "OR" | "AND" | "NOT")
        && !text.contains(|c: char| c.is_whitespace() || "()\"=<>*“”".contains(c))
        && field_name(text).is_none()
        && !words(text).is_empty()
}

/// Whether a value can stand for itself after a field, without quotes.
pub(super) fn is_bare_value(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(['<', '>', '=', '!', '~'])
        && !text.contains(|c: char| c.is_whitespace() || "(),\"*“”".contains(c))
        && !text.contains("..")
}

/// The name of a field at the beginning of a text, if a colon follows.
pub(super) fn field_name(text: &str) -> Option<&str> {
    let (name, _) = text.split_once(':')?;
    let fits = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'));
    fits.then_some(name)
}

fn quoted(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    write!(f, "\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn value(f: &mut fmt::Formatter<'_>, value: &Value) -> fmt::Result {
    if is_bare_value(&value.text) { f.write_str(&value.text) } else { quoted(f, &value.text) }
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::IsSet => f.write_str("*"),
            Self::AnyOf(values) => values.iter().enumerate().try_for_each(|(i, v)| {
                if i > 0 {
                    f.write_str(",")?;
                }
                value(f, v)
            }),
            Self::Compare(op, v) => {
                f.write_str(op.sign())?;
                value(f, v)
            }
            Self::Range(low, high) => {
                // A dot at the end would run into the two that follow.
                if low.text.ends_with('.') {
                    quoted(f, &low.text)?
                } else {
                    value(f, low)?
                }
                f.write_str("..")?;
                value(f, high)
            }
        }
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let joined = |f: &mut fmt::Formatter<'_>, parts: &[Self], between: &str, wrap: fn(&Self) -> bool| {
            parts.iter().enumerate().try_for_each(|(i, part)| {
                if i > 0 {
                    f.write_str(between)?;
                }
                if wrap(part) { write!(f, "({part})") } else { write!(f, "{part}") }
            })
        };
        match self {
            // Side by side binds tighter than OR, so only the one inside the other needs parentheses.
            Self::All(parts) => joined(f, parts, " ", |part| matches!(part, Self::Any(_))),
            Self::Any(parts) => joined(f, parts, " OR ", |_| false),
            Self::Not(part) if matches!(**part, Self::All(_) | Self::Any(_)) => write!(f, "-({part})"),
            Self::Not(part) => write!(f, "-{part}"),
            Self::Text(v) if is_bare_text(&v.text) => f.write_str(&v.text),
            Self::Text(v) => quoted(f, &v.text),
            Self::Beginning(v) => write!(f, "{}*", v.text),
            Self::Field(name, test) => write!(f, "{}:{test}", name.text),
        }
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.expr().fmt(f)
    }
}

impl Serialize for Filter {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Filter {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(d)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests say what went wrong by failing")]
    use super::super::ast::{Name, Op, Place};
    use super::*;
    use proptest::prelude::*;

    fn any_value() -> impl Strategy<Value = Value> {
        let text = prop_oneof![
            "[a-z0-9_.-]{1,6}",
            "\\PC{1,8}",
            prop::sample::select(vec![
                "*", "..", "a..b", ">3", "-7d", "a,b", "OR", "AND", "\\", "\"", "a.", ".a", "(", "x:y", "=", "!",
                "“a”", " ", "\n"
            ])
            .prop_map(str::to_owned),
        ];
        text.prop_map(|text| Value { text, place: Place::default() })
    }

    fn any_test() -> impl Strategy<Value = Test> {
        prop_oneof![
            Just(Test::IsSet),
            prop::collection::vec(any_value(), 1..4).prop_map(Test::AnyOf),
            (prop::sample::select(vec![Op::Less, Op::AtMost, Op::More, Op::AtLeast]), any_value())
                .prop_map(|(op, v)| Test::Compare(op, v)),
            (any_value(), any_value()).prop_map(|(low, high)| Test::Range(low, high)),
        ]
    }

    fn any_expr() -> impl Strategy<Value = Expr> {
        let leaf = prop_oneof![
            ("[a-z][a-z0-9_.-]{0,5}", any_test())
                .prop_map(|(text, test)| Expr::Field(Name { text, place: Place::default() }, test)),
            any_value().prop_filter("words to search for", |v| !words(&v.text).is_empty()).prop_map(Expr::Text),
            "[a-z]{2,6}(-[a-z0-9]{2})?"
                .prop_filter("words", |t| is_bare_text(t))
                .prop_map(|text| { Expr::Beginning(Value { text, place: Place::default() }) }),
        ];
        leaf.prop_recursive(5, 40, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 1..4).prop_map(Expr::all),
                prop::collection::vec(inner.clone(), 1..4).prop_map(Expr::any),
                inner.prop_map(Expr::negated),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]
        #[test]
        fn what_is_printed_is_read_back(expr in any_expr()) {
            let filter = Filter { expr };
            let text = filter.to_string();
            let read = Filter::parse(&text).unwrap_or_else(|e| panic!("{text}: {e}"));
            prop_assert_eq!(&read, &filter, "{}", text);
            prop_assert_eq!(read.to_string(), text);
        }
    }
}
