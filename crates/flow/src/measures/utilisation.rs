use super::cuts::Window;
use super::view::View;
use crate::figure::{Figure, Reason, Unit};
use crate::log::{NO_TIME, NONE};
use serde::Serialize;
use std::collections::BTreeMap;

/// How busy a team was.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Utilisation {
    /// Number of the team.
    pub team: u32,
    /// Its name.
    pub name: String,
    /// Time worked, ms of the view's clock: of work at the same time no more counts than there are people.
    pub busy: Figure,
    /// Time there was, ms: people by hours.
    pub available: Figure,
    /// Busy by available.
    pub ratio: Figure,
    /// Time in which more work was under way at once than there are people, as a part of the time in which there
    /// was any: a sign that starts and ends are not told as they happened.
    pub overbooked: Figure,
}

/// How busy each team was within a window, given how many people it has (by name). A team without is not
/// measured; nor is any where the source does not tell working from waiting. Ask it in business time: by the
/// calendar people would be available at night as well.
#[must_use]
pub fn utilisation(view: &View<'_>, people: &BTreeMap<String, f64>, window: Window) -> Vec<Utilisation> {
    let visits = view.visits;
    let clock = view.clock();
    // For each team where something begins (+1) and ends (−1) to be worked on.
    let mut turns: Vec<Vec<(i64, i32)>> = vec![Vec::new(); visits.teams.len()];
    view.each_visit(|_, visit| {
        let team = visits.team(visit).map_or(NONE, |t| t);
        let Some(turns) = turns.get_mut(team as usize) else { return };
        each_spell(view, visit, |from, until| {
            let (from, until) = (from.max(window.from), until.min(window.until));
            if from < until {
                turns.extend([(from, 1), (until, -1)]);
            }
        });
    });
    let list = turns.into_iter().enumerate().map(|(team, mut turns)| {
        let name = visits.teams.name(team as u32).to_owned();
        let known = people.get(&name).copied().filter(|p| p.is_finite() && *p > 0.0);
        let reason = if visits.source.phases { Reason::NoCapacity } else { Reason::NoWorkingTime };
        let Some(people) = known.filter(|_| visits.source.phases) else {
            let none = |unit| Figure::not_measured(reason, unit).on(clock);
            let (busy, available, ratio) = (none(Unit::Ms), none(Unit::Ms), none(Unit::Share));
            return Utilisation { team: team as u32, name, busy, available, ratio, overbooked: ratio };
        };
        let n = turns.len() / 2;
        turns.sort_unstable();
        let (mut busy, mut any, mut over, mut at, mut count) = (0.0, 0i64, 0i64, window.from, 0i32);
        for (instant, turn) in turns {
            if count > 0 && instant > at {
                let long = view.long(Some(team as u32), at, instant);
                busy += f64::from(count).min(people) * long as f64;
                any += long;
                over += if f64::from(count) > people { long } else { 0 };
            }
            (at, count) = (instant, count + turn);
        }
        let available = people * view.long(Some(team as u32), window.from, window.until) as f64;
        Utilisation {
            team: team as u32,
            name,
            busy: Figure::measured(busy, n, Unit::Ms).on(clock),
            available: Figure::measured(available, n, Unit::Ms).on(clock),
            ratio: Figure::ratio(busy, available, n, Unit::Share).on(clock),
            overbooked: Figure::ratio(over as f64, any as f64, n, Unit::Share).on(clock),
        }
    });
    list.collect()
}

/// Calls back with each spell in which a visit was worked on, as far as the source tells.
fn each_spell(view: &View<'_>, visit: usize, mut call: impl FnMut(i64, i64)) {
    let visits = view.visits;
    let Some(started) = visits.started(visit).filter(|_| visits.phased(visit)) else { return };
    let left = visits.left(visit).unwrap_or(visits.as_of);
    let mut at = started;
    for pause in visits.pauses_of(visit) {
        if pause.from > at {
            call(at, pause.from.min(left));
        }
        at = at.max(if pause.until == NO_TIME { left } else { pause.until });
    }
    if at < left {
        call(at, left);
    }
}
