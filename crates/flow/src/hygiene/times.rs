use super::finding::{Affected, Code, Finding, case_of, day, days, disables, percent, weakens};
use crate::log::Log;
use crate::order::Ordered;

const SECOND: i64 = 1_000;
const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
/// 1990-01-01.
const Y1990: i64 = 7_305 * DAY;
/// So many cases changed within a second were not changed by hand.
const BULK: usize = 50;

/// Dates that are still to come, and dates before there were trackers.
pub(super) fn future_and_ancient(log: &Log, now: i64, findings: &mut Vec<Finding>) {
    let n = log.len();
    let future = || (0..n).filter(|e| log.at[*e] > now);
    if let Some(latest) = future().max_by_key(|e| log.at[*e]) {
        let count = future().count();
        findings.push(Finding {
            code: Code::Future,
            text: format!(
                "{count} of {n} events ({}) are in the future, up to {}: a mistyped year, a planned date, or a wrong time zone.",
                percent(count, n),
                day(log.at[latest])
            ),
            count,
            of: n,
            example: case_of(log, latest),
            affects: weakens([
                (Affected::LeadTime, "cases that end in the future are not finished"),
                (Affected::Throughput, "what is in the future is not counted"),
                (Affected::Aging, "open cases may have a later event than now"),
            ]),
        });
    }
    let ancient = || (0..n).filter(|e| log.at[*e] < Y1990);
    if let Some(earliest) = ancient().min_by_key(|e| log.at[*e]) {
        let count = ancient().count();
        findings.push(Finding {
            code: Code::Ancient,
            text: format!(
                "{count} of {n} events ({}) are before 1990, the first on {}: empty dates are often written so.",
                percent(count, n),
                day(log.at[earliest])
            ),
            count,
            of: n,
            example: case_of(log, earliest),
            affects: weakens([
                (Affected::LeadTime, "their cases seem to take decades"),
                (Affected::Arrivals, "their cases seem to have begun decades ago"),
                (Affected::Wip, "their cases seem to have been in progress for decades"),
            ]),
        });
    }
}

/// Whether times are days only: at midnight of some time zone, which daylight saving may move by an hour.
pub(super) fn whole_days(log: &Log, findings: &mut Vec<Finding>) -> bool {
    let n = log.len();
    let mut hours = [0usize; 24];
    for at in &log.at {
        if at.rem_euclid(HOUR) == 0 {
            hours[(at.rem_euclid(DAY) / HOUR) as usize] += 1;
        }
    }
    let exact: usize = hours.iter().sum();
    let Some(hour) = (0..24).max_by_key(|h| (hours[*h] + hours[(h + 1) % 24], std::cmp::Reverse(*h))) else {
        return false;
    };
    let count = hours[hour] + hours[(hour + 1) % 24];
    // At most half may be chance: whole hours of other times of the day are as frequent then.
    if n < 20 || count * 20 < n || count * 2 < exact {
        return false;
    }
    let is_day = |at: i64| {
        at.rem_euclid(HOUR) == 0
            && matches!((at.rem_euclid(DAY) / HOUR) as usize, h if h == hour || h == (hour + 1) % 24)
    };
    let all = count * 10 >= n * 9;
    let order = "within a day the order is that of the file, not of time";
    let affects = if all {
        [
            disables([
                (Affected::StepTimes, "times within a day are not told"),
                (Affected::FlowEfficiency, "times within a day are not told"),
            ]),
            weakens([
                (Affected::Order, order),
                (Affected::Conformance, order),
                (Affected::HandOffs, order),
                (Affected::LeadTime, "it is exact to a day only"),
            ]),
        ]
        .concat()
    } else {
        weakens([
            (Affected::Order, order),
            (Affected::Conformance, order),
            (Affected::StepTimes, "part of the times are days only"),
        ])
    };
    findings.push(Finding {
        code: Code::WholeDays,
        text: format!("{count} of {n} events ({}) have a day but no time of day.", percent(count, n)),
        count,
        of: n,
        example: (0..n).find(|e| is_day(log.at[*e])).and_then(|e| case_of(log, e)),
        affects,
    });
    all
}

/// Events of one case at the same instant: which came first only the file tells.
pub(super) fn ties(log: &Log, ordered: &Ordered, findings: &mut Vec<Finding>) {
    let n = log.len();
    let (mut count, mut example) = (0, None);
    for case in 0..ordered.cases() {
        let range = ordered.of_case(case);
        for place in range.clone() {
            // What repeats the same activity does not depend on the order.
            let other = |next: usize| {
                ordered.at[next] == ordered.at[place] && ordered.activity[next] != ordered.activity[place]
            };
            let tied = (place > range.start && other(place - 1)) || (place + 1 < range.end && other(place + 1));
            if tied {
                count += 1;
                example.get_or_insert(case);
            }
        }
    }
    if count * 100 < n || count == 0 {
        return;
    }
    findings.push(Finding {
        code: Code::Ties,
        text: format!(
            "{count} of {n} events ({}) happened at the same instant as another one of their case: which came first is taken from the file.",
            percent(count, n)
        ),
        count,
        of: n,
        example: example.map(|case| log.cases.name(case as u32).to_owned()),
        affects: weakens([
            (Affected::Order, "part of the order is that of the file"),
            (Affected::Conformance, "part of the order is that of the file"),
            (Affected::StepTimes, "such steps seem to take no time"),
        ]),
    });
}

/// Seconds in which so many cases changed that nobody did it by hand.
pub(super) fn bulk(log: &Log, findings: &mut Vec<Finding>) {
    let mut seconds: Vec<(i64, u32)> =
        log.at.iter().zip(&log.case).map(|(at, case)| (at.div_euclid(SECOND), *case)).collect();
    seconds.sort_unstable();
    seconds.dedup();
    let (mut events, mut most) = (0, (0usize, 0i64, 0u32));
    let mut bulks = 0;
    for group in seconds.chunk_by(|a, b| a.0 == b.0).filter(|g| g.len() >= BULK) {
        bulks += 1;
        events += group.len();
        if group.len() > most.0 {
            most = (group.len(), group[0].0, group[0].1);
        }
    }
    if bulks == 0 {
        return;
    }
    findings.push(Finding {
        code: Code::BulkUpdates,
        text: format!(
            "{} at least {BULK} cases changed within the same second, up to {} on {}: that was a program, not work.",
            if bulks == 1 { "Once".to_owned() } else { format!("{bulks} times") },
            most.0,
            day(most.1.saturating_mul(SECOND))
        ),
        count: events,
        of: log.len(),
        example: Some(log.cases.name(most.2).to_owned()),
        affects: weakens([
            (Affected::Throughput, "a tidying up may look like a very good week"),
            (Affected::LeadTime, "cases that were closed together end when somebody tidied up"),
            (Affected::StepTimes, "steps end when somebody tidied up"),
            (Affected::Trends, "one tidying up can make a trend"),
        ]),
    });
}

/// Cases in which nothing happened for far longer than usual, impossible dates left aside.
pub(super) fn gaps(log: &Log, ordered: &Ordered, now: i64, findings: &mut Vec<Finding>) {
    let between = |case: usize| {
        let range = ordered.of_case(case);
        let possible = |w: &&[i64]| w[0] >= Y1990 && w[1] <= now;
        ordered.at[range].windows(2).filter(possible).map(|w| w[1] - w[0]).collect::<Vec<i64>>()
    };
    let mut all: Vec<i64> = (0..ordered.cases()).flat_map(between).collect();
    if all.is_empty() {
        return;
    }
    all.sort_unstable();
    let usual = all[(all.len() - 1) * 95 / 100];
    let limit = usual.saturating_mul(5).max(90 * DAY);
    let longest = |case: usize| between(case).into_iter().max().filter(|gap| *gap > limit);
    let with: Vec<(i64, usize)> = (0..ordered.cases()).filter_map(|c| Some((longest(c)?, c))).collect();
    let Some((gap, case)) = with.iter().max().copied() else { return };
    let n = ordered.cases();
    findings.push(Finding {
        code: Code::Gaps,
        text: format!(
            "In {} of {n} cases ({}) nothing happened for more than {}, up to {}: forgotten, or part of the history is missing.",
            with.len(),
            percent(with.len(), n),
            days(limit),
            days(gap)
        ),
        count: with.len(),
        of: n,
        example: Some(log.cases.name(case as u32).to_owned()),
        affects: weakens([
            (Affected::LeadTime, "a few cases are far longer than the others"),
            (Affected::Bottleneck, "one gap can outweigh all other waiting at a step"),
            (Affected::Wip, "forgotten cases count as in progress"),
        ]),
    });
}
