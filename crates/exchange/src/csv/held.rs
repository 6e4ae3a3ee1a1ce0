//! Who holds a case, from rows that say only that.

use std::collections::HashMap;

use watercourse_flow::log::{Event, NONE};

use crate::collect::Collector;
use crate::error::ExchangeError;

/// Changes of team, until all statuses are known.
#[derive(Default)]
pub(crate) struct Held {
    changes: Vec<Change>,
}

struct Change {
    case: String,
    at: i64,
    team: String,
    line: u64,
}

/// What happens to a case: a status is entered, or a team takes it.
enum Step {
    Status { event: usize, activity: u32 },
    Team(usize),
}

impl Held {
    /// Notes a change; an empty team is none.
    pub(crate) fn changed(&mut self, case: &str, at: i64, team: &str, line: u64) {
        self.changes.push(Change { case: case.to_owned(), at, team: team.to_owned(), line });
    }

    /// Puts the teams on the statuses they held. A change within a status is an event of its own, with that status;
    /// one at the time of a status, or before the first, is merged into the next. How many of each there were.
    pub(crate) fn settle(&mut self, collector: &mut Collector) -> Result<(u64, u64), ExchangeError> {
        let changes = std::mem::take(&mut self.changes);
        let mut steps: HashMap<u32, Vec<(i64, Step)>> = HashMap::new();
        let (mut used, mut merged) = (0, 0);
        for (i, change) in changes.iter().enumerate() {
            match collector.log.cases.get(&change.case) {
                Some(case) => steps.entry(case).or_default().push((change.at, Step::Team(i))),
                // A case of which no status is known.
                None => merged += 1,
            }
        }
        let log = &collector.log;
        for (event, ((case, at), activity)) in log.case.iter().zip(&log.at).zip(&log.activity).enumerate() {
            if let Some(steps) = steps.get_mut(case) {
                steps.push((*at, Step::Status { event, activity: *activity }));
            }
        }
        let mut teams = vec![NONE; collector.log.len()];
        let mut more: Vec<(usize, u32)> = Vec::new();
        let mut cases: Vec<_> = steps.into_iter().collect();
        cases.sort_unstable_by_key(|(case, _)| *case);
        for (_, mut steps) in cases {
            // Of equal times the team comes first: it is the one that holds the status.
            steps.sort_by_key(|(at, step)| (*at, matches!(step, Step::Status { .. })));
            let (mut team, mut status) = (NONE, None);
            for (i, (at, step)) in steps.iter().enumerate() {
                match *step {
                    Step::Status { event, activity } => {
                        if let Some(slot) = teams.get_mut(event) {
                            *slot = team;
                        }
                        status = Some(activity);
                    }
                    Step::Team(change) => {
                        let named = changes.get(change).map_or("", |c| c.team.as_str());
                        team = if named.is_empty() { NONE } else { collector.log.teams.intern(named) };
                        let with_status = steps.get(i + 1..).unwrap_or_default().iter().take_while(|(t, _)| t == at);
                        match status {
                            Some(activity) if with_status.clone().count() == 0 => more.push((change, activity)),
                            _ => merged += 1,
                        }
                    }
                }
            }
        }
        if teams.iter().any(|t| *t != NONE) {
            collector.log.team = teams;
        }
        more.sort_unstable();
        for (change, activity) in more {
            let Some(change) = changes.get(change) else { continue };
            let activity = collector.log.activities.name(activity).to_owned();
            let team = (!change.team.is_empty()).then_some(change.team.as_str());
            let event =
                Event { case: &change.case, activity: &activity, at: change.at, start: None, team, lifecycle: None };
            collector.event(event, change.line)?;
            used += 1;
        }
        Ok((used, merged))
    }
}
