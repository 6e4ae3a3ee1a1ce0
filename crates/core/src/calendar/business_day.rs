//! Counting in working days.

use super::arithmetic::{Calendar, clamp};
use super::schedule::{date_of, day_of};
use crate::span::DAY;
use jiff::Timestamp;
use jiff::civil::Time;

impl Calendar {
    /// The instant so many working days later, at the same share of the day's work.
    ///
    /// A working day is a civil day of the zone on which something is worked, however long. What comes
    /// in when half of Monday's work is done is due, one working day later, when half of Tuesday's is
    /// done: with equal days, at the same time of day. What comes in outside hours has the whole of
    /// the following days: one working day after Saturday ends when Monday's work ends.
    #[must_use]
    pub fn add_business_days(&self, start: i64, days: u32) -> i64 {
        let start = clamp(start);
        if days == 0 {
            return start;
        }
        let mut day = self.day_at(start);
        let done = self.working(self.midnight(day), start);
        let length = self.length(day);
        // Nothing done yet: the day itself is the first of the days, and the last is worked out.
        let (mut left, share) = if done == 0 { (days, (1, 1)) } else { (days.saturating_add(1), (done, length)) };
        let end = clamp(i64::MAX);
        loop {
            let length = self.length(day);
            if length > 0 {
                left -= 1;
                if left == 0 {
                    return self.add(self.midnight(day), portion(length, share));
                }
            }
            day += 1;
            if self.midnight(day) >= end {
                return end;
            }
        }
    }

    /// The first instant of a day.
    fn midnight(&self, day: i64) -> i64 {
        let Some(date) = date_of(day) else { return if day < 0 { clamp(i64::MIN) } else { clamp(i64::MAX) } };
        // An ambiguous midnight is the earlier one, a skipped midnight the end of the gap.
        let first = self.zone.to_timestamp(date.to_datetime(Time::midnight()));
        first.map_or_else(|_| clamp(day.saturating_mul(DAY)), |t| clamp(t.as_microsecond()))
    }
    /// The day an instant belongs to: the last whose first instant is not after it.
    fn day_at(&self, at: i64) -> i64 {
        let Ok(time) = Timestamp::from_microsecond(at) else { return at.div_euclid(DAY) };
        let mut day = day_of(self.zone.to_datetime(time).date());
        while self.midnight(day) > at {
            day -= 1;
        }
        while self.midnight(day + 1) <= at && self.midnight(day + 1) > self.midnight(day) {
            day += 1;
        }
        day
    }
    fn length(&self, day: i64) -> i64 {
        self.working(self.midnight(day), self.midnight(day + 1))
    }
}

/// A share of a length, rounded up to a microsecond.
fn portion(length: i64, (part, whole): (i64, i64)) -> i64 {
    let whole = i128::from(whole.max(1));
    let exact = (i128::from(length) * i128::from(part) + whole - 1) / whole;
    i64::try_from(exact).unwrap_or(length)
}
