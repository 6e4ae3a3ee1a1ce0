//! Visits cut short and cut down: what is behind an item, or of other items, falls away.

use super::{Items, Parked, Paused, Visits};
use crate::log::NONE;
use crate::selection::ItemSet;
use std::ops::Range;
use std::sync::Arc;

impl Visits {
    /// Lets go of every item from this number on. Steps, teams and reasons keep their numbers.
    pub(crate) fn cut_off(&mut self, items: usize) {
        if items >= self.item_count() {
            return;
        }
        let visits = self.items.first[items] as usize;
        while self.keys.len() > items {
            self.keys.pop();
        }
        Arc::make_mut(&mut self.step).truncate(visits);
        Arc::make_mut(&mut self.left).truncate(visits);
        self.team.truncate(visits);
        self.held.truncate(visits);
        self.entered.truncate(visits);
        self.started.truncate(visits);
        self.waiting.truncate(visits);
        self.active.truncate(visits);
        self.before.truncate(visits);
        self.flags.truncate(visits);
        let pauses = self.pauses.partition_point(|p| (p.visit as usize) < visits);
        self.pauses.truncate(pauses);
        let own = &mut self.items;
        own.first.truncate(items + 1);
        for column in [&mut own.created, &mut own.committed, &mut own.ended, &mut own.until] {
            column.truncate(items);
        }
        own.first_event.truncate(items);
        own.last_event.truncate(items);
        own.standing.truncate(items);
        own.kind.truncate(items);
        own.last_visit.truncate(items);
        let parked = own.parked.partition_point(|p| (p.item as usize) < items);
        own.parked.truncate(parked);
        // The next item gets a number that was given before: it has not been anywhere yet.
        for seen in self.seen.iter_mut().filter(|seen| **seen as usize >= items) {
            *seen = NONE;
        }
    }

    /// A copy with these items only, in the same order.
    #[must_use]
    pub fn only(&self, items: &ItemSet) -> Self {
        let mut own = Self {
            steps: self.steps.clone(),
            teams: self.teams.clone(),
            kinds: self.kinds.clone(),
            reasons: self.reasons.clone(),
            step_activity: self.step_activity.clone(),
            source: self.source,
            as_of: self.as_of,
            ..Self::default()
        };
        for run in runs(items, self.item_count()) {
            own.append(self, run);
        }
        own
    }

    /// Appends a run of items of other visits with the same names.
    fn append(&mut self, from: &Self, run: Range<usize>) {
        let visits = from.items.first[run.start] as usize..from.items.first[run.end] as usize;
        let (item, visit) = (self.item_count() as u32, self.len() as u32);
        let moved = |place: u32, old: usize, new: u32| if place == NONE { NONE } else { place - old as u32 + new };
        for own in run.clone() {
            self.keys.intern(from.keys.name(own as u32));
        }
        Arc::make_mut(&mut self.step).extend_from_slice(&from.step[visits.clone()]);
        Arc::make_mut(&mut self.left).extend_from_slice(&from.left[visits.clone()]);
        // A column that the source has nothing for is empty, or as long as there are visits.
        let told = |column: &[u32]| if column.is_empty() { 0..0 } else { visits.clone() };
        self.team.extend_from_slice(&from.team[told(&from.team)]);
        self.held.extend_from_slice(&from.held[told(&from.held)]);
        self.entered.extend_from_slice(&from.entered[visits.clone()]);
        for (own, column) in
            [(&mut self.started, &from.started), (&mut self.waiting, &from.waiting), (&mut self.active, &from.active)]
        {
            own.extend_from_slice(if column.is_empty() { &[] } else { &column[visits.clone()] });
        }
        self.before.extend(from.before[visits.clone()].iter().map(|b| moved(*b, visits.start, visit)));
        self.flags.extend_from_slice(&from.flags[visits.clone()]);
        let pauses = from.pauses.partition_point(|p| (p.visit as usize) < visits.start)
            ..from.pauses.partition_point(|p| (p.visit as usize) < visits.end);
        let pauses = from.pauses[pauses].iter();
        self.pauses.extend(pauses.map(|p| Paused { visit: moved(p.visit, visits.start, visit), ..*p }));
        let (own, from) = (&mut self.items, &from.items);
        if own.first.is_empty() {
            own.first.push(0);
        }
        own.first.extend(from.first[run.start + 1..=run.end].iter().map(|f| moved(*f, visits.start, visit)));
        append_times(own, from, run.clone());
        own.standing.extend_from_slice(&from.standing[run.clone()]);
        own.kind.extend_from_slice(&from.kind[run.clone()]);
        own.last_visit.extend(from.last_visit[run.clone()].iter().map(|v| moved(*v, visits.start, visit)));
        let parked = from.parked.iter().filter(|p| run.contains(&(p.item as usize)));
        own.parked.extend(parked.map(|p| Parked { item: moved(p.item, run.start, item), ..*p }));
    }
}

fn append_times(own: &mut Items, from: &Items, run: Range<usize>) {
    own.created.extend_from_slice(&from.created[run.clone()]);
    own.committed.extend_from_slice(&from.committed[run.clone()]);
    own.ended.extend_from_slice(&from.ended[run.clone()]);
    own.until.extend_from_slice(&from.until[run.clone()]);
    own.first_event.extend_from_slice(&from.first_event[run.clone()]);
    own.last_event.extend_from_slice(&from.last_event[run]);
}

/// The items as runs of numbers that follow one another.
fn runs(items: &ItemSet, count: usize) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for item in items.iter().map(|i| i as usize).take_while(|i| *i < count) {
        match runs.last_mut() {
            Some(last) if last.end == item => last.end += 1,
            _ => runs.push(item..item + 1),
        }
    }
    runs
}
