//! What is striking about logs: made ones with one fault each, and every shared log.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

mod support;

use std::collections::BTreeSet;
use watercourse_flow::hygiene::{Affected, Code, Finding, hygiene};
use watercourse_flow::log::{Event, Log};
use watercourse_flow::meaning::LogMeaning;
use watercourse_flow::order::Ordered;

/// 2025-11-24.
const NOW: i64 = 1_764_000_000_000;
const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

fn found(log: &Log) -> Vec<Finding> {
    hygiene(log, &Ordered::of(log), &LogMeaning::of(log), NOW)
}

/// 300 cases of three steps, one every five hours, of a day to three; and then what `change` makes of an event.
fn log(change: impl Fn(i64, i64, i64) -> Option<i64>) -> Log {
    let mut log = Log::default();
    for case in 0..300 {
        for (step, name) in (0i64..).zip(["ask", "do", "done"]) {
            let at = 1_600_000_000_123 + case * 5 * HOUR + step * (12 + case % 24) * HOUR + case * 977;
            let Some(at) = change(case, step, at) else { continue };
            let team = Some(if step == 0 { "desk" } else { "dev" });
            log.push(Event {
                case: &format!("c{case}"),
                activity: name,
                at,
                start: Some(at - HOUR),
                team,
                lifecycle: None,
            });
        }
    }
    log
}

fn only(log: &Log, code: Code) -> Finding {
    let mut found = found(log);
    assert_eq!(found.iter().map(|f| f.code).collect::<Vec<_>>(), [code], "{found:#?}");
    found.remove(0)
}

#[test]
fn a_clean_log_raises_nothing() {
    assert_eq!(found(&log(|_, _, at| Some(at))), []);
    assert_eq!(found(&Log::default()), []);
}

#[test]
fn cases_chosen_by_their_end_are_found() {
    // As the golden log of incidents: 12, 43, 45, 176, 2,039 and 5,189 began in six months, all ended in the last.
    let mut log = Log::default();
    let mut number = 0i64;
    for (month, cases) in [12i64, 43, 45, 176, 2_039, 5_189].into_iter().enumerate() {
        for case in 0..cases {
            number += 1;
            let from = (14_610 + month as i64 * 30) * DAY + case * 30 * DAY / cases + 77;
            let until = ((14_610 + 150) * DAY + (number * 7_919) % (20 * DAY) + 500).max(from + 7 * DAY);
            for (at, activity) in [(from, "Accepted"), (until, "Completed")] {
                let team = Some("V5");
                log.push(Event { case: &number.to_string(), activity, at, start: Some(at), team, lifecycle: None });
            }
        }
    }
    let finding = found(&log).remove(0);
    assert_eq!(finding.code, Code::SampledByCompletion);
    assert!(finding.disables(Affected::Arrivals) && finding.disables(Affected::Trends), "{finding:?}");
    assert!(!finding.disables(Affected::LeadTime) && finding.example.is_some());
    assert!(finding.text.contains("of 7504 cases"), "{}", finding.text);
}

#[test]
fn each_fault_is_found_alone() {
    let twice = {
        let mut log = log(|_, _, at| Some(at));
        let at = log.at[0];
        log.push(Event {
            case: "c0",
            activity: "ask",
            at,
            start: Some(at - HOUR),
            team: Some("desk"),
            lifecycle: None,
        });
        log
    };
    let found_codes: BTreeSet<Code> = found(&twice).iter().map(|f| f.code).collect();
    assert_eq!(found_codes, [Code::Duplicates, Code::OutOfOrder].into(), "it stands at the end of the file");
    let future =
        only(&log(|case, step, at| Some(if (case, step) == (7, 2) { NOW + 400 * DAY } else { at })), Code::Future);
    assert_eq!((future.count, future.of, future.example.as_deref()), (1, 900, Some("c7")));
    assert!(future.text.starts_with("1 of 900 events (0.1 %) are in the future, up to 2026-12-29"), "{}", future.text);
    let ancient =
        only(&log(|case, step, at| Some(if (case, step) == (7, 0) { -61_800_000_000_000 } else { at })), Code::Ancient);
    assert!(ancient.text.contains("the first on 0011-"), "{}", ancient.text);
    let hole = only(&log(|case, _, at| Some(if case >= 150 { at + 60 * DAY } else { at })), Code::Hole);
    assert!(hole.text.contains("days)"), "{}", hole.text);
    let tidied = only(
        &log(|case, step, at| Some(if step == 2 && case < 240 && case % 4 == 0 { 1_604_700_123_456 } else { at })),
        Code::BulkUpdates,
    );
    assert!(tidied.text.contains("up to 60 on 2020-11-06"), "{}", tidied.text);
    let days = log(|_, _, at| Some(at.div_euclid(DAY) * DAY - 2 * HOUR));
    let finding = found(&days).into_iter().find(|f| f.code == Code::WholeDays).unwrap();
    assert!(finding.count == 900 && finding.disables(Affected::FlowEfficiency), "midnight two hours east of Greenwich");
    assert!(found(&days).iter().all(|f| f.code != Code::BulkUpdates), "many cases of a day are no bulk update");
    let gap = only(&log(|case, step, at| Some(if (case, step) == (200, 2) { at + 300 * DAY } else { at })), Code::Gaps);
    assert_eq!(gap.example.as_deref(), Some("c200"));
}

/// Which shared log raises what, and why that is so.
#[test]
fn what_each_shared_log_raises() {
    use Code::{
        BulkUpdates, Duplicates, Gaps, MissingTeams, NoTeams, OneTime, OutOfOrder, SampledByCompletion, SampledByStart,
        Ties, WholeDays,
    };
    let expected: [(&str, &[Code]); 13] = [
        // Applications of five months, followed for two weeks more; the system writes several events at once.
        ("bpic2012", &[NoTeams, SampledByStart, Ties, Gaps]),
        // Problems that were closed from January 2012 on, whenever they began.
        ("closed_problems", &[SampledByCompletion, OneTime, Gaps]),
        ("open_problems", &[OneTime, Gaps]),
        // Half of the times are days: letters and decisions.
        ("BPIC15", &[OneTime, NoTeams, WholeDays, Ties, Gaps, Duplicates]),
        // Payments are handled in runs.
        ("DomesticDeclarations", &[OneTime, NoTeams, BulkUpdates, Gaps]),
        ("RequestForPayment", &[OneTime, NoTeams, BulkUpdates, Gaps]),
        ("italian-helpdesk", &[OneTime, NoTeams, Duplicates]),
        ("receipt", &[OneTime, Gaps]),
        // Laboratory values are of the day, releases have a day only, patients come back months later.
        ("SEPSIS", &[OneTime, WholeDays, Ties, Gaps, Duplicates]),
        // The same, with “?” for some teams.
        ("sepsis.csv", &[OneTime, WholeDays, Ties, Gaps, Duplicates, MissingTeams]),
        ("interval_event_log", &[NoTeams, OutOfOrder]),
        // Incidents that were opened from March to May 2016; rows per update, to the minute.
        ("servicenow", &[OneTime, SampledByStart, Ties, Gaps, Duplicates, MissingTeams]),
        // Not sorted by time, several entries in a second.
        ("rabobank", &[OneTime, Ties, Gaps, OutOfOrder]),
    ];
    for (file, log) in support::logs::all().filter(|(file, _)| !file.contains("running-example")) {
        let (_, codes) = expected.iter().find(|(part, _)| file.contains(part)).unwrap();
        let found = found(&log);
        assert_eq!(found.iter().map(|f| f.code).collect::<Vec<_>>(), *codes, "{file}: {found:#?}");
        for finding in &found {
            assert!(finding.count <= finding.of && !finding.affects.is_empty() && finding.text.ends_with('.'));
            let known = finding.example.as_ref().is_none_or(|case| log.cases.get(case).is_some());
            assert!(known, "{finding:?}");
        }
    }
}
