//! Business calendars: known days, laws that hold for every calendar, and a minute-by-minute oracle
//! around the changes of the clock.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "tests say what went wrong by failing"
)]

use jiff::{Timestamp, tz::TimeZone, tz::TimeZoneDatabase};
use proptest::prelude::*;
use watercourse_core::calendar::{Calendar, CalendarDefinition, HolidayDefinition, WeeklyHours};
use watercourse_core::span::{DAY, HOUR, MINUTE, Span};

const ZONES: [&str; 9] = [
    "Europe/Brussels",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
    "America/St_Johns",
    "Africa/Casablanca",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "UTC",
];

fn at(text: &str) -> i64 {
    text.parse::<Timestamp>().unwrap().as_microsecond()
}

/// `2026-11-23T09:00[Europe/Brussels]`.
fn local(text: &str) -> i64 {
    text.parse::<jiff::ZonedDateTime>().unwrap().timestamp().as_microsecond()
}

fn calendar(zone: &str, hours: WeeklyHours, holidays: &[&str]) -> Calendar {
    let holidays = holidays.iter().map(|date| HolidayDefinition::closed(date)).collect();
    Calendar::new(CalendarDefinition { zone: zone.to_owned(), holidays, hours }).unwrap()
}

fn office(zone: &str) -> Calendar {
    calendar(zone, WeeklyHours::weekdays(&["09:00-12:30", "13:00-17:30"]), &["12-25", "2026-05-14"])
}

fn span(text: &str) -> Span {
    text.parse().unwrap()
}

#[test]
fn a_week_of_an_office() {
    let c = office("Europe/Brussels");
    let b = |text: &str| local(&format!("{text}[Europe/Brussels]"));
    assert_eq!(c.day_length(), 8 * HOUR);
    // Monday to Monday: five days of eight hours.
    assert_eq!(c.working(b("2026-11-16T00:00"), b("2026-11-23T00:00")), 40 * HOUR);
    // Over lunch, over night, over the weekend.
    assert_eq!(c.working(b("2026-11-16T12:00"), b("2026-11-16T13:30")), HOUR);
    assert_eq!(c.working(b("2026-11-20T17:00"), b("2026-11-23T09:30")), HOUR);
    assert_eq!(c.working(b("2026-11-21T00:00"), b("2026-11-22T23:59")), 0);
    assert_eq!(c.working(b("2026-11-23T09:30"), b("2026-11-20T17:00")), 0);
    // Christmas 2026 is a Friday, Ascension Day 2026 a Thursday; the one is off in every year.
    assert_eq!(c.working(b("2026-12-21T00:00"), b("2026-12-28T00:00")), 32 * HOUR);
    assert_eq!(c.working(b("2025-12-22T00:00"), b("2025-12-29T00:00")), 32 * HOUR);
    assert_eq!(c.working(b("2026-05-11T00:00"), b("2026-05-18T00:00")), 32 * HOUR);
    assert_eq!(c.working(b("2027-05-10T00:00"), b("2027-05-17T00:00")), 40 * HOUR);
    assert!(
        c.is_working(b("2026-11-23T09:00"))
            && !c.is_working(b("2026-11-23T12:30"))
            && !c.is_working(b("2026-12-25T10:00"))
    );
    // Deadlines.
    assert_eq!(c.deadline(b("2026-11-20T16:30"), span("2bh")), b("2026-11-23T10:00"));
    assert_eq!(c.deadline(b("2026-11-20T09:00"), span("8bh")), b("2026-11-20T17:30"));
    assert_eq!(c.deadline(b("2026-11-16T10:00"), span("5bd")), b("2026-11-23T10:00"));
    assert_eq!(c.deadline(b("2026-11-21T10:00"), span("1bd")), b("2026-11-23T17:30"));
    assert_eq!(c.deadline(b("2026-11-16T09:00"), span("5bd")), b("2026-11-20T17:30"));
    assert_eq!(c.deadline(b("2026-11-16T18:00"), span("1bd")), b("2026-11-17T17:30"));
    assert_eq!(c.deadline(b("2026-12-24T10:00"), span("1bd")), b("2026-12-28T10:00"));
    assert_eq!(c.deadline(b("2026-11-21T10:00"), span("0bd")), b("2026-11-21T10:00"));
    assert_eq!(c.deadline(b("2026-11-20T16:30"), span("2d")), b("2026-11-22T16:30"));
}

#[test]
fn a_business_day_is_the_calendars_own_day() {
    let hours = WeeklyHours { fri: vec!["09:00-13:00".to_owned()], ..WeeklyHours::weekdays(&["09:00-17:00"]) };
    let c = calendar("Europe/Brussels", hours, &[]);
    let b = |text: &str| local(&format!("{text}[Europe/Brussels]"));
    // Half of Thursday is done at 13:00, half of the short Friday at 11:00.
    assert_eq!(c.add_business_days(b("2026-11-19T13:00"), 1), b("2026-11-20T11:00"));
    assert_eq!(c.add_business_days(b("2026-11-19T13:00"), 2), b("2026-11-23T13:00"));
    // A holiday with hours of its own is a working day, and a dated one goes before a yearly one.
    let own = |date: &str, hours: &[&str]| HolidayDefinition {
        date: date.to_owned(),
        hours: hours.iter().map(|&h| h.to_owned()).collect(),
        name: None,
    };
    let c = Calendar::new(CalendarDefinition {
        zone: "Europe/Brussels".to_owned(),
        holidays: vec![own("12-24", &[]), own("2026-12-24", &["09:00-11:00"]), own("2026-12-26", &["10:00-12:00"])],
        hours: WeeklyHours::weekdays(&["09:00-17:00"]),
    })
    .unwrap();
    assert_eq!(c.working(b("2026-12-24T00:00"), b("2026-12-25T00:00")), 2 * HOUR);
    assert_eq!(c.working(b("2026-12-26T00:00"), b("2026-12-27T00:00")), 2 * HOUR);
    assert_eq!(c.working(b("2024-12-24T00:00"), b("2024-12-25T00:00")), 0);
    assert_eq!(c.add_business_days(b("2026-12-23T13:00"), 1), b("2026-12-24T10:00"));
}

#[test]
fn days_on_which_the_clock_changes() {
    let always = |zone: &str| {
        calendar(
            zone,
            WeeklyHours {
                sat: vec!["00:00-24:00".into()],
                sun: vec!["00:00-24:00".into()],
                ..WeeklyHours::weekdays(&["00:00-24:00"])
            },
            &[],
        )
    };
    for (zone, day, next, hours2) in [
        ("Europe/Brussels", "2026-03-29", "2026-03-30", 46),
        ("Europe/Brussels", "2026-10-25", "2026-10-26", 50),
        ("America/New_York", "2026-03-08", "2026-03-09", 46),
        ("America/New_York", "2026-11-01", "2026-11-02", 50),
        ("Australia/Lord_Howe", "2026-04-05", "2026-04-06", 49),
        ("Australia/Lord_Howe", "2026-10-04", "2026-10-05", 47),
        ("America/Sao_Paulo", "2018-11-04", "2018-11-05", 46),
        ("Asia/Kathmandu", "2026-11-23", "2026-11-24", 48),
    ] {
        let (from, until) = (local(&format!("{day}T00:00[{zone}]")), local(&format!("{next}T00:00[{zone}]")));
        assert_eq!(always(zone).working(from, until), hours2 * HOUR / 2, "{zone} {day}");
        assert_eq!(always(zone).working(from, until), until - from, "{zone} {day}");
    }
    // A night shift from 01:00 to 04:00 is two hours long in spring and four in autumn.
    let night =
        calendar("Europe/Brussels", WeeklyHours { sun: vec!["01:00-04:00".into()], ..WeeklyHours::default() }, &[]);
    let b = |text: &str| local(&format!("{text}[Europe/Brussels]"));
    assert_eq!(night.working(b("2026-03-29T00:00"), b("2026-03-30T00:00")), 2 * HOUR);
    assert_eq!(night.working(b("2026-10-25T00:00"), b("2026-10-26T00:00")), 4 * HOUR);
    // Samoa skipped the 30th of December 2011, a Friday: it was no working day.
    let apia = office("Pacific/Apia");
    let a = |text: &str| local(&format!("{text}[Pacific/Apia]"));
    assert_eq!(apia.working(a("2011-12-26T00:00"), a("2012-01-02T00:00")), 32 * HOUR);
    assert_eq!(apia.add_business_days(a("2011-12-29T10:00"), 1), a("2012-01-02T10:00"));
}

#[test]
fn around_the_clock_is_calendar_time() {
    let c = Calendar::around_the_clock();
    assert_eq!(c.working(at("2026-01-01T00:00:00Z"), at("2027-01-01T00:00:00Z")), 365 * DAY);
    assert_eq!(c.deadline(at("2026-01-01T07:00:00Z"), span("2bd")), at("2026-01-03T07:00:00Z"));
    assert_eq!(c.day_length(), DAY);
    assert_eq!(Calendar::new(c.definition().clone()).unwrap(), c);
    for far in [i64::MIN, i64::MAX] {
        assert_eq!(c.working(far, far), 0);
        let _answers =
            (c.is_working(far), c.add(far, HOUR), c.add_business_days(far, 3), c.deadline(far, span("100w")));
    }
    assert!(office("Europe/Brussels").working(i64::MIN, i64::MAX) > 0);
    assert!(office("Europe/Brussels").add_business_days(at("9999-12-20T00:00:00Z"), 100) > at("9999-12-20T00:00:00Z"));
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let errors = |text: &str| toml::from_str::<Calendar>(text).unwrap_err().to_string();
    for (text, parts) in [
        (
            "zone = 'Europe/Brusels'\nhours = { mon = ['09:00-17:00'] }",
            &["zone: “Europe/Brusels” is no time zone", "did you mean “Europe/Brussels”?"][..],
        ),
        ("zone = 'UTC'\nhours = {}", &["there is no working time in the week", "mon = [\"09:00-17:30\"]"]),
        ("zone = 'UTC'\nhours = { monday = [] }", &["unknown field `monday`", "mon"]),
        ("zone = 'UTC'\nhours = { mon = ['9-17'] }", &["hours.mon[0]: “9” is no time of day", "09:00-17:30"]),
        ("zone = 'UTC'\nhours = { mon = ['09:00'] }", &["hours.mon[0]: “09:00” is no interval"]),
        ("zone = 'UTC'\nhours = { mon = ['09:00-24:01'] }", &["“24:01” is no time of day"]),
        (
            "zone = 'UTC'\nhours = { mon = ['22:00-06:00'] }",
            &["ends before it begins", "22:00-24:00 here and 00:00-06:00 on the next"],
        ),
        ("zone = 'UTC'\nhours = { mon = ['09:00-09:00'] }", &["“09:00-09:00” is empty"]),
        (
            "zone = 'UTC'\nhours = { tue = ['09:00-13:00', '12:00-17:00'] }",
            &["hours.tue[1]: “09:00-13:00” and “12:00-17:00” overlap"],
        ),
        (
            "zone = 'UTC'\nholidays = ['25-12', '2026-02-30', { date = '12-25', hours = ['x'] }, '12-25']\nhours = { mon = ['09:00-17:00'] }",
            &[
                "holidays[0]: “25-12” is no date",
                "holidays[1]: “2026-02-30” is no date",
                "holidays[2].hours[0]: “x” is no interval",
                "holidays[3]: 12-25 is given twice",
            ],
        ),
        ("zone = 'UTC'\nholidays = [12]\nhours = { mon = ['09:00-17:00'] }", &["a date in quotes"]),
    ] {
        let error = errors(text);
        for part in parts {
            assert!(error.contains(part), "{text}\n-> {error}\n(no “{part}”)");
        }
    }
}

#[test]
fn a_definition_survives_toml_and_json() {
    let text = r#"
        zone = "Europe/Brussels"
        holidays = ["12-25", { date = "12-24", hours = ["09:00-12:00"], name = "Christmas Eve" }]
        hours = { mon = ["09:00-12:30", "13:00-17:30"], fri = ["09:00-13:00"] }
    "#;
    let calendar: Calendar = toml::from_str(text).unwrap();
    assert_eq!(toml::from_str::<Calendar>(&toml::to_string(&calendar).unwrap()).unwrap(), calendar);
    let json = serde_json::to_string(&calendar).unwrap();
    assert_eq!(serde_json::from_str::<Calendar>(&json).unwrap(), calendar);
    assert!(json.contains("\"12-25\","), "{json}");
}

/// Random hours of a week, as half hours of the day.
fn any_hours() -> impl Strategy<Value = Vec<String>> {
    prop::collection::btree_set(0..=48_i32, 0..6).prop_map(|marks| {
        let marks: Vec<i32> = marks.into_iter().collect();
        let text = |m: i32| format!("{:02}:{:02}", m / 2, m % 2 * 30);
        marks.chunks_exact(2).map(|pair| format!("{}-{}", text(pair[0]), text(pair[1]))).collect()
    })
}

fn any_calendar() -> impl Strategy<Value = Calendar> {
    let week = prop::collection::vec(any_hours(), 7);
    let holiday = (
        prop_oneof![
            (1..=12_u8, 1..=28_u8).prop_map(|(m, d)| format!("{m:02}-{d:02}")),
            (1995..2040_u16, 1..=12_u8, 1..=28_u8).prop_map(|(y, m, d)| format!("{y}-{m:02}-{d:02}")),
        ],
        any_hours(),
    );
    let holidays = prop::collection::btree_map(
        prop::sample::select(vec![
            "03-29",
            "10-25",
            "02-29",
            "12-31",
            "2018-11-04",
            "2026-11-01",
            "2011-12-30",
            "04-05",
        ]),
        any_hours(),
        0..4,
    );
    (prop::sample::select(&ZONES[..]), week, holidays, prop::option::of(holiday)).prop_filter_map(
        "no work in the week",
        |(zone, week, holidays, more)| {
            let mut week = week.into_iter();
            let mut day = || week.next().unwrap_or_default();
            let hours =
                WeeklyHours { mon: day(), tue: day(), wed: day(), thu: day(), fri: day(), sat: day(), sun: day() };
            let mut holidays: Vec<HolidayDefinition> = holidays
                .into_iter()
                .map(|(date, hours)| HolidayDefinition { date: date.to_owned(), hours, name: None })
                .collect();
            if let Some((date, hours)) = more
                && holidays.iter().all(|h| h.date != date)
            {
                holidays.push(HolidayDefinition { date, hours, name: None });
            }
            Calendar::new(CalendarDefinition { zone: zone.to_owned(), holidays, hours }).ok()
        },
    )
}

/// An instant, often close to a change of the clock of some zone.
fn any_instant() -> impl Strategy<Value = i64> {
    let changes: Vec<i64> = ZONES
        .iter()
        .flat_map(|zone| {
            let zone = TimeZoneDatabase::bundled().get(zone).unwrap();
            let from = "2005-01-01T00:00:00Z".parse().unwrap();
            zone.following(from).take(60).map(|change| change.timestamp().as_microsecond()).collect::<Vec<_>>()
        })
        .filter(|change| *change < at("2045-01-01T00:00:00Z"))
        .collect();
    prop_oneof![
        3 => (prop::sample::select(changes), -3 * DAY..3 * DAY).prop_map(|(change, by)| change + by),
        1 => at("1960-01-01T00:00:00Z")..at("2110-01-01T00:00:00Z"),
    ]
}

/// The sentence that defines working time, for one instant: reads the wall clock and the definition.
fn oracle(calendar: &Calendar, zone: &TimeZone, at: i64) -> bool {
    let wall = zone.to_datetime(Timestamp::from_microsecond(at).unwrap());
    let definition = calendar.definition();
    let dated = definition.holidays.iter().find(|h| h.date == wall.date().to_string());
    let yearly = definition.holidays.iter().find(|h| h.date == format!("{:02}-{:02}", wall.month(), wall.day()));
    let week = definition.hours.days();
    let normal = week[usize::try_from(wall.weekday().to_monday_zero_offset()).unwrap()].1;
    let hours = dated.or(yearly).map_or(normal, |h| h.hours.as_slice());
    let now = format!("{:02}:{:02}", wall.hour(), wall.minute());
    hours.iter().any(|h| h.split_once('-').is_some_and(|(from, to)| from <= now.as_str() && now.as_str() < to))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn working_time_is_additive_and_not_longer_than_calendar_time(c in any_calendar(), mut times in prop::array::uniform3(any_instant())) {
        times.sort_unstable();
        let [a, b, d] = times;
        prop_assert_eq!(c.working(a, b) + c.working(b, d), c.working(a, d));
        prop_assert!((0..=b - a).contains(&c.working(a, b)));
    }

    #[test]
    fn adding_is_the_inverse_of_measuring(c in any_calendar(), start in any_instant(), work in 0..60 * DAY) {
        let end = c.add(start, work);
        prop_assert_eq!(c.working(start, end), work);
        // And it is the first such instant.
        prop_assert!(work == 0 || c.working(start, end - 1) < work);
        prop_assert!(work > 0 || end == start);
        // Pausing shifts: doing the work in two parts ends at the same time.
        prop_assert_eq!(c.add(c.add(start, work / 2), work - work / 2), end);
    }

    #[test]
    fn business_days_go_forward_and_add_up(c in any_calendar(), start in any_instant(), n in 1..12_u32, m in 1..12_u32) {
        let end = c.add_business_days(start, n);
        prop_assert!(end > start);
        prop_assert!(c.add_business_days(start + HOUR, n) >= end);
        // Shares of unequal days are rounded up to a microsecond, which a longer day magnifies.
        let (at_once, in_two) = (c.add_business_days(start, n + m), c.add_business_days(end, m));
        prop_assert!(c.working(at_once.min(in_two), at_once.max(in_two)) < 1_000, "{} {}", at_once, in_two);
    }

    #[test]
    fn the_wall_clock_minute_by_minute_agrees(c in any_calendar(), start in any_instant()) {
        let zone = TimeZoneDatabase::bundled().get(&c.definition().zone).unwrap();
        let start = start.div_euclid(MINUTE) * MINUTE;
        // Before 1972 offsets were not whole minutes everywhere.
        prop_assume!(start > at("1975-01-01T00:00:00Z"));
        let mut worked = 0;
        for minute in 0..2 * 1440 {
            let now = start + minute * MINUTE;
            let expected = oracle(&c, &zone, now);
            prop_assert_eq!(c.is_working(now), expected, "{}", Timestamp::from_microsecond(now).unwrap());
            worked += i64::from(expected) * MINUTE;
        }
        prop_assert_eq!(c.working(start, start + 2 * DAY), worked);
    }
}
