//! What a log means: given by people or a mapping, never guessed here.

use crate::evidence::Evidence;
use crate::log::{Log, NONE, TimeMeans};
use std::collections::BTreeMap;
use watercourse_core::activity::Activity;
use watercourse_core::item::Outcome;

/// What stands in the lifecycle column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lifecycle {
    /// Nothing that tells more than the event itself.
    #[default]
    Ignored,
    /// The standard transitions (schedule, start, suspend, resume, complete…): events of one piece of work are paired.
    Transitions,
    /// A status of the tool's own, such as `In Progress`.
    Status,
}

/// The transitions of the XES standard that are understood.
pub(crate) const TRANSITIONS: [&str; 13] = [
    "schedule",
    "assign",
    "reassign",
    "start",
    "suspend",
    "resume",
    "complete",
    "withdraw",
    "manualskip",
    "autoskip",
    "ate_abort",
    "pi_abort",
    "unknown",
];

impl Lifecycle {
    /// What the column looks like: transitions only if all its values are standard ones and some piece of work
    /// shows more than its end.
    #[must_use]
    pub fn detect(log: &Log) -> Self {
        let names: Vec<String> = log.lifecycles.iter().map(str::to_ascii_lowercase).collect();
        if names.iter().any(|n| !n.is_empty() && !TRANSITIONS.contains(&n.as_str())) {
            return Self::Status;
        }
        if names.iter().any(|n| n == "start" || n == "schedule") { Self::Transitions } else { Self::Ignored }
    }
}

/// What being in a status means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StatePhase {
    /// Nobody works on it yet.
    Queued,
    /// Somebody works on it.
    Active,
    /// Paused, for this reason.
    Waiting(String),
}

/// What a log means. Labels are names of activities, of statuses in the lifecycle column, or both with a
/// hyphen or a slash between them (`Accepted-Wait`), exactly as written in the log.
#[derive(Debug, Clone, Default)]
pub struct LogMeaning {
    /// What one time per event means.
    pub time: TimeMeans,
    /// What stands in the lifecycle column.
    pub lifecycle: Lifecycle,
    /// Labels of being done, and how such an item ended.
    pub done: BTreeMap<String, Outcome>,
    /// What statuses mean.
    pub phases: BTreeMap<String, StatePhase>,
    /// Which of the six activities the log's activities belong to.
    pub activities: BTreeMap<String, Activity>,
    /// The instant up to which the log tells, UTC ms; the time of its last event where none is given.
    pub as_of: Option<i64>,
    /// How much the log can tell.
    pub evidence: Evidence,
}

impl LogMeaning {
    /// Ordinary events, the lifecycle column as it looks, and no label of being done.
    #[must_use]
    pub fn of(log: &Log) -> Self {
        Self { lifecycle: Lifecycle::detect(log), ..Self::default() }
    }
    /// With these labels of being done: such an item counts as delivered.
    #[must_use]
    pub fn done<'a>(mut self, labels: impl IntoIterator<Item = &'a str>) -> Self {
        self.done.extend(labels.into_iter().map(|l| (l.to_owned(), Outcome::Delivered)));
        self
    }
    /// Labels that occur nowhere in the log: most likely a misspelling.
    #[must_use]
    pub fn unknown_labels(&self, log: &Log) -> Vec<&str> {
        let labels = self.done.keys().chain(self.phases.keys()).chain(self.activities.keys());
        let found = |label: &str| {
            let mut parts = label.char_indices().filter(|(_, c)| matches!(c, '-' | '/'));
            log.activities.get(label).or_else(|| log.lifecycles.get(label)).is_some()
                || parts.any(|(i, _)| {
                    log.activities.get(&label[..i]).is_some() && log.lifecycles.get(&label[i + 1..]).is_some()
                })
        };
        labels.map(String::as_str).filter(|label| !found(label)).collect()
    }
}

/// Something said about labels, ready to be looked up by the numbers of activity and lifecycle.
pub(crate) struct Labels<T> {
    width: usize,
    table: Vec<Option<T>>,
}

impl<T: Copy> Labels<T> {
    pub(crate) fn of(log: &Log, mut said: impl FnMut(&str) -> Option<T>) -> Self {
        let width = log.lifecycles.len() + 1;
        let alone: Vec<Option<T>> = log.lifecycles.iter().map(&mut said).collect();
        let mut table = Vec::with_capacity(width * log.activities.len());
        for activity in log.activities.iter() {
            let plain = said(activity);
            for (lifecycle, alone) in log.lifecycles.iter().zip(&alone) {
                let both =
                    said(&format!("{activity}-{lifecycle}")).or_else(|| said(&format!("{activity}/{lifecycle}")));
                table.push(both.or(plain).or(*alone));
            }
            table.push(plain);
        }
        Self { width, table }
    }
    /// The most exact label wins: both, the activity, the lifecycle.
    pub(crate) fn get(&self, activity: u32, lifecycle: u32) -> Option<T> {
        let column = if lifecycle == NONE { self.width - 1 } else { lifecycle as usize };
        self.table[activity as usize * self.width + column]
    }
}
