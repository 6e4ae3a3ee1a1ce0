//! An imported log into visits: what its events say, and nothing they do not.

use crate::cases::{Cases, nothing, park, standing};
use crate::log::{Log, NO_TIME, NONE, TimeMeans};
use crate::meaning::{Labels, Lifecycle, LogMeaning, StatePhase};
use crate::order::Ordered;
use crate::pairing;
use crate::visits::{Ended, ItemRow, Row, Source, Stretch, Told, Visits};
use watercourse_core::item::Outcome;

/// The visits of a log. `ordered` is [`Ordered::of`] the same log.
///
/// - Completion: an event ends the visit that began with the event before it in its case; how much of that
///   time was work is not in the log.
/// - Entry: a status lasts until the next event of its case. Events that change neither status nor team stay
///   in the visit; a change of team within a status is a new visit of the same round.
/// - A start column: the work lasted from start to completion; the time since the latest completion before it
///   was queueing.
/// - Transitions: schedule, start, suspend, resume and complete of one piece of work are paired; where several
///   of one activity are under way at once, first in first out.
#[must_use]
pub fn from_log(log: &Log, ordered: &Ordered, meaning: &LogMeaning) -> Visits {
    let (done, teams, evidence) = (!meaning.done.is_empty(), !log.team.is_empty(), meaning.evidence);
    let source = Source { done, teams, evidence, ..Source::default() };
    let as_of = meaning.as_of.or_else(|| log.at.iter().copied().max()).unwrap_or(0);
    let mut visits = Visits::telling(source, as_of);
    visits.keys = log.cases.clone();
    visits.steps = log.activities.clone();
    visits.teams = log.teams.clone();
    visits.step_activity = log.activities.iter().map(|name| meaning.activities.get(name).copied()).collect();
    visits.reserve(ordered.cases());
    let done = Labels::of(log, |label| meaning.done.get(label).copied());
    let case = Cases { log, ordered, done: &done };
    if meaning.lifecycle == Lifecycle::Transitions && !log.lifecycle.is_empty() {
        pairing::transitions(&mut visits, &case);
    } else if !log.start.is_empty() {
        pairing::intervals(&mut visits, &case);
    } else if meaning.time == TimeMeans::Entry {
        statuses(&mut visits, &case, meaning);
    } else {
        completions(&mut visits, &case);
    }
    visits
}

fn completions(visits: &mut Visits, cases: &Cases<'_>) {
    let ordered = cases.ordered;
    visits.ends_only(ordered, cases.log);
    for case in 0..ordered.cases() {
        let range = ordered.of_case(case);
        if range.is_empty() {
            visits.push_item(nothing(visits), range.end);
            continue;
        }
        let mut end: Option<(Outcome, usize)> = None;
        if visits.source.done {
            for place in range.clone() {
                if let Some(outcome) = cases.done(place) {
                    if let Some((_, earlier)) = end {
                        park(visits, case, ordered.at[earlier], ordered.at[earlier + 1]);
                    }
                    end = Some((outcome, place));
                }
            }
        }
        let last = range.end - 1;
        visits.push_item(
            ItemRow {
                created: ordered.at[range.start],
                committed: NO_TIME,
                ended: end.map_or(NO_TIME, |(_, place)| ordered.at[place]),
                first_event: ordered.at[range.start],
                last_event: ordered.at[last],
                standing: standing(visits, end.map(|(outcome, _)| outcome)),
                kind: NONE,
                // Where nothing says what done means, the case is followed back from its last event.
                last_visit: end.map_or(last, |(_, place)| place) as u32,
            },
            range.end,
        );
    }
}

/// The visit a case is in.
struct Stay {
    activity: u32,
    team: u32,
    entered: i64,
    opens: bool,
    before: u32,
}

fn statuses(visits: &mut Visits, cases: &Cases<'_>, meaning: &LogMeaning) {
    let ordered = cases.ordered;
    let phases = Labels::of(cases.log, |label| {
        Some(match meaning.phases.get(label)? {
            StatePhase::Queued => Told::Queued,
            StatePhase::Active => Told::Active,
            StatePhase::Waiting(reason) => Told::Waiting(visits.reasons.intern(reason)),
        })
    });
    visits.source.phases = !meaning.phases.is_empty();
    visits.source.entries = true;
    visits.source.starts = meaning.phases.values().any(|p| *p == StatePhase::Active);
    visits.source.pauses = meaning.phases.values().any(|p| matches!(p, StatePhase::Waiting(_)));
    let mut stretches: Vec<Stretch> = Vec::new();
    for case in 0..ordered.cases() {
        let range = ordered.of_case(case);
        if range.is_empty() {
            visits.push_item(nothing(visits), visits.len());
            continue;
        }
        let created = ordered.at[range.start];
        let mut committed = NO_TIME;
        let mut stay: Option<Stay> = None;
        // Since when it has been done without a break, how, and the visit before that.
        let mut done: Option<(i64, Outcome, u32)> = None;
        for place in range.clone() {
            let (event, at, activity) = (ordered.event[place], ordered.at[place], ordered.activity[place]);
            let team = cases.team(event);
            let told = phases.get(activity, cases.lifecycle(event)).unwrap_or(Told::Nothing);
            if told == Told::Active && committed == NO_TIME {
                committed = at;
            }
            let stays = stay.as_ref().is_some_and(|s| s.activity == activity && s.team == team);
            if !stays {
                let (before, same) = match stay.take() {
                    Some(old) => {
                        let same = old.activity == activity;
                        let ended = if same { Ended::HandedOver } else { Ended::Done };
                        (leave(visits, &mut stretches, old, at, ended), same)
                    }
                    None => (NONE, false),
                };
                stay = Some(Stay { activity, team, entered: at, opens: !same, before });
            }
            if stretches.last().is_none_or(|last| last.what != told) {
                stretches.push(Stretch { from: at, what: told });
            }
            let before = stay.as_ref().map_or(NONE, |s| s.before);
            match (cases.done(place), done) {
                (Some(outcome), None) => done = Some((at, outcome, before)),
                (None, Some((since, ..))) => {
                    park(visits, case, since, at);
                    done = None;
                }
                _ => {}
            }
        }
        let last_event = ordered.at[range.end - 1];
        let mut last_visit = done.map_or(NONE, |(.., before)| before);
        if let Some(stay) = stay {
            let ended = if done.is_some() { Ended::Done } else { Ended::Open };
            let visit = leave(visits, &mut stretches, stay, NO_TIME, ended);
            if done.is_none() {
                last_visit = visit;
            }
        }
        let row = ItemRow {
            created,
            committed,
            ended: done.map_or(NO_TIME, |(at, ..)| at),
            first_event: created,
            last_event,
            standing: standing(visits, done.map(|(_, outcome, _)| outcome)),
            kind: NONE,
            last_visit,
        };
        visits.push_item(row, visits.len());
    }
}

fn leave(visits: &mut Visits, stretches: &mut Vec<Stretch>, stay: Stay, left: i64, ended: Ended) -> u32 {
    let sum = visits.stretches(stretches, left);
    stretches.clear();
    visits.push(Row {
        step: stay.activity,
        team: stay.team,
        opens: stay.opens,
        entered: stay.entered,
        started: sum.started,
        left,
        waiting: sum.waiting,
        active: sum.active,
        before: stay.before,
        ended,
        phased: sum.phased,
    })
}
