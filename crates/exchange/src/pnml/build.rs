//! A net put together: nodes by their ids, in any order.

use std::collections::BTreeMap;

use hashbrown::HashMap;
use watercourse_flow::alignment::{Net, Transition};

use super::walk::At;
use crate::error::ExchangeError;
use crate::names::short;

/// How many nodes, and how many arcs, a net may have: far more than any that can be aligned.
const MOST: usize = 100_000;

#[derive(Debug, Clone, Copy)]
enum Node {
    Place(u32),
    Transition(usize),
}

struct Arc {
    from: String,
    to: String,
    weight: u16,
    at: At,
}

/// What was read so far.
#[derive(Default)]
pub(super) struct Build {
    nodes: HashMap<String, Node>,
    /// The tokens on each place at the start.
    tokens: Vec<u16>,
    transitions: Vec<(Transition, bool)>,
    arcs: Vec<Arc>,
    last: Vec<Vec<(String, u16, At)>>,
}

impl Build {
    pub(super) fn place(&mut self, id: String, at: At) -> Result<(), ExchangeError> {
        let number = self.tokens.len() as u32;
        self.node(id, Node::Place(number), at)?;
        self.tokens.push(0);
        Ok(())
    }
    pub(super) fn transition(&mut self, id: String, at: At) -> Result<(), ExchangeError> {
        self.node(id, Node::Transition(self.transitions.len()), at)?;
        self.transitions.push((Transition::default(), false));
        Ok(())
    }
    fn node(&mut self, id: String, node: Node, at: At) -> Result<(), ExchangeError> {
        if self.nodes.contains_key(&id) {
            return Err(at.error(format!("a second node \u{201c}{}\u{201d}", short(&id)), "each id is given once"));
        }
        if self.nodes.len() >= MOST {
            return Err(ExchangeError::TooMuch { what: format!("the net has more than {MOST} nodes") });
        }
        self.nodes.insert(id, node);
        Ok(())
    }
    pub(super) fn arc(&mut self, from: String, to: String, at: At) -> Result<(), ExchangeError> {
        if self.arcs.len() >= MOST {
            return Err(ExchangeError::TooMuch { what: format!("the net has more than {MOST} arcs") });
        }
        self.arcs.push(Arc { from, to, weight: 1, at });
        Ok(())
    }

    /// Of the place that came last.
    pub(super) fn tokens(&mut self, count: u16) {
        self.tokens.last_mut().into_iter().for_each(|t| *t = count);
    }
    /// Of the transition that came last.
    pub(super) fn name(&mut self, text: &str) {
        let label = (!text.trim().is_empty()).then(|| text.to_owned());
        self.transitions.last_mut().into_iter().for_each(|(t, _)| t.label.clone_from(&label));
    }
    /// The transition that came last leaves no event.
    pub(super) fn silent(&mut self) {
        self.transitions.last_mut().into_iter().for_each(|(_, silent)| *silent = true);
    }
    /// Of the arc that came last.
    pub(super) fn weight(&mut self, count: u16) {
        self.arcs.last_mut().into_iter().for_each(|a| a.weight = count);
    }
    pub(super) fn final_marking(&mut self) {
        self.last.push(Vec::new());
    }
    pub(super) fn final_place(&mut self, id: String, at: At) -> Result<(), ExchangeError> {
        if self.last.iter().map(Vec::len).sum::<usize>() >= MOST {
            return Err(ExchangeError::TooMuch { what: format!("final markings name more than {MOST} places") });
        }
        self.last.last_mut().into_iter().for_each(|m| m.push((id.clone(), 1, at)));
        Ok(())
    }
    /// Of the place of a final marking that came last.
    pub(super) fn final_tokens(&mut self, count: u16) {
        let place = self.last.last_mut().and_then(|m| m.last_mut());
        place.into_iter().for_each(|p| p.1 = count);
    }

    /// All of it.
    pub(super) fn net(self) -> Result<Net, ExchangeError> {
        let mut takes = vec![BTreeMap::new(); self.transitions.len()];
        let mut gives = takes.clone();
        let mut is_left = vec![false; self.tokens.len()];
        for arc in &self.arcs {
            let (transition, place, into) = match (self.find(&arc.from, arc.at)?, self.find(&arc.to, arc.at)?) {
                (Node::Place(place), Node::Transition(transition)) => {
                    is_left.get_mut(place as usize).into_iter().for_each(|l| *l = true);
                    (transition, place, &mut takes)
                }
                (Node::Transition(transition), Node::Place(place)) => (transition, place, &mut gives),
                _ => {
                    return Err(arc.at.error(
                        format!(
                            "an arc from \u{201c}{}\u{201d} to \u{201c}{}\u{201d}",
                            short(&arc.from),
                            short(&arc.to)
                        ),
                        "an arc goes from a place to a transition, or back",
                    ));
                }
            };
            let weight: &mut u16 = into.get_mut(transition).map(|t| t.entry(place).or_insert(0)).ok_or_else(odd)?;
            *weight = weight
                .checked_add(arc.weight)
                .ok_or_else(|| arc.at.error("an arc moves more than 65535 tokens", "nets that large are not read"))?;
        }
        let initial: Vec<(u32, u16)> = (0..).zip(self.tokens.iter().copied()).filter(|(_, n)| *n > 0).collect();
        if initial.is_empty() {
            return Err(ExchangeError::NotANet {
                found: "a net in which no place has a token at the start".to_owned(),
                remedy: "give the place where cases begin an <initialMarking>".to_owned(),
            });
        }
        let last = self.last_marking(&is_left)?;
        let places = self.tokens.len() as u32;
        let listed = |tokens: BTreeMap<u32, u16>| tokens.into_iter().filter(|(_, n)| *n > 0).collect();
        let transitions = self.transitions.into_iter().zip(takes).zip(gives).map(|(((t, silent), takes), gives)| {
            Transition { label: t.label.filter(|_| !silent), takes: listed(takes), gives: listed(gives) }
        });
        Net::new(places, transitions.collect(), initial, last).map_err(|_| odd())
    }

    /// As the file says, or one token on the only place that no arc leaves.
    fn last_marking(&self, is_left: &[bool]) -> Result<Vec<(u32, u16)>, ExchangeError> {
        let mut said = self.last.iter().filter(|m| m.iter().any(|(_, count, _)| *count > 0));
        if let Some(marking) = said.next() {
            if let Some(&(_, _, at)) = said.next().and_then(|m| m.first()) {
                return Err(at.error("a second final marking", "give a net in which every case ends alike"));
            }
            let mut last = BTreeMap::new();
            for (id, count, at) in marking.iter().filter(|(_, count, _)| *count > 0) {
                let Node::Place(place) = self.find(id, *at)? else {
                    return Err(at.error(format!("\u{201c}{}\u{201d} is no place", short(id)), "name a place"));
                };
                if last.insert(place, *count).is_some() {
                    return Err(at.error(format!("\u{201c}{}\u{201d} is named twice", short(id)), "name it once"));
                }
            }
            return Ok(last.into_iter().collect());
        }
        let sinks: Vec<u32> = (0..).zip(is_left).filter(|(_, is_left)| !**is_left).map(|(place, _)| place).collect();
        match sinks.as_slice() {
            [one] => Ok(vec![(*one, 1)]),
            sinks => Err(ExchangeError::NotANet {
                found: format!("a net with no <finalmarkings> and {} places that no arc leaves", sinks.len()),
                remedy: "say by <finalmarkings> where cases end; with one such place it is taken".to_owned(),
            }),
        }
    }
    fn find(&self, id: &str, at: At) -> Result<Node, ExchangeError> {
        let found = self.nodes.get(id).copied();
        found.ok_or_else(|| at.error(format!("there is no node \u{201c}{}\u{201d}", short(id)), "name one of this net"))
    }
}

/// Places and arcs were numbered here, so this does not happen.
fn odd() -> ExchangeError {
    ExchangeError::NotANet { found: "a net with an odd arc".to_owned(), remedy: "export it again".to_owned() }
}
