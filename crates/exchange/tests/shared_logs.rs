//! The case-centric logs of the shared data: events, cases, activities and median as their READMEs state them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, reason = "tests")]

mod support;

use support::shared::shared;
use watercourse_exchange::{By, Evidence, Imported, Options, read_path};
use watercourse_flow::log::TimeMeans;

fn read(file: &str, options: &Options) -> Option<Imported> {
    let path = shared()?.join(file);
    let imported = read_path(&path, options, &mut |_, _| {}).unwrap_or_else(|e| panic!("{file}: {e}"));
    let rows = imported.rows;
    assert_eq!(rows.read, rows.used + rows.merged + rows.skipped + rows.rejected, "{file}: every row is accounted for");
    Some(imported)
}

/// Median of last − first event over all cases, in days, linear interpolation.
fn median_days(imported: &Imported) -> f64 {
    let log = &imported.log;
    let mut spans = vec![(i64::MAX, i64::MIN); log.cases.len()];
    for (case, at) in log.case.iter().zip(&log.at) {
        let span = &mut spans[*case as usize];
        *span = (span.0.min(*at), span.1.max(*at));
    }
    let mut spans: Vec<i64> = spans.into_iter().map(|(a, b)| b - a).collect();
    spans.sort_unstable();
    let n = spans.len();
    let median = if n % 2 == 1 { spans[n / 2] as f64 } else { (spans[n / 2 - 1] + spans[n / 2]) as f64 / 2.0 };
    median / 86_400_000.0
}

fn check(file: &str, events: usize, cases: usize, activities: usize, days: f64) {
    let Some(imported) = read(file, &Options::default()) else { return };
    let log = &imported.log;
    assert_eq!((log.len(), log.cases.len(), log.activities.len()), (events, cases, activities), "{file}");
    let median = median_days(&imported);
    assert!((median - days).abs() < 0.00006, "{file}: median {median}, README says {days}");
    assert_eq!(imported.rows.used, events as u64, "{file}");
    println!("{file}: done {:?}, {:?}", imported.mapping.done.value, imported.warnings);
}

macro_rules! logs {
    ($($name:ident: $file:literal $events:literal $cases:literal $activities:literal $days:literal;)*) => {
        $(#[test] fn $name() { check($file, $events, $cases, $activities, $days); })*
    };
}

logs! {
    bpic2012: "bpic2012-loan/bpic2012.xes.gz" 262_200 13_087 24 0.8085;
    bpic2013_disco: "bpic2013-problems/BPI_Challenge_2013_closed_problems.disco-export.xes.gz" 6_660 1_487 7 82.0222;
    bpic2013_closed: "bpic2013-problems/BPI_Challenge_2013_closed_problems.xes.gz" 6_660 1_487 4 82.0222;
    bpic2013_open: "bpic2013-problems/BPI_Challenge_2013_open_problems.xes.gz" 2_351 819 3 1.7308;
    bpic2015: "bpic2015-permits/BPIC15_1.xes.gz" 52_217 1_199 398 61.3735;
    bpic2020_domestic: "bpic2020-travel/BPI_2020_DomesticDeclarations.xes.gz" 56_437 10_500 17 7.3303;
    bpic2020_payment: "bpic2020-travel/BPI_2020_RequestForPayment.xes.gz" 36_796 6_886 19 8.1524;
    helpdesk_xes: "italian-helpdesk/helpdesk.xes.gz" 21_348 4_580 14 39.8592;
    receipt_xes: "receipt-wabo/receipt.xes.gz" 8_577 1_434 27 0.0332;
    sepsis_xes: "sepsis/SEPSIS.xes.gz" 15_214 1_050 16 5.3434;
    interval_xes: "synthetic-small-logs/interval_event_log.xes" 8_109 1_266 8 22.3669;
    running_xes: "synthetic-small-logs/running-example.xes" 42 6 8 9.4437;
    servicenow: "uci-servicenow-sample/incident_event_log_10pct_of_cases.csv" 14_091 2_478 9 6.0097;
    rabobank: "bpic2014-rabobank-4000/detail_incident_activity.csv" 39_911 4_000 36 0.7648;
    helpdesk_csv: "italian-helpdesk/helpdesk_3804cases_ids.csv" 13_710 3_804 9 3.9278;
    sepsis_csv: "sepsis/sepsis.csv" 15_214 1_050 16 5.3434;
    receipt_csv: "receipt-wabo/receipt.csv" 8_577 1_434 27 0.0332;
    interval_csv: "synthetic-small-logs/interval_event_log.csv" 8_109 1_266 8 22.3669;
    running_csv: "synthetic-small-logs/running-example.csv" 42 6 8 9.4437;
}

#[test]
fn servicenow_is_understood_unaided() {
    let Some(i) = read("uci-servicenow-sample/incident_event_log_10pct_of_cases.csv", &Options::default()) else {
        return;
    };
    let m = &i.mapping;
    assert_eq!((m.case.value.as_str(), m.activity.value.as_deref()), ("number", Some("incident_state")));
    assert_eq!((m.time.value.as_deref(), m.team.value.as_deref()), (Some("sys_updated_at"), Some("assignment_group")));
    assert_eq!((m.time_means.value, m.start.value.as_deref()), (TimeMeans::Entry, None));
    assert_eq!(m.done.value, ["Closed"]);
    assert!(i.log.activities.get("-100").is_some() && i.log.teams.get("?").is_none());
    assert_eq!(
        (m.profile.value.as_deref(), m.team_unknown.as_slice()),
        (Some("servicenow-log"), &["?".to_owned()][..])
    );
    assert_eq!(m.date_order.by, By::Found);
    assert_eq!(i.log.at.iter().min(), Some(&1_456_736_580_000), "2016-02-29T09:03:00Z");
}

#[test]
fn roles_of_the_other_tables() {
    let Some(i) = read("bpic2014-rabobank-4000/detail_incident_activity.csv", &Options::default()) else { return };
    let m = &i.mapping;
    assert_eq!((m.team.value.as_deref(), m.lifecycle.value.as_deref()), (Some("assignment_group"), Some("lifecycle")));
    assert_eq!(m.time_means.value, TimeMeans::Completion);
    let Some(i) = read("synthetic-small-logs/interval_event_log.csv", &Options::default()) else { return };
    assert_eq!(i.mapping.start.value.as_deref(), Some("start_timestamp"));
    let Some(i) = read("receipt-wabo/receipt.csv", &Options::default()) else { return };
    assert_eq!((i.mapping.team.value.as_deref(), i.mapping.start.value.as_deref()), (Some("org:group"), None));
}

#[test]
fn attributes_are_found_behind_megabytes_of_statistics() {
    let Some(i) = read("bpic2012-loan/bpic2012.xes.gz", &Options::default()) else { return };
    assert_eq!(i.mapping.lifecycle.value.as_deref(), Some("lifecycle:transition"));
    let counts = ["COMPLETE", "START", "SCHEDULE"].map(|l| {
        let id = i.log.lifecycles.get(l).unwrap();
        i.log.lifecycle.iter().filter(|x| **x == id).count()
    });
    assert_eq!(counts, [164_506, 71_376, 26_318]);
    assert_eq!(i.mapping.team.value, None, "people are no teams");
}

#[test]
fn xes_and_csv_of_one_log_agree() {
    let (Some(a), Some(b)) = (
        read("receipt-wabo/receipt.xes.gz", &Options::default()),
        read("receipt-wabo/receipt.csv", &Options::default()),
    ) else {
        return;
    };
    let counts = |i: &Imported| {
        let mut counts: Vec<(String, usize)> = Vec::new();
        for (id, name) in i.log.activities.iter().enumerate() {
            counts.push((name.to_owned(), i.log.activity.iter().filter(|a| **a as usize == id).count()));
        }
        counts.sort();
        counts
    };
    assert_eq!(counts(&a), counts(&b));
    let times = |i: &Imported| {
        let mut at = i.log.at.clone();
        at.sort_unstable();
        at
    };
    assert_eq!(times(&a), times(&b));
}

#[test]
fn one_row_an_incident_is_a_snapshot() {
    let Some(i) = read("bpic2014-rabobank-4000/detail_incident.csv", &Options::default()) else { return };
    assert_eq!((i.evidence, i.log.cases.len(), i.rows.used), (Evidence::L0, 4_000, 4_000));
    let names: Vec<&str> = i.mapping.dates.iter().map(|d| d.activity.as_str()).collect();
    assert_eq!(names, ["Created", "Reopened", "Resolved", "Closed"]);
}

#[test]
fn a_log_without_times_is_refused_with_the_flag() {
    let Some(path) = shared() else { return };
    let error =
        read_path(&path.join("synthetic-small-logs/partial order example.xes"), &Options::default(), &mut |_, _| {})
            .unwrap_err();
    let text = error.to_string();
    assert!(text.contains("25 events") && text.contains("--time") && text.contains("line 21"), "{text}");
    assert!(!error.is_usage());
}

#[test]
fn files_that_are_no_logs_say_what_they_are() {
    let Some(path) = shared() else { return };
    for (file, word) in
        [("bpmn-miwg", "folder"), ("ocel1-examples/example_log.sqlite", "SQLite"), ("junit-xml", "folder")]
    {
        let text = read_path(&path.join(file), &Options::default(), &mut |_, _| {}).unwrap_err().to_string();
        assert!(text.contains(word), "{file}: {text}");
    }
}

#[test]
fn a_written_mapping_reads_the_same() {
    for file in [
        "uci-servicenow-sample/incident_event_log_10pct_of_cases.csv",
        "bpic2014-rabobank-4000/detail_incident.csv",
        "bpic2014-rabobank-4000/detail_incident_activity.csv",
        "sepsis/sepsis.csv",
        "bpic2013-problems/BPI_Challenge_2013_open_problems.xes.gz",
        "synthetic-small-logs/interval_event_log.xes",
    ] {
        let Some(first) = read(file, &Options::default()) else { return };
        let toml = first.mapping.to_toml();
        let options = Options::from_toml(&toml).unwrap_or_else(|e| panic!("{file}: {e}\n{toml}"));
        let second = read(file, &options).unwrap();
        same(&first, &second, file);
        assert_eq!(
            second.mapping.case.by,
            if file.ends_with("csv") || file.contains("xes") { By::Given } else { By::Guessed }
        );
    }
}

fn same(a: &Imported, b: &Imported, file: &str) {
    assert_eq!((a.rows, &a.rejected, a.evidence), (b.rows, &b.rejected, b.evidence), "{file}");
    let columns = |i: &Imported| {
        let l = &i.log;
        let names = |d: &watercourse_flow::log::Dictionary| d.iter().map(str::to_owned).collect::<Vec<_>>();
        let ids =
            (l.case.clone(), l.activity.clone(), l.at.clone(), l.start.clone(), l.team.clone(), l.lifecycle.clone());
        (ids, names(&l.cases), names(&l.activities), names(&l.teams), names(&l.lifecycles))
    };
    assert!(columns(a) == columns(b), "{file}: the logs differ");
    assert_eq!(a.mapping.done.value, b.mapping.done.value, "{file}");
    assert_eq!(a.mapping.time_means.value, b.mapping.time_means.value, "{file}");
    let meaning = |i: &Imported| {
        i.mapping
            .labels
            .iter()
            .map(|l| (l.name.clone(), l.events, l.step.clone(), l.state, l.activity, l.suggested))
            .collect::<Vec<_>>()
    };
    assert_eq!(meaning(a), meaning(b), "{file}");
}
