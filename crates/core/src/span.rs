//! Lengths of time as people write them: `30d`, `4h`, `90m`, `15s`, `2w`, and `5bd`, `8bh` in the
//! working time of a business calendar.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Microseconds in a second.
pub const SECOND: i64 = 1_000_000;
/// Microseconds in a minute.
pub const MINUTE: i64 = 60 * SECOND;
/// Microseconds in an hour.
pub const HOUR: i64 = 60 * MINUTE;
/// Microseconds in a day of 24 hours.
pub const DAY: i64 = 24 * HOUR;

/// The longest span, in days of whichever sort: a hundred years.
const MOST_DAYS: u64 = 36_525;

/// What a span is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    /// `s`.
    Second,
    /// `m`.
    Minute,
    /// `h`.
    Hour,
    /// `d`: 24 hours.
    Day,
    /// `w`: 7 days of 24 hours.
    Week,
    /// `bh`: an hour of working time.
    BusinessHour,
    /// `bd`: a working day of the calendar, however long that day is.
    BusinessDay,
}

impl Unit {
    /// Every unit, the shortest first.
    pub const ALL: [Self; 7] =
        [Self::Second, Self::Minute, Self::Hour, Self::Day, Self::Week, Self::BusinessHour, Self::BusinessDay];

    /// The letters after the number.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Second => "s",
            Self::Minute => "m",
            Self::Hour => "h",
            Self::Day => "d",
            Self::Week => "w",
            Self::BusinessHour => "bh",
            Self::BusinessDay => "bd",
        }
    }
    /// The unit in words, in the singular.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Second => "second",
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::BusinessHour => "business hour",
            Self::BusinessDay => "business day",
        }
    }
    /// Microseconds of calendar time in one; none for business time.
    #[must_use]
    pub const fn micros(self) -> Option<i64> {
        match self {
            Self::Second => Some(SECOND),
            Self::Minute => Some(MINUTE),
            Self::Hour => Some(HOUR),
            Self::Day => Some(DAY),
            Self::Week => Some(7 * DAY),
            Self::BusinessHour | Self::BusinessDay => None,
        }
    }
    const fn most(self) -> u64 {
        match self {
            Self::Second => MOST_DAYS * 86_400,
            Self::Minute => MOST_DAYS * 1_440,
            Self::Hour | Self::BusinessHour => MOST_DAYS * 24,
            Self::Day | Self::BusinessDay => MOST_DAYS,
            Self::Week => MOST_DAYS / 7,
        }
    }
}

/// A length of time: a whole number of one unit, at most a hundred years. It keeps the unit it was
/// written in, so `60m` and `1h` are different spans of the same length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Span {
    count: u32,
    unit: Unit,
}

impl Span {
    /// So many of a unit.
    ///
    /// # Errors
    /// When that is longer than a hundred years.
    pub fn new(count: u32, unit: Unit) -> Result<Self, SpanError> {
        if u64::from(count) > unit.most() {
            return Err(SpanError::new(&format!("{count}{}", unit.id()), "is longer than a hundred years"));
        }
        Ok(Self { count, unit })
    }
    /// So many days of 24 hours, at most a hundred years of them.
    #[must_use]
    pub const fn days(count: u16) -> Self {
        let count = if count as u64 > MOST_DAYS { MOST_DAYS as u32 } else { count as u32 };
        Self { count, unit: Unit::Day }
    }
    /// So many hours.
    #[must_use]
    pub const fn hours(count: u16) -> Self {
        Self { count: count as u32, unit: Unit::Hour }
    }
    /// Reads a length as written, such as `30d`.
    ///
    /// # Errors
    /// What was wrong with the text, and what is allowed.
    pub fn parse(text: &str) -> Result<Self, SpanError> {
        text.parse()
    }
    /// How many.
    #[must_use]
    pub const fn count(self) -> u32 {
        self.count
    }
    /// Of what.
    #[must_use]
    pub const fn unit(self) -> Unit {
        self.unit
    }
    /// Whether it needs a business calendar to become a time.
    #[must_use]
    pub const fn is_business(self) -> bool {
        self.unit.micros().is_none()
    }
    /// Its length in microseconds; none for business hours and days, whose length depends on the
    /// calendar and the start (see `calendar::Calendar::deadline`).
    #[must_use]
    pub fn as_micros(self) -> Option<i64> {
        self.unit.micros().map(|unit| unit.saturating_mul(i64::from(self.count)))
    }
    /// In words: `30 days`, `1 business day`.
    #[must_use]
    pub fn in_words(self) -> String {
        let plural = if self.count == 1 { "" } else { "s" };
        format!("{} {}{plural}", self.count, self.unit.word())
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.count, self.unit.id())
    }
}

/// A text that is not a length of time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "“{text}” {wrong}; write a whole number and a unit (s m h d w, or bh bd for business hours and days), such as 30d, 4h or 5bd"
)]
pub struct SpanError {
    /// What was written, cut short where it was long.
    pub text: String,
    /// What is wrong with it, continuing the sentence “`text` …”.
    pub wrong: String,
}

impl SpanError {
    fn new(text: &str, wrong: impl Into<String>) -> Self {
        let text =
            if text.chars().count() > 40 { text.chars().take(40).chain(['…']).collect() } else { text.to_owned() };
        Self { text, wrong: wrong.into() }
    }
}

impl FromStr for Span {
    type Err = SpanError;

    fn from_str(text: &str) -> Result<Self, SpanError> {
        let wrong = |wrong: &str| SpanError::new(text, wrong);
        let written = text.trim();
        let unit_at = written.find(|c: char| !c.is_ascii_digit()).unwrap_or(written.len());
        let (digits, letters) = written.split_at(unit_at);
        if written.is_empty() {
            return Err(wrong("is empty"));
        }
        if digits.is_empty() {
            return Err(if letters.starts_with(['-', '+']) {
                wrong("has a sign, and a length of time has none")
            } else {
                wrong("does not start with a number")
            });
        }
        if letters.is_empty() {
            return Err(wrong("has no unit"));
        }
        if letters.starts_with(['.', ',']) {
            return Err(wrong("is not a whole number (1.5h is 90m)"));
        }
        let Some(unit) = Unit::ALL.into_iter().find(|unit| unit.id() == letters) else {
            return Err(if letters.contains(|c: char| c.is_ascii_digit()) {
                wrong("has more than one part (1h30m is 90m)")
            } else {
                wrong(&format!("has an unknown unit “{}”", letters.chars().take(20).collect::<String>()))
            });
        };
        let count = digits.parse::<u32>().map_err(|_| wrong("is longer than a hundred years"))?;
        Self::new(count, unit)
    }
}

impl Serialize for Span {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests say what went wrong by failing")]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lengths_are_read_as_written() {
        for (text, micros) in [
            ("15s", Some(15 * SECOND)),
            ("90m", Some(90 * MINUTE)),
            ("4h", Some(4 * HOUR)),
            ("30d", Some(30 * DAY)),
            ("2w", Some(14 * DAY)),
            ("0d", Some(0)),
            ("5bd", None),
            ("8bh", None),
            ("36525d", Some(36_525 * DAY)),
        ] {
            let span: Span = text.parse().unwrap();
            assert_eq!(span.as_micros(), micros, "{text}");
            assert_eq!(span.to_string(), text);
            assert_eq!(span.is_business(), micros.is_none());
        }
        assert_eq!(" 007d ".parse::<Span>().unwrap().to_string(), "7d");
        assert_eq!(Span::days(1).in_words(), "1 day");
        assert_eq!("5bd".parse::<Span>().unwrap().in_words(), "5 business days");
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, part) in [
            ("", "is empty"),
            ("d", "does not start with a number"),
            ("5", "has no unit"),
            ("-5d", "has a sign"),
            ("1.5h", "is not a whole number"),
            ("1h30m", "more than one part"),
            ("5x", "unknown unit “x”"),
            ("5D", "unknown unit “D”"),
            ("36526d", "longer than a hundred years"),
            ("99999999999999999999s", "longer than a hundred years"),
            ("5 d", "unknown unit"),
        ] {
            let error = text.parse::<Span>().unwrap_err().to_string();
            assert!(error.contains(part), "{text}: {error}");
            assert!(error.contains("such as 30d, 4h or 5bd"), "{error}");
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_back(count in 0u32..36_526, unit in prop::sample::select(&Unit::ALL[..])) {
            if let Ok(span) = Span::new(count, unit) {
                prop_assert_eq!(span.to_string().parse::<Span>().unwrap(), span);
                let json = serde_json::to_string(&span).unwrap();
                prop_assert_eq!(serde_json::from_str::<Span>(&json).unwrap(), span);
            }
        }
        #[test]
        fn any_text_is_answered(text in "\\PC{0,12}") {
            let _answer = text.parse::<Span>();
        }
    }
}
