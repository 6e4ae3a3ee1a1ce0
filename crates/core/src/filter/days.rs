//! Days within bounds, for whoever keeps days as text.

use super::meaning::Bounds;
use crate::span::DAY;
use jiff::civil::Date;
use std::ops::Bound;

/// The days since 1970 of 0000-01-01 and 9999-12-31: what can be written with four digits of a year.
const WRITTEN: (i64, i64) = (-719_528, 2_932_896);

/// The days that begin within some bounds, from the first to the last, as `2026-11-23`; none where no day does.
#[must_use]
pub fn days(bounds: &Bounds<i64>) -> Option<(String, String)> {
    let first = match bounds.low {
        Bound::Unbounded => i64::MIN,
        Bound::Included(at) => at.div_euclid(DAY) + i64::from(at.rem_euclid(DAY) > 0),
        Bound::Excluded(at) => at.div_euclid(DAY) + 1,
    };
    let last = match bounds.high {
        Bound::Unbounded => i64::MAX,
        Bound::Included(at) => at.div_euclid(DAY),
        Bound::Excluded(at) => at.div_euclid(DAY) - i64::from(at.rem_euclid(DAY) == 0),
    };
    let written = |days: i64| {
        let date = Date::constant(1970, 1, 1).checked_add(jiff::Span::new().try_days(days).ok()?).ok()?;
        Some(date.to_string())
    };
    let (least, most) = WRITTEN;
    if first > last || first > most || last < least {
        return None;
    }
    Some((written(first.max(least))?, written(last.min(most))?))
}

#[cfg(test)]
mod tests {
    use super::{Bounds, DAY, days};
    use std::ops::Bound::{Excluded, Included, Unbounded};

    #[test]
    fn a_day_lies_within_if_it_begins_within() {
        let told = |low, high| days(&Bounds { low, high }).map(|(from, to)| format!("{from} {to}"));
        assert_eq!(told(Included(0), Excluded(DAY)).as_deref(), Some("1970-01-01 1970-01-01"));
        assert_eq!(told(Excluded(0), Included(2 * DAY)).as_deref(), Some("1970-01-02 1970-01-03"));
        assert_eq!(told(Included(1), Included(DAY - 1)), None);
        assert_eq!(told(Unbounded, Unbounded).as_deref(), Some("0000-01-01 9999-12-31"));
        assert_eq!(told(Included(i64::MAX), Unbounded), None);
    }
}
