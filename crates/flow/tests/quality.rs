//! Returns, hand-offs, effort and bottlenecks: examples counted by hand.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

use watercourse_flow::from_log::from_log;
use watercourse_flow::log::{Event, Log, TimeMeans};
use watercourse_flow::meaning::{Lifecycle, LogMeaning, StatePhase};
use watercourse_flow::measures::{self, View};
use watercourse_flow::order::Ordered;
use watercourse_flow::timeline::Timeline;
use watercourse_flow::visits::Visits;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

/// Statuses (case, status, team, hour): those that begin with “q” are queues, “done” is done, others are active.
fn statuses(rows: &[(String, &str, &str, i64)], as_of: i64) -> Visits {
    let mut log = Log::default();
    for (case, activity, team, hour) in rows {
        log.push(Event { case, activity, at: hour * HOUR, start: None, team: Some(team), lifecycle: None });
    }
    let mut meaning = LogMeaning { time: TimeMeans::Entry, as_of: Some(as_of * HOUR), ..LogMeaning::of(&log) };
    meaning = meaning.done(["done"]);
    for name in log.activities.iter().filter(|n| *n != "done") {
        let phase = if name.starts_with('q') { StatePhase::Queued } else { StatePhase::Active };
        meaning.phases.insert(name.to_owned(), phase);
    }
    from_log(&log, &Ordered::of(&log), &meaning)
}

fn with<T>(visits: &Visits, call: impl Fn(&View<'_>) -> T) -> T {
    let timeline = Timeline::of(visits);
    call(&View::of(visits, &timeline))
}

#[test]
fn what_is_sent_back_was_not_complete() {
    // Forty items go build, test, ship; 4 of them go back from test to build, 2 from ship to build, 1 long after.
    let mut rows = Vec::new();
    for item in 0..40 {
        let mut at = item;
        let mut go = |steps: &[&'static str], gap: i64| {
            for step in steps {
                rows.push((format!("i{item}"), *step, "T", at));
                at += gap;
            }
        };
        match item {
            0..4 => go(&["build", "test", "build", "test", "ship", "done"], 2),
            4..6 => go(&["build", "test", "ship", "build", "test", "ship", "done"], 2),
            6 => go(&["build", "test", "build", "test", "ship", "done"], 40 * 24),
            // Repeated by itself is no return.
            _ => go(&["build", "test", "ship", "done"], 2),
        }
    }
    let visits = statuses(&rows, 100_000);
    let found = with(&visits, |view| measures::complete_accurate(view, 30 * DAY, None));
    let told: Vec<_> = found.steps.iter().map(|s| (s.name.as_str(), s.passed, s.returned, s.young)).collect();
    // Build passed 40 times and 7 times more; the item sent back after 40 days was beyond the horizon.
    assert_eq!(told, [("build", 47, 6, 0), ("test", 47, 2, 0), ("ship", 42, 0, 0), ("done", 0, 0, 0)]);
    let share = |place: usize| found.steps[place].share.value().unwrap();
    assert!((share(0) - 41.0 / 47.0).abs() < 1e-12 && (share(1) - 45.0 / 47.0).abs() < 1e-12);
    let rolled = found.rolled.value().unwrap();
    assert!((rolled - 41.0 / 47.0 * 45.0 / 47.0).abs() < 1e-12);
    let (low, high) = found.rolled_interval.unwrap();
    assert!(low < rolled && rolled < high && low > 0.6 && high <= 1.0);
    // Looked at a day after the last began: nothing was observed for 30 days.
    let early = statuses(&rows, 40);
    let found = with(&early, |view| measures::complete_accurate(view, 30 * DAY, None));
    assert!(found.steps.iter().all(|s| s.passed == 0 && s.returned == 0) && found.rolled.value().is_none());
}

#[test]
fn the_costliest_hand_off_comes_first() {
    let mut rows = Vec::new();
    for item in 0..4 {
        let name = || format!("i{item}");
        let own = [("qa", "A", 0), ("a", "A", 1), ("qb", "B", 2), ("qb", "B", 2), ("b", "B", 3), ("qc", "C", 4)];
        rows.extend(own.map(|(step, team, at)| (name(), step, team, at)));
        if item == 0 {
            rows.extend([(name(), "c", "C", 20), (name(), "done", "C", 21)]);
        }
    }
    let visits = statuses(&rows, 30);
    let pareto = with(&visits, |view| measures::pareto(&measures::handoffs(view)));
    let told: Vec<_> = pareto.pairs.iter().map(|p| (p.from_name.as_str(), p.to_name.as_str(), p.count)).collect();
    assert!(!pareto.waits, "a status is a visit of its own: a queue that is a status has no start");
    assert_eq!(told, [("B", "C", 4), ("A", "B", 4)]);
    let [first, last] = pareto.pairs.as_slice() else { panic!("two pairs") };
    // Three of the four at C are still there: one stay of 16 hours is known.
    assert_eq!((first.cost, last.cost), (64.0 * HOUR as f64, 4.0 * HOUR as f64));
    assert_eq!((first.share.value(), first.cumulative, last.cumulative), (Some(64.0 / 68.0), 64.0 / 68.0, 1.0));
}

#[test]
fn work_in_parallel_is_effort_twice_and_time_once() {
    let mut log = Log::default();
    let mut work = |activity: &str, from: i64, until: i64| {
        let (at, start) = (until * HOUR, Some(from * HOUR));
        log.push(Event { case: "1", activity, at, start, team: None, lifecycle: None });
    };
    work("design", 0, 4);
    work("build", 2, 8);
    work("check", 9, 10);
    work("build", 10, 12);
    let meaning = LogMeaning { lifecycle: Lifecycle::Ignored, ..LogMeaning::default() }.done(["build"]);
    let visits = from_log(&log, &Ordered::of(&log), &meaning);
    let effort = with(&visits, measures::effort);
    let hours = |f: watercourse_flow::figure::Figure| f.value().unwrap() / HOUR as f64;
    assert_eq!((hours(effort.effort), hours(effort.active)), (13.0, 11.0));
    assert_eq!(effort.at_once.value(), Some(13.0 / 11.0));
    // Designing and building add value, building again does not: 8 of 12 hours.
    let adds: Vec<bool> = visits.steps.iter().map(|s| s != "check").collect();
    let value = with(&visits, |view| measures::value_adding(view, &adds));
    assert_eq!((value.value_adding_ms, value.whole_ms), (8 * HOUR, 12 * HOUR));
    assert_eq!(value.ratio.value(), Some(8.0 / 12.0));
}

/// Items that queue for `test` longer and longer, or always as long.
fn queues(weeks: i64, growing: bool) -> Visits {
    let mut rows = Vec::new();
    for item in 0..weeks * 5 {
        let wait = if growing { item } else { 20 + item % 3 };
        let name = || format!("i{item}");
        let at = item * 33;
        let mut put = |step, hour| rows.push((name(), step, "T", hour));
        put("q-build", at);
        put("build", at + 6);
        put("q-test", at + 10);
        put("test", at + 11 + wait);
        put("done", at + 12 + wait);
    }
    statuses(&rows, weeks * 5 * 33 + 500)
}

#[test]
fn a_bottleneck_is_confirmed_by_its_growing_queue_only() {
    let growing = queues(30, true);
    let found = with(&growing, |view| measures::bottleneck(view, 1, None));
    let first = &found.candidates[0];
    assert_eq!((first.name.as_str(), found.items), ("q-test", 150));
    assert!(first.first > 0.99 && first.confirmed && first.slope.unwrap().low > 0.0, "{first:?}");
    assert_eq!(found.confirmed().map(|c| c.step), Some(first.step));
    assert_eq!(found, with(&growing, |view| measures::bottleneck(view, 1, None)), "the same seed, the same answer");
    let steady = queues(30, false);
    let found = with(&steady, |view| measures::bottleneck(view, 1, None));
    let first = &found.candidates[0];
    assert!(first.name == "q-test" && first.first > 0.99 && !first.confirmed, "{first:?}");
    let shares: f64 = found.candidates.iter().map(|c| c.share.value().unwrap()).sum();
    assert!((shares - 1.0).abs() < 1e-12);
    // A simulation that says so confirms it as well.
    let told = with(&steady, |view| measures::bottleneck(view, 1, Some(first.step)));
    assert!(told.candidates[0].confirmed);
    let few = queues(3, true);
    assert!(with(&few, |view| measures::bottleneck(view, 1, None)).candidates.is_empty());
}
