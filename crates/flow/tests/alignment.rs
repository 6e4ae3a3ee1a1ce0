//! Alignments: as pm4py finds them on the shared logs (`tests/oracle/pm4py_alignments.py`), and what must hold of any.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods, reason = "tests")]

mod support;

use support::{pnml, xes};
use watercourse_flow::alignment::Fit;
use watercourse_flow::from_log::from_log;
use watercourse_flow::log::Log;
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
