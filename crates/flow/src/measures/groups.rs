use super::view::View;
use crate::figure::{Figure, Reason, Spread, Unit};
use crate::log::NONE;
use crate::quantile::Groups;
use crate::visits::Ended;
use serde::Serialize;
use watercourse_core::activity::Activity;

/// What happened at a step, in a team or in one of the six activities.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Group {
    /// Number of the step, the team, or the activity (its place in the list of six).
    pub number: u32,
    /// Its name.
    pub name: String,
    /// Visits there.
    pub visits: usize,
    /// Rounds opened there.
    pub rounds: usize,
    /// Rounds of a step that the item had been at before.
    pub repeated: usize,
    /// Items that were there.
    pub items: usize,
    /// Visits that have not ended.
    pub open: usize,
    /// From being ready to the end, ended visits.
    pub sojourn: Spread,
    /// From being ready to the start, begun visits.
    pub queue: Spread,
    /// Worked on, ended visits.
    pub active: Spread,
    /// Paused for a named reason, ended visits that were begun or paused.
    pub waiting: Spread,
    /// Milliseconds of critical paths that were spent there.
    pub path_ms: i64,
    /// The part of all time on critical paths that this is.
    pub share: Figure,
}

/// By step.
#[must_use]
pub fn by_step(view: &View<'_>) -> Vec<Group> {
    let visits = view.visits;
    let names: Vec<&str> = visits.steps.iter().collect();
    groups(view, &names, |visit| visits.step[visit])
}

/// By team; nothing where the source names none.
#[must_use]
pub fn by_team(view: &View<'_>) -> Vec<Group> {
    let visits = view.visits;
    if visits.team.is_empty() {
        return Vec::new();
    }
    let names: Vec<&str> = visits.teams.iter().collect();
    groups(view, &names, |visit| visits.team[visit])
}

/// By the six activities; nothing where no step is mapped to one.
#[must_use]
pub fn by_activity(view: &View<'_>) -> Vec<Group> {
    let visits = view.visits;
    if visits.step_activity.iter().all(Option::is_none) {
        return Vec::new();
    }
    let names = Activity::ALL.map(Activity::id);
    let place = |activity: Activity| Activity::ALL.iter().position(|a| *a == activity).map_or(NONE, |p| p as u32);
    let of_step: Vec<u32> = visits.step_activity.iter().map(|a| a.map_or(NONE, place)).collect();
    groups(view, &names, |visit| of_step[visits.step[visit] as usize])
}

#[derive(Clone, Copy)]
struct Count {
    visits: usize,
    rounds: usize,
    repeated: usize,
    items: usize,
    last_item: u32,
    open: usize,
    path: i64,
}

/// Groups visits; a visit of group [`NONE`] counts nowhere. Groups without visits are left out.
fn groups(view: &View<'_>, names: &[&str], group: impl Fn(usize) -> u32) -> Vec<Group> {
    let visits = view.visits;
    let none = Count { visits: 0, rounds: 0, repeated: 0, items: 0, last_item: NONE, open: 0, path: 0 };
    let mut counts = vec![none; names.len()];
    let phases = visits.source.phases;
    view.each_visit(|item, visit| {
        let Some(count) = counts.get_mut(group(visit) as usize) else { return };
        count.visits += 1;
        if visits.opens_round(visit) {
            count.rounds += 1;
            count.repeated += usize::from(visits.again(visit));
        }
        if count.last_item != item as u32 {
            (count.last_item, count.items) = (item as u32, count.items + 1);
        }
        count.open += usize::from(visits.ended(visit) == Ended::Open);
    });
    let rooms = |told: bool| Groups::with_room(counts.iter().map(|c| if told { c.visits } else { 0 }));
    let (mut sojourn, mut queue, mut active, mut waiting) = (rooms(true), rooms(phases), rooms(phases), rooms(phases));
    view.each_visit(|_, visit| {
        let place = group(visit) as usize;
        if place >= counts.len() {
            return;
        }
        let put = |groups: &mut Groups, value: Option<i64>| value.map_or((), |value| groups.add(place, value));
        let ended = visits.ended(visit) != Ended::Open;
        if ended {
            put(&mut sojourn, view.sojourn(visit));
        }
        if phases {
            put(&mut queue, view.queue(visit));
            if ended {
                put(&mut active, view.active(visit));
                put(&mut waiting, view.waiting(visit));
            }
        }
    });
    let mut whole = 0;
    view.each_segment(|_, segment| {
        let long = view.long_of(&segment);
        whole += long;
        if let Some(visit) = segment.visit
            && let Some(count) = counts.get_mut(group(visit as usize) as usize)
        {
            count.path += long;
        }
    });
    let spread = |told: bool, reason: Reason, groups: &mut Groups, place: usize| {
        let spread = if told { Spread::of(groups.quantiles(place)) } else { Spread::not_measured(reason) };
        spread.on(view.clock())
    };
    let unpaused = if phases { Reason::NoPauses } else { Reason::NoWorkingTime };
    let found = counts.iter().zip(names).enumerate().filter(|(_, (count, _))| count.visits > 0);
    found
        .map(|(place, (count, name))| Group {
            number: place as u32,
            name: (*name).to_owned(),
            visits: count.visits,
            rounds: count.rounds,
            repeated: count.repeated,
            items: count.items,
            open: count.open,
            sojourn: Spread::of(sojourn.quantiles(place)).on(view.clock()),
            queue: spread(visits.source.starts, Reason::NoWorkingTime, &mut queue, place),
            active: spread(visits.source.starts, Reason::NoWorkingTime, &mut active, place),
            waiting: spread(visits.source.pauses, unpaused, &mut waiting, place),
            path_ms: count.path,
            share: Figure::ratio(count.path as f64, whole as f64, count.items, Unit::Share).on(view.clock()),
        })
        .collect()
}
