//! Small logs written out: events as (case, activity, hour), done at `done`.

use watercourse_core::item::Outcome;
use watercourse_flow::from_log::from_log;
use watercourse_flow::log::{Event, Log, TimeMeans};
use watercourse_flow::meaning::{LogMeaning, StatePhase};
use watercourse_flow::order::Ordered;
use watercourse_flow::visits::Visits;

pub const HOUR: i64 = 3_600_000;
pub const DAY: i64 = 24 * HOUR;

/// Statuses by day of entry: `new` is queued, `work` is worked on, `done` and `cancelled` end; seen on this day.
pub fn statuses(events: &[(&str, &str, f64)], as_of: f64) -> Visits {
    let mut log = Log::default();
    for (case, activity, day) in events {
        let (activity, team) = activity.split_once('@').map_or((*activity, None), |(a, t)| (a, Some(t)));
        log.push(Event { case, activity, at: days(*day), start: None, team, lifecycle: None });
    }
    let mut meaning = LogMeaning { time: TimeMeans::Entry, as_of: Some(days(as_of)), ..LogMeaning::default() };
    meaning.done.insert("done".to_owned(), Outcome::Delivered);
    meaning.done.insert("cancelled".to_owned(), Outcome::Cancelled);
    meaning.phases.insert("new".to_owned(), StatePhase::Queued);
    meaning.phases.insert("work".to_owned(), StatePhase::Active);
    meaning.phases.insert("wait".to_owned(), StatePhase::Waiting("user".to_owned()));
    from_log(&log, &Ordered::of(&log), &meaning)
}

/// Days since 1970 as ms.
pub fn days(days: f64) -> i64 {
    (days * DAY as f64).round() as i64
}
