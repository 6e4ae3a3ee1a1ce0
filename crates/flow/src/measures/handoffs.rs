use super::view::View;
use crate::figure::{Figure, Reason, Spread, Unit};
use crate::log::NONE;
use crate::pairs::Pairs;
use crate::quantile::{Groups, Quantiles};
use serde::Serialize;

/// Work going from one team to another.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HandOff {
    /// Team it came from.
    pub from: u32,
    /// Its name.
    pub from_name: String,
    /// Team it went to.
    pub to: u32,
    /// Its name.
    pub to_name: String,
    /// How often.
    pub count: usize,
    /// Items it happened to.
    pub items: usize,
    /// From the hand-off to the start of work there.
    pub wait: Spread,
    /// From the hand-off to the end of the visit there: all that a source with one time per event tells.
    pub sojourn: Spread,
}

/// Hand-offs of the items in view.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HandOffs {
    /// How many.
    pub count: Figure,
    /// For each item.
    pub per_item: Figure,
    /// The part of items with at least one.
    pub share: Figure,
    /// From the hand-off to the start of work.
    pub wait: Spread,
    /// Times that work went from A to B and back to A.
    pub ping_pong: Figure,
    /// The part of items with such a return.
    pub ping_pong_share: Figure,
    /// Between which teams, the most frequent first.
    pub between: Vec<HandOff>,
}

/// Hand-offs between teams: visits whose predecessor was held by another team.
#[must_use]
pub fn handoffs(view: &View<'_>) -> HandOffs {
    let visits = view.visits;
    if !visits.source.teams {
        let none = |unit| Figure::not_measured(Reason::NoTeams, unit);
        let (count, share) = (none(Unit::Count), none(Unit::Share));
        return HandOffs {
            count,
            per_item: none(Unit::PerItem),
            share,
            wait: Spread::not_measured(Reason::NoTeams),
            ping_pong: count,
            ping_pong_share: share,
            between: Vec::new(),
        };
    }
    let mut pairs = Pairs::below(visits.teams.len());
    // For each pair how often, how many items, and the item it was last.
    let mut between: Vec<(usize, usize, usize)> = Vec::new();
    let (mut waits, mut wait_of) = (Vec::new(), Vec::new());
    let (mut sojourns, mut sojourn_of) = (Vec::new(), Vec::new());
    let (mut count, mut with, mut returns, mut with_return) = (0, 0, 0, 0);
    let mut earlier: Vec<u32> = Vec::new();
    view.each(|item| {
        let range = visits.of_item(item);
        let (seen, seen_returns) = (count, returns);
        earlier.clear();
        for visit in range.clone() {
            // Who had it before the team that has it now.
            let inherited = visits.before(visit).map_or(NONE, |before| earlier[before - range.start]);
            let Some((from, to)) = visits.handed_from(visit).zip(visits.team(visit)) else {
                earlier.push(inherited);
                continue;
            };
            count += 1;
            returns += usize::from(inherited == to);
            earlier.push(from);
            let pair = pairs.number(from, to);
            if pair == between.len() {
                between.push((0, 0, usize::MAX));
            }
            let entry = &mut between[pair];
            entry.0 += 1;
            if entry.2 != item {
                (entry.1, entry.2) = (entry.1 + 1, item);
            }
            let pair = pair as u32;
            if let Some(wait) = view.queue(visit) {
                waits.push(wait);
                wait_of.push(pair);
            }
            if let Some(sojourn) = view.sojourn(visit) {
                sojourns.push(sojourn);
                sojourn_of.push(pair);
            }
        }
        with += usize::from(count > seen);
        with_return += usize::from(returns > seen_returns);
    });
    let items = view.len();
    let starts = visits.source.starts;
    let spread = |quantiles| {
        let spread = if starts { Spread::of(quantiles) } else { Spread::not_measured(Reason::NoWorkingTime) };
        spread.on(view.clock())
    };
    let mut by_wait = Groups::of(between.len(), &wait_of, &waits);
    let mut by_sojourn = Groups::of(between.len(), &sojourn_of, &sojourns);
    let name = |team: u32| visits.teams.name(team).to_owned();
    let mut list: Vec<HandOff> = pairs
        .list()
        .iter()
        .zip(&between)
        .enumerate()
        .map(|(pair, ((from, to), (count, items, _)))| HandOff {
            from: *from,
            from_name: name(*from),
            to: *to,
            to_name: name(*to),
            count: *count,
            items: *items,
            wait: spread(by_wait.quantiles(pair)),
            sojourn: Spread::of(by_sojourn.quantiles(pair)).on(view.clock()),
        })
        .collect();
    list.sort_by_key(|h| (std::cmp::Reverse(h.count), h.from, h.to));
    HandOffs {
        count: Figure::count(count, items),
        per_item: Figure::ratio(count as f64, items as f64, items, Unit::PerItem),
        share: Figure::ratio(with as f64, items as f64, items, Unit::Share),
        wait: spread(Quantiles::of(&mut waits)),
        ping_pong: Figure::count(returns, items),
        ping_pong_share: Figure::ratio(with_return as f64, items as f64, items, Unit::Share),
        between: list,
    }
}
