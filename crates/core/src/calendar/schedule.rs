//! The hours of every civil day, and how much is worked between two wall-clock readings.
//!
//! Everything here is on a line of wall-clock time without zone: microseconds since 1970-01-01T00:00
//! of the wall clock. A day of that line always has 24 hours.

use super::definition::{CalendarDefinition, CalendarError};
use crate::span::{DAY, HOUR, MINUTE};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// At most so many dates may be holidays in every year: a year must keep working days.
const MOST_YEARLY: usize = 100;

/// Working intervals of one day, ascending, apart from each other: microseconds since its midnight.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Hours(Vec<(i64, i64)>);

impl Hours {
    fn total(&self) -> i64 {
        self.until(DAY)
    }
    /// What is worked from midnight to a time of the day.
    fn until(&self, time: i64) -> i64 {
        self.0.iter().map(|(from, to)| time.min(*to).saturating_sub(*from).max(0)).sum()
    }
    fn holds(&self, time: i64) -> bool {
        self.0.iter().any(|(from, to)| (*from..*to).contains(&time))
    }
    /// The whole day.
    pub(super) fn all_day() -> Self {
        Self(vec![(0, DAY)])
    }
}

/// The hours of every civil day. Days are numbered from 1970-01-01, a Thursday.
#[derive(Debug, Clone)]
pub(super) struct Schedule {
    week: [Hours; 7],
    /// What is worked in the week before each day of it, and in all of it.
    before: [i64; 8],
    dated: BTreeMap<i64, Hours>,
    /// By month and day.
    yearly: BTreeMap<(i8, i8), Hours>,
}

impl Schedule {
    /// The same hours every day.
    pub(super) fn every_day(hours: &Hours) -> Self {
        Self::build(std::array::from_fn(|_| hours.clone()), BTreeMap::new(), BTreeMap::new())
    }
    fn build(week: [Hours; 7], dated: BTreeMap<i64, Hours>, yearly: BTreeMap<(i8, i8), Hours>) -> Self {
        let mut before = [0; 8];
        let mut sum = 0_i64;
        for (day, cell) in week.iter().zip(before.iter_mut().skip(1)) {
            sum = sum.saturating_add(day.total());
            *cell = sum;
        }
        Self { week, before, dated, yearly }
    }
    /// Reads hours and holidays.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    pub(super) fn read(definition: &CalendarDefinition) -> Result<Self, Vec<CalendarError>> {
        let mut errors = Vec::new();
        let mut week: [Hours; 7] = Default::default();
        for (hours, (name, written)) in week.iter_mut().zip(definition.hours.days()) {
            *hours = read_hours(written, &format!("hours.{name}"), &mut errors);
        }
        if errors.is_empty() && week.iter().all(|hours| hours.0.is_empty()) {
            errors.push(CalendarError::new(
                "hours",
                "there is no working time in the week",
                "give at least one day its hours, such as mon = [\"09:00-17:30\"]",
            ));
        }
        let (mut dated, mut yearly) = (BTreeMap::new(), BTreeMap::new());
        for (index, holiday) in definition.holidays.iter().enumerate() {
            let at = format!("holidays[{index}]");
            let hours = read_hours(&holiday.hours, &format!("{at}.hours"), &mut errors);
            let taken = match read_date(&holiday.date) {
                Some(When::Once(day)) => dated.insert(day, hours).is_some(),
                Some(When::Yearly(month, day)) => yearly.insert((month, day), hours).is_some(),
                None => {
                    errors.push(CalendarError::new(
                        at,
                        format!("“{}” is no date", holiday.date),
                        "write 2026-12-25, or 12-25 for every year",
                    ));
                    continue;
                }
            };
            if taken {
                errors.push(CalendarError::new(at, format!("{} is given twice", holiday.date), "keep one of them"));
            }
        }
        if yearly.len() > MOST_YEARLY {
            errors.push(CalendarError::new(
                "holidays",
                format!("{} dates are holidays in every year", yearly.len()),
                format!("at most {MOST_YEARLY} may be; give the others their year"),
            ));
        }
        if errors.is_empty() { Ok(Self::build(week, dated, yearly)) } else { Err(errors) }
    }

    /// The working time of a mean working day of the week without holidays, in microseconds.
    pub(super) fn day_length(&self) -> i64 {
        let days = self.week.iter().filter(|hours| !hours.0.is_empty()).count();
        self.week_total() / i64::try_from(days.max(1)).unwrap_or(1)
    }
    /// Whether the wall-clock time is worked.
    pub(super) fn holds(&self, wall: i64) -> bool {
        self.hours(wall.div_euclid(DAY)).holds(wall.rem_euclid(DAY))
    }
    /// The working time between two wall-clock times, the earlier first.
    pub(super) fn between(&self, from: i64, to: i64) -> i64 {
        let (first, last) = (from.div_euclid(DAY), to.div_euclid(DAY));
        self.days(first, last) + self.hours(last).until(to.rem_euclid(DAY))
            - self.hours(first).until(from.rem_euclid(DAY))
    }

    /// Calls back with what is worked between two wall-clock times, day by day.
    pub(super) fn each_interval(&self, from: i64, to: i64, mut call: impl FnMut(i64, i64)) {
        for day in from.div_euclid(DAY)..=to.div_euclid(DAY) {
            for (start, end) in &self.hours(day).0 {
                let (start, end) = ((day * DAY + start).max(from), (day * DAY + end).min(to));
                if start < end {
                    call(start, end);
                }
            }
        }
    }

    const fn week_total(&self) -> i64 {
        let [.., total] = self.before;
        total
    }
    /// The hours of a normal day of the week.
    fn normal(&self, day: i64) -> &Hours {
        &self.week[weekday(day)]
    }
    fn hours(&self, day: i64) -> &Hours {
        if let Some(hours) = self.dated.get(&day) {
            return hours;
        }
        if !self.yearly.is_empty()
            && let Some(date) = date_of(day)
            && let Some(hours) = self.yearly.get(&(date.month(), date.day()))
        {
            return hours;
        }
        self.normal(day)
    }
    /// The working time of the days from one (inclusive) to another (exclusive).
    fn days(&self, from: i64, to: i64) -> i64 {
        let weekly = |day: i64| (day + 3).div_euclid(7) * self.week_total() + self.before[weekday(day)];
        let beyond = |hours: &Hours, day: i64| hours.total() - self.normal(day).total();
        let mut sum = weekly(to) - weekly(from);
        if from >= to {
            return sum;
        }
        sum += self.dated.range(from..to).map(|(day, hours)| beyond(hours, *day)).sum::<i64>();
        if self.yearly.is_empty() {
            return sum;
        }
        let (Some(first), Some(last)) = (date_of(from), date_of(to - 1)) else { return sum };
        for year in first.year()..=last.year() {
            for ((month, day), hours) in &self.yearly {
                let Ok(date) = Date::new(year, *month, *day) else { continue };
                let day = day_of(date);
                if (from..to).contains(&day) && !self.dated.contains_key(&day) {
                    sum += beyond(hours, day);
                }
            }
        }
        sum
    }
}

/// Monday is 0.
fn weekday(day: i64) -> usize {
    usize::try_from((day + 3).rem_euclid(7)).unwrap_or(0)
}

/// The civil date of a day; none beyond the years −9999 to 9999.
pub(super) fn date_of(day: i64) -> Option<Date> {
    let wall = jiff::Timestamp::from_second(day.checked_mul(86_400)?).ok()?;
    Some(jiff::tz::TimeZone::UTC.to_datetime(wall).date())
}

/// The number of a civil date.
pub(super) fn day_of(date: Date) -> i64 {
    let midnight = jiff::tz::TimeZone::UTC.to_timestamp(date.to_datetime(jiff::civil::Time::midnight()));
    midnight.map_or(0, |t| t.as_second().div_euclid(86_400))
}

enum When {
    Once(i64),
    Yearly(i8, i8),
}

fn read_date(text: &str) -> Option<When> {
    let shaped = |shape: &str| {
        text.len() == shape.len()
            && text.bytes().zip(shape.bytes()).all(|(b, s)| if s == b'-' { b == b'-' } else { b.is_ascii_digit() })
    };
    if shaped("0000-00-00") {
        return text.parse::<Date>().ok().map(|date| When::Once(day_of(date)));
    }
    if shaped("00-00") {
        // 2000 was a leap year, so that 02-29 can be one.
        let date: Date = format!("2000-{text}").parse().ok()?;
        return Some(When::Yearly(date.month(), date.day()));
    }
    None
}

/// Reads the intervals of a day; what is wrong goes to the errors.
fn read_hours(written: &[String], at: &str, errors: &mut Vec<CalendarError>) -> Hours {
    let mut intervals: Vec<(i64, i64, usize)> = Vec::new();
    for (index, text) in written.iter().enumerate() {
        match read_interval(text) {
            Ok((from, to)) => intervals.push((from, to, index)),
            Err((wrong, right)) => errors.push(CalendarError::new(format!("{at}[{index}]"), wrong, right)),
        }
    }
    intervals.sort_unstable();
    for pair in intervals.windows(2) {
        if let [(_, end, one), (start, _, other)] = pair
            && start < end
        {
            let index = one.max(other);
            let text = |i: &usize| written.get(*i).map_or("", String::as_str);
            errors.push(CalendarError::new(
                format!("{at}[{index}]"),
                format!("“{}” and “{}” overlap", text(one), text(other)),
                "end the one where the other begins, or make them one",
            ));
        }
    }
    Hours(intervals.into_iter().map(|(from, to, _)| (from, to)).collect())
}

fn read_interval(text: &str) -> Result<(i64, i64), (String, String)> {
    let right = || "write from-to on a 24-hour clock, such as 09:00-17:30".to_owned();
    let Some((from, to)) = text.split_once(['-', '–']) else {
        return Err((format!("“{text}” is no interval"), right()));
    };
    let read =
        |time: &str| read_time(time.trim()).ok_or_else(|| (format!("“{}” is no time of day", time.trim()), right()));
    let (from_at, to_at) = (read(from)?, read(to)?);
    if from_at == to_at {
        return Err((format!("“{text}” is empty"), "for the whole day write 00:00-24:00".to_owned()));
    }
    if from_at > to_at {
        return Err((
            format!("“{text}” ends before it begins"),
            format!(
                "work over midnight is written on both days: {}-24:00 here and 00:00-{} on the next",
                from.trim(),
                to.trim()
            ),
        ));
    }
    Ok((from_at, to_at))
}

/// `HH:MM`, up to `24:00`.
fn read_time(text: &str) -> Option<i64> {
    let (hour, minute) = text.split_once(':')?;
    let digits = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
    if !digits(hour) || !digits(minute) {
        return None;
    }
    let (hour, minute): (i64, i64) = (hour.parse().ok()?, minute.parse().ok()?);
    let time = hour * HOUR + minute * MINUTE;
    (minute < 60 && time <= DAY).then_some(time)
}
