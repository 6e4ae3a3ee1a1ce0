//! Items that random verbs drive through a stream, whatever the rules let through.

use proptest::prelude::*;
use serde_json::json;
use std::collections::BTreeMap;
use uuid::Uuid;
use watercourse_core::activity::Activity;
use watercourse_core::actor::Actor;
use watercourse_core::decide::{Fresh, World, decide, open};
use watercourse_core::id::{CommentId, ItemId};
use watercourse_core::item::Item;
use watercourse_core::span::Span;
use watercourse_core::stream::{Adhoc, Parts, Point, Promise, Reference, Step, Stream};
use watercourse_core::time::Instant;
use watercourse_core::verb::Verb;

pub const STEPS: [&str; 4] = ["ask", "build", "ship", "learn"];
const TEAMS: [&str; 3] = ["desk", "dev", "ops"];

/// `ask`, then `build`, then `ship`, which delivers, then `learn`: an item is delivered before it is closed.
pub fn stream(name: &str) -> Stream {
    let step = |place: usize| Step {
        id: STEPS[place].to_owned(),
        name: STEPS[place].to_owned(),
        activity: Activity::ALL[place],
        practice: None,
        team: Some(TEAMS[place % 3].to_owned()),
        start: place == 0,
        optional: false,
        after: match place.checked_sub(1) {
            Some(before) => vec![vec![Reference { step: before as u8, point: Point::Done }]],
            None => Vec::new(),
        },
        outcomes: Vec::new(),
        when: None,
        within: None,
        min: 1,
        max: None,
        gates: Vec::new(),
        deliver: place == 2,
        commit: name == "committing" && place == 1,
        feeds: Vec::new(),
        spawns: None,
        done_on: None,
    };
    Stream::new(Parts {
        id: name.to_owned(),
        name: name.to_owned(),
        kind: "feature".to_owned(),
        demand: String::new(),
        value: String::new(),
        owner: None,
        promise: Promise::default(),
        adhoc: Adhoc::Record,
        reopen_within: Span::parse("400d").unwrap(),
        steps: (0..4).map(step).collect(),
        rules: Vec::new(),
    })
}

/// What is tried: whose turn it is, which verb, at which place, how many minutes later.
#[derive(Debug, Clone, Copy)]
pub struct Move {
    pub item: usize,
    pub verb: u8,
    pub place: usize,
    pub later: i64,
}

pub fn moves(most: usize) -> impl Strategy<Value = Vec<Move>> {
    let one = (0..8usize, 0..20u8, 0..6usize, 0..4000i64);
    proptest::collection::vec(one.prop_map(|(item, verb, place, later)| Move { item, verb, place, later }), 1..most)
}

/// All items and what time it is.
pub struct Walk {
    pub streams: [Stream; 2],
    pub items: Vec<Item>,
    pub now: Instant,
    serial: u128,
}

impl Walk {
    pub fn begin() -> Self {
        let streams = [stream("plain"), stream("committing")];
        Self { streams, items: Vec::new(), now: Instant(1_795_424_400_000_123), serial: 0 }
    }
    pub fn stream_of(&self, item: &Item) -> &Stream {
        self.streams.iter().find(|s| s.id == item.stream).unwrap()
    }
    /// Does it if the rules allow; the number of the item it happened to.
    pub fn go(&mut self, to: Move) -> Option<usize> {
        self.now = self.now.plus(to.later * 60_000_000);
        self.serial += 1;
        let known = self.items.get(to.item).cloned();
        let stream = match &known {
            Some(item) => self.stream_of(item),
            None => &self.streams[to.place % 2],
        };
        let id = |n: u128| Uuid::from_u128(self.serial * 8 + n);
        let fresh = Fresh { item: ItemId(id(1)), key: format!("FEA-{}", self.serial), child: ItemId(id(2)) };
        let actor = Actor::Rule("walk".to_owned());
        let world = World {
            stream,
            version: 1,
            item: known.as_ref(),
            at: self.now,
            now: self.now,
            actor: &actor,
            cause: "walk",
            note: Some(CommentId(id(3))),
            fresh: &fresh,
        };
        let Some(item) = &known else {
            self.items.push(open(&world, None, BTreeMap::new()).unwrap().item);
            return Some(self.items.len() - 1);
        };
        let adhoc = item.open_rounds().map(|r| format!("~{}", r.number)).last().unwrap_or_default();
        let step = STEPS.get(to.place).map_or(adhoc, |s| (*s).to_owned());
        let (verb, args) = match to.verb {
            0..=3 => ("start", json!({"step": step, "reason": if to.verb == 0 { "must be" } else { "" }})),
            4..=8 => ("finish", json!({"step": step})),
            9 => ("wait", json!({"step": step, "reason": "user"})),
            10 => ("resume", json!({"step": step})),
            11 => ("reply", json!({"step": step})),
            12 => ("fail", json!({"step": step})),
            13 => ("hand_over", json!({"step": step, "team": TEAMS[to.place % 3]})),
            14 => ("skip", json!({"step": step, "reason": "why"})),
            15 => ("add_work", json!({"name": "x", "activity": "plan", "team": "dev", "reason": "why"})),
            16 => ("return_to", json!({"step": step, "reason": "why"})),
            17 => ("cancel", json!({"reason": "why"})),
            18 => ("reopen", json!({"step": step, "reason": "why"})),
            _ => ("comment", json!({"text": "so"})),
        };
        let decision = decide(&world, &Verb::parse(verb, args).ok()?).ok()?;
        self.items[to.item] = decision.item;
        Some(to.item)
    }
}
