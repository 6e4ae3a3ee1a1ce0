//! Series and what is derived of them: identities on random logs, and examples counted by hand.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

mod support;

use proptest::prelude::*;
use support::{identities, random};
use watercourse_flow::from_log::from_log;
use watercourse_flow::log::{Event, Log, TimeMeans};
use watercourse_flow::map::Map;
use watercourse_flow::meaning::{LogMeaning, StatePhase};
use watercourse_flow::measures::{self, Cuts, Period, Since, View, Window};
use watercourse_flow::order::Ordered;
use watercourse_flow::timeline::Timeline;
use watercourse_flow::visits::Visits;

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn figures_of_random_logs_agree(rows in random::rows(), meaning in random::meanings()) {
        let visits = random::visits(&rows, meaning);
        let timeline = Timeline::of(&visits);
        identities::hold(&View::of(&visits, &timeline));
        let (log, _) = random::log(&rows, meaning);
        identities::ways_of_log(&Map::of_log(&log, &Ordered::of(&log), None));
    }
}

#[test]
fn figures_of_every_shared_log_agree() {
    for (_, log) in support::logs::all() {
        let ordered = Ordered::of(&log);
        identities::ways_of_log(&Map::of_log(&log, &ordered, None));
        let last = log.activities.name(log.activity[log.len() - 1]);
        let entry = LogMeaning { time: TimeMeans::Entry, ..LogMeaning::default() };
        for meaning in [LogMeaning::of(&log).done([last]), entry.done([last])] {
            let visits = from_log(&log, &ordered, &meaning);
            let timeline = Timeline::of(&visits);
            identities::hold(&View::of(&visits, &timeline));
        }
    }
}

#[test]
fn nothing_one_item_and_ancient_times_are_numbers_too() {
    let year_10 = -61_800_000_000_000;
    let far = 253_402_300_799_999;
    let rows: [&[(&str, i64)]; 5] = [
        &[],
        &[("end", 0)],
        &[("a", 0), ("end", 0)],
        &[("a", year_10), ("b", 0), ("end", far)],
        &[("end", year_10), ("a", far), ("b", far)],
    ];
    for events in rows {
        for time in [TimeMeans::Completion, TimeMeans::Entry] {
            let mut log = Log::default();
            for (activity, at) in events {
                log.push(Event { case: "1", activity, at: *at, start: None, team: None, lifecycle: None });
            }
            let meaning = LogMeaning { time, ..LogMeaning::default() }.done(["end"]);
            let visits = from_log(&log, &Ordered::of(&log), &meaning);
            let timeline = Timeline::of(&visits);
            let view = View::of(&visits, &timeline);
            identities::hold(&view);
            assert!(Cuts::of(&view, None, Period::Day).len() <= 4_000);
        }
    }
}

const DAY: i64 = 86_400_000;
const HOUR: i64 = DAY / 24;

/// Statuses: (case, status, day, hour). “ask” is queued, “do” active, “wait” waiting, “done” is done.
/// Days count from Monday, 3 January 2000.
fn statuses(rows: &[(&str, &str, i64, i64)], as_of: i64) -> Visits {
    let mut log = Log::default();
    for (case, activity, day, hour) in rows {
        let at = day_at(*day) + hour * HOUR;
        log.push(Event { case, activity, at, start: None, team: None, lifecycle: None });
    }
    let mut meaning = LogMeaning { time: TimeMeans::Entry, as_of: Some(day_at(as_of)), ..LogMeaning::of(&log) };
    meaning = meaning.done(["done"]);
    meaning.phases.insert("ask".to_owned(), StatePhase::Queued);
    meaning.phases.insert("do".to_owned(), StatePhase::Active);
    meaning.phases.insert("wait".to_owned(), StatePhase::Waiting("user".to_owned()));
    from_log(&log, &Ordered::of(&log), &meaning)
}

fn day_at(day: i64) -> i64 {
    10_959 * DAY + day * DAY
}

/// The example of `docs/reference/measures/cumulative-flow.md`.
const THREE: [(&str, &str, i64, i64); 10] = [
    ("A", "ask", 0, 9),
    ("A", "do", 0, 12),
    ("A", "done", 1, 10),
    ("B", "ask", 0, 15),
    ("B", "do", 2, 9),
    ("C", "ask", 1, 9),
    ("C", "do", 1, 10),
    ("C", "done", 1, 18),
    // Taken up again.
    ("C", "do", 3, 9),
    ("C", "done", 3, 12),
];

#[test]
fn what_came_and_went_lies_in_bands() {
    let visits = statuses(&THREE, 4);
    let timeline = Timeline::of(&visits);
    let view = View::of(&visits, &timeline);
    let cuts = Cuts::of(&view, None, Period::Day);
    assert_eq!(cuts.from, [0, 1, 2, 3, 4].map(day_at));
    assert_eq!(cuts.whole, [false, true, true, true, false]);
    let flow = measures::cumulative_flow(&view, &cuts, None);
    assert_eq!((flow.arrived, flow.again), (vec![2, 3, 3, 4, 4], 1));
    assert_eq!(flow.departed.unwrap(), [0, 2, 2, 3, 3]);
    assert_eq!(flow.started.unwrap(), [1, 2, 3, 4, 4]);
    let bands: Vec<_> = flow.bands.iter().map(|b| (b.name.as_str(), b.reached.clone(), b.at.clone())).collect();
    let expected = [
        ("ask", vec![2, 3, 3, 4, 4], vec![1, 1, 0, 0, 0]),
        ("do", vec![1, 2, 3, 4, 4], vec![1, 0, 1, 1, 1]),
        ("done", vec![0, 2, 2, 3, 3], vec![0; 5]),
    ];
    assert_eq!(bands, expected);
}

#[test]
fn work_in_progress_is_counted_in_milliseconds() {
    let visits = statuses(&THREE, 4);
    let timeline = Timeline::of(&visits);
    let view = View::of(&visits, &timeline);
    let cuts = Cuts::of(&view, None, Period::Day);
    let window = Window { from: day_at(0), until: day_at(4) };
    let wip = measures::wip(&view, &cuts, Some(window), Since::Committed);
    assert_eq!(wip.in_progress.unwrap(), [1, 0, 1, 1, 1]);
    // A from Monday 12 to Tuesday 10, B since Wednesday 9, C on Tuesday from 10 to 18 and on Thursday from 9 to 12.
    assert_eq!(wip.area_ms, i128::from((22 + 39 + 8 + 3) * HOUR));
    // The window is told from Monday 9 on.
    assert_eq!(wip.mean.value(), Some(72.0 / 87.0));
    assert_eq!((wip.now.value(), wip.age.exact.unwrap().p50), (Some(1.0), (39 * HOUR) as f64));
    assert_eq!((wip.neglected.old.value(), wip.neglected.untouched.value()), (None, Some(0.0)));
    let later = statuses(&THREE, 20);
    let timeline = Timeline::of(&later);
    let view = View::of(&later, &timeline);
    let wip = measures::wip(&view, &cuts, None, Since::Created);
    assert_eq!((wip.neglected.items, wip.neglected.untouched.value()), (vec![1], Some(1.0)));
}

#[test]
fn reopened_items_count_when_they_were_done_last() {
    let visits = statuses(&THREE, 4);
    let timeline = Timeline::of(&visits);
    let view = View::of(&visits, &timeline);
    let flowed = measures::throughput(&view, &Cuts::of(&view, None, Period::Day));
    let columns: Vec<_> = flowed.rows.iter().map(|r| (r.arrivals, r.again, r.delivered, r.reported, r.net)).collect();
    assert_eq!(columns, [(2, 0, 0, 0, 2), (1, 0, 1, 2, -1), (0, 0, 0, 0, 0), (0, 1, 1, 1, 0), (0, 0, 0, 0, 0)]);
    // Tuesday to Thursday are whole: 1, 0 and 1 delivered.
    assert_eq!((flowed.median.value(), flowed.limits), (Some(1.0), None));
}

#[test]
fn limits_are_those_of_an_individuals_chart() {
    let values = [5.0, 7.0, 6.0, 4.0, 6.0, 7.0, 5.0, 6.0, 7.0, 5.0, 6.0, 25.0];
    let limits = measures::Limits::of(&values).unwrap();
    // Mean 89 / 12; moving ranges 2 1 2 2 1 2 1 1 2 1 19: mean 34 / 11.
    assert!((limits.centre - 89.0 / 12.0).abs() < 1e-12 && (limits.moving_range - 34.0 / 11.0).abs() < 1e-12);
    assert!((limits.upper - (89.0 / 12.0 + 2.66 * 34.0 / 11.0)).abs() < 1e-12 && limits.lower == 0.0);
    assert_eq!((limits.outside, limits.runs), (vec![11], vec![7, 8, 9, 10]));
    assert_eq!(measures::Limits::of(&values[..11]), None);
}

/// An item a day that takes two days; from a day on two a day come and as many leave as before.
fn daily(days: i64, doubled_from: i64) -> Visits {
    let names: Vec<String> = (0..2 * days).map(|i| format!("i{i}")).collect();
    let mut rows = Vec::new();
    let mut waiting: std::collections::VecDeque<&str> = std::collections::VecDeque::new();
    let mut next = names.iter();
    for day in 0..days {
        for _ in 0..if day >= doubled_from { 2 } else { 1 } {
            let name = next.next().unwrap();
            rows.push((name.as_str(), "do", day, 0));
            waiting.push_back(name);
        }
        if day >= 2 {
            rows.push((waiting.pop_front().unwrap(), "done", day, 0));
        }
    }
    statuses(&rows, days)
}

#[test]
fn a_growing_backlog_is_not_stationary() {
    let ratio = |visits: &Visits| {
        let timeline = Timeline::of(visits);
        let view = View::of(visits, &timeline);
        let little = measures::little(&view, None, Since::Committed);
        (little.ratio.value().unwrap(), little.steady.unwrap())
    };
    let (steady, balanced) = ratio(&daily(50, 50));
    // 2 in progress on average but for the beginning: 99 item-days by 48 × 2.
    assert!(balanced && (steady - 99.0 / 96.0).abs() < 1e-12, "{steady}");
    let (growing, balanced) = ratio(&daily(50, 10));
    assert!(!balanced && growing > 1.25, "{growing}");
}

#[test]
fn an_open_item_is_compared_with_those_that_left_its_step() {
    // Twenty items leave “ask” after 1 to 20 hours and are done an hour later; two are open.
    let names: Vec<String> = (1..=20).map(|i| format!("d{i}")).collect();
    let mut rows: Vec<(&str, &str, i64, i64)> = Vec::new();
    for (hours, name) in (1i64..).zip(&names) {
        rows.extend([(name.as_str(), "ask", 0, 0), (name, "do", 0, hours), (name, "done", 0, hours + 1)]);
    }
    rows.extend([("old", "ask", 2, 4), ("new", "ask", 2, 23)]);
    let visits = statuses(&rows, 3);
    let timeline = Timeline::of(&visits);
    let aging = measures::aging(&View::of(&visits, &timeline), Since::Created);
    let pace = &aging.steps[0];
    assert_eq!((pace.name.as_str(), pace.open, pace.left_at.n), ("ask", 2, 20));
    assert_eq!(pace.left_at.p50.value(), Some(10.5 * HOUR as f64));
    let told: Vec<_> = aging.items.iter().map(|i| (i.key.as_str(), i.age / HOUR, i.at_step.unwrap())).collect();
    assert_eq!(told, [("old", 20, measures::Older::Than95), ("new", 1, measures::Older::ThanFew)]);
    assert_eq!(aging.items[0].in_all, Some(measures::Older::Than85));
}

#[test]
fn durations_fall_into_bins_people_know() {
    let hours = |list: &[i64]| list.iter().map(|h| h * HOUR).collect::<Vec<_>>();
    let bins = measures::histogram(&hours(&[0, 1, 5, 20, 29, 47]));
    assert_eq!((bins.width, bins.bins.len(), bins.beyond), (2 * HOUR, 24, 0));
    assert_eq!(bins.bins[0].count, 2);
    // The longest of twenty is beyond.
    let mut long = hours(&[2; 19]);
    long.push(5_000 * HOUR);
    let bins = measures::histogram(&long);
    assert_eq!((bins.width, bins.beyond, bins.n), (5 * 60_000, 1, 20));
    assert_eq!(measures::within(&long, 2 * HOUR).value(), Some(0.95));
    assert_eq!(measures::histogram(&[]).bins.len(), 0);
    assert!(measures::histogram(&[i64::MAX, i64::MIN, 3]).bins.len() <= 30);
}
