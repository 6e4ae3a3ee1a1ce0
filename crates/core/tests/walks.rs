//! The same walks through the engine and through an independent sketch of the rules.
//!
//! `data/walks.json` was made by random walks over twelve streams in the executable sketch (Python)
//! that the design rests on: after every verb it holds what was open, owed and dead there, or that
//! the verb was refused. Gates and the rules reasoned later are left out of it; stories cover them.
//! `WATERCOURSE_WALKS` names another file of the same form, for longer runs by hand.
#![allow(clippy::disallowed_methods, reason = "a test reads its data; the crate itself reads nothing")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use serde_json::{Value, json};
use std::collections::BTreeMap;
use watercourse_core::activity::Activity;
use watercourse_core::actor::Actor;
use watercourse_core::decide::{Decision, Fresh, World, decide, open};
use watercourse_core::filter::Filter;
use watercourse_core::id::{CommentId, ItemId};
use watercourse_core::item::{Item, Place};
use watercourse_core::refusal::Refusal;
use watercourse_core::set::StepSet;
use watercourse_core::span::Span;
use watercourse_core::standing::Standing;
use watercourse_core::stream::{
    Adhoc, Ends, Outcome, Parts, Point, Promise, Reference, Rule, Spawn, Step, Stream, Trigger,
};
use watercourse_core::time::Instant;
use watercourse_core::verb::Verb;

fn stream(name: &str, from: &Value) -> Stream {
    let steps = from["steps"].as_array().unwrap();
    let index = |id: &str| u8::try_from(steps.iter().position(|s| s["id"] == id).unwrap()).unwrap();
    let reference = |step: &str, point: &str| {
        let step = index(step);
        let point = match point {
            "done" => Point::Done,
            "start" => Point::Start,
            "failed" => Point::Failed,
            other => {
                let outcomes = steps[usize::from(step)]["outcomes"].as_array().unwrap();
                Point::Outcome(u8::try_from(outcomes.iter().position(|o| o[0] == other).unwrap()).unwrap())
            }
        };
        Reference { step, point }
    };
    let written = |text: &str| {
        let (step, point) = text.split_once('.').unwrap_or((text, "done"));
        reference(step, point)
    };
    let set = |ids: &Value| -> StepSet { ids.as_array().unwrap().iter().map(|i| index(i.as_str().unwrap())).collect() };
    let mut rules = Vec::new();
    for rule in from["rules"].as_array().unwrap() {
        // `reopen` is not the moment of a step: nothing in the sketch fires it.
        let on = |key: &str| rule[key].as_str().filter(|o| *o != "reopen").map(|o| Trigger(vec![written(o)]));
        if let (Some(then), Some(on)) = (rule["then"].as_str(), on("on")) {
            rules.push(Rule::Response { on, then: index(then), within: None });
        }
        if let (true, Some(on)) = (rule["stop"].is_array(), on("on")) {
            rules.push(Rule::Stop { on, steps: set(&rule["stop"]) });
        }
        if let (true, Some(on)) = (rule["stop"].is_array(), on("resume_on")) {
            rules.push(Rule::Resume { on, steps: set(&rule["stop"]) });
        }
        if let Some(hold) = rule["hold"].as_str() {
            rules.push(Rule::Hold { hold: index(hold), until: index(rule["until"].as_str().unwrap()) });
        }
        if rule["choice"].is_array() {
            rules.push(Rule::Choice { steps: set(&rule["choice"]) });
        }
    }
    let step = |s: &Value| Step {
        id: s["id"].as_str().unwrap().to_owned(),
        name: s["id"].as_str().unwrap().to_owned(),
        activity: Activity::Engage,
        practice: None,
        team: Some("desk".to_owned()),
        start: s["start"] == true,
        optional: s["optional"] == true,
        after: (s["after"].as_array().unwrap().iter())
            .map(|g| {
                g.as_array()
                    .unwrap()
                    .iter()
                    .map(|r| reference(r[0].as_str().unwrap(), r[1].as_str().unwrap()))
                    .collect()
            })
            .collect(),
        outcomes: (s["outcomes"].as_array().unwrap().iter())
            .map(|o| Outcome { id: o[0].as_str().unwrap().to_owned(), ends: o[1].as_str().map(|_| Ends::Declined) })
            .collect(),
        when: s["when"].as_str().map(|w| Filter::parse(w).unwrap()),
        within: None,
        min: u16::try_from(s["min"].as_u64().unwrap()).unwrap(),
        max: s["max"].as_u64().map(|m| u16::try_from(m).unwrap()),
        gates: Vec::new(),
        deliver: s["deliver"] == true,
        commit: false,
        feeds: Vec::new(),
        spawns: s["spawns"].as_str().map(|stream| Spawn { stream: stream.to_owned(), wait: true }),
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
        reopen_within: Span::parse("14d").unwrap(),
        steps: steps.iter().map(step).collect(),
        rules,
    })
}

fn state(stream: &Stream, item: &Item) -> Value {
    let mut open: Vec<(String, &str)> = item
        .open_rounds()
        .map(|r| {
            let name = match &r.place {
                Place::Step(s) => stream.step(*s).unwrap().id.clone(),
                Place::Adhoc(..) => "~".to_owned(),
            };
            (name, r.phase().id())
        })
        .collect();
    open.sort();
    let standing = Standing::of(stream, &item.marking);
    let names = |set: StepSet| {
        let mut names: Vec<&str> = set.iter().map(|s| stream.step(s).unwrap().id.as_str()).collect();
        names.sort_unstable();
        names
    };
    if let Some((_, result)) = item.closed {
        return json!({ "open": open, "owed": null, "dead": null, "result": result.id() });
    }
    json!({ "open": open, "owed": names(standing.owed), "dead": names(standing.dead), "result": null })
}

/// A verb of the sketch as ours.
fn verb(act: &Value, item: &Item) -> Verb {
    let text = |i: usize| act[i].as_str();
    let child = || {
        item.rounds
            .iter()
            .rev()
            .filter(|r| r.is_open())
            .find_map(|r| r.child.as_ref().filter(|c| c.result.is_none()))
            .map(|c| c.item)
    };
    let adhoc = || item.open_rounds().find(|r| matches!(r.place, Place::Adhoc(..))).map(|r| format!("~{}", r.number));
    let (id, args) = match text(0).unwrap() {
        "start" => ("start", json!({ "step": text(1), "reason": text(2) })),
        "finish" => ("finish", json!({ "step": text(1), "outcome": text(2) })),
        "fail" => ("fail", json!({ "step": text(1) })),
        "wait" => ("wait", json!({ "step": text(1), "reason": "user" })),
        "resume" => ("resume", json!({ "step": text(1) })),
        "reply" => ("reply", json!({ "step": text(1) })),
        "hand_over" => {
            ("hand_over", json!({ "step": text(1), "team": format!("{}{}", text(2).unwrap(), item.revision) }))
        }
        "skip" => ("skip", json!({ "step": text(1), "reason": "why" })),
        "return_to" => ("return_to", json!({ "step": text(1), "reason": "why" })),
        "adhoc" => ("add_work", json!({ "name": "x", "activity": "plan", "team": "desk", "reason": "why" })),
        "adhoc_done" => ("finish", json!({ "step": adhoc().unwrap_or_default() })),
        "field" => ("set_field", json!({ "field": text(1), "value": text(2) })),
        "child" => ("child_ended", json!({ "child": child().unwrap(), "result": text(2) })),
        "reopen" => ("reopen", json!({ "step": text(1) })),
        other => panic!("{other}"),
    };
    Verb::parse(id, args).unwrap()
}

struct Walker<'a> {
    stream: &'a Stream,
    serial: u128,
}

impl Walker<'_> {
    fn world<R>(&mut self, item: Option<&Item>, run: impl FnOnce(&World<'_>) -> R) -> R {
        self.serial += 1;
        let id = |n: u128| uuid::Uuid::from_u128(self.serial * 8 + n);
        let fresh = Fresh { item: ItemId(id(1)), key: "FEA-1".to_owned(), child: ItemId(id(2)) };
        let at = Instant(i64::try_from(self.serial).unwrap() * 1_000_000);
        let actor = Actor::Rule("walk".to_owned());
        run(&World {
            stream: self.stream,
            version: 1,
            item,
            at,
            now: at,
            actor: &actor,
            cause: "walk",
            note: Some(CommentId(id(3))),
            fresh: &fresh,
        })
    }
    fn act(&mut self, item: &Item, verb: &Verb) -> Result<Decision, Refusal> {
        self.world(Some(item), |w| decide(w, verb))
    }
}

#[test]
fn the_engine_walks_as_the_sketch_does() {
    let path = std::env::var("WATERCOURSE_WALKS")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/walks.json").to_owned());
    let data: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    let streams: BTreeMap<&str, Stream> =
        data["streams"].as_object().unwrap().iter().map(|(n, s)| (n.as_str(), stream(n, s))).collect();
    let mut verbs = 0;
    for (number, walk) in data["walks"].as_array().unwrap().iter().enumerate() {
        let stream = &streams[walk["stream"].as_str().unwrap()];
        let mut walker = Walker { stream, serial: 0 };
        let fields = BTreeMap::from([("risk".to_owned(), walk["risk"].as_str().unwrap().to_owned())]);
        let mut item = walker.world(None, |w| open(w, walk["start"].as_str(), fields)).unwrap().item;
        assert_eq!(state(stream, &item), walk["first"], "walk {number} on {} when opened", stream.id);
        let mut told = Vec::new();
        for step in walk["acts"].as_array().unwrap() {
            told.push(step[0].to_string());
            let place = format!("walk {number} on {} after {}", stream.id, told.join(" "));
            match (walker.act(&item, &verb(&step[0], &item)), &step[1]) {
                (Err(_), Value::Null) => {
                    told.pop();
                }
                (Ok(decision), expected) if !expected.is_null() => {
                    assert_eq!(state(stream, &decision.item), *expected, "{place}");
                    item = decision.item;
                    verbs += 1;
                }
                (Ok(_), _) => panic!("{place}: the sketch refuses this"),
                (Err(refusal), _) => panic!("{place}: the sketch allows this, and we say: {refusal}"),
            }
        }
    }
    assert!(verbs > 500, "the file holds {verbs} verbs");
}
