//! Random logs under random meanings.

use proptest::prelude::*;
use watercourse_core::item::Outcome;
use watercourse_flow::from_log::from_log;
use watercourse_flow::log::{Event, Log, TimeMeans};
use watercourse_flow::meaning::{Lifecycle, LogMeaning, StatePhase};
use watercourse_flow::order::Ordered;
use watercourse_flow::visits::Visits;

const HOUR: i64 = 3_600_000;

/// Case, activity, hours since the last event of any case, hours of work, team, lifecycle.
type Row = (u8, u8, i64, i64, u8, u8);

/// Logs of a few cases with pauses from nothing up to weeks.
pub fn rows() -> impl Strategy<Value = Vec<Row>> {
    let gap = prop_oneof![Just(0i64), 1i64..30, 100i64..400];
    prop::collection::vec((0u8..9, 0u8..5, gap, 0i64..40, 0u8..4, 0u8..5), 0..60)
}

/// How a log is meant: one of these.
pub fn meanings() -> impl Strategy<Value = u8> {
    0u8..6
}

pub fn log(rows: &[Row], meaning: u8) -> (Log, LogMeaning) {
    let mut log = Log::default();
    // A Saturday evening: weeks and months begin within the log.
    let mut now = 951_500_000_000 + 7;
    for (case, activity, gap, work, team, lifecycle) in rows {
        now += gap * HOUR + i64::from(*case);
        let words = ["schedule", "start", "suspend", "resume", "complete"];
        let event = Event {
            case: &format!("c{case}"),
            activity: ["a", "b", "c", "d", "end"][usize::from(*activity)],
            at: now,
            start: (meaning == 2).then_some(now - work * HOUR),
            team: [None, Some("A"), Some("B"), Some("C")][usize::from(*team)],
            lifecycle: (meaning == 3).then_some(words[usize::from(*lifecycle)]),
        };
        log.push(event);
    }
    let mut means = LogMeaning::of(&log).done(["end"]);
    match meaning {
        0 => means.done.clear(),
        4 | 5 => {
            means.time = TimeMeans::Entry;
            means.phases.insert("a".to_owned(), StatePhase::Queued);
            means.phases.insert("b".to_owned(), StatePhase::Active);
            means.phases.insert("c".to_owned(), StatePhase::Waiting("user".to_owned()));
            if meaning == 5 {
                means.done.insert("d".to_owned(), Outcome::Cancelled);
                means.as_of = Some(now + 1_000 * HOUR);
            }
        }
        _ => {}
    }
    if meaning != 3 {
        means.lifecycle = Lifecycle::Ignored;
    }
    (log, means)
}

pub fn visits(rows: &[Row], meaning: u8) -> Visits {
    let (log, means) = log(rows, meaning);
    from_log(&log, &Ordered::of(&log), &means)
}
