//! How work moves between the six activities.

use super::measured::Flow;
use crate::chart::chain::Move;
use std::collections::BTreeSet;
use std::sync::Arc;
use watercourse_app::Published;
use watercourse_core::activity::Activity;
use watercourse_flow::log::NO_TIME;

/// How work moved between activities in the window, and where streams expect it to.
pub fn moves(flow: &Flow, streams: &[Arc<Published>]) -> Moves {
    let visits = &flow.visits;
    let (from, until) = flow.window;
    let mut counts = Counts::default();
    for visit in (0..visits.len()).filter(|v| visits.opens_round(*v)) {
        let at = visits.entered(visit).unwrap_or(NO_TIME);
        let Some(to) = visits.activity(visit).filter(|_| at >= from) else { continue };
        match visits.before(visit).and_then(|before| visits.activity(before)) {
            Some(before) if before == to => {}
            Some(before) => {
                counts.between[before.index()][to.index()] += 1;
                counts.leaving[before.index()] += 1;
                counts.entering[to.index()] += 1;
            }
            None => counts.entering[to.index()] += 1,
        }
    }
    // What ended and released nothing left the chain there.
    let releasing: BTreeSet<usize> = (0..visits.len()).filter_map(|v| visits.before(v)).collect();
    for visit in (0..visits.len()).filter(|v| !releasing.contains(v)) {
        if visits.left(visit).is_some_and(|at| at >= from)
            && let Some(activity) = visits.activity(visit)
        {
            counts.leaving[activity.index()] += 1;
        }
    }
    let mut expected = [[false; 6]; 6];
    for step in streams.iter().flat_map(|p| &p.stream.steps) {
        for feed in &step.feeds {
            expected[step.activity.index()][feed.index()] = step.activity != *feed;
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "a window in milliseconds")]
    let weeks = ((until - from) as f64 / 604_800_000.0).max(1.0 / 7.0);
    Moves { counts, expected, weeks }
}

#[derive(Debug, Default)]
struct Counts {
    between: [[u32; 6]; 6],
    entering: [u32; 6],
    leaving: [u32; 6],
}

/// Moves between the activities.
#[derive(Debug)]
pub struct Moves {
    counts: Counts,
    expected: [[bool; 6]; 6],
    weeks: f64,
}

impl Moves {
    fn rate(&self, count: u32) -> f64 {
        f64::from(count) / self.weeks
    }
    /// Visits a week that came in from elsewhere or began there.
    #[must_use]
    pub fn entering(&self, activity: Activity) -> f64 {
        self.rate(self.counts.entering[activity.index()])
    }
    /// Visits a week that went elsewhere or ended there.
    #[must_use]
    pub fn leaving(&self, activity: Activity) -> f64 {
        self.rate(self.counts.leaving[activity.index()])
    }
    /// How often work moved there in the window.
    #[must_use]
    pub fn count(&self, from: Activity, to: Activity) -> u32 {
        self.counts.between[from.index()][to.index()]
    }
    /// Every pair of activities that work moved between, or should.
    #[must_use]
    pub fn list(&self) -> Vec<Move> {
        let pairs = Activity::ALL.into_iter().flat_map(|from| Activity::ALL.into_iter().map(move |to| (from, to)));
        let each = pairs.map(|(from, to)| Move {
            from,
            to,
            per_week: self.rate(self.count(from, to)),
            expected: self.expected[from.index()][to.index()],
        });
        each.filter(|m| m.per_week > 0.0 || m.expected).collect()
    }
}
