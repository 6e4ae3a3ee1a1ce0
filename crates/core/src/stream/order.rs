//! What the `after` of a stream forces: what must have happened before a step, whatever way is taken.

use super::graph::{Point, Reference, Stream};
use crate::set::{StepIndex, StepSet};

/// For each step what is forced before it. Steps that can never happen are left out: all is forced there.
#[derive(Debug)]
pub(super) struct Order {
    /// Steps that must have finished, or be passed by, before it starts.
    finished: Vec<StepSet>,
    /// Steps that must have begun before it starts.
    begun: Vec<StepSet>,
    /// What must have come out of which step, as bits of `universe`.
    decided: Vec<Bits>,
    universe: Vec<Reference>,
}

impl Order {
    pub(super) fn of(stream: &Stream) -> Self {
        let mut universe: Vec<Reference> =
            stream.steps.iter().flat_map(|s| s.after.iter().flatten().copied()).collect();
        universe.sort_by_key(|r| (r.step, key(r.point)));
        universe.dedup();
        let finished = forced(stream, 64, &|r| if r.point == Point::Start { None } else { Some(usize::from(r.step)) });
        let begun = forced(stream, 64, &|r| (!may_be_passed_by(stream, r)).then_some(usize::from(r.step)));
        let place =
            |r: Reference| universe.binary_search_by_key(&(r.step, key(r.point)), |u| (u.step, key(u.point))).ok();
        let decided = forced(stream, universe.len(), &place);
        let as_set = |bits: Vec<Bits>| bits.into_iter().map(|b| StepSet(b.0.first().copied().unwrap_or(0))).collect();
        Self { finished: as_set(finished), begun: as_set(begun), decided, universe }
    }
    pub(super) fn finished_before(&self, step: StepIndex) -> StepSet {
        self.finished.get(usize::from(step)).copied().unwrap_or_default()
    }
    pub(super) fn begun_before(&self, step: StepIndex) -> StepSet {
        self.begun.get(usize::from(step)).copied().unwrap_or_default()
    }
    /// Two things that must both have come out though only one of them can, before these steps.
    pub(super) fn contradiction(&self, steps: &[StepIndex]) -> Option<(Reference, Reference)> {
        let mut needed: Vec<Reference> = Vec::new();
        for step in steps {
            let bits = self.decided.get(usize::from(*step))?;
            needed.extend(self.universe.iter().enumerate().filter(|(i, _)| bits.has(*i)).map(|(_, r)| *r));
        }
        exclusive(&needed)
    }
}

/// Whether a reference can be met without the step ever starting.
fn may_be_passed_by(stream: &Stream, reference: Reference) -> bool {
    let Reference { step, point } = reference;
    let needs_a_round = matches!(point, Point::Failed | Point::Outcome(_));
    (stream.optional().has(step) && !needs_a_round)
        || stream.conditional().has(step)
        || (stream.starts().has(step) && stream.starts().len() > 1)
}

const fn key(point: Point) -> u16 {
    match point {
        Point::Done => 0,
        Point::Start => 1,
        Point::Failed => 2,
        Point::Outcome(o) => 3 + o as u16,
    }
}

/// Two of these of which only one can be.
pub(super) fn exclusive(needed: &[Reference]) -> Option<(Reference, Reference)> {
    needed.iter().enumerate().find_map(|(i, a)| {
        let other = needed.iter().skip(i + 1).find(|b| a.step == b.step && exclude(a.point, b.point))?;
        Some((*a, *other))
    })
}

/// Whether a last round cannot have ended both ways.
fn exclude(a: Point, b: Point) -> bool {
    match (a, b) {
        (Point::Outcome(a), Point::Outcome(b)) => a != b,
        (Point::Failed, Point::Done | Point::Outcome(_)) | (Point::Done | Point::Outcome(_), Point::Failed) => true,
        _ => false,
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Bits(Vec<u64>);

impl Bits {
    fn all(len: usize) -> Self {
        Self(vec![u64::MAX; len.div_ceil(64).max(1)])
    }
    fn none(len: usize) -> Self {
        Self(vec![0; len.div_ceil(64).max(1)])
    }
    fn has(&self, bit: usize) -> bool {
        self.0.get(bit / 64).is_some_and(|w| w & (1 << (bit % 64)) != 0)
    }
    fn add(&mut self, bit: usize) {
        if let Some(word) = self.0.get_mut(bit / 64) {
            *word |= 1 << (bit % 64);
        }
    }
    fn or(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(a, b)| *a |= b);
    }
    fn and(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(a, b)| *a &= b);
    }
}

/// The greatest sets with: forced(x) = over the groups all of, over a group's members what all share of,
/// the member's own bit and what is forced before it.
fn forced(stream: &Stream, len: usize, bit: &dyn Fn(Reference) -> Option<usize>) -> Vec<Bits> {
    let mut sets = vec![Bits::all(len); stream.steps.len()];
    loop {
        let mut changed = false;
        for (index, step) in stream.steps.iter().enumerate() {
            let mut next = Bits::none(len);
            for group in &step.after {
                let mut shared = Bits::all(len);
                for reference in group {
                    let mut way = sets.get(usize::from(reference.step)).cloned().unwrap_or_else(|| Bits::none(len));
                    if let Some(bit) = bit(*reference) {
                        way.add(bit);
                    }
                    shared.and(&way);
                }
                next.or(&shared);
            }
            if let Some(set) = sets.get_mut(index).filter(|s| **s != next) {
                *set = next;
                changed = true;
            }
        }
        if !changed {
            return sets;
        }
    }
}
