//! Alignments: as pm4py finds them on the shared logs (`tests/oracle/pm4py_alignments.py`), and what must hold of any.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods, reason = "tests")]

mod support;

use proptest::prelude::*;
use std::collections::{BTreeSet, VecDeque};
use support::{pnml, xes};
use watercourse_flow::alignment::{Fit, Kind, Move, Net, Transition, Unaligned, align};
use watercourse_flow::from_log::from_log;
use watercourse_flow::log::{Event, Log};
use watercourse_flow::meaning::LogMeaning;
use watercourse_flow::order::Ordered;
use watercourse_flow::variants::Variants;

const MOST: usize = 100_000;

fn variants(log: &Log) -> Variants {
    let ordered = Ordered::of(log);
    Variants::of_log(&ordered, &from_log(log, &ordered, &LogMeaning::of(log)), None)
}

fn as_the_oracle(name: &str, file: &str) {
    let Some(path) = xes::shared(file) else { return };
    let log = xes::read(&path);
    let golden = format!("{}/tests/oracle/nets/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let golden: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(golden).unwrap()).unwrap();
    let fit = Fit::of(&pnml::read(name), &variants(&log), &log.activities, MOST);
    assert_eq!((fit.aligned, fit.not_aligned), (golden["cases"].as_u64().unwrap(), 0), "{name}");
    assert_eq!(fit.cost, golden["cost"].as_u64().unwrap(), "{name}");
    let (fitness, said) = (fit.average_fitness.value().unwrap(), golden["average_trace_fitness"].as_f64().unwrap());
    assert!((fitness - said).abs() < 1e-9, "{name}: {fitness}, the oracle says {said}");
    let fitting = fit.fitting.value().unwrap() * fit.aligned as f64;
    assert_eq!(fitting.round() as u64, golden["fitting_cases"].as_u64().unwrap(), "{name}");
}

macro_rules! logs {
    ($($name:ident: $file:literal;)*) => { $(#[test] fn $name() { as_the_oracle(stringify!($name), $file); })* };
}

logs! {
    running_example: "synthetic-small-logs/running-example.xes";
    bpic2013_closed_problems: "bpic2013-problems/BPI_Challenge_2013_closed_problems.xes.gz";
    helpdesk: "italian-helpdesk/helpdesk.xes.gz";
    receipt: "receipt-wabo/receipt.xes.gz";
    sepsis: "sepsis/SEPSIS.xes.gz";
}

fn step(label: Option<&str>, takes: &[u32], gives: &[u32]) -> Transition {
    let arcs = |places: &[u32]| places.iter().map(|p| (*p, 1)).collect();
    Transition { label: label.map(str::to_owned), takes: arcs(takes), gives: arcs(gives) }
}

/// The example of `docs/reference/measures/alignments.md`.
#[test]
fn the_example_of_the_book() {
    let names = ["assess", "build", "test", "ship"];
    let steps = (0..4).map(|i| step(Some(names[i as usize]), &[i], &[i + 1])).collect();
    let net = Net::new(5, steps, vec![(0, 1)], vec![(4, 1)]).unwrap();
    let mut log = Log::default();
    for (case, activities) in [("1", names), ("2", ["assess", "build", "ship", "celebrate"])] {
        for (at, activity) in (0..).zip(activities) {
            log.push(Event { case, activity, at, start: None, team: None, lifecycle: None });
        }
    }
    let fit = Fit::of(&net, &variants(&log), &log.activities, MOST);
    assert_eq!((fit.average_fitness.value(), fit.fitting.value(), fit.shortest), (Some(0.875), Some(0.5), Some(4)));
    let found: Vec<_> = fit.deviations.iter().map(|d| (d.kind, d.activity.as_str(), d.cases)).collect();
    assert_eq!(found, [(Kind::Skipped, "test", 1), (Kind::Unknown, "celebrate", 1)]);
    assert_eq!(fit.deviations[0].text(), "1 case skipped \u{201c}test\u{201d}");
    let given_up = Fit::of(&net, &variants(&log), &log.activities, 1);
    assert_eq!((given_up.aligned, given_up.not_aligned, given_up.average_fitness.value()), (0, 2, None));
}

#[test]
fn nets_without_a_run_and_nets_without_bounds_are_said() {
    let stuck = Net::new(2, vec![], vec![(0, 1)], vec![(1, 1)]).unwrap();
    assert_eq!(align(&stuck, &["a"], MOST), Err(Unaligned::NoRun));
    let growing = Net::new(2, vec![step(None, &[0], &[0, 1])], vec![(0, 1)], vec![(1, 1)]).unwrap();
    assert_eq!(align(&growing, &["a"], 1000), Err(Unaligned::TooManyStates));
}

/// A net of blocks one after another: a step, a choice, two at once, a loop, something that may be skipped.
fn blocks(kinds: &[u8]) -> Net {
    let (mut steps, mut places) = (Vec::new(), 1);
    for (number, kind) in kinds.iter().enumerate() {
        let [a, b] = [number * 2, number * 2 + 1].map(|n| ["a", "b", "c", "d", "e"][n % 5]);
        let (from, to) = (places - 1, places);
        match kind {
            0 => steps.push(step(Some(a), &[from], &[to])),
            1 => steps.extend([a, b].map(|l| step(Some(l), &[from], &[to]))),
            2 => {
                let [l, m, n, o] = [to + 1, to + 2, to + 3, to + 4];
                steps.push(step(None, &[from], &[l, m]));
                steps.extend([step(Some(a), &[l], &[n]), step(Some(b), &[m], &[o]), step(None, &[n, o], &[to])]);
            }
            3 => steps.extend([step(Some(a), &[from], &[to]), step(Some(b), &[to], &[from])]),
            _ => steps.extend([step(Some(a), &[from], &[to]), step(None, &[from], &[to])]),
        }
        // What comes next begins at the last place.
        let end = if *kind == 2 { to + 5 } else { to + 1 };
        steps.push(step(None, &[to], &[end]));
        places = end + 1;
    }
    Net::new(places, steps, vec![(0, 1)], vec![(places - 1, 1)]).unwrap()
}

type Marking = Vec<u16>;

fn fired(marking: &Marking, step: &Transition) -> Option<Marking> {
    let mut after = marking.clone();
    for (place, n) in &step.takes {
        after[*place as usize] = after[*place as usize].checked_sub(*n)?;
    }
    step.gives.iter().for_each(|(place, n)| after[*place as usize] += n);
    Some(after)
}

fn marked(net: &Net, tokens: &[(u32, u16)]) -> Marking {
    let mut marking = vec![0; net.places() as usize];
    tokens.iter().for_each(|(place, n)| marking[*place as usize] = *n);
    marking
}

/// A run of the net, as these numbers choose, ended by the shortest way: its events.
fn run(net: &Net, choices: &[u8]) -> Option<Vec<String>> {
    let (mut marking, last, mut events) = (marked(net, net.initial()), marked(net, net.last()), Vec::new());
    for choice in choices.iter().chain([&0; 100]) {
        if marking == last {
            return Some(events);
        }
        let next: Vec<_> = net.transitions().iter().filter_map(|t| Some((t, fired(&marking, t)?))).collect();
        // Leaving a loop stands behind going round.
        let (step, after) = &next[next.len() - 1 - *choice as usize % next.len()];
        events.extend(step.label.clone());
        marking.clone_from(after);
    }
    None
}

/// The least cost, found without any bound.
fn slowly(net: &Net, trace: &[&str]) -> u32 {
    let (last, mut seen) = (marked(net, net.last()), BTreeSet::new());
    let mut queue = VecDeque::from([(0, marked(net, net.initial()), 0)]);
    while let Some((cost, marking, at)) = queue.pop_front() {
        if marking == last && at == trace.len() {
            return cost;
        }
        if !seen.insert((marking.clone(), at)) {
            continue;
        }
        if at < trace.len() {
            queue.push_back((cost + 1, marking.clone(), at + 1));
        }
        for step in net.transitions() {
            let Some(after) = fired(&marking, step) else { continue };
            match &step.label {
                None => queue.push_front((cost, after, at)),
                Some(label) => {
                    if trace.get(at) == Some(&label.as_str()) {
                        queue.push_front((cost, after.clone(), at + 1));
                    }
                    queue.push_back((cost + 1, after, at));
                }
            }
        }
    }
    panic!("the net has a run");
}

fn some_net() -> impl Strategy<Value = Net> {
    proptest::collection::vec(0u8..5, 1..6).prop_map(|kinds| blocks(&kinds))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn a_run_of_the_net_costs_nothing(net in some_net(), choices in proptest::collection::vec(any::<u8>(), 0..12)) {
        let events = run(&net, &choices);
        prop_assert!(events.is_some());
        let events = events.unwrap();
        let trace: Vec<&str> = events.iter().map(String::as_str).collect();
        prop_assert_eq!(align(&net, &trace, MOST).unwrap().cost, 0);
    }

    #[test]
    fn the_cost_is_the_least_and_the_moves_are_the_trace(
        net in some_net(),
        trace in proptest::collection::vec(proptest::sample::select(vec!["a", "b", "c", "d", "e", "f"]), 0..10),
        gone in any::<prop::sample::Index>(),
    ) {
        let found = align(&net, &trace, MOST).unwrap();
        prop_assert_eq!(found.cost, slowly(&net, &trace));
        let shortest = align(&net, &[], MOST).unwrap().cost;
        prop_assert!(found.cost <= trace.len() as u32 + shortest);
        let lonely = found.moves.iter().filter(|m| !matches!(m, Move::Both(..))).count();
        prop_assert_eq!(lonely, found.cost as usize);
        let mut events = 0;
        for change in &found.moves {
            if let Move::Both(at, _) | Move::Log(at) = change {
                prop_assert_eq!(*at, events);
                events += 1;
            }
            if let Move::Both(at, by) = change {
                let label = net.transitions()[*by as usize].label.as_deref();
                prop_assert_eq!(label, Some(trace[*at as usize]));
            }
        }
        prop_assert_eq!(events as usize, trace.len());
        if !trace.is_empty() {
            let mut fewer = trace.clone();
            fewer.remove(gone.index(trace.len()));
            prop_assert!(align(&net, &fewer, MOST).unwrap().cost.abs_diff(found.cost) <= 1);
        }
    }
}
