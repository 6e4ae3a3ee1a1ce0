//! Native items into visits: rounds, visits and spells are there already; instants become milliseconds.

use crate::evidence::Evidence;
use crate::log::{NO_TIME, NONE};
use crate::visits::{Ended, ItemRow, Parked, Row, Source, Standing, Stretch, Told, Visits};
use std::borrow::Cow;
use watercourse_core::activity::Activity;
use watercourse_core::item::{Ending, Item, Outcome, Phase, Place, Round, Spell};
use watercourse_core::set::StepSet;
use watercourse_core::standing::Standing as Marked;
use watercourse_core::stream::Stream;
use watercourse_core::time::Instant;

/// The visits of items, each with the stream version it runs under, as they stand `now`.
pub fn from_items<'a>(items: impl IntoIterator<Item = (&'a Item, &'a Stream)>, now: Instant) -> Visits {
    let mut visits = native(now);
    let mut scratch = Scratch::default();
    for (item, stream) in items {
        add(&mut visits, &mut scratch, item, stream);
    }
    visits
}

/// No visits yet, of a source that tells everything.
pub(crate) fn native(now: Instant) -> Visits {
    let source = Source {
        done: true,
        teams: true,
        phases: true,
        starts: true,
        pauses: true,
        entries: false,
        evidence: Evidence::L4,
    };
    Visits::telling(source, now.millis())
}

/// Room that is used again for every item.
#[derive(Default)]
pub(crate) struct Scratch {
    stretches: Vec<Stretch>,
    /// For each round its first visit and how many follow.
    rounds: Vec<(u32, usize)>,
}

/// Appends an item.
pub(crate) fn add(visits: &mut Visits, scratch: &mut Scratch, item: &Item, stream: &Stream) {
    let number = visits.item_count() as u32;
    // A key that was used twice would mix two items: the second goes by its id.
    if visits.keys.get(&item.key).is_some() {
        visits.keys.intern(&item.id.to_string());
    } else {
        visits.keys.intern(&item.key);
    }
    scratch.rounds.clear();
    for round in &item.rounds {
        let first = add_round(visits, scratch, item, round, stream);
        scratch.rounds.push((first, round.visits.len()));
    }
    let created = item.created.millis();
    for (from, until) in &item.parked {
        let (from, until) = (from.millis().max(created), until.millis());
        if from < until {
            visits.items.parked.push(Parked { item: number, from, until });
        }
    }
    let end = end_of(item, stream);
    let last_visit = end.and_then(|(_, _, round)| {
        let (first, visits) = scratch.rounds.get(round? as usize - 1)?;
        Some(first + u32::try_from(visits.checked_sub(1)?).ok()?)
    });
    let kind = visits.kinds.intern(&item.kind);
    let row = ItemRow {
        created,
        committed: committed(item, stream).map_or(NO_TIME, Instant::millis),
        ended: end.map_or(NO_TIME, |(at, ..)| at.millis()),
        first_event: created,
        last_event: item.touched.millis(),
        standing: end.map_or(Standing::Open, |(_, outcome, _)| Standing::Ended(outcome)),
        kind,
        last_visit: last_visit.unwrap_or(NONE),
    };
    visits.push_item(row, visits.len());
}

/// Adds the visits of a round; answers the first.
fn add_round(visits: &mut Visits, scratch: &mut Scratch, item: &Item, round: &Round, stream: &Stream) -> u32 {
    let (name, activity) = place(round, stream);
    let step = visits.steps.intern(&name);
    if visits.step_activity.len() <= step as usize {
        visits.step_activity.push(activity);
    }
    let first = visits.len() as u32;
    let mut before = released_by(visits, scratch, item, round);
    for (place, visit) in round.visits.iter().enumerate() {
        scratch.stretches.clear();
        scratch.stretches.extend(visit.spells.iter().map(|spell| stretch(visits, spell)));
        let left = visit.left.map_or(NO_TIME, Instant::millis);
        let sum = visits.stretches(&scratch.stretches, left);
        let team = visit.team.as_deref().map_or(NONE, |team| visits.teams.intern(team));
        let ended = match &round.ended {
            _ if visit.left.is_none() => Ended::Open,
            _ if place + 1 < round.visits.len() => Ended::HandedOver,
            Some((_, Ending::Done(_))) | None => Ended::Done,
            Some((_, Ending::Failed)) => Ended::Failed,
            Some((_, Ending::Dropped)) => Ended::Dropped,
        };
        before = visits.push(Row {
            step,
            team,
            opens: place == 0,
            entered: visit.entered().millis(),
            started: sum.started,
            left,
            waiting: sum.waiting,
            active: sum.active,
            before,
            ended,
            phased: sum.phased,
        });
    }
    first
}

/// What the place of a round is called, and its activity.
pub(crate) fn place<'a>(round: &Round, stream: &'a Stream) -> (Cow<'a, str>, Option<Activity>) {
    match &round.place {
        Place::Step(step) => match stream.step(*step) {
            Some(step) => (Cow::Borrowed(step.id.as_str()), Some(step.activity)),
            None => (Cow::Borrowed("?"), None),
        },
        Place::Adhoc(label, activity) => (Cow::Owned(format!("~{label}")), Some(*activity)),
    }
}

fn stretch(visits: &mut Visits, spell: &Spell) -> Stretch {
    let what = match spell.phase {
        Phase::Active => Told::Active,
        Phase::Waiting => Told::Waiting(visits.reasons.intern(&spell.reason)),
        Phase::Queued | Phase::Done | Phase::Dropped => Told::Queued,
    };
    Stretch { from: spell.from.millis(), what }
}

/// The visit of the releasing round that was under way, or had just ended, when this round opened.
fn released_by(visits: &Visits, scratch: &Scratch, item: &Item, round: &Round) -> u32 {
    let found = round.released_by.filter(|by| *by < round.number).and_then(|by| {
        let releasing = item.round(by)?;
        let (first, _) = scratch.rounds.get(by as usize - 1)?;
        let place = releasing.visits.iter().rposition(|v| v.entered() <= round.opened)?;
        Some(first + u32::try_from(place).ok()?)
    });
    found.filter(|v| (*v as usize) < visits.len()).unwrap_or(NONE)
}

/// When the item was committed to: the start of a committing step, else of any.
pub(crate) fn committed(item: &Item, stream: &Stream) -> Option<Instant> {
    let committing = stream.committing();
    let counts = |r: &&Round| committing.is_empty() || matches!(r.place, Place::Step(step) if committing.has(step));
    item.rounds.iter().filter(counts).filter_map(|r| r.started).min()
}

/// When and how the lead time ended, and the round that ended it. An item that was delivered but is still
/// open has ended, unless a delivering step is to be done again.
pub(crate) fn end_of(item: &Item, stream: &Stream) -> Option<(Instant, Outcome, Option<u32>)> {
    let delivering = stream.delivering();
    let last_done = |steps: StepSet| {
        let of =
            |r: &&Round| matches!((&r.place, &r.ended), (Place::Step(s), Some((_, Ending::Done(_)))) if steps.has(*s));
        let at = |r: &&Round| r.ended.as_ref().map(|(at, _)| (*at, r.number));
        item.rounds.iter().filter(of).max_by_key(at).and_then(|r| Some((r.ended.as_ref()?.0, r.number)))
    };
    if let Some((closed, outcome)) = item.closed {
        if let (Outcome::Delivered, Some((at, round))) = (outcome, last_done(delivering)) {
            return Some((at, outcome, Some(round)));
        }
        let closing =
            |r: &&Round| r.ended.as_ref().is_some_and(|(at, ending)| *at == closed && *ending != Ending::Dropped);
        let round = item.rounds.iter().rev().find(closing).map(|r| r.number);
        return Some((closed, outcome, round));
    }
    let again = Marked::of(stream, &item.marking).owed.or(item.marking.open);
    let done = item.marking.done.and(delivering);
    if done.is_empty() || !again.and(delivering).is_empty() {
        return None;
    }
    last_done(done).map(|(at, round)| (at, Outcome::Delivered, Some(round)))
}
