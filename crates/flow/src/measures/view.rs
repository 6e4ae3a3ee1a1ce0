use crate::figure::Clock;
use crate::hours::WorkingHours;
use crate::log::NO_TIME;
use crate::selection::{ItemSet, each};
use crate::timeline::{Segment, Timeline};
use crate::visits::{Pause, Visits};

/// What is measured: visits and their timeline, of all items or of some.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// The visits.
    pub visits: &'a Visits,
    /// Where their items' time went.
    pub timeline: &'a Timeline,
    /// The items that count; all where none is given.
    pub items: Option<&'a ItemSet>,
    /// The hours that count; every hour where none are given.
    pub hours: Option<&'a WorkingHours>,
}

impl<'a> View<'a> {
    /// Of all items.
    #[must_use]
    pub const fn of(visits: &'a Visits, timeline: &'a Timeline) -> Self {
        Self { visits, timeline, items: None, hours: None }
    }
    /// Of these items only.
    #[must_use]
    pub const fn only(self, items: &'a ItemSet) -> Self {
        Self { items: Some(items), ..self }
    }
    /// The same in business time. What a measure does not tell in it, it tells, and labels, in calendar time.
    #[must_use]
    pub const fn business(self, hours: &'a WorkingHours) -> Self {
        Self { hours: Some(hours), ..self }
    }
    /// The clock of durations.
    #[must_use]
    pub const fn clock(&self) -> Clock {
        if self.hours.is_some() { Clock::Business } else { Clock::Calendar }
    }
    /// How long it is from one instant to another while a team has the work, ms.
    #[must_use]
    pub fn long(&self, team: Option<u32>, from: i64, until: i64) -> i64 {
        self.hours.map_or_else(|| (until - from).max(0), |hours| hours.between(team, from, until))
    }
    /// How long it is from one instant to another for an item, ms: at each instant the hours of the team count that
    /// has it on its critical path.
    #[must_use]
    pub fn long_of_item(&self, item: usize, from: i64, until: i64) -> i64 {
        let Some(hours) = self.hours else { return (until - from).max(0) };
        let (mut at, mut sum) = (from, 0);
        for segment in self.timeline.of_item(item) {
            let end = segment.until.min(until);
            if end > at {
                // Before its creation nobody had it.
                sum += hours.between(None, at, segment.from.min(end));
                sum += hours.between(self.team_of(&segment), segment.from.max(at), end);
                at = end;
            }
        }
        sum + hours.between(None, at, until)
    }
    /// How long a segment is, ms.
    pub(super) fn long_of(&self, segment: &Segment) -> i64 {
        self.hours.map_or(segment.long(), |h| h.between(self.team_of(segment), segment.from, segment.until))
    }
    fn team_of(&self, segment: &Segment) -> Option<u32> {
        segment.visit.and_then(|visit| self.visits.team(visit as usize))
    }
    /// How many items count.
    #[must_use]
    pub fn len(&self) -> usize {
        self.items.map_or(self.visits.item_count(), ItemSet::len)
    }
    /// Whether none counts.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    pub(super) fn each(&self, call: impl FnMut(usize)) {
        each(self.visits.item_count(), self.items, call);
    }
    /// Calls back with every segment and its item.
    pub(super) fn each_segment(&self, mut call: impl FnMut(usize, Segment)) {
        self.each(|item| self.timeline.of_item(item).for_each(|segment| call(item, segment)));
    }
    /// Calls back with every visit and its item.
    pub(super) fn each_visit(&self, mut call: impl FnMut(usize, usize)) {
        self.each(|item| self.visits.of_item(item).for_each(|visit| call(item, visit)));
    }
}

/// Durations of a visit by the view's clock, ms; none where the source does not tell.
impl View<'_> {
    /// From being ready to the end.
    #[must_use]
    pub fn sojourn(&self, visit: usize) -> Option<i64> {
        let visits = self.visits;
        if self.hours.is_none() {
            return visits.sojourn(visit);
        }
        Some(self.long(visits.team(visit), visits.entered(visit)?, visits.left(visit)?))
    }
    /// From being ready to the start.
    #[must_use]
    pub fn queue(&self, visit: usize) -> Option<i64> {
        let visits = self.visits;
        if self.hours.is_none() {
            return visits.queue(visit);
        }
        visits.queue(visit)?;
        Some(self.long(visits.team(visit), visits.entered(visit)?, visits.started(visit)?))
    }
    /// Worked on.
    #[must_use]
    pub fn active(&self, visit: usize) -> Option<i64> {
        let visits = self.visits;
        let active = visits.active(visit)?;
        if self.hours.is_none() || active == 0 {
            return Some(active);
        }
        let (started, left) = (visits.started(visit)?, visits.left(visit).unwrap_or(visits.as_of));
        let whole = self.long(visits.team(visit), started, left);
        Some(whole - self.paused(visit, started, left, |_| true))
    }
    /// Paused for a named reason.
    #[must_use]
    pub fn waiting(&self, visit: usize) -> Option<i64> {
        let waiting = self.visits.waiting(visit)?;
        if self.hours.is_none() || waiting == 0 {
            return Some(waiting);
        }
        let left = self.visits.left(visit).unwrap_or(self.visits.as_of);
        Some(self.paused(visit, i64::MIN, left, |what| what == Pause::Waiting))
    }
    fn paused(&self, visit: usize, from: i64, until: i64, counts: impl Fn(Pause) -> bool) -> i64 {
        let pauses = self.visits.pauses_of(visit).iter().filter(|p| counts(p.what));
        let within = pauses.map(|p| {
            let end = if p.until == NO_TIME { until } else { p.until.min(until) };
            self.long(self.visits.team(visit), p.from.max(from), end)
        });
        within.sum()
    }
}
