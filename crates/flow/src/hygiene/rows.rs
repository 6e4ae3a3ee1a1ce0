use super::finding::{Affected, Code, Finding, case_of, disables, percent, weakens};
use crate::log::{Log, NO_TIME, NONE, TimeMeans};
use crate::meaning::{Lifecycle, LogMeaning, StatePhase};
use crate::order::Ordered;

/// Events that are there more than once, the same in everything.
pub(super) fn duplicates(log: &Log, ordered: &Ordered, findings: &mut Vec<Finding>) {
    let n = log.len();
    let (mut count, mut example) = (0, None);
    let mut same: Vec<(u32, u32, u32, i64)> = Vec::new();
    for case in 0..ordered.cases() {
        let events = &ordered.event[ordered.of_case(case)];
        for group in events.chunk_by(|a, b| log.at[*a as usize] == log.at[*b as usize]).filter(|g| g.len() > 1) {
            same.clear();
            same.extend(group.iter().map(|event| {
                let event = *event as usize;
                let of = |column: &[u32]| column.get(event).copied().unwrap_or(NONE);
                let start = log.start.get(event).copied().unwrap_or(NO_TIME);
                (log.activity[event], of(&log.team), of(&log.lifecycle), start)
            }));
            same.sort_unstable();
            same.dedup();
            if same.len() < group.len() {
                count += group.len() - same.len();
                example.get_or_insert(case);
            }
        }
    }
    if count == 0 {
        return;
    }
    findings.push(Finding {
        code: Code::Duplicates,
        text: format!(
            "{count} of {n} events ({}) are exact repetitions of another one: same case, activity, time and team. They are kept.",
            percent(count, n)
        ),
        count,
        of: n,
        example: example.map(|case| log.cases.name(case as u32).to_owned()),
        affects: weakens([
            (Affected::Rework, "a repetition in the file looks like work done again"),
            (Affected::Order, "a repetition in the file looks like a step followed by itself"),
            (Affected::Conformance, "a repetition may break a limit on how often a step happens"),
        ]),
    });
}

/// Events that stand in the file before earlier ones of their case.
pub(super) fn out_of_order(log: &Log, findings: &mut Vec<Finding>) {
    let n = log.len();
    let mut latest = vec![i64::MIN; log.cases.len()];
    let (mut count, mut example) = (0, None);
    for event in 0..n {
        let latest = &mut latest[log.case[event] as usize];
        if log.at[event] < *latest {
            count += 1;
            example.get_or_insert(event);
        }
        *latest = (*latest).max(log.at[event]);
    }
    // A file that is sorted the other way round, or by something else, says nothing about its events.
    if count == 0 {
        return;
    }
    findings.push(Finding {
        code: Code::OutOfOrder,
        text: format!(
            "{count} of {n} events ({}) stand in the file after later ones of their case: they were put in order by time.",
            percent(count, n)
        ),
        count,
        of: n,
        example: example.and_then(|event| case_of(log, event)),
        affects: weakens([(Affected::Order, "where times are equal the order of the file may be wrong as well")]),
    });
}

/// Events that do not say which team had the work.
pub(super) fn teams(log: &Log, findings: &mut Vec<Finding>) {
    let n = log.len();
    if n == 0 {
        return;
    }
    if log.team.is_empty() {
        findings.push(Finding {
            code: Code::NoTeams,
            text: "No column says which team had the work.".to_owned(),
            count: n,
            of: n,
            example: None,
            affects: disables([(Affected::HandOffs, "without teams nothing can be handed over")]),
        });
        return;
    }
    let without = |event: &usize| log.team[*event] == NONE;
    let count = (0..n).filter(without).count();
    if count * 100 < n || count == 0 {
        return;
    }
    findings.push(Finding {
        code: Code::MissingTeams,
        text: format!("{count} of {n} events ({}) do not say which team had the work.", percent(count, n)),
        count,
        of: n,
        example: (0..n).find(without).and_then(|event| case_of(log, event)),
        affects: weakens([(Affected::HandOffs, "where the team is unknown the last known one is taken")]),
    });
}

/// A log that says when something ended, or was entered, and nothing else.
pub(super) fn one_time(log: &Log, meaning: &LogMeaning, findings: &mut Vec<Finding>) {
    let n = log.len();
    let paired = meaning.lifecycle == Lifecycle::Transitions && !log.lifecycle.is_empty();
    let entries = meaning.time == TimeMeans::Entry && meaning.phases.values().any(|p| *p == StatePhase::Active);
    if n == 0 || paired || entries || !log.start.is_empty() {
        return;
    }
    let why = "with one time per event working cannot be told from waiting";
    let mut affects =
        disables([(Affected::FlowEfficiency, why), (Affected::CycleTime, "the beginning of work is not told")]);
    affects.extend(weakens([
        (Affected::StepTimes, why),
        (Affected::Bottleneck, "the whole stay at a step stands for waiting"),
        (Affected::Wip, "items count since they were created, not since work began"),
    ]));
    let text = match meaning.time {
        TimeMeans::Completion => format!("Each of the {n} events has one time, the end of an activity."),
        TimeMeans::Entry => format!("Each of the {n} events has one time, and no status is said to mean working."),
    };
    findings.push(Finding { code: Code::OneTime, text, count: n, of: n, example: case_of(log, 0), affects });
}
