//! The marking: where an item stands in the graph of its stream.
//!
//! A DCR graph marks events as executed, pending and included. Ours is the same in words of steps:
//! *executed* is `begun`, `done` and `failed`, *pending* is `owed`, *not included* is `excluded`;
//! the rest remembers skips, choices and conditions. One marking serves the live item, the replay
//! of an imported log and the search for deadlocks. Every method is one event of the graph and
//! cannot fail; whether it was allowed is asked of [`crate::standing::Standing`] before.

use crate::set::{StepIndex, StepSet};
use crate::stream::{Point, Reference, Rule, Stream, Trigger};
use serde::{Deserialize, Serialize};

/// No outcome, no choice.
const NONE: u8 = u8::MAX;

/// Where an item stands in the graph of its stream.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Marking {
    /// Steps with an open round.
    pub open: StepSet,
    /// Steps whose open round was started.
    pub begun: StepSet,
    /// Open rounds that wait for a gate somebody asked though the step is dead or bypassed.
    pub asked: StepSet,
    /// Steps of which some round was ever started or that were gone back to, and the start the item began at.
    pub touched: StepSet,
    /// Steps whose last finished round ended well.
    pub done: StepSet,
    /// Steps whose last finished round failed.
    pub failed: StepSet,
    /// Steps that must still finish, dead and bypassed ones included.
    pub owed: StepSet,
    /// Steps a rule took out.
    pub excluded: StepSet,
    /// Steps left out.
    pub skipped: StepSet,
    /// Steps gone back to, whose successors are to be done again.
    pub redo: StepSet,
    /// Steps gone back to though their `when` is false.
    pub insisted: StepSet,
    /// Steps whose `when` held when last looked at.
    pub holds: StepSet,
    /// Steps whose `when` did not hold when last looked at.
    pub fails: StepSet,
    outcome: Vec<u8>,
    stands_for: Vec<u8>,
    times_done: Vec<u16>,
    chosen: Vec<u8>,
}

impl Marking {
    /// The marking of a new item that begins at a start step.
    #[must_use]
    pub fn new(stream: &Stream, start: Option<StepIndex>) -> Self {
        let mut marking = Self::default();
        marking.reset(stream, start);
        marking
    }
    /// Makes it the marking of a new item, keeping its memory.
    pub fn reset(&mut self, stream: &Stream, start: Option<StepIndex>) {
        let refill = |mut column: Vec<u8>, len: usize| {
            column.clear();
            column.resize(len, NONE);
            column
        };
        let steps = stream.steps.len();
        let mut times_done = std::mem::take(&mut self.times_done);
        times_done.clear();
        times_done.resize(steps, 0);
        *self = Self {
            owed: stream.required(),
            touched: start.map_or(StepSet::EMPTY, StepSet::one),
            outcome: refill(std::mem::take(&mut self.outcome), steps),
            stands_for: refill(std::mem::take(&mut self.stands_for), steps),
            times_done,
            chosen: refill(std::mem::take(&mut self.chosen), stream.rules.len()),
            ..Self::default()
        };
    }

    /// The outcome of the last round finished well.
    #[must_use]
    pub fn outcome(&self, step: StepIndex) -> Option<u8> {
        known(&self.outcome, usize::from(step))
    }
    /// The outcome a skipped step stands for.
    #[must_use]
    pub fn stands_for(&self, step: StepIndex) -> Option<u8> {
        known(&self.stands_for, usize::from(step))
    }
    /// How many rounds finished well.
    #[must_use]
    pub fn times_done(&self, step: StepIndex) -> u16 {
        self.times_done.get(usize::from(step)).copied().unwrap_or(0)
    }
    /// The member of a choice that was started last.
    #[must_use]
    pub fn chosen(&self, rule: usize) -> Option<StepIndex> {
        known(&self.chosen, rule)
    }
    /// Steps with a finished round.
    #[must_use]
    pub const fn finished(&self) -> StepSet {
        self.done.or(self.failed)
    }
    /// Steps whose `when` may still change the course: the round that is open or comes next has not started.
    #[must_use]
    pub const fn undecided(&self, all: StepSet) -> StepSet {
        let over = self.done.without(self.owed);
        self.open.without(self.begun).or(all.without(self.open).without(over))
    }
    /// Whether the `when` of the step may still change the course.
    #[must_use]
    pub const fn is_undecided(&self, step: StepIndex) -> bool {
        self.undecided(StepSet::one(step)).has(step)
    }

    /// Forgets what no rule of the stream can see any more, so that markings that go on alike are equal:
    /// for a search over markings, not for an item.
    pub fn forget(&mut self, stream: &Stream) {
        self.touched = self.touched.and(stream.starts());
        for (times, step) in self.times_done.iter_mut().zip(&stream.steps) {
            *times = (*times).min(step.min.max(step.max.unwrap_or(0)));
        }
    }

    /// A round opened.
    pub const fn round_opened(&mut self, step: StepIndex, asked: bool) {
        self.open.add(step);
        self.asked.set(step, asked);
    }
    /// A round started for the first time.
    pub fn started(&mut self, stream: &Stream, step: StepIndex) {
        self.open.add(step);
        self.begun.add(step);
        self.touched.add(step);
        self.skipped.remove(step);
        for (index, rule) in stream.rules.iter().enumerate() {
            if let Rule::Choice { steps } = rule
                && steps.has(step)
                && let Some(chosen) = self.chosen.get_mut(index)
            {
                *chosen = step;
            }
        }
        self.fire(stream, step, Point::Start);
    }
    /// A round finished, with an outcome where the step has some.
    pub fn finished_well(&mut self, stream: &Stream, step: StepIndex, outcome: Option<u8>) {
        self.close_round(step);
        self.insisted.remove(step);
        self.done.add(step);
        self.failed.remove(step);
        put(&mut self.outcome, step, outcome.unwrap_or(NONE));
        let times = self.times_done(step).saturating_add(1);
        put(&mut self.times_done, step, times);
        if times >= stream.step(step).map_or(1, |s| s.min) {
            self.owed.remove(step);
        }
        if self.redo.has(step) {
            self.redo.remove(step);
            self.owe_successors(stream, step);
        }
        self.fire(stream, step, Point::Done);
        if let Some(outcome) = outcome {
            self.fire(stream, step, Point::Outcome(outcome));
        }
    }
    /// A round failed.
    pub fn failed(&mut self, stream: &Stream, step: StepIndex) {
        self.close_round(step);
        self.failed.add(step);
        self.done.remove(step);
        if !stream.optional().has(step) {
            self.owed.add(step);
        }
        self.fire(stream, step, Point::Failed);
    }
    /// A round was given up.
    pub const fn dropped(&mut self, step: StepIndex) {
        self.close_round(step);
    }
    /// A step was left out and stands for an outcome (the first where none is named).
    pub fn skipped(&mut self, step: StepIndex, stands_for: Option<u8>) {
        self.skipped.add(step);
        put(&mut self.stands_for, step, stands_for.unwrap_or(0));
    }
    /// A step was gone back to.
    pub const fn returned(&mut self, step: StepIndex, keep: bool) {
        self.owed.add(step);
        self.touched.add(step);
        self.skipped.remove(step);
        self.redo.set(step, !keep);
        self.insisted.add(step);
    }
    /// The `when` of a step was looked at.
    pub const fn judged(&mut self, step: StepIndex, holds: bool) {
        self.holds.set(step, holds);
        self.fails.set(step, !holds);
    }

    const fn close_round(&mut self, step: StepIndex) {
        self.open.remove(step);
        self.begun.remove(step);
        self.asked.remove(step);
    }
    /// Everything that followed a step gone back to is to be done again. In a circle that is not the
    /// step itself: it has just been done again.
    fn owe_successors(&mut self, stream: &Stream, step: StepIndex) {
        let mut reached = StepSet::one(step);
        let mut todo = stream.successors(step).without(reached);
        while let Some(next) = todo.iter().next() {
            todo.remove(next);
            if reached.has(next) {
                continue;
            }
            reached.add(next);
            todo = todo.or(stream.successors(next).without(reached));
        }
        reached.remove(step);
        let again = reached.and(self.finished()).without(self.open).without(stream.optional());
        self.owed = self.owed.or(again);
    }
    fn fire(&mut self, stream: &Stream, step: StepIndex, point: Point) {
        let now = Reference { step, point };
        for rule in &stream.rules {
            match rule {
                Rule::Response { on, then, .. } if meets(on, now) => {
                    self.owed.add(*then);
                    self.skipped.remove(*then);
                }
                Rule::Stop { on, steps } if meets(on, now) => self.excluded = self.excluded.or(*steps),
                Rule::Resume { on, steps } if meets(on, now) => self.excluded = self.excluded.without(*steps),
                _ => {}
            }
        }
    }
}

fn meets(on: &Trigger, now: Reference) -> bool {
    on.0.contains(&now)
}

fn known(column: &[u8], index: usize) -> Option<u8> {
    column.get(index).copied().filter(|v| *v != NONE)
}

fn put<T>(column: &mut [T], step: StepIndex, value: T) {
    if let Some(cell) = column.get_mut(usize::from(step)) {
        *cell = value;
    }
}
