//! One item driven through one stream by `decide`, and short words for what it should look like.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use watercourse_core::actor::Actor;
use watercourse_core::decide::{Decision, Fresh, World, decide, open};
use watercourse_core::fact::{Event, Fact};
use watercourse_core::id::{CommentId, ItemId};
use watercourse_core::item::{Item, Outcome, Phase, Place, Round};
use watercourse_core::refusal::{Ground, Refusal};
use watercourse_core::set::StepSet;
use watercourse_core::standing::Standing;
use watercourse_core::stream::{Checked, Stream, read, render};
use watercourse_core::time::Instant;
use watercourse_core::verb::Verb;

pub const MINUTE: i64 = 60 * 1_000_000;
pub const DAY: i64 = 24 * 60 * MINUTE;

/// A stream file around these lines. A step that names no activity plans.
pub fn text(lines: &str) -> String {
    let steps = lines.replace("{ id", "{ activity = \"plan\", id");
    format!("stream = \"t\"\nkind = \"change\"\ndemand = \"d\"\nvalue = \"v\"\n{steps}")
}

pub fn check(lines: &str) -> Checked {
    read(&text(lines), &watercourse_practices::known::context())
}

fn stream(lines: &str) -> Stream {
    let text = text(lines);
    let checked = read(&text, &watercourse_practices::known::context());
    checked.stream.unwrap_or_else(|| panic!("{}", render("t.toml", &text, &checked.diagnostics, false)))
}

/// An item on its way.
pub struct Run {
    pub stream: Stream,
    pub item: Item,
    /// Everything that happened.
    pub facts: Vec<Fact>,
    pub clock: i64,
    serial: u128,
}

impl Run {
    /// An item in a stream of these lines, opened at its first start.
    pub fn of(lines: &str) -> Self {
        Self::open(stream(lines), None, &[])
    }
    pub fn at(lines: &str, start: &str) -> Self {
        Self::open(stream(lines), Some(start), &[])
    }
    pub fn with(lines: &str, fields: &[(&str, &str)]) -> Self {
        Self::open(stream(lines), None, fields)
    }
    /// An item in a stream that is shipped.
    pub fn shipped(name: &str, start: Option<&str>) -> Self {
        let path = format!("{}/../../streams/{name}.toml", env!("CARGO_MANIFEST_DIR"));
        let checked = read(&std::fs::read_to_string(path).unwrap(), &watercourse_practices::known::context());
        Self::open(checked.stream.unwrap(), start, &[])
    }
    fn open(stream: Stream, start: Option<&str>, fields: &[(&str, &str)]) -> Self {
        let fields: BTreeMap<String, String> = fields.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        let clock = 20_000 * DAY;
        let Decision { item, facts } = world(&stream, None, clock, 0, |w| open(w, start, fields)).unwrap();
        Self { stream, item, facts, clock, serial: 0 }
    }

    /// Lets time pass.
    pub fn later(&mut self, micros: i64) -> &mut Self {
        self.clock += micros;
        self
    }
    pub fn attempt(&mut self, verb: &str, args: Value) -> Result<Decision, Refusal> {
        let verb = Verb::parse(verb, args).unwrap();
        self.serial += 1;
        world(&self.stream, Some(&self.item), self.clock, self.serial, |w| decide(w, &verb))
    }
    /// Does a verb a minute later; answers what happened, as "started a; finished a".
    pub fn act(&mut self, verb: &str, args: Value) -> String {
        self.clock += MINUTE;
        let told = args.to_string();
        let Decision { item, facts } = self.attempt(verb, args).unwrap_or_else(|r| panic!("{verb} {told}: {r}"));
        self.item = item;
        let tell = |f: &Fact| format!("{} {}", f.event.id(), f.step.as_deref().unwrap_or("")).trim_end().to_owned();
        let what = facts.iter().map(tell).collect::<Vec<_>>().join("; ");
        self.facts.extend(facts);
        what
    }
    /// The refusal of a verb: on this ground, saying what is wrong with these words, and what would be right.
    pub fn refused(&mut self, verb: &str, args: Value, ground: Ground, words: &str) -> Refusal {
        let told = args.to_string();
        let refusal = self.attempt(verb, args).map(|d| d.facts).expect_err(&format!("{verb} {told} is refused"));
        assert_eq!(refusal.ground, ground, "{verb} {told}: {refusal}");
        assert!(refusal.to_string().contains(words), "{verb} {told}: “{refusal}” does not say “{words}”");
        assert!(!refusal.right.is_empty(), "{verb} {told} does not say what would be right");
        refusal
    }

    pub fn start(&mut self, step: &str) -> String {
        self.act("start", json!({ "step": step }))
    }
    pub fn early(&mut self, step: &str) -> String {
        self.act("start", json!({ "step": step, "reason": "it cannot wait" }))
    }
    pub fn finish(&mut self, step: &str) -> String {
        self.act("finish", json!({ "step": step }))
    }
    pub fn finish_as(&mut self, step: &str, outcome: &str) -> String {
        self.act("finish", json!({ "step": step, "outcome": outcome }))
    }
    pub fn fail(&mut self, step: &str) -> String {
        self.act("fail", json!({ "step": step }))
    }
    /// Starts and finishes these steps, one after the other; `a=x` finishes a as x.
    pub fn done(&mut self, steps: &str) -> &mut Self {
        for step in steps.split_whitespace() {
            let (step, outcome) = step.split_once('=').map_or((step, None), |(s, o)| (s, Some(o)));
            self.start(step);
            self.act("finish", json!({ "step": step, "outcome": outcome }));
        }
        self
    }
    pub fn skip(&mut self, step: &str) -> String {
        self.act("skip", json!({ "step": step, "reason": "not needed" }))
    }
    pub fn back_to(&mut self, step: &str) -> String {
        self.act("return_to", json!({ "step": step, "reason": "not good enough" }))
    }
    pub fn give_up(&mut self, step: &str) -> String {
        self.act("give_up", json!({ "step": step, "reason": "no use" }))
    }
    pub fn hand_over(&mut self, step: &str, team: &str) -> String {
        self.act("hand_over", json!({ "step": step, "team": team }))
    }
    pub fn set(&mut self, field: &str, value: &str) -> String {
        self.act("set_field", json!({ "field": field, "value": value }))
    }
    pub fn pass(&mut self, step: &str, gate: &str) -> String {
        self.act("pass_gate", json!({ "step": step, "gate": gate, "evidence": "minutes" }))
    }
    pub fn refuse(&mut self, step: &str, gate: &str) -> String {
        self.act("refuse_gate", json!({ "step": step, "gate": gate, "reason": "not ready" }))
    }

    /// The open rounds, as "a queued, b active".
    pub fn open_rounds(&self) -> String {
        let name = |r: &Round| match r.place {
            Place::Step(s) => self.stream.step(s).unwrap().id.clone(),
            Place::Adhoc(..) => format!("~{}", r.number),
        };
        self.item.open_rounds().map(|r| format!("{} {}", name(r), r.phase().id())).collect::<Vec<_>>().join(", ")
    }
    /// The newest round of a step.
    pub fn round(&self, step: &str) -> &Round {
        let step = Place::Step(self.stream.index(step).unwrap());
        self.item.rounds.iter().rev().find(|r| r.place == step).unwrap()
    }
    /// How many rounds a step has had.
    pub fn rounds(&self, step: &str) -> usize {
        let step = Place::Step(self.stream.index(step).unwrap());
        self.item.rounds.iter().filter(|r| r.place == step).count()
    }
    pub fn phase(&self, step: &str) -> Phase {
        self.round(step).phase()
    }
    pub fn standing(&self) -> Standing<'_> {
        Standing::of(&self.stream, &self.item.marking)
    }
    fn names(&self, set: StepSet) -> String {
        set.iter().map(|s| self.stream.step(s).unwrap().id.as_str()).collect::<Vec<_>>().join(" ")
    }
    pub fn owed(&self) -> String {
        self.names(self.standing().owed)
    }
    pub fn dead(&self) -> String {
        self.names(self.standing().dead)
    }
    pub fn bypassed(&self) -> String {
        self.names(self.standing().bypassed())
    }
    /// What could be started now without a reason.
    pub fn enabled(&self) -> String {
        let standing = self.standing();
        self.names(self.stream.all().iter().filter(|s| standing.is_enabled(*s)).collect())
    }
    pub fn result(&self) -> Option<Outcome> {
        self.item.closed.map(|c| c.1)
    }
    /// What was done otherwise than the stream says, as "early b, skip c".
    pub fn deviations(&self) -> String {
        let tell = |f: &Fact| match &f.event {
            Event::Deviated { kind, step } => Some(format!("{} {step}", kind.id())),
            _ => None,
        };
        self.facts.iter().filter_map(tell).collect::<Vec<_>>().join(", ")
    }
    /// How often this happened.
    pub fn count(&self, what: &str) -> usize {
        self.facts.iter().filter(|f| f.event.id() == what).count()
    }
    /// The child its newest round opened.
    pub fn child(&self) -> ItemId {
        self.item.rounds.iter().rev().find_map(|r| r.child.as_ref()).unwrap().item
    }
    pub fn child_ends(&mut self, child: ItemId, result: &str) -> String {
        self.act("child_ended", json!({ "child": child, "result": result }))
    }
    /// The time of this round comes.
    pub fn time_is_up(&mut self, step: &str) -> String {
        let round = self.round(step).number;
        self.act("timer", json!({ "round": round }))
    }
}

fn world<R>(stream: &Stream, item: Option<&Item>, clock: i64, serial: u128, run: impl FnOnce(&World<'_>) -> R) -> R {
    let id = |n: u128| uuid::Uuid::from_u128(serial * 4 + n);
    let fresh = Fresh { item: ItemId(id(1)), key: "CHG-1".to_owned(), child: ItemId(id(2)) };
    let actor = Actor::Rule("test".to_owned());
    let (at, note) = (Instant(clock), Some(CommentId(id(3))));
    run(&World { stream, version: 1, item, at, now: at, actor: &actor, cause: "test", note, fresh: &fresh })
}
