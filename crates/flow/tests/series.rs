//! Series and what is derived of them: identities on random logs, and examples counted by hand.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

mod support;

use proptest::prelude::*;
use support::{identities, random};
use watercourse_flow::from_log::from_log;
use watercourse_flow::log::{Event, Log, TimeMeans};
use watercourse_flow::meaning::{LogMeaning, StatePhase};
use watercourse_flow::measures::{self, Cuts, Period, View};
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
