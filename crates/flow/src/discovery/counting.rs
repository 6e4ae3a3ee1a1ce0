use crate::conformance::{Event, collect};
use crate::replay::Moment;
use crate::selection::{ItemSet, each};
use crate::visits::{Standing, Visits};
use watercourse_core::item::Outcome;

/// A stream has at most so many steps.
pub(super) const MOST: usize = 64;

/// What happened in one item, by place of the step in the list of those looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Walk {
    /// The steps that were started.
    pub(super) seen: u64,
    /// The step it began with, if that is looked at.
    pub(super) first: Option<usize>,
    /// The step it ended with.
    pub(super) last: Option<usize>,
    /// It ran to its end: it was delivered, or nothing says when items are done.
    pub(super) over: bool,
    /// For each step what had been done when it was first started.
    pub(super) done_before: [u64; MOST],
    /// For each step what was started after it was last done.
    pub(super) started_after: [u64; MOST],
}

/// Calls back with every item. `place` says for each step of the visits where it is in the list of those looked at.
pub(super) fn walks(visits: &Visits, items: Option<&ItemSet>, place: &[Option<usize>], mut call: impl FnMut(&Walk)) {
    let ends_only = !visits.source.phases && !visits.source.entries;
    let mut events: Vec<Event> = Vec::new();
    each(visits.item_count(), items, |item| {
        let over = match visits.items.standing[item] {
            Standing::Ended(outcome) => outcome == Outcome::Delivered,
            Standing::Unknown => true,
            Standing::Open => false,
        };
        let mut walk =
            Walk { seen: 0, first: None, last: None, over, done_before: [0; MOST], started_after: [0; MOST] };
        let range = visits.of_item(item);
        let of = |step: u32| place.get(step as usize).copied().flatten();
        walk.last = last_step(visits, item).and_then(of);
        let mut done = 0u64;
        if ends_only {
            walk.first = range.clone().next().and_then(|v| of(visits.step[v]));
            for visit in range {
                if let Some(step) = of(visits.step[visit]) {
                    walk.start(step, done);
                    walk.done(step, &mut done);
                }
            }
        } else {
            events.clear();
            collect(visits, range, &mut events);
            walk.first = events.first().and_then(|e| of(e.step));
            for event in &events {
                match (of(event.step), event.moment) {
                    (Some(step), Moment::Start) => walk.start(step, done),
                    (Some(step), Moment::Done(_)) => walk.done(step, &mut done),
                    _ => {}
                }
            }
        }
        call(&walk);
    });
}

/// The step whose end was that of the item; where statuses are entered, the one it stays in.
fn last_step(visits: &Visits, item: usize) -> Option<u32> {
    let last = if visits.source.entries {
        visits.of_item(item).last()
    } else {
        Some(visits.items.last_visit[item] as usize).filter(|v| visits.of_item(item).contains(v))
    };
    last.map(|v| visits.step[v])
}

impl Walk {
    fn start(&mut self, step: usize, done: u64) {
        let bit = 1 << step;
        if self.seen & bit == 0 {
            self.done_before[step] = done;
        }
        self.seen |= bit;
        for other in bits(done) {
            self.started_after[other] |= bit;
        }
    }
    fn done(&mut self, step: usize, done: &mut u64) {
        *done |= 1 << step;
        self.started_after[step] = 0;
    }
}

/// The places of the bits that are set.
pub(super) fn bits(mut set: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        if set == 0 {
            return None;
        }
        let bit = set.trailing_zeros();
        set &= set - 1;
        Some(bit as usize)
    })
}
