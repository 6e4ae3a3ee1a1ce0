//! What follows from a marking: which steps are dead, bypassed, owed, enabled.
//!
//! Derived afresh after every fact, so that reconsidering a decision revives what it killed.
//! DESIGN §2.1, rules 2 to 5. The executable sketch of the rules says the same in other words.

use crate::marking::Marking;
use crate::set::{StepIndex, StepSet};
use crate::stream::{Point, Reference, Rule, Stream};

/// Why a step does not stand in the way though it did not happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bypass {
    /// Somebody left it out.
    Skipped,
    /// The item began at another start step.
    UnusedStart,
    /// Its `when` does not hold.
    When,
    /// It is optional, not owed, and never opened or last failed.
    Unopened,
}

/// What follows from a marking.
#[derive(Debug, Clone)]
pub struct Standing<'a> {
    stream: &'a Stream,
    marking: &'a Marking,
    skipped: StepSet,
    unused: StepSet,
    when: StepSet,
    unopened: StepSet,
    /// Steps that can no longer happen as the stream says.
    pub dead: StepSet,
    /// Living steps that must still finish.
    pub owed: StepSet,
}

impl<'a> Standing<'a> {
    /// What follows from this marking.
    #[must_use]
    pub fn of(stream: &'a Stream, marking: &'a Marking) -> Self {
        let m = marking;
        let skipped = m.skipped;
        let starts = stream.starts();
        let unused = if starts.and(m.touched).is_empty() { StepSet::EMPTY } else { starts.without(m.touched) };
        let unused = unused.without(skipped);
        let when = m.fails.and(m.undecided(stream.all())).without(m.insisted).without(skipped).without(unused);
        let unopened = stream.optional().without(m.owed).without(m.open).without(m.done);
        let unopened = unopened.without(skipped).without(unused).without(when);
        let mut standing =
            Self { stream, marking, skipped, unused, when, unopened, dead: StepSet::EMPTY, owed: StepSet::EMPTY };
        standing.dead = standing.find_dead();
        standing.owed = m.owed.without(standing.dead).without(standing.bypassed());
        standing
    }

    /// Steps that do not stand in the way.
    #[must_use]
    pub const fn bypassed(&self) -> StepSet {
        self.skipped.or(self.unused).or(self.when).or(self.unopened)
    }
    /// Why a step does not stand in the way, if so.
    #[must_use]
    pub const fn bypass(&self, step: StepIndex) -> Option<Bypass> {
        if self.skipped.has(step) {
            Some(Bypass::Skipped)
        } else if self.unused.has(step) {
            Some(Bypass::UnusedStart)
        } else if self.when.has(step) {
            Some(Bypass::When)
        } else if self.unopened.has(step) {
            Some(Bypass::Unopened)
        } else {
            None
        }
    }
    /// Whether a round of the step may start now. A start step the item did not begin at stays offered:
    /// what a user reports, monitoring may detect as well.
    #[must_use]
    pub fn is_enabled(&self, step: StepIndex) -> bool {
        if self.dead.has(step) || self.skipped.or(self.when).has(step) {
            return false;
        }
        self.is_met(step) && self.held_by(step).is_none() && !self.is_used_up(step)
    }
    /// The step whose being owed holds this one.
    #[must_use]
    pub fn held_by(&self, step: StepIndex) -> Option<StepIndex> {
        self.holding(step).next()
    }
    /// The steps whose being owed holds this one.
    pub fn holding(&self, step: StepIndex) -> impl Iterator<Item = StepIndex> {
        self.stream.rules.iter().filter_map(move |rule| match rule {
            Rule::Hold { hold, until } if *hold == step && self.owed.has(*until) => Some(*until),
            _ => None,
        })
    }
    /// Whether the step happened as often as it may without being owed.
    #[must_use]
    pub fn is_used_up(&self, step: StepIndex) -> bool {
        let Some(max) = self.stream.step(step).and_then(|s| s.max) else { return false };
        let rounds = self.marking.times_done(step) + u16::from(self.marking.begun.has(step));
        rounds >= max && !self.owed.has(step)
    }
    /// Whether everything the step comes after is met.
    #[must_use]
    pub fn is_met(&self, step: StepIndex) -> bool {
        self.met(step, StepSet::EMPTY)
    }
    /// The groups of its `after` that are not met.
    #[must_use]
    pub fn unmet(&self, step: StepIndex) -> Vec<&'a [Reference]> {
        let Some(step) = self.stream.step(step) else { return Vec::new() };
        step.after.iter().map(Vec::as_slice).filter(|g| !self.group_met(g, StepSet::EMPTY)).collect()
    }
    /// Whether a reference can no longer come true because it came otherwise.
    #[must_use]
    pub fn is_contradicted(&self, reference: Reference) -> bool {
        let Reference { step, point } = reference;
        let m = self.marking;
        match point {
            Point::Done | Point::Start => false,
            Point::Failed => match self.bypass(step) {
                Some(Bypass::Unopened) => false,
                Some(_) => true,
                None => m.done.has(step) && !m.open.has(step),
            },
            Point::Outcome(outcome) => match self.bypass(step) {
                Some(Bypass::Unopened) => false,
                Some(Bypass::Skipped) => m.stands_for(step).unwrap_or(0) != outcome,
                Some(_) => outcome != 0,
                None => m.done.has(step) && m.outcome(step) != Some(outcome),
            },
        }
    }

    fn met(&self, step: StepIndex, seen: StepSet) -> bool {
        self.stream.step(step).is_some_and(|s| s.after.iter().all(|g| self.group_met(g, seen)))
    }
    fn group_met(&self, group: &[Reference], seen: StepSet) -> bool {
        let lives = |r: &&Reference| !self.dead.has(r.step) && !self.is_contradicted(**r);
        // An alternative that really stands there counts before one that only does not stand in the way.
        let real = |r: &&Reference| matches!(self.bypass(r.step), None | Some(Bypass::Skipped));
        if group.len() > 1 && group.iter().any(|r| lives(&r) && real(&r)) {
            group.iter().filter(lives).filter(real).any(|r| self.is_satisfied(*r, seen))
        } else {
            group.iter().filter(lives).any(|r| self.is_satisfied(*r, seen))
        }
    }
    fn is_satisfied(&self, reference: Reference, mut seen: StepSet) -> bool {
        let Reference { step, point } = reference;
        let m = self.marking;
        if self.dead.has(step) {
            return false;
        }
        if let Some(bypass) = self.bypass(step) {
            // An optional step that failed is offered again, and it failed all the same.
            if bypass == Bypass::Unopened && point == Point::Failed && m.failed.has(step) {
                return true;
            }
            let needs_a_round = matches!(point, Point::Failed | Point::Outcome(_));
            if seen.has(step) || (bypass == Bypass::Unopened && needs_a_round) {
                return false;
            }
            seen.add(step);
            return self.met(step, seen);
        }
        match point {
            Point::Start => {
                if m.open.has(step) {
                    m.begun.has(step)
                } else {
                    m.finished().has(step)
                }
            }
            Point::Failed => m.failed.has(step),
            Point::Done => m.done.has(step) && !self.owed.has(step),
            Point::Outcome(outcome) => m.done.has(step) && !self.owed.has(step) && m.outcome(step) == Some(outcome),
        }
    }

    /// Whether the step itself is out, whatever it comes after.
    fn is_out(&self, step: StepIndex) -> bool {
        let m = self.marking;
        if m.done.has(step) {
            return false;
        }
        m.excluded.has(step)
            || self.stream.rules.iter().enumerate().any(|(index, rule)| {
                matches!(rule, Rule::Choice { steps } if steps.has(step))
                    && m.chosen(index).is_some_and(|chosen| chosen != step)
            })
    }
    /// Everything that is not in the least set of living steps, computed from all dead.
    fn find_dead(&self) -> StepSet {
        let all = self.stream.all();
        if !self.stream.can_die() {
            return all.without(self.stream.reachable());
        }
        let mut dead = all;
        loop {
            let before = dead;
            for step in dead.iter() {
                let lives = !self.is_out(step)
                    && self.stream.step(step).is_some_and(|s| {
                        s.after.iter().all(|g| g.iter().any(|r| !dead.has(r.step) && !self.is_contradicted(*r)))
                    });
                if lives {
                    dead.remove(step);
                }
            }
            if dead == before {
                return dead;
            }
        }
    }
}
