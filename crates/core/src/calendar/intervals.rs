//! The working intervals of a stretch of time, listed once so that very many questions cost little each.

use super::arithmetic::{Calendar, clamp};
use crate::span::DAY;

/// At most so many days are listed, the latest ones; before them the calendar is asked.
const MOST_DAYS: i64 = 73_000;

/// When a calendar is worked from one instant to another, in order. Answers as [`Calendar::working`] does, for a
/// fraction of the cost, also for instants outside. Instants are microseconds since 1970, UTC.
#[derive(Debug, Clone)]
pub struct WorkingIntervals {
    calendar: Calendar,
    from: i64,
    until: i64,
    /// Start, end, and what was worked before the start.
    intervals: Vec<(i64, i64, i64)>,
    /// For each day since `from` the first interval that ends after its begin.
    first: Vec<usize>,
    /// What is worked in all of them.
    total: i64,
}

impl WorkingIntervals {
    /// The intervals between two instants; none where `until` is not after `from`.
    #[must_use]
    pub fn of(calendar: &Calendar, from: i64, until: i64) -> Self {
        let until = clamp(until);
        let from = clamp(from).max(until.saturating_sub(MOST_DAYS * DAY)).min(until);
        let mut list =
            Self { calendar: calendar.clone(), from, until, intervals: Vec::new(), first: Vec::new(), total: 0 };
        calendar.each_interval(from, until, |start, end| list.push(start, end));
        let days = usize::try_from((until - from) / DAY + 1).unwrap_or(0);
        let mut interval = 0;
        for day in (from..).step_by(usize::try_from(DAY).unwrap_or(1)).take(days) {
            interval += list.intervals[interval..].partition_point(|(_, end, _)| *end <= day);
            list.first.push(interval);
        }
        list
    }
    /// The calendar they are of.
    #[must_use]
    pub const fn calendar(&self) -> &Calendar {
        &self.calendar
    }
    /// The working time between two instants, in microseconds: 0 where `until` is not after `from`.
    #[must_use]
    pub fn working(&self, from: i64, until: i64) -> i64 {
        if until <= from {
            return 0;
        }
        if from < self.from || until > self.until {
            return self.calendar.working(from, until);
        }
        self.before(until) - self.before(from)
    }

    /// What is worked from the first instant listed up to this one.
    fn before(&self, at: i64) -> i64 {
        let day = usize::try_from((at - self.from) / DAY).unwrap_or(0);
        let mut place = self.first.get(day).copied().unwrap_or(0);
        while let Some((start, end, worked)) = self.intervals.get(place) {
            if at < *end {
                return worked + (at - start).max(0);
            }
            place += 1;
        }
        self.total
    }
    fn push(&mut self, start: i64, end: i64) {
        if start >= end {
            return;
        }
        match self.intervals.last_mut() {
            Some(last) if last.1 == start => last.1 = end,
            _ => self.intervals.push((start, end, self.total)),
        }
        self.total += end - start;
    }
}
