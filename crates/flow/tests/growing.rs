//! Visits that grew piece by piece are those that are made of all items at once.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

mod walking;

use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use walking::{Walk, moves};
use watercourse_core::item::Item;
use watercourse_core::stream::Stream;
use watercourse_flow::from_items::from_items;
use watercourse_flow::growing::{Growing, with_keys};
use watercourse_flow::log::NONE;
use watercourse_flow::map::Map;
use watercourse_flow::measures::{View, flow_efficiency, lead_times, rework, time_use, weeks};
use watercourse_flow::selection::ItemSet;
use watercourse_flow::timeline::Timeline;
use watercourse_flow::visits::Visits;

/// Everything there is to tell, by the keys of the items.
fn told(visits: &Visits, timeline: &Timeline) -> BTreeMap<String, Vec<String>> {
    let item = |n: usize| {
        let range = visits.of_item(n);
        let (start, items) = (range.start, &visits.items);
        let team = |t: Option<u32>| t.map(|t| visits.teams.name(t));
        let mut lines: Vec<String> = range
            .map(|v| {
                let times = (visits.entered(v), visits.started(v), visits.left(v), visits.waiting(v), visits.active(v));
                let pauses: Vec<_> = visits
                    .pauses_of(v)
                    .iter()
                    .map(|p| (p.what, visits.reasons.name(p.reason), p.from, p.until))
                    .collect();
                let marks = (visits.ended(v), visits.again(v), visits.opens_round(v), visits.phased(v));
                let held = (team(visits.team(v)), team(visits.held_by(v)), visits.before(v).map(|b| b - start));
                format!(
                    "{} {:?} {times:?} {marks:?} {held:?} {pauses:?}",
                    visits.steps.name(visits.step[v]),
                    visits.activity(v)
                )
            })
            .collect();
        lines.extend(timeline.of_item(n).map(|s| {
            let reason = s.reason.map(|r| visits.reasons.name(r));
            format!("{:?} {:?} {reason:?} {} {}", s.kind, s.visit.map(|v| v as usize - start), s.from, s.until)
        }));
        lines.push(format!(
            "{:?} {:?} {:?} {} {} {}",
            (items.created[n], items.committed[n], items.ended[n], items.until[n]),
            (items.first_event[n], items.last_event[n]),
            (items.standing[n], Some(items.last_visit[n]).filter(|v| *v != NONE).map(|v| v - start as u32)),
            visits.kinds.name(items.kind[n]),
            visits.parked_of(n).len(),
            visits.of_item(n).map(|v| visits.item_of(v) == n).filter(|own| *own).count(),
        ));
        (visits.keys.name(n as u32).to_owned(), lines)
    };
    (0..visits.item_count()).map(item).collect()
}

fn figures(visits: &Visits, timeline: &Timeline) -> String {
    let view = View::of(visits, timeline);
    let efficiency = flow_efficiency(&view);
    let kinds = time_use(&view);
    format!("{:?}", (lead_times(&view), kinds, efficiency, rework(&view), weeks(&view)))
}

fn ways(visits: &Visits) -> BTreeSet<String> {
    let map = Map::of_visits(visits, None);
    let name = |s: u32| visits.steps.name(s);
    map.edges.iter().map(|e| format!("{} {} {} {:?}", name(e.from), name(e.to), e.count, e.time)).collect()
}

fn same(grown: (&Visits, &Timeline), items: &[&Item], walk: &Walk) {
    let all: Vec<(&Item, &Stream)> = items.iter().map(|i| (*i, walk.stream_of(i))).collect();
    let fresh = from_items(all, walk.now);
    let timeline = Timeline::of(&fresh);
    assert_eq!(told(grown.0, grown.1), told(&fresh, &timeline));
    assert_eq!(figures(grown.0, grown.1), figures(&fresh, &timeline));
    assert_eq!(ways(grown.0), ways(&fresh));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn what_grew_is_what_is_made_at_once(moves in moves(120)) {
        let mut walk = Walk::begin();
        let mut growing = Growing::default();
        let mut behind: BTreeSet<usize> = BTreeSet::new();
        // Somebody measures an older state while it goes on.
        let mut held: Option<Arc<Visits>> = None;
        for (turn, to) in moves.into_iter().enumerate() {
            behind.extend(walk.go(to));
            if turn % 3 != 0 {
                continue;
            }
            let keys: Vec<&str> = behind.iter().map(|n| walk.items[*n].key.as_str()).collect();
            if keys.iter().any(|k| growing.has_at_rest(k)) {
                growing.wake(keys);
            }
            fn pair<'a>(walk: &'a Walk, item: &'a Item) -> (&'a Item, &'a Stream) {
                (item, walk.stream_of(item))
            }
            let resting = behind.iter().map(|n| &walk.items[*n]).filter(|i| i.closed.is_some());
            let moving = walk.items.iter().filter(|i| i.closed.is_none());
            growing.refresh(resting.map(|i| pair(&walk, i)), moving.map(|i| pair(&walk, i)), walk.now);
            behind.clear();
            let all: Vec<&Item> = walk.items.iter().collect();
            same((growing.visits(), growing.timeline()), &all, &walk);
            if turn % 5 == 0 {
                held = Some(Arc::clone(growing.visits()));
                prop_assert!(growing.is_shared());
            } else {
                held = held.filter(|_| turn % 4 != 0);
            }
            // Some of them.
            let some: Vec<&Item> = walk.items.iter().enumerate().filter(|(n, _)| n % 3 != 1).map(|(_, i)| i).collect();
            let set: ItemSet = with_keys(&growing.visits().keys, some.iter().map(|i| i.key.as_str()));
            let part = growing.visits().only(&set);
            same((&part, &Timeline::of(&part)), &some, &walk);
        }
    }
}
