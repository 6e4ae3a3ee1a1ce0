//! Native items: stories whose segments are written out, and random ones whose segments must sum up.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

mod support;

use proptest::prelude::*;
use std::collections::BTreeMap;
use support::identities;
use uuid::Uuid;
use watercourse_core::activity::Activity;
use watercourse_core::actor::Actor;
use watercourse_core::id::ItemId;
use watercourse_core::item::{Ending, Item, Outcome, Phase, Place, Round, Spell, Visit};
use watercourse_core::marking::Marking;
use watercourse_core::span::Span;
use watercourse_core::stream::{Adhoc, Parts, Promise, Step, Stream};
use watercourse_core::time::Instant;
use watercourse_flow::from_items::from_items;
use watercourse_flow::measures::{self, View};
use watercourse_flow::timeline::{Kind, Timeline};
use watercourse_flow::visits::Visits;

const MINUTE: i64 = 60_000_000;

fn at(minutes: i64) -> Instant {
    // Not a whole millisecond: instants are rounded, not durations.
    Instant(minutes * MINUTE + 999)
}

fn stream(steps: &[(&str, bool)]) -> Stream {
    let step = |(id, deliver): &(&str, bool)| Step {
        id: (*id).to_owned(),
        name: (*id).to_owned(),
        activity: Activity::Engage,
        practice: None,
        team: None,
        start: false,
        optional: true,
        after: Vec::new(),
        outcomes: Vec::new(),
        when: None,
        within: None,
        min: 1,
        max: None,
        gates: Vec::new(),
        deliver: *deliver,
        commit: false,
        feeds: Vec::new(),
        spawns: None,
        done_on: None,
    };
    Stream::new(Parts {
        id: "s".to_owned(),
        name: "S".to_owned(),
        kind: "incident".to_owned(),
        demand: String::new(),
        value: String::new(),
        owner: None,
        promise: Promise::default(),
        adhoc: Adhoc::Record,
        reopen_within: Span::parse("14d").unwrap(),
        steps: steps.iter().map(step).collect(),
        rules: Vec::new(),
    })
}

/// One visit: its team, its spells as (phase, reason, from), its end.
type Stay<'a> = (&'a str, &'a [(Phase, &'a str, i64)], Option<i64>);

fn round(item: &mut Item, step: u8, released_by: Option<u32>, visits: &[Stay<'_>], ending: Option<Ending>) {
    let visits: Vec<Visit> = visits
        .iter()
        .map(|(team, spells, left)| Visit {
            team: (!team.is_empty()).then(|| (*team).to_owned()),
            spells: spells
                .iter()
                .enumerate()
                .map(|(place, (phase, reason, from))| Spell {
                    phase: *phase,
                    reason: (*reason).to_owned(),
                    from: at(*from),
                    until: spells.get(place + 1).map(|next| at(next.2)).or(left.map(at)),
                })
                .collect(),
            left: left.map(at),
        })
        .collect();
    item.rounds.push(Round {
        number: item.rounds.len() as u32 + 1,
        place: Place::Step(step),
        opened: visits[0].entered(),
        started: visits.iter().find_map(Visit::started),
        ended: visits.last().unwrap().left.zip(ending),
        released_by,
        gates: BTreeMap::new(),
        child: None,
        visits,
    });
}

fn item(stream: &Stream, number: u128) -> Item {
    Item {
        id: ItemId(Uuid::from_u128(number)),
        key: format!("INC-{number}"),
        kind: "incident".to_owned(),
        stream: stream.id.clone(),
        version: 1,
        created: at(0),
        opened_by: Actor::Integration("test".to_owned()),
        fields: BTreeMap::new(),
        rounds: Vec::new(),
        marking: Marking::new(stream, None),
        closed: None,
        ended_by: None,
        parked: Vec::new(),
        touched: at(0),
        revision: 1,
    }
}

/// The segments of the first item: kind, step, team, reason, minutes.
fn told(visits: &Visits, timeline: &Timeline) -> Vec<(Kind, String, String, String, i64)> {
    timeline
        .of_item(0)
        .map(|s| {
            let visit = s.visit.map(|v| v as usize);
            let step = visit.map_or("", |v| visits.steps.name(visits.step[v])).to_owned();
            let team = visit.and_then(|v| visits.team(v)).map_or("", |t| visits.teams.name(t)).to_owned();
            let reason = s.reason.map_or("", |r| visits.reasons.name(r)).to_owned();
            (s.kind, step, team, reason, s.long() / 60_000)
        })
        .collect()
}

fn as_told<'a>(list: &[(Kind, &'a str, &'a str, &'a str, i64)]) -> Vec<(Kind, String, String, String, i64)> {
    list.iter().map(|(k, s, t, r, m)| (*k, (*s).to_owned(), (*t).to_owned(), (*r).to_owned(), *m)).collect()
}

#[test]
fn an_incident_waits_goes_to_and_fro_and_is_taken_up_again() {
    use Phase::{Active, Queued, Waiting};
    let stream = stream(&[("report", false), ("restore", true)]);
    let mut inc = item(&stream, 1);
    let done = || Some(Ending::Done(None));
    round(&mut inc, 0, None, &[("desk", &[(Queued, "", 0), (Active, "", 5)], Some(15))], done());
    let first: &[_] = &[(Queued, "", 15), (Active, "", 20), (Waiting, "user", 30), (Queued, "", 60), (Active, "", 65)];
    round(
        &mut inc,
        1,
        Some(1),
        &[
            ("A", first, Some(70)),
            ("B", &[(Queued, "", 70), (Active, "", 80)], Some(90)),
            ("A", &[(Queued, "", 90), (Active, "", 95)], Some(100)),
        ],
        done(),
    );
    round(&mut inc, 1, None, &[("A", &[(Queued, "", 200), (Active, "", 210)], Some(230))], done());
    inc.parked = vec![(at(100), at(200))];
    inc.closed = Some((at(230), Outcome::Delivered));
    inc.touched = at(230);
    let visits = from_items([(&inc, &stream)], at(500));
    let timeline = Timeline::of(&visits);
    let expected = as_told(&[
        (Kind::CommitWait, "report", "desk", "", 5),
        (Kind::Active, "report", "desk", "", 10),
        (Kind::HandOff, "restore", "A", "", 5),
        (Kind::Active, "restore", "A", "", 10),
        (Kind::Waiting, "restore", "A", "user", 30),
        (Kind::Queue, "restore", "A", "", 5),
        (Kind::Active, "restore", "A", "", 5),
        (Kind::HandOff, "restore", "B", "", 10),
        (Kind::Active, "restore", "B", "", 10),
        (Kind::HandOff, "restore", "A", "", 5),
        (Kind::Active, "restore", "A", "", 5),
        (Kind::ParkedDone, "", "", "", 100),
        (Kind::ReworkWait, "restore", "A", "", 10),
        (Kind::ReworkActive, "restore", "A", "", 20),
    ]);
    assert_eq!(told(&visits, &timeline), expected);
    let view = View::of(&visits, &timeline);
    let handoffs = measures::handoffs(&view);
    assert_eq!((handoffs.count.value(), handoffs.ping_pong.value()), (Some(3.0), Some(1.0)));
    assert_eq!(handoffs.wait.exact.unwrap().p50, 5.0 * 60_000.0);
    // 10 + 10 + 5 + 10 + 5 + 20 minutes of work since the commitment at 5, up to 230.
    let efficiency = measures::flow_efficiency(&view).ratio.value().unwrap();
    assert!((efficiency - 60.0 / 225.0).abs() < 1e-12);
    let steps = measures::by_step(&view);
    assert_eq!((steps[1].visits, steps[1].rounds, steps[1].repeated, steps[1].items), (4, 2, 1, 1));
    assert_eq!(measures::rework(&view).share_of_items.value(), Some(1.0));
    assert_eq!(visits.lead_time(0), Some(230 * 60_000));
}

#[test]
fn work_released_by_a_start_runs_beside_what_released_it() {
    use Phase::{Active, Queued};
    let stream = stream(&[("design", false), ("build", true), ("learn", false)]);
    let mut feature = item(&stream, 1);
    round(&mut feature, 0, None, &[("arch", &[(Active, "", 0)], Some(100))], Some(Ending::Done(None)));
    round(
        &mut feature,
        1,
        Some(1),
        &[("dev", &[(Queued, "", 10), (Active, "", 30)], Some(200))],
        Some(Ending::Done(None)),
    );
    // Learning afterwards does not lengthen the lead time.
    round(&mut feature, 2, Some(2), &[("arch", &[(Queued, "", 200)], None)], None);
    feature.marking.started(&stream, 0);
    feature.marking.finished_well(&stream, 0, None);
    feature.marking.started(&stream, 1);
    feature.marking.finished_well(&stream, 1, None);
    feature.touched = at(200);
    let visits = from_items([(&feature, &stream)], at(500));
    let timeline = Timeline::of(&visits);
    let expected = as_told(&[
        (Kind::Active, "design", "arch", "", 10),
        (Kind::HandOff, "build", "dev", "", 20),
        (Kind::Active, "build", "dev", "", 170),
    ]);
    assert_eq!(told(&visits, &timeline), expected);
    assert_eq!(visits.lead_time(0), Some(200 * 60_000));
    // Effort is 100 + 170 minutes, but only 200 of them passed.
    let view = View::of(&visits, &timeline);
    assert_eq!(measures::flow_efficiency(&view).ratio.value(), Some(1.0));
}

#[test]
fn an_open_item_has_an_age_and_no_lead_time() {
    use Phase::{Active, Queued, Waiting};
    let stream = stream(&[("ask", false), ("do", true)]);
    let mut open = item(&stream, 1);
    round(&mut open, 0, None, &[("desk", &[(Queued, "", 0), (Active, "", 10)], Some(20))], Some(Ending::Done(None)));
    round(
        &mut open,
        1,
        Some(1),
        &[("dev", &[(Queued, "", 20), (Active, "", 30), (Waiting, "supplier", 40)], None)],
        None,
    );
    open.marking.started(&stream, 1);
    let visits = from_items([(&open, &stream)], at(100));
    let timeline = Timeline::of(&visits);
    assert_eq!(told(&visits, &timeline).last().unwrap(), &as_told(&[(Kind::Waiting, "do", "dev", "supplier", 60)])[0]);
    let view = View::of(&visits, &timeline);
    let work = measures::open_work(&view, 5);
    assert_eq!((work.open.value(), work.in_progress.value(), work.oldest[0].age), (Some(1.0), Some(1.0), 100 * 60_000));
    assert_eq!(work.oldest[0].at, ["do"]);
    assert_eq!(measures::lead_times(&view).lead_time.n, 0);
}

type RandomRound = (u8, i64, Option<u32>, Vec<(u8, Vec<(u8, i64)>)>, u8);

fn random() -> impl Strategy<Value = (Vec<RandomRound>, Option<i64>, Vec<(i64, i64)>)> {
    let spells = prop::collection::vec((0u8..3, 0i64..20), 1..5);
    let visits = prop::collection::vec((0u8..4, spells), 1..4);
    let rounds = prop::collection::vec((0u8..4, 0i64..60, prop::option::of(1u32..5), visits, 0u8..4), 0..6);
    (rounds, prop::option::of(0i64..200), prop::collection::vec((0i64..100, 1i64..30), 0..3))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn segments_sum_to_the_lead_time((rounds, closed, parked) in random()) {
        let stream = stream(&[("a", false), ("b", true), ("c", false), ("d", false)]);
        let mut one = item(&stream, 1);
        for (step, opened, by, visits, ending) in &rounds {
            let mut now = *opened;
            let (mut lists, mut lefts) = (Vec::new(), Vec::new());
            for (_, spells) in visits {
                let mut list = Vec::new();
                for (phase, long) in spells {
                    list.push(([Phase::Queued, Phase::Active, Phase::Waiting][usize::from(*phase)], "user", now));
                    now += long;
                }
                lists.push(list);
                lefts.push(Some(now));
            }
            let ending = match ending {
                0 => None,
                1 => Some(Ending::Failed),
                2 => Some(Ending::Dropped),
                _ => Some(Ending::Done(None)),
            };
            if ending.is_none() {
                *lefts.last_mut().unwrap() = None;
            }
            if ending == Some(Ending::Done(None)) {
                one.marking.started(&stream, *step);
                one.marking.finished_well(&stream, *step, None);
            }
            let teams = visits.iter().map(|(team, _)| ["", "A", "B", "C"][usize::from(*team)]);
            let stays: Vec<Stay<'_>> =
                teams.zip(&lists).zip(&lefts).map(|((team, list), left)| (team, list.as_slice(), *left)).collect();
            round(&mut one, *step, *by, &stays, ending);
            one.touched = one.touched.max(at(now));
        }
        let mut from = 0;
        for (gap, long) in parked {
            one.parked.push((at(from + gap), at(from + gap + long)));
            from += gap + long;
        }
        one.closed = closed.map(|c| (at(c).max(one.touched), Outcome::Delivered));
        let visits = from_items([(&one, &stream)], at(300));
        let timeline = Timeline::of(&visits);
        let mut now = visits.items.created[0];
        for segment in timeline.of_item(0) {
            prop_assert_eq!(segment.from, now);
            prop_assert!(segment.until > now);
            now = segment.until;
        }
        prop_assert_eq!(now, visits.items.until[0].max(visits.items.created[0]));
        let view = View::of(&visits, &timeline);
        identities::hold(&view);
        prop_assert!(measures::flow_efficiency(&view).at_most.value().is_none_or(|v| (0.0..=1.0).contains(&v)));
    }
}
