//! Values as people write them: numbers, lengths, dates.

use crate::span::{DAY, Span};
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

/// A stretch of time that a date names, in microseconds since 1970: a day, a month, a year, or a
/// single instant, where both ends are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Its first instant.
    pub from: i64,
    /// The first instant after it; the same as `from` for a single instant.
    pub until: i64,
}

impl Moment {
    const fn instant(at: i64) -> Self {
        Self { from: at, until: at }
    }
    /// Whether it is a single instant.
    #[must_use]
    pub const fn is_instant(self) -> bool {
        self.from == self.until
    }
}

/// Whether a date depends on when it is read: `-7d`, `+4h`, `now`, `today`, `yesterday`, `tomorrow`.
#[must_use]
pub fn is_relative(text: &str) -> bool {
    matches!(text.to_ascii_lowercase().as_str(), "now" | "today" | "yesterday" | "tomorrow")
        || text.strip_prefix(['-', '+']).is_some_and(|span| span.parse::<Span>().is_ok())
}

/// A number as people write it; infinity is none.
#[must_use]
pub fn number(text: &str) -> Option<f64> {
    let plain = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'e' | b'E'));
    text.parse::<f64>().ok().filter(|n| plain && n.is_finite())
}

/// True or false, in whatever capitals.
#[must_use]
pub fn boolean(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// Reads a date of the filter language. Days, months and years are those of UTC; a time without an
/// offset is UTC too.
///
/// # Errors
/// What would be right.
pub(super) fn moment(text: &str, now: i64) -> Result<Moment, String> {
    let small = text.to_ascii_lowercase();
    let day = |by: i64| {
        let from = (now.div_euclid(DAY).saturating_add(by)).saturating_mul(DAY);
        Moment { from, until: from.saturating_add(DAY) }
    };
    match small.as_str() {
        "now" => return Ok(Moment::instant(now)),
        "today" => return Ok(day(0)),
        "yesterday" => return Ok(day(-1)),
        "tomorrow" => return Ok(day(1)),
        _ => {}
    }
    if let Some(span) = text.strip_prefix(['-', '+'])
        && let Ok(span) = span.parse::<Span>()
    {
        let Some(micros) = span.as_micros() else {
            return Err("business time is not counted here; use s, m, h, d or w".to_owned());
        };
        return Ok(Moment::instant(if text.starts_with('-') {
            now.saturating_sub(micros)
        } else {
            now.saturating_add(micros)
        }));
    }
    if text.parse::<Span>().is_ok() {
        return Err(format!("write -{text} for that long ago, or +{text} for that far ahead"));
    }
    absolute(text).ok_or_else(|| {
        "write 2026-11-23, 2026-11, 2026, 2026-11-23T09:30Z, today, or -7d for seven days ago".to_owned()
    })
}

/// The first instant of a day such as `2026-11-23`, in microseconds since 1970.
#[must_use]
pub fn day(text: &str) -> Option<i64> {
    if text.len() == 10 { absolute(text).map(|m| m.from) } else { None }
}

fn absolute(text: &str) -> Option<Moment> {
    let shaped = |shape: &str| {
        text.len() == shape.len()
            && text.bytes().zip(shape.bytes()).all(|(b, s)| if s == b'0' { b.is_ascii_digit() } else { b == s })
    };
    let start = |date: Date| instant(date.to_datetime(jiff::civil::Time::midnight()));
    if shaped("0000-00-00") {
        let from = start(text.parse().ok()?)?;
        return Some(Moment { from, until: from.saturating_add(DAY) });
    }
    if shaped("0000-00") {
        let first: Date = format!("{text}-01").parse().ok()?;
        return Some(Moment { from: start(first)?, until: start(first.last_of_month().tomorrow().ok()?)? });
    }
    if shaped("0000") {
        let first: Date = format!("{text}-01-01").parse().ok()?;
        return Some(Moment { from: start(first)?, until: start(first.last_of_year().tomorrow().ok()?)? });
    }
    if text.len() > 10 && text.is_char_boundary(10) && text.get(..10).and_then(absolute).is_some() {
        let time = text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_microsecond);
        return time.or_else(|| instant(text.parse::<DateTime>().ok()?)).map(Moment::instant);
    }
    None
}

fn instant(wall: DateTime) -> Option<i64> {
    TimeZone::UTC.to_timestamp(wall).ok().map(jiff::Timestamp::as_microsecond)
}
