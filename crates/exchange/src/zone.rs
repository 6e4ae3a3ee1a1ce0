//! The time zone of times that carry no offset.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, TimeZone};

use crate::date;
use crate::error::ExchangeError;

/// Where the wall clock of a file hangs.
#[derive(Debug, Clone)]
pub enum Zone {
    /// Coordinated universal time: the default.
    Utc,
    /// A fixed offset, in milliseconds east of UTC.
    Fixed(i64),
    /// A zone of the IANA database, with its daylight saving.
    Named(TimeZone),
}

impl Zone {
    /// Reads `UTC`, `Z`, `+02:00` or an IANA name such as `Europe/Amsterdam`.
    ///
    /// # Errors
    /// The name is neither; the machine's own zone is never used.
    pub fn parse(text: &str) -> Result<Self, ExchangeError> {
        let text = text.trim();
        if ["utc", "z", "gmt", "etc/utc"].contains(&text.to_ascii_lowercase().as_str()) {
            return Ok(Self::Utc);
        }
        if let Some(ms) = date::offset(text.as_bytes()) {
            return Ok(if ms == 0 { Self::Utc } else { Self::Fixed(ms) });
        }
        TimeZone::get(text).map(Self::Named).map_err(|_| ExchangeError::BadOption {
            option: "--tz",
            value: text.to_owned(),
            what: "give UTC, an offset such as +02:00, or an IANA name such as Europe/Amsterdam".to_owned(),
        })
    }

    /// UTC milliseconds of a wall-clock reading, and whether that reading came twice or never (change of the clocks):
    /// then the offset before the change is taken.
    #[must_use]
    pub fn utc(&self, local_ms: i64) -> (i64, bool) {
        match self {
            Self::Utc => (local_ms, false),
            Self::Fixed(ms) => (local_ms - ms, false),
            Self::Named(zone) => {
                let Some(at) = civil(local_ms) else { return (local_ms, false) };
                let (offset, odd) = match zone.to_ambiguous_timestamp(at).offset() {
                    AmbiguousOffset::Unambiguous { offset } => (offset, false),
                    AmbiguousOffset::Gap { before, .. } | AmbiguousOffset::Fold { before, .. } => (before, true),
                };
                (local_ms - i64::from(offset.seconds()) * 1000, odd)
            }
        }
    }
}

fn civil(local_ms: i64) -> Option<DateTime> {
    let (day, ms) = (local_ms.div_euclid(date::DAY_MS), local_ms.rem_euclid(date::DAY_MS));
    let (year, month, dom) = date::civil_from_days(day);
    let date = Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(dom).ok()?).ok()?;
    let (hour, minute, second) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60);
    let time = Time::new(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, i8::try_from(second).ok()?, 0).ok()?;
    Some(date.to_datetime(time))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::Zone;
    use crate::date::{DateOrder, parse};

    fn ms(text: &str) -> i64 {
        parse(text.as_bytes(), DateOrder::DayFirst).unwrap().ms
    }

    #[test]
    fn wall_clocks_become_utc() {
        assert_eq!(Zone::parse("UTC").unwrap().utc(ms("2024-07-01 12:00")), (ms("2024-07-01 12:00"), false));
        assert_eq!(Zone::parse("+02:00").unwrap().utc(ms("2024-07-01 12:00")), (ms("2024-07-01 10:00"), false));
        let amsterdam = Zone::parse("Europe/Amsterdam").unwrap();
        assert_eq!(amsterdam.utc(ms("2024-07-01 12:00")), (ms("2024-07-01 10:00"), false));
        assert_eq!(amsterdam.utc(ms("2024-01-01 12:00:00.250")), (ms("2024-01-01 11:00:00.250"), false));
        assert_eq!(amsterdam.utc(ms("2024-10-27 02:30")), (ms("2024-10-27 00:30"), true), "came twice");
        assert_eq!(amsterdam.utc(ms("2024-03-31 02:30")), (ms("2024-03-31 01:30"), true), "never came");
        assert!(Zone::parse("Mars/Olympus").unwrap_err().is_usage());
    }
}
