//! Two properties of the engine over all shipped streams: the facts of any walk make the same item
//! again, and from wherever a walk ends some sequence of ordinary verbs closes the item.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]
#![allow(clippy::disallowed_methods, reason = "a test reads the shipped files; the crate itself reads none")]

use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use watercourse_core::actor::Actor;
use watercourse_core::apply;
use watercourse_core::decide::{Decision, Fresh, World, decide, open};
use watercourse_core::fact::Fact;
use watercourse_core::id::{CommentId, ItemId};
use watercourse_core::item::{Item, Phase, Place, Round};
use watercourse_core::standing::Standing;
use watercourse_core::stream::{Stream, read};
use watercourse_core::time::Instant;
use watercourse_core::verb::Verb;

fn shipped() -> Vec<Stream> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../streams");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|f| f.unwrap().path()).collect();
    files.sort();
    let read = |path: &std::path::PathBuf| {
        let checked = read(&std::fs::read_to_string(path).unwrap(), &watercourse_practices::known::context());
        checked.stream.unwrap_or_else(|| panic!("{}: {:?}", path.display(), checked.diagnostics))
    };
    files.iter().filter(|p| p.extension().is_some_and(|e| e == "toml")).map(read).collect()
}

/// Numbers from a seed; proptest gives the seed and shrinks the length of the walk.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % u64::try_from(sides).unwrap()).unwrap()
    }
}

struct Walk<'a> {
    stream: &'a Stream,
    dice: Dice,
    clock: i64,
    facts: Vec<Fact>,
}

impl Walk<'_> {
    fn world<R>(&mut self, item: Option<&Item>, run: impl FnOnce(&World<'_>) -> R) -> R {
        self.clock += 1_000_000 * i64::try_from(1 + self.dice.roll(100_000)).unwrap();
        let unique = u128::try_from(self.clock).unwrap() * 4;
        let fresh = Fresh {
            item: ItemId(uuid::Uuid::from_u128(unique)),
            key: "X-1".to_owned(),
            child: ItemId(uuid::Uuid::from_u128(unique + 1)),
        };
        let at = Instant(self.clock);
        let actor = Actor::Rule("walk".to_owned());
        let note = Some(CommentId(uuid::Uuid::from_u128(unique + 2)));
        run(&World {
            stream: self.stream,
            version: 3,
            item,
            at,
            now: at,
            actor: &actor,
            cause: "walk",
            note,
            fresh: &fresh,
        })
    }
    fn act(&mut self, item: &mut Item, (id, args): (&str, Value)) -> bool {
        let verb = Verb::parse(id, args).unwrap();
        let before = item.clone();
        match self.world(Some(&before), |w| decide(w, &verb)) {
            Ok(Decision { facts, item: after }) => {
                self.facts.extend(facts);
                *item = after;
                true
            }
            Err(refusal) => {
                assert!(!refusal.wrong.is_empty() && !refusal.right.is_empty(), "{refusal:?} tells too little");
                false
            }
        }
    }
    fn place(&self, round: &Round) -> String {
        match round.place {
            Place::Step(step) => self.stream.step(step).unwrap().id.clone(),
            Place::Adhoc(..) => format!("~{}", round.number),
        }
    }
    /// What could be done next. `ordinary`: only what brings the item on, without deviations.
    fn moves(&self, item: &Item, ordinary: bool) -> Vec<(&'static str, Value)> {
        let mut moves = Vec::new();
        let standing = Standing::of(self.stream, &item.marking);
        for round in item.open_rounds() {
            let step = self.place(round);
            let outcomes = match round.place {
                Place::Step(s) => self.stream.step(s).unwrap().outcomes.iter().map(|o| Some(o.id.clone())).collect(),
                Place::Adhoc(..) => vec![],
            };
            let outcomes = if outcomes.is_empty() { vec![None] } else { outcomes };
            match round.phase() {
                Phase::Active => {
                    moves.extend(outcomes.into_iter().map(|o| ("finish", json!({ "step": step, "outcome": o }))));
                    if !ordinary {
                        moves.push(("fail", json!({ "step": step })));
                        moves.push(("wait", json!({ "step": step, "reason": "user" })));
                        moves.push(("hand_over", json!({ "step": step, "team": format!("t{}", item.revision) })));
                    }
                }
                Phase::Waiting => {
                    if let Some(child) = round.child.as_ref().filter(|c| c.result.is_none()) {
                        for result in ["delivered", "failed"] {
                            moves.push(("child_ended", json!({ "child": child.item, "result": result })));
                        }
                    }
                    moves.push(("resume", json!({ "step": step })));
                    moves.push(("reply", json!({ "step": step })));
                    moves.push(("timer", json!({ "round": round.number })));
                }
                _ => {
                    moves.push(("start", json!({ "step": step })));
                    moves.push(("ask_gate", json!({ "step": step })));
                    for gate in round.gates.keys() {
                        moves.push(("pass_gate", json!({ "step": step, "gate": gate })));
                        if !ordinary {
                            moves.push(("refuse_gate", json!({ "step": step, "gate": gate, "reason": "no" })));
                        }
                    }
                    if ordinary && !standing.owed.has(self.stream.index(&step).unwrap_or(63)) {
                        moves.push(("give_up", json!({ "step": step, "reason": "not needed" })));
                    }
                }
            }
            if !ordinary {
                moves.push(("give_up", json!({ "step": step, "reason": "why" })));
            }
        }
        for step in self.stream.all().iter() {
            let id = &self.stream.step(step).unwrap().id;
            if !ordinary {
                moves.push(("start", json!({ "step": id, "reason": "why" })));
                moves.push(("skip", json!({ "step": id, "reason": "why" })));
                moves.push((
                    "return_to",
                    json!({ "step": id, "reason": "why", "keep": item.revision.is_multiple_of(2) }),
                ));
                moves.push(("reopen", json!({ "step": id })));
            } else if standing.owed.has(step) && standing.is_enabled(step) && !item.marking.open.has(step) {
                moves.push(("start", json!({ "step": id })));
            }
        }
        if !ordinary {
            moves.push(("add_work", json!({ "name": "x", "activity": "plan", "team": "t", "reason": "why" })));
            moves.push(("signal", json!({ "event": "pipeline", "failed": item.revision.is_multiple_of(3) })));
            moves.push((
                "set_field",
                json!({ "field": "risk", "value": if item.revision.is_multiple_of(2) { "high" } else { "low" } }),
            ));
            moves.push(("comment", json!({ "text": "hm" })));
            moves.push(("reopen", json!({})));
        }
        moves
    }
    fn random_move(&mut self, item: &mut Item, ordinary: bool) {
        let moves = self.moves(item, ordinary);
        if !moves.is_empty() {
            let chosen = self.dice.roll(moves.len());
            self.act(item, moves.into_iter().nth(chosen).unwrap());
        }
    }
}

/// The item that these facts make.
fn replay(stream: &Stream, facts: &[Fact]) -> Item {
    let (first, rest) = facts.split_first().unwrap();
    let mut item = apply::opened(stream, first).unwrap();
    for fact in rest {
        apply::apply(&mut item, stream, fact);
    }
    item
}

fn told(facts: &[Fact]) -> String {
    let tell = |f: &Fact| format!("{} {}", f.event.id(), f.step.as_deref().unwrap_or(""));
    facts.iter().map(tell).collect::<Vec<_>>().join("; ")
}

fn spells_are_end_to_end(item: &Item) {
    for round in &item.rounds {
        for visit in &round.visits {
            for pair in visit.spells.windows(2) {
                assert_eq!(pair[0].until, Some(pair[1].from), "spells leave no gap");
            }
            assert_eq!(visit.spells.last().unwrap().until, visit.left, "the last spell ends with the visit");
        }
        assert_eq!(round.is_open(), round.visits.last().unwrap().left.is_none());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn walks_replay_and_can_be_closed(seed in any::<u64>(), length in 0usize..25) {
        for stream in shipped() {
            let mut walk = Walk { stream: &stream, dice: Dice(seed), clock: 0, facts: Vec::new() };
            let starts: Vec<String> = stream.starts().iter().map(|s| stream.step(s).unwrap().id.clone()).collect();
            let start = starts.get(walk.dice.roll(starts.len())).cloned();
            let opened = walk.world(None, |w| open(w, start.as_deref(), BTreeMap::new())).unwrap();
            walk.facts.extend(opened.facts);
            let mut item = opened.item;
            for _ in 0..length {
                walk.random_move(&mut item, false);
                spells_are_end_to_end(&item);
            }
            prop_assert_eq!(&replay(&stream, &walk.facts), &item, "the facts make the same item again");

            let reached = (item.clone(), walk.facts.len());
            let closes = (0..14).any(|_| {
                item = reached.0.clone();
                walk.facts.truncate(reached.1);
                for _ in 0..80 {
                    if item.closed.is_some() {
                        return true;
                    }
                    walk.random_move(&mut item, true);
                }
                item.closed.is_some()
            });
            prop_assert!(closes, "{} cannot be closed after {}", stream.id, told(&walk.facts[..reached.1]));
            prop_assert_eq!(&replay(&stream, &walk.facts), &item);
        }
    }
}
