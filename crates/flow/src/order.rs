//! The events of a log by case and, within a case, by time; ties keep the order of the file.

use crate::log::Log;
use std::sync::Arc;

/// Where each case's events are, in order. The columns repeat what measuring reads most.
#[derive(Debug, Clone, Default)]
pub struct Ordered {
    /// Where each case begins in the other columns; one more entry than there are cases.
    pub first: Vec<u32>,
    /// The event's place in the log.
    pub event: Vec<u32>,
    /// The event's activity.
    pub activity: Arc<Vec<u32>>,
    /// The event's time, UTC ms.
    pub at: Arc<Vec<i64>>,
}

impl Ordered {
    /// Sorts by counting: every event is moved once, and only cases that are out of order are sorted further.
    #[must_use]
    pub fn of(log: &Log) -> Self {
        let events = log.len();
        let mut first = vec![0u32; log.cases.len() + 1];
        for case in &log.case {
            first[*case as usize + 1] += 1;
        }
        for case in 1..first.len() {
            first[case] += first[case - 1];
        }
        let mut next: Vec<u32> = first[..first.len() - 1].to_vec();
        let (mut event, mut activity, mut at) = (vec![0u32; events], vec![0u32; events], vec![0i64; events]);
        for (index, case) in log.case.iter().enumerate() {
            let place = &mut next[*case as usize];
            let to = *place as usize;
            *place += 1;
            event[to] = index as u32;
            activity[to] = log.activity[index];
            at[to] = log.at[index];
        }
        for case in first.windows(2) {
            let range = case[0] as usize..case[1] as usize;
            if at[range.clone()].is_sorted() {
                continue;
            }
            event[range.clone()].sort_by_key(|event| log.at[*event as usize]);
            for place in range {
                activity[place] = log.activity[event[place] as usize];
                at[place] = log.at[event[place] as usize];
            }
        }
        Self { first, event, activity: Arc::new(activity), at: Arc::new(at) }
    }

    /// How many cases there are.
    #[must_use]
    pub fn cases(&self) -> usize {
        self.first.len().saturating_sub(1)
    }
    /// Where the events of a case are.
    #[must_use]
    pub fn of_case(&self, case: usize) -> std::ops::Range<usize> {
        self.first[case] as usize..self.first[case + 1] as usize
    }
}
