//! The search for obligations that can never be met, over the markings of the engine itself.
//!
//! From every start, every condition either way, it starts what is enabled and finishes or fails it,
//! and sees whether every marking leads to one where nothing is owed. An item that could close is
//! walked on, as if work outside the steps kept it open. Two things keep the search small without
//! missing a deadlock. A step that decides nothing (no outcome or failure anybody looks at, no rule, no
//! choice, nothing it is held by) is done at once when it is owed: being done never takes anything away
//! from the others. And
//! steps that are done are not done again until a stuck marking is found; only then does a second
//! search see whether doing one again would help. A test compares it with a search without short cuts.

use crate::filter::Filter;
use crate::marking::Marking;
use crate::set::{StepIndex, StepSet};
use crate::standing::Standing;
use crate::stream::{Point, Reference, Rule, Stream};
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

/// The most different conditions that are tried either way.
const MOST_CONDITIONS: usize = 8;
/// The most markings of the second search.
const MOST_ESCAPES: usize = 20_000;

/// What the search found.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// How many markings were looked at.
    pub markings: usize,
    /// Whether that was all of them.
    pub complete: bool,
    /// Steps that were enabled in none of them; empty if they were not all looked at.
    pub never: StepSet,
    /// A start from which an item closes before anybody does anything.
    pub closes_at_once: Option<StepIndex>,
    /// The shortest way into a marking from which nothing leads to a close.
    pub deadlock: Option<Deadlock>,
}

/// A marking from which nothing leads to a close.
#[derive(Debug, Clone)]
pub struct Deadlock {
    /// What happened before, as references (`judge.no`).
    pub way: Vec<String>,
    /// What is owed there and cannot start.
    pub owed: Vec<Owed>,
    /// Whether doing a finished step again leads out.
    pub escapable: bool,
}

/// Something owed that cannot start.
#[derive(Debug, Clone)]
pub struct Owed {
    /// The step.
    pub step: StepIndex,
    /// The step that holds it.
    pub held_by: Option<StepIndex>,
    /// The groups of its `after` that are not met, as written.
    pub waits_for: Vec<String>,
}

/// How many markings of this stream take about as long as `most` of one of ordinary size: rules are
/// looked at for every step of every marking.
fn affordable(stream: &Stream, most: usize) -> usize {
    const ORDINARY: usize = 4_000;
    let each = stream.steps.len() * (stream.steps.len() + 64 * stream.rules.len());
    most.saturating_mul(ORDINARY) / each.max(ORDINARY)
}

/// Searches the markings of a stream, at most so many; fewer where each takes long because the stream is
/// very large.
#[must_use]
pub fn search(stream: &Stream, most: usize) -> Search {
    let most = affordable(stream, most);
    let walk = Walk::new(stream);
    let mut graph = Graph::default();
    let mut found = Search { complete: true, ..Search::default() };
    let all = stream.all();
    'starts: for start in stream.starts().iter() {
        for conditions in 0..(1u32 << walk.conditions.len()) {
            let mut marking = Marking::new(stream, Some(start));
            walk.settle(&mut marking, conditions);
            if walk.is_over(&marking) {
                found.closes_at_once.get_or_insert(start);
            }
            graph.add(marking, conditions, None);
            if !graph.explore(&walk, most, false) {
                found.complete = false;
                break 'starts;
            }
        }
    }
    found.markings = graph.nodes.len();
    if found.complete {
        found.never = all.without(graph.enabled);
    }
    if let Some(node) = graph.first_stuck(found.complete) {
        found.deadlock = graph.marking_at(&walk, node).map(|(marking, conditions)| {
            let mut second = Graph::default();
            second.add(marking.clone(), conditions, None);
            let done = second.explore(&walk, affordable(stream, MOST_ESCAPES), true);
            let escapable = !done || second.nodes.iter().any(|n| n.over);
            Deadlock { way: graph.way_to(stream, node), owed: walk.owed(&marking), escapable }
        });
    }
    found
}

/// A step taken by the search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Move {
    Start(StepIndex),
    Finish(StepIndex, Option<u8>),
    Fail(StepIndex),
}

/// What the search knows of a stream beforehand.
struct Walk<'a> {
    stream: &'a Stream,
    /// The different conditions, each with the steps that have it.
    conditions: Vec<StepSet>,
    /// Steps whose failing makes a difference.
    failing: StepSet,
    /// Steps of which other steps may act between start and finish with a difference.
    lasting: StepSet,
    /// Steps that decide nothing.
    simple: StepSet,
    /// Optional steps that nothing looks at.
    idle: StepSet,
    /// For each step the outcomes that make a difference, and one for all others.
    outcomes: Vec<Vec<Option<u8>>>,
}

impl<'a> Walk<'a> {
    fn new(stream: &'a Stream) -> Self {
        let mut conditions: Vec<(&Filter, StepSet)> = Vec::new();
        for index in stream.conditional().iter() {
            let Some(when) = stream.step(index).and_then(|s| s.when.as_ref()) else { continue };
            match conditions.iter_mut().find(|(w, _)| *w == when) {
                Some((_, steps)) => steps.add(index),
                None => conditions.push((when, StepSet::one(index))),
            }
        }
        // More conditions than can be tried either way hold or fail together with the last.
        while conditions.len() > MOST_CONDITIONS {
            let last = conditions.pop().map_or(StepSet::EMPTY, |(_, s)| s);
            if let Some((_, steps)) = conditions.last_mut() {
                *steps = steps.or(last);
            }
        }
        let triggers: Vec<Reference> = stream
            .rules
            .iter()
            .flat_map(|r| match r {
                Rule::Response { on, .. } | Rule::Stop { on, .. } | Rule::Resume { on, .. } => on.0.clone(),
                _ => Vec::new(),
            })
            .collect();
        let looked_at: Vec<Reference> =
            stream.steps.iter().flat_map(|s| s.after.iter().flatten().copied()).chain(triggers.clone()).collect();
        let with = |point: fn(Point) -> bool| -> StepSet {
            looked_at.iter().filter(|r| point(r.point)).map(|r| r.step).collect()
        };
        let mut taken_out = StepSet::EMPTY;
        let mut choices = StepSet::EMPTY;
        let mut targets = StepSet::EMPTY;
        let mut held = StepSet::EMPTY;
        for rule in &stream.rules {
            match rule {
                Rule::Stop { steps, .. } | Rule::Resume { steps, .. } => taken_out = taken_out.or(*steps),
                Rule::Choice { steps } => choices = choices.or(*steps),
                Rule::Response { then, .. } => targets.add(*then),
                Rule::Hold { hold, until } => {
                    held.add(*hold);
                    targets = targets.or(StepSet::one(*hold)).or(StepSet::one(*until));
                }
            }
        }
        let reacting: StepSet = triggers.iter().map(|r| r.step).collect();
        let on_start: StepSet = triggers.iter().filter(|r| r.point == Point::Start).map(|r| r.step).collect();
        let failing = with(|p| p == Point::Failed);
        let deciding = with(|p| matches!(p, Point::Failed | Point::Outcome(_)));
        let ending: StepSet = (0u8..64)
            .zip(&stream.steps)
            .filter(|(_, s)| s.outcomes.iter().any(|o| o.ends.is_some()))
            .map(|(i, _)| i)
            .collect();
        let special = taken_out.or(choices);
        // A step that was taken out lives on when it is done, and no longer when it then fails; and what
        // its start brought about may keep it from starting again.
        let failing = failing.or(special).or(on_start);
        let begun = with(|p| p == Point::Start);
        let simple = stream.all().without(deciding).without(ending).without(special).without(reacting).without(held);
        let followed: StepSet = looked_at.iter().map(|r| r.step).collect();
        let outcomes = (0u8..64)
            .zip(&stream.steps)
            .map(|(index, step)| {
                let mut other = false;
                let mut list = Vec::new();
                for (outcome, o) in (0u8..).zip(&step.outcomes) {
                    let used = o.ends.is_some()
                        || looked_at.contains(&Reference { step: index, point: Point::Outcome(outcome) });
                    if used || !std::mem::replace(&mut other, true) {
                        list.push(Some(outcome));
                    }
                }
                if list.is_empty() { vec![None] } else { list }
            })
            .collect();
        Self {
            stream,
            conditions: conditions.into_iter().map(|(_, s)| s).collect(),
            failing,
            lasting: special.or(on_start).or(failing).or(begun.without(simple)),
            simple,
            idle: stream.optional().without(followed).without(special).without(targets).without(ending),
            outcomes,
        }
    }

    /// Lets everything follow that follows, as the engine does after each verb.
    fn settle(&self, marking: &mut Marking, conditions: u32) {
        let stream = self.stream;
        for _ in 0..(2 * stream.steps.len() + 8) {
            let before = (marking.open, marking.holds, marking.fails);
            let standing = Standing::of(stream, marking);
            let mut due = StepSet::EMPTY;
            for step in stream.conditional().without(marking.holds.or(marking.fails)).iter() {
                due.set(step, marking.is_undecided(step) && !standing.dead.has(step) && standing.is_met(step));
            }
            for (bit, steps) in self.conditions.iter().enumerate() {
                steps.and(due).iter().for_each(|step| marking.judged(step, conditions & (1 << bit) != 0));
            }
            let standing = Standing::of(stream, marking);
            let fallen = marking.open.without(marking.begun).and(standing.dead.or(standing.bypassed()));
            fallen.iter().for_each(|step| marking.dropped(step));
            let standing = Standing::of(stream, marking);
            let judged = marking.holds.or(stream.all().without(stream.conditional()));
            let ready: StepSet =
                standing.owed.without(marking.open).and(judged).iter().filter(|s| standing.is_enabled(*s)).collect();
            ready.iter().for_each(|step| marking.round_opened(step, false));
            if before == (marking.open, marking.holds, marking.fails) {
                break;
            }
        }
        marking.forget(stream);
    }
    fn is_over(&self, marking: &Marking) -> bool {
        marking.open.is_empty() && Standing::of(self.stream, marking).owed.is_empty()
    }
    /// The steps somebody may start now.
    fn startable(&self, marking: &Marking, again: bool) -> StepSet {
        let standing = Standing::of(self.stream, marking);
        let judged = marking.holds.or(self.stream.all().without(self.stream.conditional()));
        let fresh = if again {
            self.stream.all()
        } else {
            standing.owed.or(self.stream.all().without(marking.done)).without(self.idle)
        };
        fresh.without(marking.begun).and(judged).iter().filter(|s| standing.is_enabled(*s)).collect()
    }
    fn moves(&self, marking: &Marking, again: bool) -> Vec<Move> {
        let startable = self.startable(marking, again);
        let at_once = startable.and(self.simple).and(marking.open).iter().next();
        if let Some(step) = at_once.filter(|_| !again) {
            return vec![Move::Finish(step, self.outcomes_of(step).first().copied().flatten())];
        }
        let mut moves = Vec::new();
        let ends = |step: StepIndex, moves: &mut Vec<Move>| {
            moves.extend(self.outcomes_of(step).iter().map(|o| Move::Finish(step, *o)));
            if self.failing.has(step) {
                moves.push(Move::Fail(step));
            }
        };
        for step in startable.iter() {
            if self.lasting.has(step) { moves.push(Move::Start(step)) } else { ends(step, &mut moves) }
        }
        marking.begun.iter().for_each(|step| ends(step, &mut moves));
        moves
    }
    fn outcomes_of(&self, step: StepIndex) -> &[Option<u8>] {
        self.outcomes.get(usize::from(step)).map(Vec::as_slice).unwrap_or_default()
    }
    /// The marking after a move; none where the move ends the item.
    fn after(&self, marking: &Marking, conditions: u32, step: Move) -> Option<Marking> {
        let mut next = marking.clone();
        match step {
            Move::Start(s) => next.started(self.stream, s),
            Move::Finish(s, _) | Move::Fail(s) if !next.begun.has(s) => next.started(self.stream, s),
            Move::Finish(..) | Move::Fail(_) => {}
        }
        match step {
            Move::Start(_) => {}
            Move::Finish(s, outcome) => {
                let ends = outcome.and_then(|o| self.stream.step(s)?.outcomes.get(usize::from(o))?.ends);
                if ends.is_some() {
                    return None;
                }
                next.finished_well(self.stream, s, outcome);
            }
            Move::Fail(s) => next.failed(self.stream, s),
        }
        self.settle(&mut next, conditions);
        Some(next)
    }
    fn owed(&self, marking: &Marking) -> Vec<Owed> {
        let standing = Standing::of(self.stream, marking);
        let group = |g: &[Reference]| g.iter().map(|r| self.stream.print(*r)).collect::<Vec<_>>().join("|");
        let stuck = standing.owed.iter().filter(|s| !standing.is_enabled(*s));
        stuck
            .map(|step| Owed {
                step,
                held_by: standing.held_by(step),
                waits_for: standing.unmet(step).into_iter().map(group).collect(),
            })
            .collect()
    }
}

/// A marking that was looked at.
struct Node {
    /// The marking before it and the move that led here.
    from: Option<(u32, Move)>,
    conditions: u32,
    /// Whether the item is over here.
    over: bool,
}

/// The markings seen. Only those still to be looked at are kept whole; of the others a fingerprint of
/// 128 bits is enough to know them again.
#[derive(Default)]
struct Graph {
    nodes: Vec<Node>,
    known: HashMap<u128, u32>,
    todo: std::collections::VecDeque<(u32, Marking)>,
    /// From which to which.
    edges: Vec<(u32, u32)>,
    /// Steps enabled or begun somewhere.
    enabled: StepSet,
    starts: Vec<(u32, Marking)>,
}

fn fingerprint(marking: &Marking, conditions: u32) -> u128 {
    let half = |salt: u64| {
        let mut hasher = DefaultHasher::new();
        (salt, conditions, marking).hash(&mut hasher);
        u128::from(hasher.finish())
    };
    (half(1) << 64) | half(2)
}

impl Graph {
    fn add(&mut self, marking: Marking, conditions: u32, from: Option<(u32, Move)>) -> u32 {
        let key = fingerprint(&marking, conditions);
        if let Some(node) = self.known.get(&key) {
            return *node;
        }
        let node = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        self.known.insert(key, node);
        self.nodes.push(Node { from, conditions, over: false });
        if from.is_none() {
            self.starts.push((node, marking.clone()));
        }
        self.todo.push_back((node, marking));
        node
    }
    /// Looks at everything that is still to be looked at; false if that is more than so many.
    fn explore(&mut self, walk: &Walk<'_>, most: usize, again: bool) -> bool {
        while let Some((node, marking)) = self.todo.pop_front() {
            let conditions = self.nodes.get(at(node)).map_or(0, |n| n.conditions);
            let standing = Standing::of(walk.stream, &marking);
            let offered: StepSet =
                walk.stream.all().without(self.enabled).iter().filter(|s| standing.is_enabled(*s)).collect();
            self.enabled = self.enabled.or(offered).or(marking.begun);
            let mut over = walk.is_over(&marking);
            for step in walk.moves(&marking, again) {
                match walk.after(&marking, conditions, step) {
                    None => over = true,
                    Some(next) => {
                        let to = self.add(next, conditions, Some((node, step)));
                        self.edges.push((node, to));
                    }
                }
            }
            if let Some(n) = self.nodes.get_mut(at(node)) {
                n.over = over;
            }
            if self.nodes.len() > most {
                return false;
            }
        }
        true
    }
    /// The first marking from which no way leads to the end. If not all were looked at, only one
    /// without any way on is sure.
    fn first_stuck(&self, complete: bool) -> Option<u32> {
        let mut leads_out: Vec<bool> = self.nodes.iter().map(|n| n.over).collect();
        if !complete {
            for (from, _) in &self.edges {
                mark(&mut leads_out, *from);
            }
            for (node, _) in &self.todo {
                mark(&mut leads_out, *node);
            }
        } else {
            let mut back: Vec<(u32, u32)> = self.edges.iter().map(|(a, b)| (*b, *a)).collect();
            back.sort_unstable();
            let mut todo: Vec<u32> = (0u32..).zip(&leads_out).filter(|(_, l)| **l).map(|(n, _)| n).collect();
            while let Some(node) = todo.pop() {
                let from = back.partition_point(|(b, _)| *b < node);
                for (_, before) in back.get(from..).unwrap_or_default().iter().take_while(|(b, _)| *b == node) {
                    if mark(&mut leads_out, *before) {
                        todo.push(*before);
                    }
                }
            }
        }
        (0u32..).zip(leads_out).find(|(_, out)| !out).map(|(n, _)| n)
    }
    /// The moves that led to a marking, first to last, with the start.
    fn moves_to(&self, mut node: u32) -> (u32, Vec<Move>) {
        let mut moves = Vec::new();
        while let Some((from, step)) = self.nodes.get(at(node)).and_then(|n| n.from) {
            moves.push(step);
            node = from;
        }
        moves.reverse();
        (node, moves)
    }
    fn way_to(&self, stream: &Stream, node: u32) -> Vec<String> {
        let point = |step: &Move| match step {
            Move::Start(s) => Reference { step: *s, point: Point::Start },
            Move::Finish(s, None) => Reference { step: *s, point: Point::Done },
            Move::Finish(s, Some(o)) => Reference { step: *s, point: Point::Outcome(*o) },
            Move::Fail(s) => Reference { step: *s, point: Point::Failed },
        };
        self.moves_to(node).1.iter().map(|m| stream.print(point(m))).collect()
    }
    /// The marking itself, walked to again from its start.
    fn marking_at(&self, walk: &Walk<'_>, node: u32) -> Option<(Marking, u32)> {
        let (start, moves) = self.moves_to(node);
        let conditions = self.nodes.get(at(start))?.conditions;
        let marking = self.starts.iter().find(|(n, _)| *n == start)?.1.clone();
        let marking = moves.into_iter().try_fold(marking, |m, step| walk.after(&m, conditions, step))?;
        Some((marking, conditions))
    }
}

/// Sets the flag of a node; says whether it was not set before.
fn mark(flags: &mut [bool], node: u32) -> bool {
    flags.get_mut(at(node)).is_some_and(|f| !std::mem::replace(f, true))
}

/// A node's place in the lists.
fn at(node: u32) -> usize {
    usize::try_from(node).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a failing test says what went wrong")]

    use super::*;
    use crate::activity::Activity;
    use crate::span::Span;
    use crate::stream::{Ends, Outcome, Parts, Promise, Step, Trigger};
    use proptest::collection::vec;
    use proptest::prelude::*;
    use std::collections::HashSet;

    const STEPS: u8 = 5;

    fn reference() -> impl Strategy<Value = Reference> + Clone {
        (0..STEPS, 0u8..5).prop_map(|(step, point)| {
            let point = match point {
                0 => Point::Start,
                1 => Point::Failed,
                // The odd steps have two outcomes.
                o if step % 2 == 1 => Point::Outcome(o % 2),
                _ => Point::Done,
            };
            Reference { step, point }
        })
    }
    fn rule() -> impl Strategy<Value = Rule> {
        let on = vec(reference(), 1..2).prop_map(Trigger);
        let set = vec(0..STEPS, 1..3).prop_map(|s| s.into_iter().collect::<StepSet>());
        prop_oneof![
            (on.clone(), 0..STEPS).prop_map(|(on, then)| Rule::Response { on, then, within: None }),
            (on.clone(), set.clone()).prop_map(|(on, steps)| Rule::Stop { on, steps }),
            (on, set.clone()).prop_map(|(on, steps)| Rule::Resume { on, steps }),
            (0..STEPS, 0..STEPS).prop_map(|(hold, until)| Rule::Hold { hold, until }),
            set.prop_map(|steps| Rule::Choice { steps }),
        ]
    }
    fn streams() -> impl Strategy<Value = Stream> {
        let after = vec(vec(reference(), 1..3), 0..3);
        let step = (any::<bool>(), after, 0u8..3, any::<bool>());
        (vec(step, usize::from(STEPS)), vec(rule(), 0..3)).prop_map(|(steps, rules)| {
            let steps = (0u8..).zip(steps).map(|(index, (optional, mut after, ends, _))| {
                after.iter_mut().for_each(|g| g.retain(|r| r.step != index));
                after.retain(|g| !g.is_empty() && index > 0);
                let outcome = |id: &str, ends| Outcome { id: id.to_owned(), ends };
                let outcomes = if index % 2 == 1 {
                    vec![outcome("x", None), outcome("y", (ends == 0).then_some(Ends::Declined))]
                } else {
                    Vec::new()
                };
                Step {
                    id: format!("s{index}"),
                    name: String::new(),
                    activity: Activity::Plan,
                    practice: None,
                    team: None,
                    start: index == 0,
                    optional: optional && index > 0,
                    after,
                    outcomes,
                    when: None,
                    within: None,
                    min: 1,
                    max: None,
                    gates: Vec::new(),
                    deliver: false,
                    commit: false,
                    feeds: Vec::new(),
                    spawns: None,
                    done_on: None,
                }
            });
            let none = String::new;
            Stream::new(Parts {
                id: none(),
                name: none(),
                kind: none(),
                demand: none(),
                value: none(),
                owner: None,
                promise: Promise::default(),
                adhoc: crate::stream::Adhoc::Record,
                reopen_within: Span::days(14),
                steps: steps.collect(),
                rules,
            })
        })
    }

    /// Every step started, finished and failed on its own, in any order: whether some marking leads nowhere.
    fn by_brute_force(stream: &Stream) -> Option<bool> {
        let walk = Walk::new(stream);
        let mut first = Marking::new(stream, Some(0));
        walk.settle(&mut first, 0);
        let mut all: Vec<(Marking, Vec<usize>, bool)> = Vec::new();
        let mut known: HashMap<Marking, usize> = HashMap::from([(first.clone(), 0)]);
        let mut todo = vec![first];
        while let Some(marking) = todo.get(all.len()).cloned() {
            let mut over = walk.is_over(&marking);
            let mut moves = Vec::new();
            let standing = Standing::of(stream, &marking);
            for step in stream.all().iter() {
                let outcomes: Vec<Option<u8>> = if step % 2 == 1 { vec![Some(0), Some(1)] } else { vec![None] };
                if marking.begun.has(step) {
                    moves.extend(outcomes.into_iter().map(|o| Move::Finish(step, o)));
                    moves.push(Move::Fail(step));
                } else if standing.is_enabled(step) && (standing.owed.has(step) || !marking.done.has(step)) {
                    moves.push(Move::Start(step));
                }
            }
            let mut next = Vec::new();
            for step in moves {
                match walk.after(&marking, 0, step) {
                    None => over = true,
                    Some(marking) => {
                        let count = known.len();
                        let to = *known.entry(marking.clone()).or_insert(count);
                        if to == count {
                            todo.push(marking);
                        }
                        next.push(to);
                    }
                }
            }
            all.push((marking, next, over));
            if all.len() > 20_000 {
                return None;
            }
        }
        let mut out: HashSet<usize> = (0..all.len()).filter(|n| all[*n].2).collect();
        loop {
            let more: Vec<usize> =
                (0..all.len()).filter(|n| !out.contains(n) && all[*n].1.iter().any(|t| out.contains(t))).collect();
            if more.is_empty() {
                return Some(out.len() < all.len());
            }
            out.extend(more);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 120, rng_seed: proptest::test_runner::RngSeed::Fixed(7), failure_persistence: None, max_global_rejects: 100_000, ..ProptestConfig::default() })]
        #[test]
        fn the_short_search_finds_a_deadlock_where_the_long_one_does(stream in streams()) {
            let Some(stuck) = by_brute_force(&stream) else { return Ok(()) };
            let found = search(&stream, 200_000);
            prop_assert!(found.complete);
            prop_assert_eq!(found.deadlock.is_some(), stuck, "{}\n{:?}", crate::stream::print(&stream), found.deadlock);
        }

        #[test]
        fn what_the_structure_calls_unreachable_is_never_enabled(stream in streams()) {
            let found = search(&stream, 200_000);
            prop_assert!(found.complete);
            let text = crate::stream::print(&stream);
            for d in crate::stream::read(&text, &crate::stream::Context::default()).diagnostics {
                if matches!(d.code, "circle" | "never-reached") || d.message.contains("can never be reached") {
                    let step = d.message.split(['“', '”']).nth(1).and_then(|id| stream.index(id)).unwrap();
                    prop_assert!(found.never.has(step) || found.deadlock.is_some(), "{}\n{}", d.message, text);
                }
            }
        }
    }
}
