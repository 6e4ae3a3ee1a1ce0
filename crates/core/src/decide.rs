//! From a verb to facts: `decide` looks, refuses or answers with everything that happens.

use crate::deciding::Deciding;
pub use crate::deciding::{Fresh, World};
use crate::fact::Fact;
use crate::item::Item;
use crate::refusal::{Ground, Refusal};
use crate::set::StepIndex;
use crate::verb::Verb;
use std::collections::BTreeMap;

/// What a verb leads to: the facts, and the item they make.
#[derive(Debug, Clone)]
pub struct Decision {
    /// The facts, in order. Never empty, save for news that changes nothing (an old child's end).
    pub facts: Vec<Fact>,
    /// The item after them.
    pub item: Item,
}

/// Decides a verb on an existing item.
///
/// # Errors
/// A refusal that says what was wrong and what would be right; nothing happened then.
pub fn decide(world: &World<'_>, verb: &Verb) -> Result<Decision, Refusal> {
    let Some(item) = world.item else {
        return Err(Refusal::new(Ground::Malformed, "There is no item to do this to.", "Open one first."));
    };
    let mut deciding = Deciding::new(*world, item)?;
    verb.act(&mut deciding)?;
    deciding.settle();
    Ok(Decision { facts: deciding.facts, item: deciding.item })
}

/// Decides the opening of an item at a start step (the first of the file, where none is named).
///
/// # Errors
/// When the start step is unknown or not a start.
pub fn open(world: &World<'_>, start: Option<&str>, fields: BTreeMap<String, String>) -> Result<Decision, Refusal> {
    let stream = world.stream;
    let names = |set: crate::set::StepSet| -> String {
        let ids: Vec<&str> = set.iter().filter_map(|s| stream.step(s)).map(|s| s.id.as_str()).collect();
        ids.join(", ")
    };
    let starts = stream.starts();
    let start: Option<StepIndex> = match start.filter(|s| !s.is_empty()) {
        Some(id) => Some(stream.index(id).filter(|s| starts.has(*s)).ok_or_else(|| {
            Refusal::new(
                Ground::Malformed,
                format!("“{id}” is not a step where items of “{}” begin.", stream.id),
                format!("They begin at {}.", names(starts)),
            )
        })?),
        None => starts.iter().next(),
    };
    let id = start.and_then(|s| stream.step(s)).map(|s| s.id.clone());
    let mut deciding = Deciding::open(*world, id.as_deref(), fields)?;
    deciding.settle();
    Ok(Decision { facts: deciding.facts, item: deciding.item })
}
