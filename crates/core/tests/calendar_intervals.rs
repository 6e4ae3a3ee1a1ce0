//! Listed working intervals answer as the calendar does.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test")]

use proptest::prelude::*;
use watercourse_core::calendar::{Calendar, CalendarDefinition, HolidayDefinition, WeeklyHours, WorkingIntervals};
use watercourse_core::span::{DAY, MINUTE};

fn calendars() -> impl Strategy<Value = Calendar> {
    let zone = prop::sample::select(vec!["Europe/Amsterdam", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]);
    let hours = prop::sample::select(vec![
        vec!["07:30-18:00"],
        vec!["00:00-02:30", "22:00-24:00"],
        vec!["00:00-24:00"],
        vec!["09:00-12:30", "13:00-17:30"],
    ]);
    (zone, hours, any::<bool>()).prop_map(|(zone, hours, weekend)| {
        let mut week = WeeklyHours::weekdays(&hours);
        if weekend {
            week.sun.clone_from(&week.mon);
        }
        let holidays = ["12-25", "2026-01-01"].map(HolidayDefinition::closed).to_vec();
        Calendar::new(CalendarDefinition { zone: zone.to_owned(), holidays, hours: week }).unwrap()
    })
}

proptest! {
    #[test]
    fn listed_intervals_answer_as_the_calendar_does(
        calendar in calendars(),
        begin in 20_300i64..20_500,
        days in -1i64..120,
        asked in prop::collection::vec((-5i64 * 1440..130 * 1440, -5i64 * 1440..130 * 1440), 1..40),
    ) {
        let begin = begin * DAY + 17 * MINUTE;
        let listed = WorkingIntervals::of(&calendar, begin, begin + days * DAY);
        for (from, until) in asked {
            let (from, until) = (begin + from * MINUTE, begin + until * MINUTE + 1);
            prop_assert_eq!(listed.working(from, until), calendar.working(from, until));
        }
    }
}

#[test]
fn the_ends_of_time_are_bounded() {
    let calendar = Calendar::around_the_clock();
    let listed = WorkingIntervals::of(&calendar, i64::MIN, i64::MAX);
    assert_eq!(listed.working(0, DAY), DAY);
    assert_eq!(listed.working(DAY, 0), 0);
    assert_eq!(listed.working(i64::MIN, i64::MAX), calendar.working(i64::MIN, i64::MAX));
}
