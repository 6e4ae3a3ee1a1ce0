//! Logs that tell when work began: a start column, or transitions of which several make one piece of work.

use crate::cases::{Cases, nothing, park, standing};
use crate::log::{NO_TIME, NONE};
use crate::visits::{Ended, ItemRow, Row, Stretch, Told, Visits};
use std::collections::VecDeque;
use watercourse_core::item::Outcome;

/// One piece of work.
#[derive(Debug, Clone)]
struct Work {
    step: u32,
    team: u32,
    /// When it was ready; [`NO_TIME`] where unknown.
    entered: i64,
    started: i64,
    left: i64,
    before: u32,
    ended: Ended,
    done: Option<Outcome>,
    /// Times of suspending and resuming, in turns.
    turns: Vec<i64>,
}

pub(crate) fn intervals(visits: &mut Visits, cases: &Cases<'_>) {
    (visits.source.phases, visits.source.starts) = (true, true);
    let ordered = cases.ordered;
    let mut work: Vec<Work> = Vec::new();
    let mut by_left: Vec<u32> = Vec::new();
    for case in 0..ordered.cases() {
        work.clear();
        for place in ordered.of_case(case) {
            let event = ordered.event[place];
            let left = ordered.at[place];
            let started = cases.log.start.get(event as usize).copied().unwrap_or(NO_TIME);
            work.push(Work {
                step: ordered.activity[place],
                team: cases.team(event),
                entered: NO_TIME,
                // A start after the end is a mistake of the source: no time is invented for it.
                started: if started == NO_TIME { NO_TIME } else { started.min(left) },
                left,
                before: NONE,
                ended: Ended::Done,
                done: cases.done(place),
                turns: Vec::new(),
            });
        }
        work.sort_by_key(begin);
        released(&mut work, &mut by_left);
        add(visits, case, &work, cases);
    }
}

fn begin(work: &Work) -> i64 {
    if work.started == NO_TIME { work.left } else { work.started }
}

/// Each piece of work was released by the one that ended last before it began.
fn released(work: &mut [Work], by_left: &mut Vec<u32>) {
    by_left.clear();
    by_left.extend(0..work.len() as u32);
    by_left.sort_by_key(|w| work[*w as usize].left);
    let mut ended = by_left.iter().copied().peekable();
    let mut latest = NONE;
    let created = work.first().map_or(0, begin);
    for own in 0..work.len() {
        let at = begin(&work[own]);
        while let Some(next) = ended.next_if(|w| (*w as usize) < own && work[*w as usize].left <= at) {
            latest = next;
        }
        work[own].before = latest;
        work[own].entered = match latest {
            NONE if work[own].started == NO_TIME => NO_TIME,
            NONE => created,
            before => work[before as usize].left,
        };
    }
}

/// Which transition a word means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    Schedule,
    Assign,
    Start,
    Suspend,
    Resume,
    Complete,
    GiveUp,
}

fn turn(word: &str) -> Option<Turn> {
    Some(match word.to_ascii_lowercase().as_str() {
        "schedule" => Turn::Schedule,
        "assign" | "reassign" => Turn::Assign,
        "start" => Turn::Start,
        "suspend" => Turn::Suspend,
        "resume" => Turn::Resume,
        "complete" | "" => Turn::Complete,
        "withdraw" | "manualskip" | "autoskip" | "ate_abort" | "pi_abort" => Turn::GiveUp,
        _ => return None,
    })
}

/// The work under way of one activity, oldest first.
#[derive(Debug, Clone, Default)]
struct UnderWay {
    scheduled: VecDeque<u32>,
    running: VecDeque<u32>,
    suspended: VecDeque<u32>,
}

impl UnderWay {
    fn clear(&mut self) {
        self.scheduled.clear();
        self.running.clear();
        self.suspended.clear();
    }
}

pub(crate) fn transitions(visits: &mut Visits, cases: &Cases<'_>) {
    (visits.source.phases, visits.source.starts) = (true, true);
    let turns: Vec<Option<Turn>> = cases.log.lifecycles.iter().map(turn).collect();
    visits.source.pauses = turns.contains(&Some(Turn::Suspend));
    let mut under_way: Vec<UnderWay> = vec![UnderWay::default(); cases.log.activities.len()];
    let mut work: Vec<Work> = Vec::new();
    for case in 0..cases.ordered.cases() {
        work.clear();
        // The work that ended last so far.
        let mut latest = NONE;
        for place in cases.ordered.of_case(case) {
            let lifecycle = cases.lifecycle(cases.ordered.event[place]);
            let turn = if lifecycle == NONE { Some(Turn::Complete) } else { turns[lifecycle as usize] };
            let step = cases.ordered.activity[place];
            if let Some(turn) = turn {
                one(&mut work, &mut under_way[step as usize], &mut latest, cases, place, turn);
            }
        }
        for work in &work {
            under_way[work.step as usize].clear();
        }
        add(visits, case, &work, cases);
    }
}

/// Takes one event in.
fn one(work: &mut Vec<Work>, here: &mut UnderWay, latest: &mut u32, cases: &Cases<'_>, place: usize, turn: Turn) {
    let at = cases.ordered.at[place];
    let event = cases.ordered.event[place];
    let team = cases.team(event);
    // Work that was never scheduled was ready when the work before it ended; the first one when the case began.
    let ready = if *latest == NONE { NO_TIME } else { work[*latest as usize].left };
    let fresh = |work: &mut Vec<Work>, entered: i64, started: i64| {
        let step = cases.ordered.activity[place];
        let (left, ended) = (NO_TIME, Ended::Open);
        work.push(Work { step, team, entered, started, left, before: *latest, ended, done: None, turns: Vec::new() });
        work.len() as u32 - 1
    };
    match turn {
        Turn::Schedule => {
            let new = fresh(work, at, NO_TIME);
            here.scheduled.push_back(new);
        }
        Turn::Assign => {
            let found = here.scheduled.front().or(here.running.front()).or(here.suspended.front());
            if let Some(found) = found.filter(|_| team != NONE) {
                work[*found as usize].team = team;
            }
        }
        Turn::Start => {
            let found = here.scheduled.pop_front().unwrap_or_else(|| {
                let first = cases.ordered.at[cases.ordered.of_case(cases.log.case[event as usize] as usize).start];
                fresh(work, if ready == NO_TIME { first } else { ready }, NO_TIME)
            });
            let begun = &mut work[found as usize];
            begun.started = at;
            begun.team = if team == NONE { begun.team } else { team };
            here.running.push_back(found);
        }
        Turn::Suspend => {
            if let Some(found) = here.running.pop_front() {
                work[found as usize].turns.push(at);
                here.suspended.push_back(found);
            }
        }
        Turn::Resume => {
            if let Some(found) = here.suspended.pop_front() {
                work[found as usize].turns.push(at);
                here.running.push_back(found);
            }
        }
        Turn::Complete | Turn::GiveUp => {
            let found = here.running.pop_front().or_else(|| here.suspended.pop_front());
            let found = found.or_else(|| here.scheduled.pop_front()).unwrap_or_else(|| fresh(work, ready, NO_TIME));
            let over = &mut work[found as usize];
            over.left = at;
            over.team = if team == NONE { over.team } else { team };
            if turn == Turn::Complete {
                over.ended = Ended::Done;
                over.done = cases.done(place);
            } else {
                over.ended = Ended::Dropped;
            }
            *latest = found;
        }
    }
}

/// Adds the visits and the item of a case.
fn add(visits: &mut Visits, case: usize, work: &[Work], cases: &Cases<'_>) {
    let range = cases.ordered.of_case(case);
    let Some(first_event) = cases.ordered.at.get(range.start).copied().filter(|_| !range.is_empty()) else {
        visits.push_item(nothing(visits), visits.len());
        return;
    };
    let last_event = cases.ordered.at[range.end - 1];
    let base = visits.len() as u32;
    let mut stretches = Vec::new();
    for work in work {
        stretches.clear();
        let phased = work.started != NO_TIME || (work.left == NO_TIME && work.entered != NO_TIME);
        if phased {
            stretches.push(Stretch { from: work.entered, what: Told::Queued });
        }
        if work.started != NO_TIME {
            stretches.push(Stretch { from: work.started, what: Told::Active });
            for (turn, at) in work.turns.iter().enumerate() {
                let what = if turn % 2 == 0 { Told::Waiting(visits.reasons.intern("suspended")) } else { Told::Active };
                stretches.push(Stretch { from: *at, what });
            }
        }
        let mut sum = visits.stretches(&stretches, work.left);
        if !visits.source.pauses {
            sum.waiting = NO_TIME;
        }
        visits.push(Row {
            step: work.step,
            team: work.team,
            opens: true,
            entered: work.entered,
            started: work.started,
            left: work.left,
            waiting: sum.waiting,
            active: sum.active,
            before: if work.before == NONE { NONE } else { base + work.before },
            ended: work.ended,
            phased,
        });
    }
    let begun = work.iter().map(|w| w.started).filter(|t| *t != NO_TIME).min();
    let created = begun.map_or(first_event, |b| b.min(first_event));
    let done = work.iter().enumerate().filter(|(_, w)| w.done.is_some() && w.left != NO_TIME);
    let end = done.clone().max_by_key(|(n, w)| (w.left, *n));
    if let Some((_, end)) = end {
        // Done before and taken up again: nothing was under way until then.
        let mut earlier: Vec<i64> = done.map(|(_, w)| w.left).filter(|left| *left < end.left).collect();
        earlier.sort_unstable();
        earlier.dedup();
        for from in earlier {
            let begun = |w: &&Work| begin(w) != NO_TIME;
            let runs = |w: &Work| begun(&w) && begin(w) < from && (w.left == NO_TIME || w.left > from);
            let at_once = |w: &&Work| begin(w) == from && w.left == from;
            let later = work.iter().filter(begun).filter(|w| !at_once(w)).map(begin);
            let next = later.filter(|t| *t >= from && *t <= end.left).min();
            if let Some(until) = next.filter(|_| !work.iter().any(runs)) {
                park(visits, case, from, until);
            }
        }
    }
    let standing = standing(visits, end.and_then(|(_, w)| w.done));
    // Where nothing says what done means, the case is followed back from what ended last.
    let ended_last = work.iter().enumerate().filter(|(_, w)| w.left != NO_TIME).max_by_key(|(n, w)| (w.left, *n));
    let known_end = end.or(ended_last.filter(|_| !visits.source.done));
    let row = ItemRow {
        created,
        committed: begun.unwrap_or(NO_TIME),
        ended: end.map_or(NO_TIME, |(_, w)| w.left),
        first_event,
        last_event,
        standing,
        kind: NONE,
        last_visit: known_end.map_or(NONE, |(n, _)| base + n as u32),
    };
    visits.push_item(row, visits.len());
}
