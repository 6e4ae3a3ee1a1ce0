//! Logs of cases, out as XES and CSV and in again.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::io::Cursor;

use proptest::prelude::*;
use watercourse_exchange::{Imported, Options, csv, read_log, xes};
use watercourse_flow::from_log::from_log;
use watercourse_flow::log::{Event, Log};
use watercourse_flow::meaning::LogMeaning;
use watercourse_flow::order::Ordered;

fn read(bytes: &[u8], options: &Options) -> Imported {
    read_log(&mut Cursor::new(bytes), options, &mut |_, _| {}).unwrap()
}

fn as_xes(log: &Log) -> Vec<u8> {
    let mut out = Vec::new();
    xes::write(log, &mut out).unwrap();
    out
}

type Row = (String, String, i64, Option<i64>, Option<String>, Option<String>);

/// The events of a log by case and time.
fn rows(log: &Log) -> Vec<Row> {
    let ordered = |column: &[u32], i: usize| column.get(i).copied().filter(|n| *n != u32::MAX);
    let mut rows: Vec<Row> = (0..log.len())
        .map(|i| {
            let start = log.start.get(i).copied().filter(|s| *s != i64::MIN);
            let team = ordered(&log.team, i).map(|t| log.teams.name(t).to_owned());
            let lifecycle = ordered(&log.lifecycle, i).map(|l| log.lifecycles.name(l).to_owned());
            let (case, activity) = (log.cases.name(log.case[i]), log.activities.name(log.activity[i]));
            (case.to_owned(), activity.to_owned(), log.at[i], start, team, lifecycle)
        })
        .collect();
    rows.sort_by(|a, b| (&a.0, a.2).cmp(&(&b.0, b.2)));
    rows
}

/// Started and left of each visit, with its case and step.
fn visits(log: &Log) -> Vec<(String, String, Option<i64>, Option<i64>)> {
    let visits = from_log(log, &Ordered::of(log), &LogMeaning::of(log));
    let mut found: Vec<_> = (0..visits.len())
        .map(|v| {
            let item = visits.item_of(v);
            let key = visits.keys.name(u32::try_from(item).unwrap()).to_owned();
            (key, visits.steps.name(visits.step[v]).to_owned(), visits.started(v), visits.left(v))
        })
        .collect();
    found.sort();
    found
}

fn event<'a>(case: &'a str, activity: &'a str, at: i64) -> Event<'a> {
    Event { case, activity, at, start: None, team: None, lifecycle: None }
}

#[test]
fn a_start_is_an_event_of_its_own_and_makes_the_same_visits() {
    let mut log = Log::default();
    log.push(Event { start: Some(1_000), team: Some("Desk"), ..event("a", "triage", 5_000) });
    log.push(Event { start: Some(6_000), ..event("a", "fix & \u{201c}test\u{201d}", 9_000) });
    log.push(Event { start: Some(9_000), ..event("a", "triage", 9_500) });
    log.push(Event { start: Some(2_000), ..event("b", "triage", 2_500) });
    let text = String::from_utf8(as_xes(&log)).unwrap();
    for part in ["xes.version=\"1849-2016\"", "prefix=\"lifecycle\"", "prefix=\"org\"", "value=\"start\"", "fix &amp; "]
    {
        assert!(text.contains(part), "{part} in {text}");
    }
    let again = read(text.as_bytes(), &Options::default());
    assert_eq!(again.log.len(), 8);
    assert_eq!(again.log.lifecycles.iter().collect::<Vec<_>>(), ["start", "complete"]);
    assert_eq!(visits(&again.log), visits(&log));
}

#[test]
fn what_xml_cannot_hold_is_refused_with_its_text() {
    let mut log = Log::default();
    log.push(event("a", "bell\u{7}", 0));
    let error = xes::write(&log, Vec::new()).unwrap_err().to_string();
    assert!(error.contains("U+0007") && error.contains("JSON"), "{error}");
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-c]{1,2}", "[!-~][ -~]{0,8}", "\\PC{1,4}", Just("x\r\n\ty".to_owned())]
        .prop_filter("readers of CSV take the spaces around a cell away", |t| t.trim() == t)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn every_log_comes_back_from_xes(
        events in prop::collection::vec((text(), text(), 0i64..2_000_000_000_000, prop::option::of(text()), prop::option::of(text())), 1..20),
    ) {
        let mut log = Log::default();
        for (case, activity, at, team, lifecycle) in &events {
            log.push(Event { team: team.as_deref(), lifecycle: lifecycle.as_deref(), ..event(case, activity, *at) });
        }
        let again = read(&as_xes(&log), &Options::default());
        prop_assert_eq!(rows(&again.log), rows(&log));
    }

    #[test]
    fn every_log_comes_back_from_csv(
        events in prop::collection::vec((text(), text(), 0i64..2_000_000_000_000, prop::option::of(text())), 1..20),
    ) {
        let mut log = Log::default();
        for (case, activity, at, team) in &events {
            log.push(Event { team: team.as_deref(), ..event(case, activity, *at) });
        }
        let mut out = Vec::new();
        csv::write(&log, &mut out).unwrap();
        let team = events.iter().any(|e| e.3.is_some()).then(|| "team".to_owned());
        let named = |name: &str| Some(name.to_owned());
        let options = Options {
            case: named("case"), activity: named("activity"), time: named("time"), team, encoding: named("utf-8"),
            delimiter: Some(','), header: Some(true), ..Options::default()
        };
        let again = read(&out, &options);
        prop_assert_eq!(rows(&again.log), rows(&log));
    }
}
