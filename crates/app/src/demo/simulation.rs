//! The year: demand arrives, teams take what is next in their queue, steps wait, fail and go astray.
//! Nothing here touches an item but through [`decide`].

use super::organisation::{
    ARRIVALS, IMPROVEMENT, IMPROVEMENT_BEGINS, IMPROVEMENT_LEAVES, Manner, PEOPLE_PER_TEAM, PING_PONG, TEAMS, manner,
    taken_up,
};
use super::random::Random;
use super::words;
use serde_json::{Value, json};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, VecDeque};
use std::sync::Arc;
use watercourse_core::actor::Actor;
use watercourse_core::decide::{Decision, Fresh, World, decide, open};
use watercourse_core::fact::{Event, Fact};
use watercourse_core::id::{CommentId, ItemId, PersonId};
use watercourse_core::item::{Item, Phase, Place};
use watercourse_core::link::Link;
use watercourse_core::standing::Standing;
use watercourse_core::stream::{DoneOn, Stream};
use watercourse_core::time::Instant;
use watercourse_core::verb::Verb;

const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;
/// How long the simulated organisation has been at work.
const LENGTH: i64 = 365 * DAY;

/// A simulated organisation with its history.
#[derive(Debug)]
pub struct Demo {
    /// Who works there.
    pub people: Vec<DemoPerson>,
    /// What they did, in the order the items were opened.
    pub items: Vec<DemoItem>,
}

/// Somebody of the organisation.
#[derive(Debug, Clone)]
pub struct DemoPerson {
    /// Opaque id.
    pub id: PersonId,
    /// A made-up name.
    pub name: String,
    /// The team.
    pub team: &'static str,
}

/// An item, the facts that made it, and the words beside it.
#[derive(Debug)]
pub struct DemoItem {
    /// What it is about.
    pub title: String,
    /// Where it stands now.
    pub item: Item,
    /// Everything that happened to it, in order.
    pub facts: Vec<Fact>,
    /// Reasons and comments by the id the facts name them with.
    pub notes: Vec<(CommentId, String)>,
    /// Relations to other items.
    pub links: Vec<(Link, ItemId)>,
    pub(super) stream: Arc<Stream>,
    parent: Option<usize>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Next {
    Arrive(usize),
    Improve,
    Look(usize),
    Work { item: usize, round: u32 },
    Answer { item: usize, round: u32 },
    Gate { item: usize, round: u32 },
    Timer { item: usize, round: u32 },
}

struct Desk {
    busy: u32,
    queue: VecDeque<(usize, u32)>,
}

/// Simulates a year that ends now. The same seed and the same streams give the same year, moved to now.
#[must_use]
pub fn simulate(now: Instant, seed: u64, streams: &[(Arc<Stream>, u32)], prefix: &dyn Fn(&str) -> String) -> Demo {
    let mut year = Year {
        random: Random::new(seed),
        begin: now.plus(-LENGTH),
        now,
        streams: streams.iter().map(|(s, v)| (s.id.clone(), (Arc::clone(s), *v))).collect(),
        prefix,
        keys: BTreeMap::new(),
        people: Vec::new(),
        items: Vec::new(),
        by_id: BTreeMap::new(),
        agenda: BinaryHeap::new(),
        serial: 0,
        desks: TEAMS.iter().map(|_| Desk { busy: 0, queue: VecDeque::new() }).collect(),
        paused: BTreeSet::new(),
        batted: BTreeMap::new(),
        at_work: BTreeMap::new(),
        improvement: None,
        improved: None,
    };
    year.hire();
    year.plan(year.begin.plus(LENGTH / 100 * IMPROVEMENT_BEGINS), Next::Improve);
    for (index, (_, mean)) in ARRIVALS.iter().enumerate() {
        let first = year.begin.plus(hours(year.random.exponential(*mean)));
        year.plan(first, Next::Arrive(index));
    }
    year.pass();
    Demo { people: year.people, items: year.items }
}

#[expect(clippy::cast_possible_truncation, reason = "hours of a year in microseconds fit")]
fn hours(hours: f64) -> i64 {
    (hours * 3_600_000_000.0) as i64
}

struct Year<'a> {
    random: Random,
    begin: Instant,
    now: Instant,
    streams: BTreeMap<String, (Arc<Stream>, u32)>,
    prefix: &'a dyn Fn(&str) -> String,
    keys: BTreeMap<String, u32>,
    people: Vec<DemoPerson>,
    items: Vec<DemoItem>,
    by_id: BTreeMap<ItemId, usize>,
    agenda: BinaryHeap<Reverse<(Instant, u64, Next)>>,
    serial: u64,
    desks: Vec<Desk>,
    paused: BTreeSet<(usize, u32)>,
    batted: BTreeMap<(usize, u32), u8>,
    at_work: BTreeMap<(usize, u32), usize>,
    /// The improvement that will work, once somebody begins it, and since when it does.
    improvement: Option<usize>,
    improved: Option<Instant>,
}

impl Year<'_> {
    fn hire(&mut self) {
        for team in TEAMS {
            for _ in 0..team.capacity + PEOPLE_PER_TEAM {
                let id = PersonId(self.random.uuid());
                let name = words::person(&mut self.random);
                self.people.push(DemoPerson { id, name, team: team.id });
            }
        }
    }
    fn plan(&mut self, at: Instant, next: Next) {
        self.serial += 1;
        self.agenda.push(Reverse((at, self.serial, next)));
    }
    /// Lets time pass until now.
    fn pass(&mut self) {
        while let Some(Reverse((at, _, next))) = self.agenda.pop() {
            if at > self.now {
                break;
            }
            match next {
                Next::Arrive(index) => self.arrive(at, index),
                Next::Improve => {
                    self.improvement = Some(self.items.len());
                    self.bring(at, "continual-improvement", None, None);
                }
                Next::Look(desk) => self.look(at, desk),
                Next::Work { item, round } => self.end_of_work(at, item, round),
                Next::Answer { item, round } => self.answer(at, item, round),
                Next::Gate { item, round } => self.gate(at, item, round),
                Next::Timer { item, round } => {
                    self.act(at, item, "timer", json!({ "round": round }), Actor::Rule("timer".to_owned()));
                }
            }
        }
    }

    fn arrive(&mut self, at: Instant, index: usize) {
        let Some((stream, mean)) = ARRIVALS.get(index).copied() else { return };
        // Fewer things are asked for at night and at the weekend.
        let mut gap = self.random.exponential(mean);
        if !in_office(at) && stream != "restore-service" {
            gap *= 0.5;
        } else {
            let start = (stream == "restore-service" && self.random.chance(0.35)).then_some("detected");
            self.bring(at, stream, start, None);
        }
        self.plan(at.plus(hours(gap)), Next::Arrive(index));
    }
    fn bring(&mut self, at: Instant, stream: &str, start: Option<&str>, parent: Option<(usize, ItemId)>) {
        let Some((stream, version)) = self.streams.get(stream).cloned() else { return };
        let prefix = (self.prefix)(&stream.kind);
        let number = self.keys.entry(prefix.clone()).or_insert(1000);
        *number += 1;
        let key = format!("{prefix}-{number}");
        let number = *number;
        let title = match parent.and_then(|(p, _)| self.items.get(p)) {
            Some(parent) => format!("Change for: {}", parent.title),
            None if self.improvement == Some(self.items.len()) => IMPROVEMENT.to_owned(),
            None => words::title(&mut self.random, &stream.id, number),
        };
        let id = parent.map_or_else(|| ItemId(self.random.uuid()), |(_, id)| id);
        let fresh = Fresh { item: id, key, child: ItemId(self.random.uuid()) };
        let actor = self.somebody("service-desk");
        let mut fields = BTreeMap::new();
        if let Some(service) = words::service(&title) {
            fields.insert("service".to_owned(), service);
        }
        for field in ["risk", "priority"] {
            let choices: &[&str] = if field == "risk" {
                &["low", "low", "medium", "high"]
            } else {
                &["low", "normal", "normal", "normal", "high", "urgent"]
            };
            if watercourse_practices::kind(&stream.kind).is_none_or(|k| k.field(field).is_none()) {
                continue;
            }
            if let Some(value) = self.random.pick(choices) {
                fields.insert(field.to_owned(), (*value).to_owned());
            }
        }
        let world = World {
            stream: &stream,
            version,
            item: None,
            at,
            now: at,
            actor: &actor,
            cause: "open",
            note: None,
            fresh: &fresh,
        };
        let Ok(Decision { facts, item }) = open(&world, start, fields) else { return };
        let index = self.items.len();
        self.by_id.insert(id, index);
        let links =
            parent.and_then(|(p, _)| self.items.get(p)).map(|p| (Link::SpawnedBy, p.item.id)).into_iter().collect();
        let parent = parent.map(|(p, _)| p);
        self.items.push(DemoItem { title, item, facts: facts.clone(), notes: Vec::new(), links, stream, parent });
        self.follow(at, index, &facts);
    }
    fn somebody(&mut self, team: &str) -> Actor {
        let of: Vec<PersonId> = self.people.iter().filter(|p| p.team == team).map(|p| p.id).collect();
        self.random.pick(&of).map_or_else(|| Actor::Rule("demo".to_owned()), |id| Actor::Person(*id))
    }
    /// Does a verb on an item and lets what follows follow. A refusal changes nothing.
    fn act(&mut self, at: Instant, index: usize, verb: &str, args: Value, actor: Actor) -> bool {
        let Ok(verb) = Verb::parse(verb, args) else { return false };
        let (child, note) = (ItemId(self.random.uuid()), CommentId(self.random.uuid()));
        let Some(work) = self.items.get_mut(index) else { return false };
        let fresh = Fresh { item: work.item.id, key: work.item.key.clone(), child };
        let words = verb.words().map(str::to_owned);
        let stream = Arc::clone(&work.stream);
        let world = World {
            stream: &stream,
            version: work.item.version,
            item: Some(&work.item),
            at: at.max(work.item.touched),
            now: at.max(work.item.touched),
            actor: &actor,
            cause: verb.spec().id,
            note: words.is_some().then_some(note),
            fresh: &fresh,
        };
        let Ok(decision) = decide(&world, &verb) else { return false };
        work.item = decision.item;
        work.facts.extend(decision.facts.iter().cloned());
        work.notes.extend(words.map(|w| (note, w)));
        if let Verb::Link(link) = &verb {
            work.links.push((link.link, link.to));
        }
        self.follow(at, index, &decision.facts);
        true
    }
    /// Looks at what happened and plans what comes of it.
    fn follow(&mut self, at: Instant, index: usize, facts: &[Fact]) {
        for fact in facts {
            match &fact.event {
                Event::RoundOpened { round, timer: true, .. } => self.set_timer(at, index, *round),
                Event::RoundOpened { round, .. } | Event::Requeued { round, .. } | Event::HandedOver { round, .. } => {
                    self.queue(at, index, *round);
                }
                Event::GateAsked { round, .. } => {
                    let later = at.plus(hours(self.random.lognormal(20.0, 0.8)));
                    self.plan(later, Next::Gate { item: index, round: *round });
                }
                Event::ChildOpened { child, stream, .. } => self.bring(at, stream, None, Some((index, *child))),
                Event::Closed { result, .. } => {
                    let parent = self.items.get(index).and_then(|i| i.parent.map(|p| (p, i.item.id)));
                    if let Some((parent, id)) = parent {
                        self.act(
                            at,
                            parent,
                            "child_ended",
                            json!({ "child": id, "result": result.id() }),
                            Actor::Rule("child".to_owned()),
                        );
                    }
                }
                _ => {}
            }
        }
    }
    fn set_timer(&mut self, at: Instant, item: usize, round: u32) {
        let span = self.step_of(item, round).and_then(|s| match s.done_on {
            Some(DoneOn::After(span)) => span.as_micros(),
            _ => None,
        });
        // Now and then the user speaks up before the time is over.
        if self.random.chance(0.06) {
            let soon = at.plus(hours(self.random.exponential(20.0)));
            self.plan(soon, Next::Answer { item, round });
        }
        self.plan(at.plus(span.unwrap_or(5 * DAY)), Next::Timer { item, round });
    }
    fn step_of(&self, item: usize, round: u32) -> Option<&watercourse_core::stream::Step> {
        let work = self.items.get(item)?;
        match work.item.round(round)?.place {
            Place::Step(step) => work.stream.step(step),
            Place::Adhoc(..) => None,
        }
    }
    fn queue(&mut self, at: Instant, item: usize, round: u32) {
        let team =
            self.items.get(item).and_then(|w| w.item.round(round)).and_then(|r| r.team()).unwrap_or("service-desk");
        let desk = TEAMS.iter().position(|t| t.id == team).unwrap_or(0);
        if let Some(desk) = self.desks.get_mut(desk) {
            desk.queue.push_back((item, round));
        }
        self.plan(at.plus(60_000_000), Next::Look(desk));
    }
    /// A team looks at its queue and takes what it can.
    fn look(&mut self, at: Instant, index: usize) {
        let Some(team) = TEAMS.get(index) else { return };
        if !team.always && !in_office(at) {
            if self.desks.get(index).is_some_and(|d| !d.queue.is_empty()) {
                self.plan(next_office(at), Next::Look(index));
            }
            return;
        }
        let mut held = Vec::new();
        while self.desks.get(index).is_some_and(|d| d.busy < team.capacity) {
            let Some((item, round)) = self.desks.get_mut(index).and_then(|d| d.queue.pop_front()) else { break };
            let Some(standing) = self.items.get(item).and_then(|w| w.item.round(round)) else { continue };
            if standing.phase() != Phase::Queued || standing.team() != Some(team.id) {
                continue;
            }
            if standing.holding().next().is_some() {
                held.push((item, round));
                continue;
            }
            self.take(at, index, item, round);
        }
        if let Some(desk) = self.desks.get_mut(index) {
            desk.queue.extend(held);
        }
    }
    fn take(&mut self, at: Instant, desk: usize, item: usize, round: u32) {
        let Some(step) = self.step_of(item, round).map(|s| s.id.clone()) else { return };
        let team = TEAMS.get(desk).map_or("service-desk", |t| t.id);
        let actor = self.somebody(team);
        if self.random.chance(0.006)
            && self.act(at, item, "skip", json!({ "step": step, "reason": "Not needed this time." }), actor.clone())
        {
            return;
        }
        if !self.act(at, item, "start", json!({ "step": step }), actor) {
            return;
        }
        if self.items.get(item).and_then(|w| w.item.round(round)).map(watercourse_core::item::Round::phase)
            != Some(Phase::Active)
        {
            return;
        }
        if let Some(desk) = self.desks.get_mut(desk) {
            desk.busy += 1;
        }
        self.at_work.insert((item, round), desk);
        let Some(stream) = self.items.get(item).map(|w| w.item.stream.clone()) else { return };
        let Manner { hours: median, .. } = manner(&stream, &step);
        let mut needed = hours(self.random.lognormal(median, 0.7));
        if stream == "standard-request" && step == "fulfil" && self.improved.is_some_and(|since| at >= since) {
            #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "hours")]
            let shorter = (needed as f64 * IMPROVEMENT_LEAVES) as i64;
            needed = shorter;
        }
        let always = TEAMS.get(desk).is_some_and(|t| t.always);
        let done = if always { at.plus(needed) } else { office_after(at, needed) };
        self.plan(done, Next::Work { item, round });
    }
    fn free(&mut self, at: Instant, item: usize, round: u32) {
        if let Some(index) = self.at_work.remove(&(item, round)) {
            if let Some(desk) = self.desks.get_mut(index) {
                desk.busy = desk.busy.saturating_sub(1);
            }
            self.plan(at, Next::Look(index));
        }
    }
    /// Somebody worked on a round for as long as it took: now it waits, goes astray, fails or finishes.
    fn end_of_work(&mut self, at: Instant, item: usize, round: u32) {
        self.free(at, item, round);
        let Some((step, done_on, outcomes)) =
            self.step_of(item, round).map(|s| (s.id.clone(), s.done_on.clone(), s.outcomes.clone()))
        else {
            return;
        };
        let Some((stream, team)) =
            self.items.get(item).and_then(|w| Some((w.item.stream.clone(), w.item.round(round)?.team()?.to_owned())))
        else {
            return;
        };
        let actor = self.somebody(&team);
        let mut manner = manner(&stream, &step);
        if self.improvement == Some(item) {
            manner.first = 1.0;
        }
        if !self.paused.contains(&(item, round)) && self.random.chance(manner.waits.0) {
            self.paused.insert((item, round));
            if self.act(at, item, "wait", json!({ "step": step, "reason": manner.waits.1 }), actor.clone()) {
                let mean = if manner.waits.1 == "supplier" { 70.0 } else { 26.0 };
                let later = at.plus(hours(self.random.exponential(mean)));
                self.plan(later, Next::Answer { item, round });
                return;
            }
        }
        if self.bat(at, item, round, &step, &team, &actor) {
            return;
        }
        self.finish(at, item, &step, &manner, done_on.as_ref(), &outcomes, actor);
        if self.improvement == Some(item) && step == "act" {
            self.improved = Some(at);
        }
        self.afterwards(at, item);
    }
    #[expect(clippy::too_many_arguments, reason = "everything the end of a step depends on")]
    fn finish(
        &mut self,
        at: Instant,
        item: usize,
        step: &str,
        manner: &Manner,
        done_on: Option<&DoneOn>,
        outcomes: &[watercourse_core::stream::Outcome],
        actor: Actor,
    ) {
        let failed = self.random.chance(manner.fails);
        let outcome = match outcomes {
            [] => None,
            [only] => Some(only.id.clone()),
            [first, rest @ ..] => {
                if self.random.chance(manner.first) {
                    Some(first.id.clone())
                } else {
                    self.random.pick(rest).map(|o| o.id.clone())
                }
            }
        };
        match done_on {
            Some(DoneOn::Event(event)) => {
                let args = json!({ "event": event, "failed": failed, "outcome": outcome });
                self.act(at, item, "signal", args, Actor::Integration(event.clone()));
            }
            _ if failed => {
                self.act(at, item, "fail", json!({ "step": step, "comment": "It did not work out." }), actor);
            }
            _ => {
                self.act(at, item, "finish", json!({ "step": step, "outcome": outcome }), actor);
            }
        }
    }
    /// Throws restoring back and forth between two teams, up to three times.
    fn bat(&mut self, at: Instant, item: usize, round: u32, step: &str, team: &str, actor: &Actor) -> bool {
        let (thrown, one, other, chance) = PING_PONG;
        let times = self.batted.get(&(item, round)).copied().unwrap_or(0);
        let likely = if times == 0 { chance } else { 0.75 };
        if step != thrown || times >= 3 || !self.random.chance(likely) {
            return false;
        }
        self.batted.insert((item, round), times + 1);
        let to = if team == one { other } else { one };
        self.act(
            at,
            item,
            "hand_over",
            json!({ "step": step, "team": to, "comment": "Looks like yours." }),
            actor.clone(),
        )
    }
    /// What people do beside the steps: take up an optional one, say something, change their mind.
    fn afterwards(&mut self, at: Instant, item: usize) {
        let Some(work) = self.items.get(item) else { return };
        let stream = Arc::clone(&work.stream);
        if work.item.closed.is_some() {
            return;
        }
        let standing = Standing::of(&stream, &work.item.marking);
        let offered: Vec<String> = stream
            .optional()
            .iter()
            .filter(|s| {
                standing.is_enabled(*s) && !work.item.marking.open.has(*s) && !work.item.marking.touched.has(*s)
            })
            .filter_map(|s| stream.step(s).map(|s| s.id.clone()))
            .collect();
        for step in offered {
            if self.random.chance(taken_up(&stream.id, &step)) {
                let actor = self.somebody("improvement");
                let opened = self.act(at, item, "start", json!({ "step": step }), actor);
                let round = self.items.get(item).and_then(|w| w.item.rounds.last()).map(|r| r.number);
                if let (true, Some(round)) = (opened, round) {
                    let done = office_after(at, hours(self.random.lognormal(5.0, 0.6)));
                    self.plan(done, Next::Work { item, round });
                }
            }
        }
        let actor = self.somebody("service-desk");
        if self.random.chance(0.004) {
            self.act(at, item, "cancel", json!({ "reason": "No longer wanted." }), actor);
        } else if self.random.chance(0.05) {
            self.act(at, item, "comment", json!({ "text": "Told the people who asked how it stands." }), actor);
        }
    }
    fn answer(&mut self, at: Instant, item: usize, round: u32) {
        let Some(step) = self.step_of(item, round).map(|s| s.id.clone()) else { return };
        let actor = self.somebody("service-desk");
        let waits_for_time =
            self.items.get(item).and_then(|w| w.item.round(round)).is_some_and(|r| r.waiting_for() == Some("timer"));
        if waits_for_time {
            self.act(at, item, "start", json!({ "step": step }), actor.clone());
            let failed = self.random.chance(0.3);
            let (verb, args) = if failed {
                ("fail", json!({ "step": step, "comment": "It still does not work." }))
            } else {
                ("finish", json!({ "step": step }))
            };
            self.act(at, item, verb, args, actor);
        } else {
            self.act(at, item, "reply", json!({ "step": step }), actor);
        }
    }
    fn gate(&mut self, at: Instant, item: usize, round: u32) {
        let Some(step) = self.step_of(item, round).map(|s| s.id.clone()) else { return };
        let gates: Vec<String> = self
            .items
            .get(item)
            .and_then(|w| w.item.round(round))
            .map(|r| r.holding().map(str::to_owned).collect())
            .unwrap_or_default();
        let actor = self.somebody("management");
        for gate in gates {
            self.act(
                at,
                item,
                "pass_gate",
                json!({ "step": step, "gate": gate, "evidence": "Looked at risk and plan." }),
                actor.clone(),
            );
        }
        let desk = self
            .items
            .get(item)
            .and_then(|w| w.item.round(round))
            .and_then(|r| TEAMS.iter().position(|t| r.team() == Some(t.id)));
        if let Some(desk) = desk {
            self.plan(at, Next::Look(desk));
        }
    }
}

/// Hour of the day and day of the week (0 is Monday), UTC.
const fn clock(at: Instant) -> (i64, i64) {
    let hour = at.micros().div_euclid(HOUR).rem_euclid(24);
    // 1 January 1970 was a Thursday.
    let weekday = (at.micros().div_euclid(DAY) + 3).rem_euclid(7);
    (hour, weekday)
}

const fn in_office(at: Instant) -> bool {
    let (hour, weekday) = clock(at);
    weekday < 5 && hour >= 8 && hour < 17
}

const fn next_office(at: Instant) -> Instant {
    let mut day = at.micros().div_euclid(DAY);
    if clock(at).0 >= 8 {
        day += 1;
    }
    while (day + 3).rem_euclid(7) >= 5 {
        day += 1;
    }
    Instant(day * DAY + 8 * HOUR)
}

/// The instant after so much office time.
const fn office_after(from: Instant, mut needed: i64) -> Instant {
    let mut at = if in_office(from) { from } else { next_office(from) };
    loop {
        let end = at.micros().div_euclid(DAY) * DAY + 17 * HOUR;
        if needed <= end - at.micros() {
            return at.plus(needed);
        }
        needed -= end - at.micros();
        at = next_office(Instant(end));
    }
}
