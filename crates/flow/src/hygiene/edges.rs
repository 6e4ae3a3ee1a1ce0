use super::finding::{Affected, Code, Finding, day, days, disables, percent, weakens};
use crate::log::Log;
use crate::order::Ordered;
use crate::quantile::Quantiles;

const DAY: i64 = 86_400_000;
/// A way of choosing cases is looked for from so many on.
const ENOUGH: usize = 50;
/// Of 100 cases so many would have to have begun, or ended, out of turn.
const SHARE: usize = 5;

/// Whether cases were chosen by when they ended or began. Where all cases of a time are told, half of those that
/// began have ended a median duration later. So at most about 2 of 100 can have begun more than a median duration
/// before the first 1 of 100 had ended; where cases were chosen by their end, all that began early are long ones,
/// and there can be any number of them. The same the other way round.
pub(super) fn sampling(log: &Log, ordered: &Ordered, findings: &mut Vec<Finding>) {
    let cases: Vec<(i64, i64, usize)> = (0..ordered.cases())
        .filter_map(|case| {
            let range = ordered.of_case(case);
            let last = range.clone().next_back()?;
            Some((ordered.at[range.start], ordered.at[last], case))
        })
        .collect();
    let n = cases.len();
    if n < ENOUGH {
        return;
    }
    let mut lengths: Vec<i64> = cases.iter().map(|(from, until, _)| until.saturating_sub(*from)).collect();
    let median = Quantiles::of(&mut lengths).map_or(0, |q| q.p50 as i64).max(DAY);
    let mut ends: Vec<i64> = cases.iter().map(|c| c.1).collect();
    ends.sort_unstable();
    let first_end = ends[n / 100];
    let early: Vec<_> = cases.iter().filter(|c| c.0 < first_end.saturating_sub(median)).collect();
    if early.len() * 100 >= SHARE * n {
        let begin = cases.iter().map(|c| c.0).min().unwrap_or(0);
        let why_cohort = "cases that began at the same time and ended earlier are not in this log";
        findings.push(Finding {
            code: Code::SampledByCompletion,
            text: format!(
                "Cases seem to have been chosen by when they ended: the first began on {}, but 99 of 100 ended on or after {}. {} of {n} cases ({}) began long before and are all long ones.",
                day(begin),
                day(first_end),
                early.len(),
                percent(early.len(), n)
            ),
            count: early.len(),
            of: n,
            example: early.iter().min_by_key(|c| c.0).map(|c| log.cases.name(c.2 as u32).to_owned()),
            affects: [
                disables([
                    (Affected::Arrivals, why_cohort),
                    (Affected::Trends, "by time of beginning, early cases are long because short ones are missing"),
                    (Affected::Wip, "what was in progress with the chosen cases is not in this log"),
                ]),
                weakens([(Affected::LeadTime, "it is right by time of ending, not by time of beginning")]),
            ]
            .concat(),
        });
    }
    let mut starts: Vec<i64> = cases.iter().map(|c| c.0).collect();
    starts.sort_unstable();
    let last_start = starts[n - 1 - n / 100];
    let late: Vec<_> = cases.iter().filter(|c| c.1 > last_start.saturating_add(median)).collect();
    if late.len() * 100 >= SHARE * n {
        let end = ends[n - 1];
        findings.push(Finding {
            code: Code::SampledByStart,
            text: format!(
                "Cases seem to have been chosen by when they began: 99 of 100 began by {}, and the last ended on {}. {} of {n} cases ({}) ended after new ones had stopped coming.",
                day(last_start),
                day(end),
                late.len(),
                percent(late.len(), n)
            ),
            count: late.len(),
            of: n,
            example: late.iter().max_by_key(|c| c.1).map(|c| log.cases.name(c.2 as u32).to_owned()),
            affects: weakens([
                (Affected::Arrivals, "towards the end none come because none were chosen"),
                (Affected::Throughput, "at the end only the chosen cases are finished"),
                (Affected::Wip, "it runs dry at the end because no new cases were chosen"),
                (Affected::Trends, "by time of ending, late cases are long because short ones are missing"),
            ]),
        });
    }
}

/// Long times without a single event, in a log that else has many.
pub(super) fn holes(log: &Log, findings: &mut Vec<Finding>) {
    if log.len() < ENOUGH {
        return;
    }
    let mut at = log.at.clone();
    at.sort_unstable();
    // The first and the last of a hundred may be strays: a date in the year 10 makes no hole.
    let inner = &at[at.len() / 100..at.len() - at.len() / 100];
    let mut gaps: Vec<i64> = inner.windows(2).map(|w| w[1].saturating_sub(w[0])).collect();
    gaps.sort_unstable();
    let usual = gaps.get(gaps.len() * 99 / 100).copied().unwrap_or(0);
    let limit = usual.saturating_mul(20).max(14 * DAY);
    let holes: Vec<&[i64]> = inner.windows(2).filter(|w| w[1].saturating_sub(w[0]) > limit).collect();
    let Some(longest) = holes.iter().max_by_key(|w| w[1].saturating_sub(w[0])) else { return };
    findings.push(Finding {
        code: Code::Hole,
        text: format!(
            "Nothing at all happened between {} and {} ({}): part of the export may be missing.",
            day(longest[0]),
            day(longest[1]),
            days(longest[1].saturating_sub(longest[0]))
        ),
        count: holes.len(),
        of: log.len(),
        example: None,
        affects: weakens([
            (Affected::Arrivals, "what came in that time may be missing"),
            (Affected::Throughput, "what was finished in that time may be missing"),
            (Affected::Trends, "the series has a hole"),
        ]),
    });
}
