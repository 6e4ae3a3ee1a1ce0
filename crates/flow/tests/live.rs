//! What is kept live equals what is measured anew, after whatever happened.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

mod walking;

use proptest::prelude::*;
use walking::{Walk, moves};
use watercourse_core::activity::Activity;
use watercourse_core::item::Item;
use watercourse_core::stream::Stream;
use watercourse_core::time::Instant;
use watercourse_flow::from_items::from_items;
use watercourse_flow::live::{LATELY, Live, Now};
use watercourse_flow::measures::{View, by_step, by_team, open_work, week_of};
use watercourse_flow::timeline::Timeline;
use watercourse_flow::visits::Ended;

/// Held against every item measured anew.
fn same(now: &Now, items: &[&(&Item, &Stream)], at: Instant) {
    let visits = from_items(items.iter().map(|(i, s)| (*i, *s)), at);
    let timeline = Timeline::of(&visits);
    let view = View::of(&visits, &timeline);
    let open = open_work(&view, 0);
    assert_eq!(Some(now.open as f64), open.open.value());
    assert_eq!(Some(now.in_progress as f64), open.in_progress.value());
    assert_eq!(now.age, open.age);
    let of_step = |name: &str| now.rounds(|s| s.step == name);
    assert_eq!(now.rounds(|_| true), by_step(&view).iter().map(|g| g.open).sum::<usize>());
    assert!(by_step(&view).iter().all(|g| of_step(&g.name) == g.open));
    for team in by_team(&view) {
        assert_eq!(now.rounds(|s| s.team.as_deref() == Some(&team.name)), team.open, "{}", team.name);
    }
    for activity in Activity::ALL {
        let is_here = |v: usize| visits.ended(v) == Ended::Open && visits.activity(v) == Some(activity);
        let here = (0..visits.item_count()).filter(|i| visits.of_item(*i).any(is_here)).count();
        assert_eq!(now.activities[activity.index()].items, here, "{activity:?}");
    }
    let day = |ms: i64| ms.div_euclid(86_400_000);
    let (today, week) = (day(at.millis()), week_of(at.millis()));
    let created = &visits.items.created;
    assert_eq!(now.arrived.today, created.iter().filter(|t| day(**t) == today).count());
    assert_eq!(now.arrived.week, created.iter().filter(|t| week_of(**t) == week).count());
    let delivered = || (0..visits.item_count()).filter(|i| visits.delivered(*i)).map(|i| visits.items.ended[i]);
    assert_eq!(now.delivered.today, delivered().filter(|t| day(*t) == today).count());
    assert_eq!(now.delivered.week, delivered().filter(|t| week_of(*t) == week).count());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn live_counts_are_those_of_measuring_everything_anew(moves in moves(120)) {
        let mut walk = Walk::begin();
        let mut live: Live<usize> = Live::default();
        let mut held = 0;
        for (turn, to) in moves.into_iter().enumerate() {
            let Some(changed) = walk.go(to) else { continue };
            let item = &walk.items[changed];
            live.put(item, walk.stream_of(item), changed);
            if turn % 7 == 0 {
                live.forget(walk.now);
            }
            held = held.max(live.len());
            let all: Vec<(&Item, &Stream)> = walk.items.iter().map(|i| (i, walk.stream_of(i))).collect();
            let some = |holds: &dyn Fn(usize, &Item) -> bool| -> Vec<&(&Item, &Stream)> {
                all.iter().enumerate().filter(|(n, (i, _))| holds(*n, i)).map(|(_, pair)| pair).collect()
            };
            same(&live.look(walk.now, None, |_| true), &some(&|_, _| true), walk.now);
            same(&live.look(walk.now, Some("plain"), |_| true), &some(&|_, i| i.stream == "plain"), walk.now);
            same(&live.look(walk.now, None, |n| n % 2 == 0), &some(&|n, _| n % 2 == 0), walk.now);
            // Time goes on while nothing happens.
            let later = walk.now.plus(86_400_000_000);
            same(&live.look(later, None, |_| true), &some(&|_, _| true), later);
        }
        prop_assert!(held <= 8);
    }
}

#[test]
fn an_older_revision_never_replaces_a_newer_one_and_what_ended_long_ago_is_let_go() {
    let mut walk = Walk::begin();
    let at = |verb: u8, place: usize| walking::Move { item: 0, verb, place, later: 1 };
    walk.go(at(0, 0)).unwrap();
    let opened = walk.items[0].clone();
    walk.go(at(17, 0)).unwrap();
    let mut live: Live<()> = Live::default();
    live.put(&walk.items[0], &walk.streams[0], ());
    live.put(&opened, &walk.streams[0], ());
    assert_eq!(live.look(walk.now, None, |()| true).open, 0);
    assert_eq!(live.revision("plain", opened.id), Some(walk.items[0].revision));
    live.forget(walk.now);
    assert_eq!(live.len(), 1, "it arrived this week");
    live.forget(walk.now.plus((LATELY + 1) * 1000));
    assert!(live.is_empty());
}
