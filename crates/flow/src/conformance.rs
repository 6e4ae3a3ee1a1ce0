//! How items went compared with what their stream says: replay through the engine that runs live work.
//!
//! A step that was not allowed is a deviation and then happens all the same, so each cause counts once. Verdicts
//! of open items never say "violated" of what can still come: it is pending. Deadlines (`within`) are not judged.

use crate::figure::{Figure, Unit};
use crate::log::NO_TIME;
use crate::replay::{Clause, Kind, Machine, Moment};
use crate::selection::{ItemSet, each};
use crate::visits::{Ended, Standing, Visits};
use serde::Serialize;
use std::collections::BTreeMap;
use watercourse_core::item::{Ending, Item, Outcome, Place};
use watercourse_core::set::StepIndex;
use watercourse_core::stream::{Adhoc, Rule, Stream};

/// How an item went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum Verdict {
    /// It is not in the selection.
    NotLookedAt,
    /// As the stream says; nothing is owed any more.
    Conforms,
    /// As the stream says so far; something is still owed.
    Pending,
    /// Not as the stream says.
    Deviates,
}

/// How often a clause was followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct ClauseCount {
    /// It was followed.
    pub satisfied: u64,
    /// It was broken.
    pub violated: u64,
    /// It can still be followed.
    pub pending: u64,
}

/// A step as deviations name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Where {
    /// A step of the stream.
    Step(StepIndex),
    /// A step of the source that the stream does not have: a number of [`Visits::steps`].
    Unknown(u32),
}

/// A deviation: how often, and the items it happened to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deviation {
    /// What kind.
    pub kind: Kind,
    /// At which step.
    pub at: Where,
    /// How often.
    pub count: u64,
    /// The items, ascending, each once.
    pub items: Vec<u32>,
}

impl Deviation {
    fn happened_to(&mut self, item: u32) {
        self.count += 1;
        if self.items.last() != Some(&item) {
            self.items.push(item);
        }
    }
}

/// How the items went.
#[derive(Debug, Clone, PartialEq)]
pub struct Conformance {
    /// What the stream demands, with how often it was followed; clauses that nothing touched are left out.
    pub clauses: BTreeMap<Clause, ClauseCount>,
    /// What was otherwise, the most frequent first.
    pub deviations: Vec<Deviation>,
    /// By item.
    pub verdicts: Vec<Verdict>,
    /// The part of items without a deviation, open ones included.
    pub conforming: Figure,
    /// Satisfied by satisfied and violated, over all clauses: what was never touched does not count.
    pub fitness: Figure,
}

impl Clause {
    /// The clause in the words of the stream file.
    #[must_use]
    pub fn text(self, stream: &Stream) -> String {
        let step = |index: StepIndex| stream.step(index).map_or("?", |s| s.id.as_str());
        match self {
            Self::After(index, group) => {
                let group = stream.step(index).and_then(|s| s.after.get(usize::from(group)));
                let names: Vec<String> = group.into_iter().flatten().map(|r| stream.print(*r)).collect();
                format!("{} after {}", step(index), names.join("|"))
            }
            Self::Required(index) => format!("{} happens", step(index)),
            Self::Max(index) => {
                let max = stream.step(index).and_then(|s| s.max).unwrap_or_default();
                format!("{} at most {max} times", step(index))
            }
            Self::Rule(place) => match stream.rules.get(usize::from(place)) {
                Some(Rule::Response { on, then, .. }) => {
                    let on: Vec<String> = on.0.iter().map(|r| stream.print(*r)).collect();
                    format!("{} then {}", on.join("|"), step(*then))
                }
                Some(Rule::Hold { hold, until }) => format!("hold {} until {}", step(*hold), step(*until)),
                Some(Rule::Stop { on, steps } | Rule::Resume { on, steps }) => {
                    let on: Vec<String> = on.0.iter().map(|r| stream.print(*r)).collect();
                    let steps: Vec<&str> = steps.iter().map(step).collect();
                    format!("{} stops {}", on.join("|"), steps.join(", "))
                }
                Some(Rule::Choice { steps }) => {
                    format!("one of {}", steps.iter().map(step).collect::<Vec<_>>().join(", "))
                }
                None => "?".to_owned(),
            },
        }
    }
}

/// Which step of the stream each step of the visits is, by id, else by name, upper and lower case alike.
#[must_use]
pub fn same_steps(visits: &Visits, stream: &Stream) -> Vec<Option<StepIndex>> {
    let find = |wanted: &str| {
        let by = |name: &dyn Fn(usize) -> String| {
            let wanted = wanted.to_lowercase();
            (0..stream.steps.len()).find(|s| name(*s).to_lowercase() == wanted).and_then(|s| u8::try_from(s).ok())
        };
        by(&|s| stream.steps[s].id.clone()).or_else(|| by(&|s| stream.steps[s].name.clone()))
    };
    visits.steps.iter().map(find).collect()
}

/// How the items in `visits` went. `steps` says for each of their steps which one of the stream it is. Where the
/// source has no outcomes, a step with outcomes stands for its first.
#[must_use]
pub fn conformance(
    visits: &Visits,
    stream: &Stream,
    steps: &[Option<StepIndex>],
    items: Option<&ItemSet>,
) -> Conformance {
    let mut replay = Replay::new(stream, visits.item_count());
    let ends_only = !visits.source.phases && !visits.source.entries;
    let mut events: Vec<Event> = Vec::new();
    let known = |visit: usize| steps.get(visits.step[visit] as usize).copied().flatten();
    each(visits.item_count(), items, |item| {
        let range = visits.of_item(item);
        let over = matches!(visits.items.standing[item], Standing::Ended(Outcome::Delivered));
        let gone = matches!(visits.items.standing[item], Standing::Ended(o) if o != Outcome::Delivered);
        if ends_only {
            let first = range.clone().next().and_then(known);
            replay.begin(first);
            for visit in range {
                match known(visit) {
                    Some(step) => replay.event(item as u32, step, Moment::StartDone(None)),
                    None => replay.unknown(item as u32, visits.step[visit]),
                }
            }
        } else {
            events.clear();
            collect(visits, range, &mut events);
            let first = events.first().and_then(|e| steps.get(e.step as usize).copied().flatten());
            replay.begin(first);
            for event in &events {
                match steps.get(event.step as usize).copied().flatten() {
                    Some(step) => replay.event(item as u32, step, event.moment),
                    None if event.moment == Moment::Start => replay.unknown(item as u32, event.step),
                    None => {}
                }
            }
        }
        replay.end(item as u32, over, gone);
    });
    replay.finish()
}

/// How native items went: with their outcomes, and with the steps left out of them or not applying to them.
#[must_use]
pub fn conformance_of_items(items: &[&Item], stream: &Stream) -> Conformance {
    let mut replay = Replay::new(stream, items.len());
    for (number, item) in (0u32..).zip(items) {
        let mut events: Vec<(i64, u8, StepIndex, Moment)> = Vec::new();
        for round in &item.rounds {
            let Place::Step(step) = round.place else { continue };
            let Some(started) = round.started.map(|t| t.micros()) else { continue };
            events.push((started, 1, step, Moment::Start));
            if let Some((at, ending)) = &round.ended {
                let moment = match ending {
                    Ending::Done(outcome) => Moment::Done(outcome.as_deref().and_then(|o| stream.outcome(step, o))),
                    Ending::Failed => Moment::Failed,
                    Ending::Dropped => Moment::Dropped,
                };
                events.push((at.micros(), if at.micros() > started { 0 } else { 2 }, step, moment));
            }
        }
        events.sort_by_key(|(at, order, ..)| (*at, *order));
        let first = item.marking.touched.and(stream.starts()).iter().next();
        let marking = &item.marking;
        replay.state = replay.machine.begin_with(first, |new| {
            for step in marking.skipped.iter() {
                new.skipped(step, marking.stands_for(step));
            }
            for step in marking.fails.iter().filter(|s| !marking.done.has(*s)) {
                new.judged(step, false);
            }
        });
        for (.., step, moment) in events {
            replay.event(number, step, moment);
        }
        let outcome = item.closed.as_ref().map(|(_, outcome)| *outcome);
        replay.end(number, outcome == Some(Outcome::Delivered), outcome.is_some_and(|o| o != Outcome::Delivered));
    }
    replay.finish()
}

/// A start or an end of a round.
pub(crate) struct Event {
    at: i64,
    /// At one instant, ends of what was running come first, then starts, then ends of what just started.
    order: u8,
    pub(crate) step: u32,
    pub(crate) moment: Moment,
}

/// The starts and ends of an item's rounds, in order of time.
pub(crate) fn collect(visits: &Visits, range: std::ops::Range<usize>, events: &mut Vec<Event>) {
    let mut started = NO_TIME;
    for visit in range.clone() {
        let step = visits.step[visit];
        if visits.opens_round(visit) {
            started = NO_TIME;
        }
        let left = visits.left(visit);
        let begun = visits.started(visit).or_else(|| match visits.phased(visit) {
            true => None,
            false if visits.source.entries => visits.entered(visit),
            false => left,
        });
        if let Some(begun) = begun
            && started == NO_TIME
        {
            started = begun;
            events.push(Event { at: begun, order: 1, step, moment: Moment::Start });
        }
        let last = visit + 1 == range.end || visits.opens_round(visit + 1);
        let Some(at) = left.filter(|_| last && started != NO_TIME) else { continue };
        let moment = match visits.ended(visit) {
            Ended::Failed => Moment::Failed,
            Ended::Dropped => Moment::Dropped,
            Ended::Open | Ended::Done | Ended::HandedOver => Moment::Done(None),
        };
        events.push(Event { at, order: if at > started { 0 } else { 2 }, step, moment });
    }
    events.sort_by_key(|e| (e.at, e.order));
}

struct Replay<'a> {
    machine: Machine<'a>,
    stream: &'a Stream,
    state: u32,
    /// The item being replayed has deviated.
    deviated: bool,
    /// By effect.
    uses: Vec<Used>,
    /// Where each kind of deviation at each step is in the list.
    places: BTreeMap<(Kind, Where), usize>,
    deviations: Vec<Deviation>,
    verdicts: Vec<Verdict>,
}

/// How often an effect came, and what of it every event needs: the moves of a long log go through these alone.
struct Used {
    count: u64,
    next: u32,
    /// Places in the list of deviations.
    deviations: Box<[usize]>,
}

impl<'a> Replay<'a> {
    fn new(stream: &'a Stream, items: usize) -> Self {
        Self {
            machine: Machine::new(stream),
            stream,
            state: 0,
            deviated: false,
            uses: Vec::new(),
            places: BTreeMap::new(),
            deviations: Vec::new(),
            verdicts: vec![Verdict::NotLookedAt; items],
        }
    }
    fn begin(&mut self, first: Option<StepIndex>) {
        self.state = self.machine.begin(first);
    }
    fn event(&mut self, item: u32, step: StepIndex, moment: Moment) {
        let effect = self.machine.go(self.state, step, moment);
        self.take(item, effect);
    }
    /// A step the stream does not have.
    fn unknown(&mut self, item: u32, step: u32) {
        if self.stream.adhoc != Adhoc::Allow {
            let place = self.place(Kind::UnknownStep, Where::Unknown(step));
            self.deviated = true;
            self.deviations[place].happened_to(item);
        }
    }
    fn take(&mut self, item: u32, effect: u32) {
        while self.uses.len() <= effect as usize {
            let effect = &self.machine.effects[self.uses.len()];
            let (next, deviations) = (effect.next, effect.deviations.clone());
            let deviations = deviations.iter().map(|(kind, step)| self.place(*kind, Where::Step(*step))).collect();
            self.uses.push(Used { count: 0, next, deviations });
        }
        let used = &mut self.uses[effect as usize];
        used.count += 1;
        self.state = used.next;
        for place in &used.deviations {
            self.deviated = true;
            self.deviations[*place].happened_to(item);
        }
    }
    /// Where a deviation is in the list; it is put there if it is new.
    fn place(&mut self, kind: Kind, at: Where) -> usize {
        let next = self.deviations.len();
        let place = *self.places.entry((kind, at)).or_insert(next);
        if place == next {
            self.deviations.push(Deviation { kind, at, count: 0, items: Vec::new() });
        }
        place
    }
    /// The item is delivered (`over`), has ended otherwise (`gone`: nothing is owed any more), or is open.
    fn end(&mut self, item: u32, over: bool, gone: bool) {
        let mut pending = false;
        if !gone {
            let effect = self.machine.end(self.state, over);
            self.take(item, effect);
            pending = !self.machine.effects[effect as usize].pending.is_empty();
        }
        self.verdicts[item as usize] = match (self.deviated, pending) {
            (true, _) => Verdict::Deviates,
            (false, true) => Verdict::Pending,
            (false, false) => Verdict::Conforms,
        };
        self.deviated = false;
    }
    fn finish(self) -> Conformance {
        let mut clauses: BTreeMap<Clause, ClauseCount> = BTreeMap::new();
        for (effect, used) in self.machine.effects.iter().zip(&self.uses) {
            let uses = used.count;
            for clause in &effect.satisfied {
                clauses.entry(*clause).or_default().satisfied += uses;
            }
            for clause in &effect.violated {
                clauses.entry(*clause).or_default().violated += uses;
            }
            for clause in &effect.pending {
                clauses.entry(*clause).or_default().pending += uses;
            }
        }
        let mut deviations = self.deviations;
        deviations.retain(|d| d.count > 0);
        deviations.sort_by_key(|d| (std::cmp::Reverse(d.count), d.kind, d.at));
        let looked_at = self.verdicts.iter().filter(|v| **v != Verdict::NotLookedAt).count();
        let good = self.verdicts.iter().filter(|v| matches!(v, Verdict::Conforms | Verdict::Pending)).count();
        let satisfied: u64 = clauses.values().map(|c| c.satisfied).sum();
        let judged: u64 = satisfied + clauses.values().map(|c| c.violated).sum::<u64>();
        Conformance {
            conforming: Figure::ratio(good as f64, looked_at as f64, looked_at, Unit::Share),
            fitness: Figure::ratio(satisfied as f64, judged as f64, judged as usize, Unit::Share),
            clauses,
            deviations,
            verdicts: self.verdicts,
        }
    }
}
