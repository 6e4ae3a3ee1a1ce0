//! What changed at a marker; utilisation and latency; the worked examples of `docs/reference/measures/`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

mod support;

use proptest::prelude::*;
use std::collections::BTreeMap;
use support::small::{DAY, HOUR, days, statuses};
use support::told;
use watercourse_core::calendar::{Calendar, CalendarDefinition, WeeklyHours};
use watercourse_flow::figure::{Reason, State};
use watercourse_flow::hours::{Calendars, WorkingHours};
use watercourse_flow::measures::{
    Begin, Behind, Hop, Marker, Verdict, View, Window, before_after, behind, latency, sides, utilisation,
};
use watercourse_flow::statistics::Chance;
use watercourse_flow::timeline::Timeline;
use watercourse_flow::visits::Visits;

/// Items that end on these days after taking so many.
fn ending(items: &[(f64, f64)]) -> Visits {
    let names: Vec<String> = (0..items.len()).map(|i| format!("I-{i}")).collect();
    let events: Vec<(&str, &str, f64)> = names
        .iter()
        .zip(items)
        .flat_map(|(name, (end, took))| [(name.as_str(), "new", end - took), (name.as_str(), "done", *end)])
        .collect();
    statuses(&events, 200.0)
}

fn marker(day: f64) -> Marker {
    Marker { at: days(day), reach: None, begin: Begin::Created, seed: 1 }
}

fn compare(visits: &Visits, marker: Marker) -> watercourse_flow::measures::BeforeAfter {
    let timeline = Timeline::of(visits);
    before_after(&View::of(visits, &timeline), marker)
}

/// Ends on days around 100; those after it take `factor` as long.
fn changed(factor: f64, each: usize, seed: u64) -> Vec<(f64, f64)> {
    let mut chance = Chance::seeded(seed);
    let took = |chance: &mut Chance| 2.0 + chance.below(1000) as f64 / 125.0;
    let before = (0..each).map(|i| (60.0 + i as f64 / each as f64 * 39.0, took(&mut chance)));
    let before: Vec<(f64, f64)> = before.collect();
    let after = (0..each).map(|i| (100.0 + i as f64 / each as f64 * 39.0, factor * took(&mut chance)));
    before.into_iter().chain(after.collect::<Vec<_>>()).collect()
}

#[test]
fn the_page_on_before_and_after() {
    // Before day 100 items took 1 to 12 days, after it four days less but at least one.
    let before = (1..=12).map(|took| (80.0 + f64::from(took), f64::from(took)));
    let after = (1..=12).map(|took| (100.0 + f64::from(took), f64::from((took - 4).max(1))));
    let found = compare(&ending(&before.chain(after).collect::<Vec<_>>()), marker(100.0));
    let in_days = |ms: Option<f64>| ms.unwrap() / DAY as f64;
    assert_eq!((in_days(found.before.p50.figure.value()), in_days(found.after.p50.figure.value())), (6.5, 2.5));
    assert_eq!(in_days(found.shift.figure.value()), -3.0);
    assert_eq!((in_days(found.shift.at_least), in_days(found.shift.at_most)), (-6.0, 0.0));
    assert_eq!(found.verdict, Verdict::NoClearChange, "the limits hold 0");
}

#[test]
fn a_change_is_said_only_when_it_is_clear() {
    let verdict = |items: &[(f64, f64)]| compare(&ending(items), marker(100.0)).verdict;
    assert_eq!(verdict(&changed(0.5, 60, 3)), Verdict::Shorter);
    assert_eq!(verdict(&changed(2.0, 60, 3)), Verdict::Longer);
    assert_eq!(verdict(&changed(1.0, 60, 3)), Verdict::NoClearChange);
    // Sure, but too small to matter.
    assert_eq!(verdict(&changed(0.95, 4000, 3)), Verdict::NoClearChange);
    assert_eq!(verdict(&changed(0.5, 9, 3)), Verdict::TooFew { needed: 10 });
    assert_eq!(verdict(&[]), Verdict::TooFew { needed: 10 });
    // Drawing and ranks give about the same limits.
    let (drawn, ranks) = (
        compare(&ending(&changed(1.0, 4900, 5)), marker(100.0)),
        compare(&ending(&changed(1.0, 5100, 5)), marker(100.0)),
    );
    let width = |found: &watercourse_flow::measures::BeforeAfter| {
        found.before.p50.at_most.unwrap() - found.before.p50.at_least.unwrap()
    };
    assert!((width(&drawn) / width(&ranks) - 1.0).abs() < 0.3, "{} {}", width(&drawn), width(&ranks));
}

#[test]
fn only_what_ended_within_reach_counts_and_open_items_do_not() {
    let mut items = changed(1.0, 20, 1);
    items.push((10.0, 3.0));
    let visits = ending(&items);
    let near = compare(&visits, Marker { reach: Some(days(45.0)), ..marker(100.0) });
    assert_eq!([near.before.items, near.after.items].map(|f| f.value()), [Some(20.0), Some(20.0)]);
    assert_eq!(compare(&visits, marker(100.0)).before.items.value(), Some(21.0));
    let open = statuses(&[("A", "new", 0.0)], 5.0);
    assert_eq!(compare(&open, marker(1.0)).before.items.state, State::Zero);
}

fn measures_sides(view: &View<'_>, marker: Marker) -> [usize; 2] {
    let found = sides(view, marker);
    assert!(found[0].and(&found[1]).is_empty());
    found.map(|items| items.len())
}

#[test]
fn a_real_log_gives_the_same_answer_twice() {
    let Some(visits) = told::helpdesk() else { return };
    let middle = Marker { at: days(15_706.0), ..marker(0.0) };
    let found = compare(&visits, middle);
    assert_eq!(found, compare(&visits, middle));
    let sides = [&found.before, &found.after].map(|side| side.items.value().unwrap());
    let timeline = Timeline::of(&visits);
    let view = View::of(&visits, &timeline);
    assert_eq!(sides.iter().sum::<f64>() as usize, behind(&view, Behind::Delivered).len());
    assert_eq!(measures_sides(&view, middle), sides.map(|n| n as usize));
    for side in [&found.before, &found.after] {
        let (p50, p85) = (side.p50.figure.value().unwrap(), side.p85.figure.value().unwrap());
        assert!(side.p50.at_least.unwrap() <= p50 && p50 <= side.p50.at_most.unwrap() && p50 <= p85);
    }
    let cycle = compare(&visits, Marker { begin: Begin::Committed, ..middle });
    assert_eq!(cycle.verdict, Verdict::NotMeasured { reason: Reason::NoStart });
}

#[test]
fn the_page_on_utilisation() {
    // Two people, Monday 1970-01-05, 09:00 to 17:00. Three items are worked on: 9 to 12, 10 to 14, 11 to 12.
    let at = |hour: f64| 4.0 + hour / 24.0;
    let events = [
        ("A", "work@desk", at(9.0)),
        ("A", "done@desk", at(12.0)),
        ("B", "work@desk", at(10.0)),
        ("B", "done@desk", at(14.0)),
        ("C", "work@desk", at(11.0)),
        ("C", "done@desk", at(12.0)),
        ("D", "work@other", at(9.0)),
    ];
    let visits = statuses(&events, at(17.0));
    let timeline = Timeline::of(&visits);
    let office = CalendarDefinition {
        zone: "UTC".to_owned(),
        holidays: Vec::new(),
        hours: WeeklyHours::weekdays(&["09:00-17:00"]),
    };
    let calendar = Calendar::new(office).unwrap();
    let hours =
        WorkingHours::of(&visits, &Calendars { organisation: &calendar, stream: None, teams: &BTreeMap::new() });
    let view = View::of(&visits, &timeline).business(&hours);
    let teams =
        utilisation(&view, &BTreeMap::from([("desk".to_owned(), 2.0)]), Window { from: days(4.0), until: days(5.0) });
    let desk = teams.iter().find(|t| t.name == "desk").unwrap();
    let in_hours = |ms: Option<f64>| ms.unwrap() / HOUR as f64;
    // 9 to 10 one, 10 to 12 two (a third does not count), 12 to 14 one.
    assert_eq!((in_hours(desk.busy.value()), in_hours(desk.available.value())), (7.0, 16.0));
    assert_eq!((desk.ratio.value(), desk.overbooked.value()), (Some(0.4375), Some(0.2)));
    let other = teams.iter().find(|t| t.name == "other").unwrap();
    assert_eq!(other.ratio.state, State::NotMeasured { reason: Reason::NoCapacity });
}

#[test]
fn the_page_on_latency() {
    // Five findings: three led to an improvement after 2, 4 and 10 days, two are open since 3 and 6 days.
    let hops: Vec<Hop> = [(Some(2), 20), (Some(4), 20), (Some(10), 20), (None, 3), (None, 6)]
        .map(|(took, ago): (Option<i64>, i64)| Hop { from: -ago * DAY, to: took.map(|took| (took - ago) * DAY) })
        .to_vec();
    let found = latency(&hops, 0);
    assert_eq!([found.loops, found.open, found.closed].map(|f| f.value()), [Some(5.0), Some(2.0), Some(0.6)]);
    assert_eq!(found.p50.figure.value(), Some(10.0 * DAY as f64));
    assert_eq!(found.p85.figure.state, State::TooFew { needed: 7 });
    // What is to come is not known yet, and none is not zero.
    assert_eq!(latency(&[Hop { from: 5, to: None }, Hop { from: -5, to: Some(3) }], 0).open.value(), Some(1.0));
    let none = latency(&[], 0);
    assert_eq!((none.loops.state, none.closed.state), (State::Zero, State::TooFew { needed: 1 }));
}

proptest! {
    #[test]
    fn nobody_is_busier_than_there_is_time(
        raw in prop::collection::vec((0u8..6, 0u8..4, 0i64..240), 1..60), people in 0.5f64..4.0, from in 0i64..200, long in 1i64..100,
    ) {
        let names: Vec<(String, String, f64)> = raw
            .iter()
            .map(|(case, a, hour)| (format!("I-{case}"), format!("{}@desk", ["new", "work", "wait", "done"][usize::from(*a)]), *hour as f64 / 24.0))
            .collect();
        let events: Vec<(&str, &str, f64)> = names.iter().map(|(c, a, at)| (c.as_str(), a.as_str(), *at)).collect();
        let visits = statuses(&events, 12.0);
        let timeline = Timeline::of(&visits);
        let view = View::of(&visits, &timeline);
        let capacity = BTreeMap::from([("desk".to_owned(), people)]);
        let of = |from: i64, until: i64| utilisation(&view, &capacity, Window { from: from * HOUR, until: until * HOUR })[0].clone();
        let found = of(from, from + long);
        if let Some(ratio) = found.ratio.value() {
            prop_assert!((0.0..=1.0 + 1e-9).contains(&ratio));
        }
        // Windows that meet add up.
        if let (Some(whole), Some(a), Some(b)) =
            (of(from, from + 2 * long).busy.value(), found.busy.value(), of(from + long, from + 2 * long).busy.value())
        {
            prop_assert!((whole - a - b).abs() < 1.0, "{} {} {}", whole, a, b);
        }
    }
}
