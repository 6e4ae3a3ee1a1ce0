//! What a marking still costs at least: the bound that keeps the search on its way.

use super::net::Net;
use hashbrown::HashMap;

/// What can still happen once a place is marked, whatever else is needed for it.
///
/// An event whose activity can no longer happen costs 1, so their number is never more than the true cost; and along a
/// move it falls by no more than the move costs, so what was taken from the queue once need not be looked at again.
#[derive(Debug)]
pub(crate) struct Bound {
    /// For each place, the activities within reach as bits; one more row for what needs no tokens.
    reach: Vec<Box<[u64]>>,
    sets: HashMap<Box<[u64]>, u32>,
    listed: Vec<Box<[u64]>>,
    /// The set of each marking, by number; filled as they are asked for.
    of_marking: Vec<u32>,
    /// For the trace at hand: for each set, how many events from each place on are out of reach.
    beyond: Vec<Option<Box<[u32]>>>,
}

const UNKNOWN: u32 = u32::MAX;

impl Bound {
    /// `labels` is the number of the activity of each transition, [`crate::log::NONE`] for silent ones.
    pub(crate) fn new(net: &Net, labels: &[u32], activities: usize) -> Self {
        let always = net.places as usize;
        let words = activities.div_ceil(64).max(1);
        let mut reach = vec![vec![0u64; words].into_boxed_slice(); always + 1];
        loop {
            let mut grew = false;
            for (transition, label) in net.transitions.iter().zip(labels) {
                let mut gained = vec![0u64; words];
                if let Some(word) = gained.get_mut(*label as usize / 64) {
                    *word |= 1 << (label % 64);
                }
                for (place, _) in &transition.gives {
                    gained.iter_mut().zip(&reach[*place as usize]).for_each(|(g, r)| *g |= r);
                }
                let from = transition.takes.iter().map(|(place, _)| *place as usize);
                for place in from.chain(transition.takes.is_empty().then_some(always)) {
                    for (had, gained) in reach[place].iter_mut().zip(&gained) {
                        grew |= gained & !*had != 0;
                        *had |= gained;
                    }
                }
            }
            if !grew {
                break;
            }
        }
        Self { reach, sets: HashMap::new(), listed: Vec::new(), of_marking: Vec::new(), beyond: Vec::new() }
    }
    /// Forgets the last trace.
    pub(crate) fn begin(&mut self) {
        self.beyond.iter_mut().for_each(|b| *b = None);
    }
    /// Forgets which marking has which number.
    pub(crate) fn forget(&mut self) {
        self.of_marking.clear();
    }
    /// How many events of the trace from `at` on can no longer happen in the model.
    pub(crate) fn of(&mut self, marking: u32, tokens: &[u16], trace: &[u32], at: usize) -> u32 {
        let set = self.set(marking, tokens) as usize;
        let reached = &self.listed[set];
        let beyond = self.beyond[set].get_or_insert_with(|| {
            let mut left = vec![0; trace.len() + 1];
            for at in (0..trace.len()).rev() {
                let is_reached = reached.get(trace[at] as usize / 64).is_some_and(|w| w >> (trace[at] % 64) & 1 == 1);
                left[at] = left[at + 1] + u32::from(!is_reached);
            }
            left.into()
        });
        beyond[at]
    }
    fn set(&mut self, marking: u32, tokens: &[u16]) -> u32 {
        let number = marking as usize;
        if self.of_marking.len() <= number {
            self.of_marking.resize(number + 1, UNKNOWN);
        }
        if self.of_marking[number] == UNKNOWN {
            let mut set = self.reach[tokens.len()].clone();
            for (_, reach) in tokens.iter().zip(&self.reach).filter(|(count, _)| **count > 0) {
                set.iter_mut().zip(reach).for_each(|(s, r)| *s |= r);
            }
            let next = self.listed.len() as u32;
            self.of_marking[number] = *self.sets.entry(set.clone()).or_insert_with(|| {
                self.listed.push(set);
                self.beyond.push(None);
                next
            });
        }
        self.of_marking[number]
    }
}
