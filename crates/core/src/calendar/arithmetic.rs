//! Working time between two instants, and the instant at which so much has been worked.

use super::definition::{CalendarDefinition, CalendarError, HolidayDefinition, WeeklyHours};
use super::schedule::{Hours, Schedule};
use crate::nearest::suggest;
use crate::span::{DAY, HOUR, Span, Unit};
use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use serde::{Deserialize, Serialize};

/// The changes of the wall clock are looked up once up to here (2100-01-01), and asked for beyond.
const KNOWN_UNTIL: i64 = 4_102_444_800 * 1_000_000;

/// A validated business calendar. All instants are microseconds since 1970, UTC; those beyond the
/// years −9999 to 9999 count as the first or last instant of them.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "CalendarDefinition", into = "CalendarDefinition")]
pub struct Calendar {
    definition: CalendarDefinition,
    pub(super) zone: TimeZone,
    schedule: Schedule,
    /// Instants at which the offset changes up to [`KNOWN_UNTIL`], each with the new offset.
    changes: Vec<(i64, i64)>,
    /// The offset before the first change.
    first_offset: i64,
}

impl PartialEq for Calendar {
    fn eq(&self, other: &Self) -> bool {
        self.definition == other.definition
    }
}

impl Eq for Calendar {}

impl TryFrom<CalendarDefinition> for Calendar {
    type Error = String;

    fn try_from(definition: CalendarDefinition) -> Result<Self, String> {
        let text = |errors: Vec<CalendarError>| errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        Self::new(definition).map_err(text)
    }
}

impl From<Calendar> for CalendarDefinition {
    fn from(calendar: Calendar) -> Self {
        calendar.definition
    }
}

impl Calendar {
    /// The calendar of a definition.
    ///
    /// # Errors
    /// Everything that is wrong with the definition: an unknown zone, times that are none, intervals
    /// that overlap, a week or a year without work, a date given twice.
    pub fn new(definition: CalendarDefinition) -> Result<Self, Vec<CalendarError>> {
        let zones = TimeZoneDatabase::bundled();
        let zone = zones.get(&definition.zone).map_err(|_| {
            let names: Vec<String> = zones.available().map(|name| name.to_string()).collect();
            let hint = suggest(&definition.zone, names.iter().map(String::as_str));
            let hint = if hint.starts_with("did") {
                hint
            } else {
                "write an IANA name such as Europe/Brussels or UTC".to_owned()
            };
            CalendarError::new("zone", format!("“{}” is no time zone", definition.zone), hint)
        });
        match (zone, Schedule::read(&definition)) {
            (Ok(zone), Ok(schedule)) => Ok(Self::build(definition, zone, schedule)),
            (Err(error), Ok(_)) => Err(vec![error]),
            (Ok(_), Err(errors)) => Err(errors),
            (Err(error), Err(mut errors)) => {
                errors.insert(0, error);
                Err(errors)
            }
        }
    }
    /// Work at every instant, days by UTC: what holds where no calendar is given.
    #[must_use]
    pub fn around_the_clock() -> Self {
        let day = || vec!["00:00-24:00".to_owned()];
        let hours = WeeklyHours { sat: day(), sun: day(), ..WeeklyHours::weekdays(&["00:00-24:00"]) };
        let definition =
            CalendarDefinition { zone: "UTC".to_owned(), holidays: Vec::<HolidayDefinition>::new(), hours };
        Self::build(definition, TimeZone::UTC, Schedule::every_day(&Hours::all_day()))
    }
    fn build(definition: CalendarDefinition, zone: TimeZone, schedule: Schedule) -> Self {
        let micros = |seconds: i32| i64::from(seconds) * 1_000_000;
        let first_offset = micros(zone.to_offset(Timestamp::MIN).seconds());
        let changes = zone
            .following(Timestamp::MIN)
            .map(|change| (change.timestamp().as_microsecond(), micros(change.offset().seconds())))
            .take_while(|(at, _)| *at < KNOWN_UNTIL)
            .collect();
        Self { definition, zone, schedule, changes, first_offset }
    }
    /// What it was made from.
    #[must_use]
    pub const fn definition(&self) -> &CalendarDefinition {
        &self.definition
    }

    /// Whether the instant is worked: the start of an interval is, its end is not.
    #[must_use]
    pub fn is_working(&self, at: i64) -> bool {
        let at = clamp(at);
        self.schedule.holds(at + self.stretch(at).0)
    }
    /// The working time between two instants, in microseconds: 0 where `until` is not after `from`.
    /// It is additive and never longer than the calendar time between them.
    #[must_use]
    pub fn working(&self, from: i64, until: i64) -> i64 {
        let (mut at, until) = (clamp(from), clamp(until));
        let mut sum = 0;
        while at < until {
            let (offset, next) = self.stretch(at);
            let end = next.min(until);
            sum += self.schedule.between(at + offset, end + offset);
            at = end;
        }
        sum
    }
    /// Calls back with every stretch of work between two instants, in order; one may begin where another ends.
    pub(super) fn each_interval(&self, from: i64, until: i64, mut call: impl FnMut(i64, i64)) {
        let (mut at, until) = (clamp(from), clamp(until));
        while at < until {
            let (offset, next) = self.stretch(at);
            let end = next.min(until);
            self.schedule.each_interval(at + offset, end + offset, |from, to| call(from - offset, to - offset));
            at = end;
        }
    }
    /// The first instant at which so many microseconds have been worked since the start; the start
    /// itself where none are asked for.
    #[must_use]
    pub fn add(&self, start: i64, working_micros: i64) -> i64 {
        let start = clamp(start);
        if working_micros <= 0 {
            return start;
        }
        // Walk in strides that double until the work fits, then halve the last one.
        let (mut low, mut left, mut stride) = (start, working_micros, working_micros.max(HOUR));
        let mut high = loop {
            let high = clamp(low.saturating_add(stride));
            let worked = self.working(low, high);
            if worked >= left {
                break high;
            }
            if high == clamp(i64::MAX) {
                return high;
            }
            left -= worked;
            low = high;
            stride = stride.saturating_mul(2);
        };
        let base = low;
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if self.working(base, middle) >= left { high = middle } else { low = middle }
        }
        high
    }
    /// When a span that begins at the start is over.
    ///
    /// Calendar units are counted straight through nights, weekends and clock changes; `bh` in working
    /// time; `bd` in working days, see [`Calendar::add_business_days`].
    #[must_use]
    pub fn deadline(&self, start: i64, span: Span) -> i64 {
        match (span.as_micros(), span.unit()) {
            (Some(micros), _) => start.saturating_add(micros),
            (None, Unit::BusinessDay) => self.add_business_days(start, span.count()),
            (None, _) => self.add(start, i64::from(span.count()) * HOUR),
        }
    }
    /// How long a working day is on average in a week without holidays, in microseconds. For showing
    /// working time in days; deadlines use each day's own length.
    #[must_use]
    pub fn day_length(&self) -> i64 {
        self.schedule.day_length()
    }

    /// The offset of the wall clock at an instant, and the instant at which it next changes, both in
    /// microseconds.
    fn stretch(&self, at: i64) -> (i64, i64) {
        let after = self.changes.partition_point(|(change, _)| *change <= at);
        if let Some((next, _)) = self.changes.get(after) {
            let offset = after.checked_sub(1).and_then(|i| self.changes.get(i)).map_or(self.first_offset, |c| c.1);
            return (offset, *next);
        }
        let last = self.changes.last().map_or(self.first_offset, |c| c.1);
        if at < KNOWN_UNTIL {
            return (last, KNOWN_UNTIL);
        }
        let Ok(at) = Timestamp::from_microsecond(at) else { return (last, i64::MAX) };
        let offset = i64::from(self.zone.to_offset(at).seconds()) * 1_000_000;
        (offset, self.zone.following(at).next().map_or(i64::MAX, |change| change.timestamp().as_microsecond()))
    }
}

/// Into the years the time zone database speaks about, with a margin for offsets.
pub(super) fn clamp(at: i64) -> i64 {
    at.clamp(Timestamp::MIN.as_microsecond() + 2 * DAY, Timestamp::MAX.as_microsecond() - 2 * DAY)
}
