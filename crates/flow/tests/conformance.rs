//! Replay against a stream: counted by hand, and against a replay that remembers nothing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

use proptest::prelude::*;
use std::collections::BTreeMap;
use watercourse_core::activity::Activity;
use watercourse_core::marking::Marking;
use watercourse_core::set::{StepIndex, StepSet};
use watercourse_core::span::Span;
use watercourse_core::standing::Standing;
use watercourse_core::stream::{Adhoc, Parts, Point, Promise, Reference, Rule, Step, Stream, Trigger};
use watercourse_flow::conformance::{Conformance, Verdict, Where, conformance, same_steps};
use watercourse_flow::from_log::from_log;
use watercourse_flow::log::{Event, Log};
use watercourse_flow::meaning::LogMeaning;
use watercourse_flow::order::Ordered;
use watercourse_flow::replay::{Clause, Kind};

struct Plan {
    id: &'static str,
    after: Vec<Vec<u8>>,
    optional: bool,
    start: bool,
    max: Option<u16>,
}

fn plan(id: &'static str, after: &[&[u8]]) -> Plan {
    Plan { id, after: after.iter().map(|g| g.to_vec()).collect(), optional: false, start: false, max: None }
}

fn done(step: StepIndex) -> Reference {
    Reference { step, point: Point::Done }
}

fn stream(plans: &[Plan], rules: Vec<Rule>) -> Stream {
    let step = |plan: &Plan| Step {
        id: plan.id.to_owned(),
        name: plan.id.to_uppercase(),
        activity: Activity::Engage,
        practice: None,
        team: None,
        start: plan.start,
        optional: plan.optional,
        after: plan.after.iter().map(|g| g.iter().map(|s| done(*s)).collect()).collect(),
        outcomes: Vec::new(),
        when: None,
        within: None,
        min: 1,
        max: plan.max,
        gates: Vec::new(),
        deliver: false,
        commit: false,
        feeds: Vec::new(),
        spawns: None,
        done_on: None,
    };
    Stream::new(Parts {
        id: "s".to_owned(),
        name: "S".to_owned(),
        kind: "feature".to_owned(),
        demand: String::new(),
        value: String::new(),
        owner: None,
        promise: Promise::default(),
        adhoc: Adhoc::Record,
        reopen_within: Span::parse("14d").unwrap(),
        steps: plans.iter().map(step).collect(),
        rules,
    })
}

fn log(cases: &[&[&str]]) -> Log {
    let mut log = Log::default();
    for (case, events) in cases.iter().enumerate() {
        for (at, activity) in (0i64..).zip(*events) {
            log.push(Event { case: &format!("{case}"), activity, at, start: None, team: None, lifecycle: None });
        }
    }
    log
}

fn replay(log: &Log, stream: &Stream, done: &[&str]) -> Conformance {
    let visits = from_log(log, &Ordered::of(log), &LogMeaning::default().done(done.iter().copied()));
    conformance(&visits, stream, &same_steps(&visits, stream), None)
}

fn counts(found: &Conformance) -> BTreeMap<(Kind, Where), u64> {
    found.deviations.iter().map(|d| ((d.kind, d.at), d.count)).collect()
}

#[test]
fn deviations_are_named_and_counted() {
    let stream = stream(&[plan("ask", &[]), plan("build", &[&[0]]), plan("ship", &[&[1]])], Vec::new());
    let log = log(&[
        &["ask", "BUILD", "ship"],         // as the stream says; names count as well as ids
        &["ask", "ship", "build"],         // ship too early
        &["ask", "chat", "build", "ship"], // a step the stream does not have
        &["ask"],                          // open: nothing is violated, something is owed
        &["build", "ship"],                // build too early; ended without ask
    ]);
    let found = replay(&log, &stream, &["ship"]);
    let chat = log.activities.get("chat").unwrap();
    let expected: BTreeMap<(Kind, Where), u64> = [
        ((Kind::TooEarly, Where::Step(1)), 1),
        ((Kind::TooEarly, Where::Step(2)), 1),
        ((Kind::UnknownStep, Where::Unknown(chat)), 1),
        ((Kind::Missing, Where::Step(0)), 1),
    ]
    .into();
    assert_eq!(counts(&found), expected);
    use Verdict::{Conforms, Deviates, Pending};
    assert_eq!(found.verdicts, [Conforms, Deviates, Deviates, Pending, Deviates]);
    assert_eq!(found.conforming.value(), Some(0.4));
    let ship = found.clauses[&Clause::After(2, 0)];
    assert_eq!((ship.satisfied, ship.violated, ship.pending), (3, 1, 0));
    let asked = found.clauses[&Clause::Required(0)];
    assert_eq!((asked.satisfied, asked.violated, asked.pending), (4, 1, 0));
    let shipped = found.clauses[&Clause::Required(2)];
    assert_eq!((shipped.satisfied, shipped.violated, shipped.pending), (4, 0, 1));
    assert_eq!(Clause::After(2, 0).text(&stream), "ship after build");
    let early = found.deviations.iter().find(|d| d.kind == Kind::TooEarly && d.at == Where::Step(2)).unwrap();
    assert_eq!(early.items, [1]);
}

#[test]
fn a_response_is_satisfied_pending_or_violated() {
    let plans =
        [plan("do", &[]), Plan { optional: true, ..plan("test", &[]) }, Plan { optional: true, ..plan("close", &[]) }];
    let rule = Rule::Response { on: Trigger(vec![done(0)]), then: 1, within: None };
    let stream = stream(&plans, vec![rule]);
    let log = log(&[&["do", "test", "close"], &["do", "close"], &["do"], &["do", "test", "do"]]);
    let found = replay(&log, &stream, &["close"]);
    let clause = found.clauses[&Clause::Rule(0)];
    // The last one did it again after its test: it owes another.
    assert_eq!((clause.satisfied, clause.violated, clause.pending), (2, 1, 2));
    assert_eq!(counts(&found), [((Kind::Missing, Where::Step(1)), 1)].into());
}

#[test]
fn a_stream_without_rules_is_always_followed() {
    let plans = ["a", "b", "c"].map(|id| Plan { optional: true, ..plan(id, &[]) });
    let found = replay(&log(&[&["c", "a"], &["b", "b", "b"], &["a"]]), &stream(&plans, Vec::new()), &["a"]);
    assert_eq!((found.conforming.value(), found.deviations.len()), (Some(1.0), 0));
}

/// The same questions asked of a fresh marking for each item, nothing remembered.
fn naive(cases: &[Vec<u8>], stream: &Stream) -> BTreeMap<(Kind, Where), u64> {
    let mut found = BTreeMap::new();
    for case in cases.iter().filter(|c| !c.is_empty()) {
        let mut marking = Marking::new(stream, Some(case[0]).filter(|s| stream.starts().has(*s)));
        for step in case {
            let standing = Standing::of(stream, &marking);
            let mut say = |kind: Kind, holds: bool| {
                if holds {
                    *found.entry((kind, Where::Step(*step))).or_default() += 1;
                }
            };
            let chosen = stream.rules.iter().enumerate().any(|(place, rule)| {
                matches!(rule, Rule::Choice { steps } if steps.has(*step))
                    && marking.chosen(place).is_some_and(|c| c != *step)
            });
            let stopped = marking.excluded.has(*step)
                && stream.rules.iter().any(|r| matches!(r, Rule::Stop { steps, .. } if steps.has(*step)));
            let early = !standing.unmet(*step).is_empty();
            let out = chosen || stopped || (standing.dead.has(*step) && !early);
            say(Kind::TooMany, standing.is_used_up(*step));
            say(Kind::Excluded, out);
            say(Kind::TooEarly, early && !out);
            say(Kind::Held, standing.held_by(*step).is_some());
            marking.started(stream, *step);
            marking.finished_well(stream, *step, None);
        }
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn remembering_moves_changes_nothing(
        after in prop::collection::vec(prop::collection::vec(prop::collection::vec(0u8..5, 1..3), 0..2), 5),
        optional in prop::collection::vec(any::<bool>(), 5),
        starts in prop::collection::vec(prop::bool::weighted(0.2), 5),
        max in prop::collection::vec(prop::option::weighted(0.3, 1u16..3), 5),
        rules in prop::collection::vec((0u8..5, 0u8..5, 0u8..5), 0..4),
        cases in prop::collection::vec(prop::collection::vec(0u8..5, 0..9), 0..12),
    ) {
        let names = ["a", "b", "c", "d", "e"];
        let plans: Vec<Plan> = (0..5).map(|s| Plan {
            id: names[s], after: after[s].clone(), optional: optional[s], start: starts[s], max: max[s],
        }).collect();
        let pair = |a: u8, b: u8| -> StepSet { [a, b].into_iter().collect() };
        let rules = rules.iter().map(|(kind, a, b)| match kind {
            0 => Rule::Response { on: Trigger(vec![done(*a)]), then: *b, within: None },
            1 => Rule::Stop { on: Trigger(vec![done(*a)]), steps: StepSet::one(*b) },
            2 => Rule::Resume { on: Trigger(vec![done(*a)]), steps: StepSet::one(*b) },
            3 => Rule::Hold { hold: *a, until: *b },
            _ => Rule::Choice { steps: pair(*a, *b) },
        }).collect();
        let stream = stream(&plans, rules);
        let words: Vec<Vec<&str>> = cases.iter().map(|c| c.iter().map(|s| names[usize::from(*s)]).collect()).collect();
        let log = log(&words.iter().map(Vec::as_slice).collect::<Vec<_>>());
        // Without a label of being done nothing is missing, only pending.
        let found = replay(&log, &stream, &[]);
        prop_assert_eq!(counts(&found), naive(&cases, &stream));
        prop_assert_eq!(found.verdicts.len(), cases.iter().filter(|c| !c.is_empty()).count());
    }
}
