//! The cheapest alignment of one trace: A* over markings of the net and places in the trace.

use super::bound::Bound;
use super::markings::{Markings, TooMany};
use super::net::Net;
use crate::log::{Dictionary, NONE};
use hashbrown::HashMap;
use hashbrown::hash_map::Entry;

/// A part of an alignment. Silent steps of the model are not listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// The event at this place of the trace, and this transition of the model: they agree.
    Both(u32, u32),
    /// An event that the model has no place for here.
    Log(u32),
    /// A transition of the model that the trace left out.
    Model(u32),
}

/// The cheapest pairing of a trace with a run of the model. Of several equally cheap ones it is one, always the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alignment {
    /// How many events have no place in the model, and steps of the model no event.
    pub cost: u32,
    /// The moves, in order.
    pub moves: Vec<Move>,
}

/// Why there is no alignment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unaligned {
    /// The search was given up at the cap on states.
    TooManyStates,
    /// No run of the model leads from its initial to its final marking.
    NoRun,
}

impl From<TooMany> for Unaligned {
    fn from(_: TooMany) -> Self {
        Self::TooManyStates
    }
}

/// Aligns traces with one net, and remembers what it found out about the net.
#[derive(Debug)]
pub struct Aligner<'a> {
    net: &'a Net,
    names: Dictionary,
    /// The activity of each transition, [`NONE`] for silent ones.
    labels: Vec<u32>,
    markings: Markings,
    bound: Bound,
    most: usize,
}

/// How the search came to a state.
#[derive(Debug, Clone, Copy)]
struct Reached {
    cost: u32,
    closed: bool,
    from: (u32, u32),
    /// The transition, [`NONE`] for a move of the log alone.
    by: u32,
}

impl<'a> Aligner<'a> {
    /// `most` is how many states of the search, and how many markings of the net, one trace may take.
    #[must_use]
    pub fn new(net: &'a Net, most: usize) -> Self {
        let mut names = Dictionary::default();
        let labels: Vec<u32> =
            net.transitions.iter().map(|t| t.label.as_deref().map_or(NONE, |l| names.intern(l))).collect();
        let bound = Bound::new(net, &labels, names.len());
        Self { net, markings: Markings::new(net, most), names, labels, bound, most }
    }
    /// The number of an activity in this net; [`NONE`] if it has none of this name.
    #[must_use]
    pub fn activity(&self, name: &str) -> u32 {
        self.names.get(name).unwrap_or(NONE)
    }
    /// The cheapest alignment of a trace, given as numbers of [`Self::activity`].
    ///
    /// # Errors
    /// There is no run at all, or it was not found within the cap.
    pub fn align(&mut self, trace: &[u32]) -> Result<Alignment, Unaligned> {
        let is_fresh = self.markings.len() == 0;
        match self.search(trace) {
            // What earlier traces found takes no room from this one.
            Err(Unaligned::TooManyStates) if !is_fresh && self.markings.len() >= self.most => {
                self.markings = Markings::new(self.net, self.most);
                self.bound.forget();
                self.search(trace)
            }
            other => other,
        }
    }

    fn search(&mut self, trace: &[u32]) -> Result<Alignment, Unaligned> {
        let mut search = Search { reached: HashMap::new(), queue: vec![Vec::new()] };
        let last = (self.markings.of(&self.net.last)?, trace.len() as u32);
        let first = (self.markings.of(&self.net.initial)?, 0);
        self.bound.begin();
        search.reach(first, Reached { cost: 0, closed: false, from: first, by: NONE }, self.left(first, trace));
        let mut looked = 0;
        let mut at = 0;
        while let Some(bucket) = search.queue.get_mut(at) {
            let Some(state) = bucket.pop() else {
                at += 1;
                continue;
            };
            let Some(reached) = search.reached.get_mut(&state).filter(|r| !r.closed) else { continue };
            reached.closed = true;
            let cost = reached.cost;
            if state == last {
                return Ok(self.told(&search, first, last, cost));
            }
            looked += 1;
            if looked > self.most {
                return Err(Unaligned::TooManyStates);
            }
            self.look(&mut search, state, cost, trace)?;
        }
        Err(Unaligned::NoRun)
    }

    /// Puts what follows a state into the queue; what is to be looked at first comes last.
    fn look(
        &mut self,
        search: &mut Search,
        state @ (marking, place): (u32, u32),
        cost: u32,
        trace: &[u32],
    ) -> Result<(), Unaligned> {
        let event = trace.get(place as usize).copied();
        if event.is_some() {
            let to = (marking, place + 1);
            search.reach(to, Reached { cost: cost + 1, closed: false, from: state, by: NONE }, self.left(to, trace));
        }
        self.markings.know(self.net, marking)?;
        let next = self.markings.next(marking);
        let mut agreeing = Vec::new();
        for (by, after) in next {
            let label = self.labels[*by as usize];
            let to = (*after, place);
            if *after != marking {
                let cost = cost + u32::from(label != NONE);
                let left = self.bound.of(to.0, self.markings.tokens(to.0), trace, place as usize);
                search.reach(to, Reached { cost, closed: false, from: state, by: *by }, left);
            }
            if label != NONE && event == Some(label) {
                agreeing.push((*by, *after));
            }
        }
        for (by, after) in agreeing {
            let to = (after, place + 1);
            let left = self.bound.of(after, self.markings.tokens(after), trace, place as usize + 1);
            search.reach(to, Reached { cost, closed: false, from: state, by }, left);
        }
        Ok(())
    }
    fn left(&mut self, (marking, place): (u32, u32), trace: &[u32]) -> u32 {
        self.bound.of(marking, self.markings.tokens(marking), trace, place as usize)
    }
    fn told(&self, search: &Search, first: (u32, u32), last: (u32, u32), cost: u32) -> Alignment {
        let mut moves = Vec::new();
        let mut state = last;
        while state != first {
            let Some(reached) = search.reached.get(&state) else { break };
            let (before, by) = (reached.from, reached.by);
            if by == NONE {
                moves.push(Move::Log(before.1));
            } else if before.1 != state.1 {
                moves.push(Move::Both(before.1, by));
            } else if self.labels[by as usize] != NONE {
                moves.push(Move::Model(by));
            }
            state = before;
        }
        moves.reverse();
        Alignment { cost, moves }
    }
}

/// States that were reached, and those still to look at by what they cost in all at least.
struct Search {
    reached: HashMap<(u32, u32), Reached>,
    queue: Vec<Vec<(u32, u32)>>,
}

impl Search {
    fn reach(&mut self, state: (u32, u32), how: Reached, left: u32) {
        match self.reached.entry(state) {
            Entry::Vacant(new) => drop(new.insert(how)),
            Entry::Occupied(mut had) if how.cost < had.get().cost => drop(had.insert(how)),
            Entry::Occupied(_) => return,
        }
        let whole = (how.cost + left) as usize;
        if self.queue.len() <= whole {
            self.queue.resize(whole + 1, Vec::new());
        }
        self.queue[whole].push(state);
    }
}

/// The cheapest alignment of one trace of activity names. For many traces keep an [`Aligner`].
///
/// # Errors
/// As for [`Aligner::align`].
pub fn align(net: &Net, trace: &[&str], most: usize) -> Result<Alignment, Unaligned> {
    let mut aligner = Aligner::new(net, most);
    let trace: Vec<u32> = trace.iter().map(|name| aligner.activity(name)).collect();
    aligner.align(&trace)
}
