//! Native items as people make them: verbs decided by the engine, a few hundred ways through a stream, over and over.

use crate::synthetic::Dice;
use anyhow::{Result, ensure};
use serde_json::json;
use std::collections::BTreeMap;
use uuid::Uuid;
use watercourse_core::actor::Actor;
use watercourse_core::decide::{Fresh, World, decide, open};
use watercourse_core::id::{CommentId, ItemId};
use watercourse_core::item::{Item, Phase, Place};
use watercourse_core::stream::Stream;
use watercourse_core::time::Instant;
use watercourse_core::verb::Verb;

/// Ways through the stream that are walked before they repeat.
const WAYS: usize = 300;
const MINUTE: i64 = 60_000_000;
const YEAR: i64 = 365 * 24 * 60 * MINUTE;

/// Ways with the facts of each, and those cut off in the middle.
pub struct Native {
    closed: Vec<(Item, usize)>,
    open: Vec<(Item, usize)>,
    now: Instant,
    dice: Dice,
}

impl Native {
    /// Walks the ways; each item ended within three years before `now`.
    pub fn walking(stream: &Stream, now: Instant, seed: usize) -> Result<Self> {
        let mut native = Self { closed: Vec::new(), open: Vec::new(), now, dice: Dice(seed as u64) };
        let mut tries = 0;
        while native.closed.len() < WAYS {
            tries += 1;
            ensure!(tries < 20 * WAYS, "items of “{}” do not come to an end", stream.id);
            native.walk(stream);
        }
        Ok(native)
    }

    /// An item and how many facts it stands on; a closed one wherever in the three years, an open one of late.
    pub fn item(&mut self, number: usize, is_open: bool) -> (Item, usize) {
        let ways = if is_open { &self.open } else { &self.closed };
        let (way, facts) = &ways[number % ways.len()];
        let back = self.dice.below((if is_open { YEAR / 24 } else { 3 * YEAR }) as u64) as i64;
        let mut item = way.clone();
        shift(&mut item, self.now.micros() - way.touched.micros() - back);
        item.id = ItemId(Uuid::from_u128((number as u128) << 64 | u128::from(self.dice.next() >> 1)));
        item.key = format!("BEN-{number}");
        (item, *facts)
    }

    fn walk(&mut self, stream: &Stream) {
        let actor = Actor::Rule("bench".to_owned());
        let mut at = Instant(self.now.micros() - YEAR);
        let fresh = |dice: &mut Dice| Fresh {
            item: ItemId(Uuid::from_u128(u128::from(dice.next()))),
            key: "BEN-1".to_owned(),
            child: ItemId(Uuid::from_u128(u128::from(dice.next()))),
        };
        let first = fresh(&mut self.dice);
        let Ok(opened) = open(&world(stream, None, (at, &actor), &first), None, BTreeMap::new()) else { return };
        let (mut item, mut facts, mut middle) = (opened.item, opened.facts.len(), None);
        for _ in 0..60 {
            at = at.plus((1 + self.dice.below(600)) as i64 * MINUTE);
            let Some(verb) = self.next(&item, stream) else { break };
            let fresh = fresh(&mut self.dice);
            let Ok(decision) = decide(&world(stream, Some(&item), (at, &actor), &fresh), &verb) else { continue };
            (item, facts) = (decision.item, facts + decision.facts.len());
            if item.closed.is_some() {
                self.closed.push((item, facts));
                self.open.extend(middle);
                return;
            }
            if self.dice.below(3) == 0 {
                middle = Some((item.clone(), facts));
            }
        }
    }

    /// What somebody does next to one of the open rounds.
    fn next(&mut self, item: &Item, stream: &Stream) -> Option<Verb> {
        let rounds: Vec<_> = item.open_rounds().collect();
        let round = rounds.get(self.dice.below(rounds.len().max(1) as u64) as usize)?;
        let Place::Step(index) = round.place else { return None };
        let step = stream.step(index)?;
        let outcome = step.outcomes.first().map(|o| o.id.clone());
        let (verb, args) = match (round.phase(), self.dice.below(12)) {
            (Phase::Queued, 0) => ("hand_over", json!({"step": step.id, "team": "network"})),
            (Phase::Queued, _) => ("start", json!({"step": step.id})),
            (Phase::Waiting, _) => ("resume", json!({"step": step.id})),
            (_, 0 | 1) => ("wait", json!({"step": step.id, "reason": "user"})),
            (_, 2) => ("hand_over", json!({"step": step.id, "team": "operations"})),
            _ => ("finish", json!({"step": step.id, "outcome": outcome})),
        };
        Verb::parse(verb, args).ok()
    }
}

fn world<'a>(
    stream: &'a Stream,
    item: Option<&'a Item>,
    (at, actor): (Instant, &'a Actor),
    fresh: &'a Fresh,
) -> World<'a> {
    let note = Some(CommentId(Uuid::nil()));
    World { stream, version: 1, item, at, now: at, actor, cause: "bench", note, fresh }
}

fn shift(item: &mut Item, by: i64) {
    let move_on = |at: &mut Instant| *at = at.plus(by);
    move_on(&mut item.created);
    move_on(&mut item.touched);
    if let Some((at, _)) = &mut item.closed {
        move_on(at);
    }
    for (from, until) in &mut item.parked {
        move_on(from);
        move_on(until);
    }
    for round in &mut item.rounds {
        move_on(&mut round.opened);
        round.started.iter_mut().for_each(move_on);
        if let Some((at, _)) = &mut round.ended {
            move_on(at);
        }
        for visit in &mut round.visits {
            visit.left.iter_mut().for_each(move_on);
            for spell in &mut visit.spells {
                move_on(&mut spell.from);
                spell.until.iter_mut().for_each(move_on);
            }
        }
    }
}
