//! Real logs: counts and medians as their folders state them, ways and variants as pm4py finds them
//! (`tests/oracle/pm4py_dfg.py`), and segments that sum to the whole.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

mod support;

use serde_json::Value;
use sha2::{Digest, Sha256};
use std::path::Path;
use support::xes::{read, shared};
use watercourse_core::item::Outcome;
use watercourse_flow::from_log::from_log;
use watercourse_flow::log::{Log, TimeMeans};
use watercourse_flow::map::Map;
use watercourse_flow::meaning::{Lifecycle, LogMeaning, StatePhase};
use watercourse_flow::measures::{self, View};
use watercourse_flow::order::Ordered;
use watercourse_flow::timeline::{Kind, Timeline};
use watercourse_flow::variants::Variants;
use watercourse_flow::visits::Visits;

/// Events, cases, activities, median case duration in days.
type Stated = (&'static str, usize, usize, usize, f64);
const LOGS: [Stated; 11] = [
    ("bpic2012-loan/bpic2012.xes.gz", 262_200, 13_087, 24, 0.8085),
    ("bpic2013-problems/BPI_Challenge_2013_closed_problems.disco-export.xes.gz", 6_660, 1_487, 7, 82.0222),
    ("bpic2013-problems/BPI_Challenge_2013_closed_problems.xes.gz", 6_660, 1_487, 4, 82.0222),
    ("bpic2013-problems/BPI_Challenge_2013_open_problems.xes.gz", 2_351, 819, 3, 1.7308),
    ("bpic2015-permits/BPIC15_1.xes.gz", 52_217, 1_199, 398, 61.3735),
    ("bpic2020-travel/BPI_2020_DomesticDeclarations.xes.gz", 56_437, 10_500, 17, 7.3303),
    ("italian-helpdesk/helpdesk.xes.gz", 21_348, 4_580, 14, 39.8592),
    ("receipt-wabo/receipt.xes.gz", 8_577, 1_434, 27, 0.0332),
    ("sepsis/SEPSIS.xes.gz", 15_214, 1_050, 16, 5.3434),
    ("synthetic-small-logs/interval_event_log.xes", 8_109, 1_266, 8, 22.3669),
    ("synthetic-small-logs/running-example.xes", 42, 6, 8, 9.4437),
];

fn conserved(visits: &Visits) -> Timeline {
    let timeline = Timeline::of(visits);
    for item in 0..visits.item_count() {
        let mut at = visits.items.created[item];
        for segment in timeline.of_item(item) {
            assert!(segment.from == at && segment.until > at, "{}: {segment:?}", visits.keys.name(item as u32));
            at = segment.until;
        }
        assert_eq!(at, visits.items.until[item], "{}", visits.keys.name(item as u32));
    }
    timeline
}

#[test]
fn counts_and_medians_are_as_stated() {
    for (file, events, cases, activities, median) in LOGS {
        let Some(path) = shared(file) else { continue };
        let log = read(&path);
        assert_eq!((log.len(), log.cases.len(), log.activities.len()), (events, cases, activities), "{file}");
        let days = measures::case_durations(&Ordered::of(&log)).unwrap().p50 / 86_400_000.0;
        assert!((days - median).abs() < 0.00006, "{file}: {days} days");
    }
}

#[test]
fn segments_sum_to_the_whole_however_a_log_is_meant() {
    for (file, ..) in LOGS {
        let Some(path) = shared(file) else { continue };
        let log = read(&path);
        let ordered = Ordered::of(&log);
        let last = log.activities.iter().last().unwrap_or_default();
        let meanings = [
            LogMeaning::of(&log),
            LogMeaning::of(&log).done([last]),
            LogMeaning { time: TimeMeans::Entry, lifecycle: Lifecycle::Status, ..LogMeaning::default() },
            LogMeaning { time: TimeMeans::Entry, ..LogMeaning::default() }.done([last]),
        ];
        for meaning in meanings {
            conserved(&from_log(&log, &ordered, &meaning));
        }
    }
}

#[test]
fn ways_and_variants_are_those_of_pm4py() {
    let goldens = [
        ("bpic2012-loan/bpic2012.xes.gz", include_str!("golden/bpic2012.json")),
        (
            "bpic2013-problems/BPI_Challenge_2013_closed_problems.xes.gz",
            include_str!("golden/bpic2013_closed_problems.json"),
        ),
        ("italian-helpdesk/helpdesk.xes.gz", include_str!("golden/helpdesk.json")),
        ("receipt-wabo/receipt.xes.gz", include_str!("golden/receipt.json")),
        ("sepsis/SEPSIS.xes.gz", include_str!("golden/sepsis.json")),
        ("synthetic-small-logs/running-example.xes", include_str!("golden/running_example.json")),
    ];
    let small = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/small.xes");
    let found = goldens.into_iter().filter_map(|(file, golden)| Some((shared(file)?, golden)));
    for (path, golden) in found.chain([(small, include_str!("golden/small.json"))]) {
        let file = path.display();
        let golden: Value = serde_json::from_str(golden).unwrap();
        let log = read(&path);
        let ordered = Ordered::of(&log);
        let map = Map::of_log(&log, &ordered, None);
        let name = |step: u32| log.activities.name(step);
        let mut lines: Vec<String> =
            map.edges.iter().map(|e| format!("{}\t{}\t{}\n", name(e.from), name(e.to), e.count)).collect();
        lines.sort();
        let hash: String = Sha256::digest(lines.concat()).iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(
            (map.edges.len() as u64, map.transitions),
            (golden["edges"].as_u64().unwrap(), golden["transitions"].as_u64().unwrap()),
            "{file}"
        );
        assert_eq!(hash, golden["dfg_sha256"], "{file}");
        for node in &map.nodes {
            let of = |key: &str| golden[key].get(name(node.step)).and_then(Value::as_u64).unwrap_or(0);
            assert_eq!((u64::from(node.starts), u64::from(node.ends)), (of("starts"), of("ends")), "{file}");
        }
        let visits = from_log(&log, &ordered, &LogMeaning::default());
        let variants = Variants::of_log(&ordered, &visits, None);
        assert_eq!(variants.list.len() as u64, golden["variants"].as_u64().unwrap(), "{file}");
        let largest: Vec<u64> = variants.list.iter().take(5).map(|v| u64::from(v.count)).collect();
        let expected: Vec<u64> =
            golden["largest_variants"].as_array().unwrap().iter().filter_map(Value::as_u64).collect();
        assert_eq!(largest, expected, "{file}");
    }
}

fn log(file: &str) -> Option<(Log, Ordered)> {
    let log = read(&shared(file)?);
    let ordered = Ordered::of(&log);
    Some((log, ordered))
}

#[test]
fn transitions_of_one_piece_of_work_are_paired() {
    let Some((log, ordered)) = log("bpic2012-loan/bpic2012.xes.gz") else { return };
    let mut meaning = LogMeaning::of(&log).done(["A_ACTIVATED"]);
    meaning.done.insert("A_DECLINED".to_owned(), Outcome::Declined);
    meaning.done.insert("A_CANCELLED".to_owned(), Outcome::Cancelled);
    assert_eq!(meaning.lifecycle, Lifecycle::Transitions);
    let visits = from_log(&log, &ordered, &meaning);
    let timeline = conserved(&visits);
    // 71,376 starts, 164,506 completes: work is folded, and nothing is lost.
    let started = (0..visits.len()).filter(|v| visits.started(*v).is_some()).count();
    let ended = (0..visits.len()).filter(|v| visits.left(*v).is_some()).count();
    assert_eq!((started, ended), (71_376, 164_506));
    let view = View::of(&visits, &timeline);
    let lead = measures::lead_times(&view);
    let of = |figure: watercourse_flow::figure::Figure| figure.value().unwrap() as usize;
    assert_eq!(of(lead.open) + of(lead.delivered) + of(lead.otherwise), 13_087);
    // 2,246 A_ACTIVATED, 7,635 A_DECLINED and 2,807 A_CANCELLED, at most one of each in a case.
    assert_eq!((of(lead.delivered), of(lead.otherwise)), (2_246, 10_442));
    let active = measures::by_step(&view).into_iter().find(|g| g.name == "W_Completeren aanvraag").unwrap();
    assert!(active.active.p50.value().is_some() && active.waiting.p50.value().is_none(), "no suspend in this log");
}

#[test]
fn one_time_per_event_tells_no_working_time() {
    let Some((log, ordered)) = log("receipt-wabo/receipt.xes.gz") else { return };
    let visits = from_log(&log, &ordered, &LogMeaning::of(&log));
    let timeline = conserved(&visits);
    let view = View::of(&visits, &timeline);
    assert!(measures::flow_efficiency(&view).ratio.value().is_none());
    assert!(measures::open_work(&view, 5).open.value().is_none());
    assert!(measures::time_use(&view).iter().all(|u| u.kind.is_unclassified()));
    assert_eq!(measures::TimeUse::share_of(&view, &measures::time_use(&view), Kind::Active).value(), None);
}

#[test]
fn a_start_column_tells_working_from_queueing() {
    let Some((log, ordered)) = log("synthetic-small-logs/interval_event_log.xes") else { return };
    let meaning = LogMeaning::of(&log).done(["confirm payment", "cancel order"]);
    let visits = from_log(&log, &ordered, &meaning);
    let timeline = conserved(&visits);
    let view = View::of(&visits, &timeline);
    let efficiency = measures::flow_efficiency(&view).ratio.value().unwrap();
    assert!(efficiency > 0.0 && efficiency < 1.0, "{efficiency}");
    // Work of one case overlaps: time worked on in parallel counts once.
    let effort: i64 = (0..visits.len()).filter_map(|v| visits.active(v)).sum();
    assert_eq!(effort, log.at.iter().zip(&log.start).map(|(at, start)| at - start).sum::<i64>());
}

#[test]
fn statuses_of_a_tool_become_waiting_and_working() {
    let Some((log, ordered)) = log("bpic2013-problems/BPI_Challenge_2013_open_problems.xes.gz") else { return };
    let mut meaning = LogMeaning { time: TimeMeans::Entry, ..LogMeaning::of(&log) }.done(["Completed"]);
    assert_eq!(meaning.lifecycle, Lifecycle::Status);
    for (label, phase) in [
        ("Accepted-In Progress", StatePhase::Active),
        ("Accepted-Assigned", StatePhase::Queued),
        ("Queued-Awaiting Assignment", StatePhase::Queued),
        ("Accepted-Wait", StatePhase::Waiting("wait".to_owned())),
    ] {
        meaning.phases.insert(label.to_owned(), phase);
    }
    assert!(meaning.unknown_labels(&log).is_empty());
    let visits = from_log(&log, &ordered, &meaning);
    let timeline = conserved(&visits);
    let view = View::of(&visits, &timeline);
    // 457 of the 819 cases were never completed, six were taken up again since: they have an age, no lead time.
    let cases = support::naive::cases(&log);
    let completed = |e: &usize| log.activities.name(log.activity[*e]) == "Completed";
    let never = cases.iter().filter(|events| !events.iter().any(completed)).count();
    let not_now = cases.iter().filter(|events| !completed(events.last().unwrap())).count();
    let open = measures::open_work(&view, 3);
    assert_eq!((never, open.open.value(), open.age.n, open.oldest.len()), (457, Some(463.0), not_now, 3));
    assert_eq!(measures::lead_times(&view).lead_time.n, 819 - not_now);
    let uses = measures::time_use(&view);
    assert!(uses.iter().any(|u| u.kind == Kind::Waiting && u.reason.as_deref() == Some("wait")));
    assert!(measures::flow_efficiency(&view).ratio.value().is_some());
}
