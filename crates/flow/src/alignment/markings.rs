//! The markings of a net that were seen, and what leads from one to the next.

use super::net::{Net, Tokens};
use hashbrown::{DefaultHashBuilder, HashTable};
use std::hash::BuildHasher as _;

/// Transitions that can happen, and the marking each leads to.
type Next = Box<[(u32, u32)]>;

/// Markings numbered in the order they are found, kept end to end. What follows a marking is worked out once.
#[derive(Debug)]
pub(crate) struct Markings {
    places: usize,
    tokens: Vec<u16>,
    index: HashTable<u32>,
    hasher: DefaultHashBuilder,
    /// For each marking, once it was looked at.
    next: Vec<Option<Next>>,
    most: usize,
}

/// More markings than allowed, or more tokens on a place than can be counted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TooMany;

impl Markings {
    pub(crate) fn new(net: &Net, most: usize) -> Self {
        Self {
            places: net.places as usize,
            tokens: Vec::new(),
            index: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
            next: Vec::new(),
            most,
        }
    }
    /// The number of a marking.
    pub(crate) fn of(&mut self, tokens: &Tokens) -> Result<u32, TooMany> {
        let mut marking = vec![0; self.places];
        for (place, count) in tokens {
            marking[*place as usize] = *count;
        }
        self.intern(&marking)
    }
    pub(crate) fn len(&self) -> usize {
        self.next.len()
    }
    pub(crate) fn tokens(&self, marking: u32) -> &[u16] {
        let from = marking as usize * self.places;
        &self.tokens[from..from + self.places]
    }
    fn intern(&mut self, marking: &[u16]) -> Result<u32, TooMany> {
        let hash = self.hasher.hash_one(marking);
        let Self { tokens, index, hasher, places, .. } = self;
        let at = |id: u32, tokens: &[u16]| tokens[id as usize * *places..][..*places] == *marking;
        if let Some(id) = index.find(hash, |id| at(*id, tokens)) {
            return Ok(*id);
        }
        if self.next.len() >= self.most {
            return Err(TooMany);
        }
        let id = self.next.len() as u32;
        tokens.extend_from_slice(marking);
        index.insert_unique(hash, id, |id| hasher.hash_one(&tokens[*id as usize * *places..][..*places]));
        self.next.push(None);
        Ok(id)
    }
    /// Works out what can happen in a marking, unless that is known.
    pub(crate) fn know(&mut self, net: &Net, marking: u32) -> Result<(), TooMany> {
        if self.next[marking as usize].is_none() {
            let found = self.look(net, marking)?;
            self.next[marking as usize] = Some(found.into());
        }
        Ok(())
    }
    /// The transitions that can happen in a marking that is known, and where each leads.
    pub(crate) fn next(&self, marking: u32) -> &[(u32, u32)] {
        self.next[marking as usize].as_deref().unwrap_or_default()
    }
    fn look(&mut self, net: &Net, marking: u32) -> Result<Vec<(u32, u32)>, TooMany> {
        let before = self.tokens(marking).to_vec();
        let mut after = before.clone();
        let mut found = Vec::new();
        for (number, transition) in net.transitions.iter().enumerate() {
            if transition.takes.iter().any(|(place, count)| before[*place as usize] < *count) {
                continue;
            }
            after.copy_from_slice(&before);
            for (place, count) in &transition.takes {
                after[*place as usize] -= count;
            }
            for (place, count) in &transition.gives {
                let tokens = &mut after[*place as usize];
                *tokens = tokens.checked_add(*count).ok_or(TooMany)?;
            }
            found.push((number as u32, self.intern(&after)?));
        }
        Ok(found)
    }
}
