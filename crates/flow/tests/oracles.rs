//! The kernel against slow and obvious ways, on random logs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

mod support;

use proptest::prelude::*;
use support::naive;
use watercourse_core::item::Outcome;
use watercourse_flow::from_log::from_log;
use watercourse_flow::log::{Event, Log, TimeMeans};
use watercourse_flow::map::Map;
use watercourse_flow::meaning::{Lifecycle, LogMeaning, StatePhase};
use watercourse_flow::measures::{self, Behind, View, behind};
use watercourse_flow::order::Ordered;
use watercourse_flow::quantile::Quantiles;
use watercourse_flow::selection::ItemSet;
use watercourse_flow::timeline::Timeline;
use watercourse_flow::variants::Variants;
use watercourse_flow::visits::{Standing, Visits};

type Raw = (u8, u8, i64, Option<i64>, Option<u8>, Option<u8>);

const TURNS: [&str; 9] =
    ["schedule", "start", "suspend", "resume", "complete", "COMPLETE", "withdraw", "reassign", "made up"];

fn log(events: &[Raw]) -> Log {
    let mut log = Log::default();
    for (case, activity, at, back, team, turn) in events {
        log.push(Event {
            case: &format!("case {case}"),
            activity: ["ask", "check", "do", "done", "closed"][usize::from(*activity) % 5],
            at: *at,
            start: back.map(|back| at - back),
            team: team.map(|t| ["A", "B", "C"][usize::from(t) % 3]),
            lifecycle: turn.map(|t| TURNS[usize::from(t) % TURNS.len()]),
        });
    }
    log
}

fn events(starts: bool, turns: bool) -> impl Strategy<Value = Vec<Raw>> {
    let start = prop::option::weighted(0.8, -2i64..12).prop_map(move |s| s.filter(|_| starts));
    let turn = prop::option::weighted(0.95, 0u8..9).prop_map(move |t| t.filter(|_| turns));
    let one = (0u8..5, 0u8..5, -20i64..60, start, prop::option::weighted(0.7, 0u8..3), turn);
    prop::collection::vec(one, 0..40)
}

/// Every way a log can be meant.
fn meanings() -> impl Strategy<Value = (LogMeaning, bool, bool)> {
    let phase = |p: u8| match p {
        0 => StatePhase::Queued,
        1 => StatePhase::Active,
        _ => StatePhase::Waiting("user".to_owned()),
    };
    let phases = prop::collection::btree_map(prop::sample::select(vec!["ask", "check", "do"]), 0u8..3, 0..4)
        .prop_map(move |m| m.into_iter().map(|(name, p)| (name.to_owned(), phase(p))).collect());
    let done = prop::collection::btree_set(prop::sample::select(vec!["done", "closed", "do"]), 0..3)
        .prop_map(|d| d.into_iter().map(|name| (name.to_owned(), Outcome::Delivered)).collect());
    (0u8..4, phases, done, prop::option::of(40i64..90)).prop_map(|(way, phases, done, as_of)| {
        let time = if way == 1 { TimeMeans::Entry } else { TimeMeans::Completion };
        let lifecycle = if way == 3 { Lifecycle::Transitions } else { Lifecycle::Ignored };
        (LogMeaning { time, lifecycle, done, phases, as_of, ..LogMeaning::default() }, way == 2, way == 3)
    })
}

fn meant() -> impl Strategy<Value = (Vec<Raw>, LogMeaning)> {
    meanings().prop_flat_map(|(meaning, starts, turns)| (events(starts, turns), Just(meaning)))
}

/// Segments are disjoint, in order, none is empty, and they sum to the whole.
fn conserved(visits: &Visits, timeline: &Timeline) -> Result<(), TestCaseError> {
    for item in 0..visits.item_count() {
        let (created, until) = (visits.items.created[item], visits.items.until[item]);
        let mut at = created;
        for segment in timeline.of_item(item) {
            prop_assert_eq!(segment.from, at);
            prop_assert!(segment.until > segment.from);
            at = segment.until;
        }
        prop_assert_eq!(at, until.max(created), "{} of {:?}", item, visits.items.standing[item]);
        if let Standing::Ended(_) = visits.items.standing[item] {
            prop_assert_eq!(visits.lead_time(item), Some(timeline.of_item(item).map(|s| s.long()).sum::<i64>()));
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_map_is_what_counting_pairs_gives(raw in events(true, false), odd in any::<bool>()) {
        let log = log(&raw);
        let ordered = Ordered::of(&log);
        let set = ItemSet::having(log.cases.len(), |case| !odd || case % 2 == 1);
        let map = Map::of_log(&log, &ordered, Some(&set));
        let expected = naive::edges(&log, |case| !odd || case % 2 == 1);
        prop_assert_eq!(map.edges.len(), expected.len());
        for edge in &map.edges {
            let times = &expected[&(edge.from, edge.to)];
            prop_assert_eq!(edge.count as usize, times.len());
            let found = edge.time.unwrap();
            for (q, value) in [(0.5, found.p50), (0.85, found.p85), (0.95, found.p95)] {
                prop_assert!((naive::quantile(times, q) - value).abs() < 1e-6);
            }
        }
        // What leaves a step and what ends with it is what happened there.
        for node in &map.nodes {
            let out: u32 = map.edges.iter().filter(|e| e.from == node.step).map(|e| e.count).sum();
            let into: u32 = map.edges.iter().filter(|e| e.to == node.step).map(|e| e.count).sum();
            prop_assert_eq!((out + node.ends, into + node.starts), (node.count, node.count));
        }
        let shown = map.most_used(0.5);
        prop_assert!(map.transitions == 0 || shown.coverage >= 0.5);
    }

    #[test]
    fn variants_are_the_sequences(raw in events(false, false)) {
        let log = log(&raw);
        let ordered = Ordered::of(&log);
        let visits = from_log(&log, &ordered, &LogMeaning::default());
        let variants = Variants::of_log(&ordered, &visits, None);
        let expected = naive::variants(&log);
        prop_assert_eq!(variants.list.len(), expected.len());
        for (place, variant) in variants.list.iter().enumerate() {
            prop_assert_eq!(expected[&variant.steps], variant.count);
            prop_assert_eq!(variants.items(place).len(), variant.count as usize);
        }
        prop_assert_eq!(variants.list.iter().map(|v| v.count as usize).sum::<usize>(), log.cases.len());
    }

    #[test]
    fn quantiles_are_those_of_sorting(mut values in prop::collection::vec(-1_000_000i64..1_000_000, 1..200)) {
        let expected = [0.5, 0.85, 0.95].map(|q| naive::quantile(&values, q));
        let found = Quantiles::of(&mut values).unwrap();
        for (expected, found) in expected.iter().zip([found.p50, found.p85, found.p95]) {
            prop_assert!((expected - found).abs() < 1e-6);
        }
    }

    #[test]
    fn segments_sum_to_the_lead_time((raw, meaning) in meant()) {
        let log = log(&raw);
        let visits = from_log(&log, &Ordered::of(&log), &meaning);
        prop_assert_eq!(visits.item_count(), log.cases.len());
        conserved(&visits, &Timeline::of(&visits))?;
    }

    #[test]
    fn totals_reconcile((raw, meaning) in meant()) {
        let log = log(&raw);
        let visits = from_log(&log, &Ordered::of(&log), &meaning);
        let timeline = Timeline::of(&visits);
        let view = View::of(&visits, &timeline);
        let n = visits.item_count();
        let whole: i64 = (0..n).map(|i| visits.items.until[i] - visits.items.created[i]).sum();
        let uses = measures::time_use(&view);
        prop_assert_eq!(uses.iter().map(|u| u.ms).sum::<i64>(), whole);
        let nobody: i64 = (0..n).flat_map(|i| timeline.of_item(i)).filter(|s| s.visit.is_none()).map(|s| s.long()).sum();
        let steps = measures::by_step(&view);
        prop_assert_eq!(steps.iter().map(|g| g.path_ms).sum::<i64>() + nobody, whole);
        prop_assert_eq!(steps.iter().map(|g| g.visits).sum::<usize>(), visits.len());
        for step in &steps {
            prop_assert_eq!(behind(&view, Behind::Step(step.number)).len(), step.items);
        }
        for team in measures::by_team(&view) {
            prop_assert_eq!(behind(&view, Behind::Team(team.number)).len(), team.items);
        }
        let lead = measures::lead_times(&view);
        if visits.source.done {
            let parts = [lead.open, lead.delivered, lead.otherwise].map(|f| f.value().unwrap());
            prop_assert_eq!(parts.iter().sum::<f64>() as usize, n);
            prop_assert_eq!(behind(&view, Behind::Open).len() as f64, parts[0]);
        } else {
            prop_assert_eq!(lead.lead_time.p50.value(), None);
        }
        let weeks = measures::weeks(&view);
        // What is later than the instant of looking has not come yet.
        let came = (0..n).filter(|i| visits.items.created[*i] <= visits.as_of).count();
        prop_assert_eq!(weeks.iter().map(|w| w.arrivals.value().unwrap()).sum::<f64>() as usize, came);
        let handoffs = measures::handoffs(&view);
        for pair in &handoffs.between {
            prop_assert!(pair.from != pair.to);
            prop_assert_eq!(behind(&view, Behind::HandOff { from: pair.from, to: pair.to }).len(), pair.items);
        }
        if let Some(count) = handoffs.count.value() {
            prop_assert_eq!(handoffs.between.iter().map(|h| h.count).sum::<usize>(), count as usize);
        }
        let efficiency = measures::flow_efficiency(&view);
        for figure in [efficiency.at_least, efficiency.at_most] {
            prop_assert!(figure.value().is_none_or(|v| (0.0..=1.0).contains(&v)));
        }
    }

    #[test]
    fn a_selection_is_measured_as_if_nothing_else_were_there((raw, mut meaning) in meant(), keep in 0u8..4) {
        // The instant of looking must not depend on what is left out.
        meaning.as_of = Some(100);
        let kept: Vec<Raw> = raw.iter().copied().filter(|e| e.0 <= keep).collect();
        let (all, part) = (log(&raw), log(&kept));
        let of = |log: &Log| from_log(log, &Ordered::of(log), &meaning);
        let (all, part) = (of(&all), of(&part));
        prop_assume!(all.source == part.source);
        let (all_line, part_line) = (Timeline::of(&all), Timeline::of(&part));
        let set = ItemSet::having(all.item_count(), |i| part.keys.get(all.keys.name(i)).is_some());
        let (whole, own) = (View::of(&all, &all_line), View::of(&part, &part_line));
        let chosen = whole.only(&set);
        prop_assert_eq!(measures::lead_times(&chosen), measures::lead_times(&own));
        prop_assert_eq!(measures::flow_efficiency(&chosen), measures::flow_efficiency(&own));
        prop_assert_eq!(measures::rework(&chosen), measures::rework(&own));
        prop_assert_eq!(measures::weeks(&chosen), measures::weeks(&own));
        let (a, b) = (measures::handoffs(&chosen), measures::handoffs(&own));
        prop_assert_eq!((a.count, a.wait, a.ping_pong), (b.count, b.wait, b.ping_pong));
        let names = |view: &View<'_>| {
            let mut list: Vec<_> = measures::by_step(view).into_iter().map(|g| (g.name, g.visits, g.rounds, g.items, g.path_ms, g.sojourn, g.queue)).collect();
            list.sort_by(|a, b| a.0.cmp(&b.0));
            list
        };
        prop_assert_eq!(names(&chosen), names(&own));
    }
}
