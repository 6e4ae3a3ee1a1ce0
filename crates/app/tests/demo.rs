//! The demo organisation holds what its page promises to show, measured by the same code as real work.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use std::collections::BTreeMap;
use std::sync::Arc;
use watercourse_app::demo::{Demo, move_in, simulate};
use watercourse_app::{App, Context, Store};
use watercourse_core::actor::Actor;
use watercourse_core::apply;
use watercourse_core::fact::Event;
use watercourse_core::stream::read;
use watercourse_core::time::Instant;
use watercourse_flow::measures::{View, by_team, handoffs};
use watercourse_flow::timeline::Timeline;

const NOW: &str = "2026-11-23T12:00:00Z";

fn demo(seed: u64) -> Demo {
    let context = watercourse_practices::context();
    let mut streams: Vec<_> =
        watercourse_app::SHIPPED.iter().map(|(_, text)| (Arc::new(read(text, &context).stream.unwrap()), 1)).collect();
    streams.sort_by(|a, b| a.0.id.cmp(&b.0.id));
    simulate(Instant::parse(NOW).unwrap(), seed, &streams, &|kind| {
        watercourse_practices::kind(kind).unwrap().prefix.to_owned()
    })
}

#[test]
fn the_same_seed_gives_the_same_year_and_another_gives_another() {
    let told = |demo: &Demo| demo.items.iter().map(|i| (i.title.clone(), i.facts.len())).collect::<Vec<_>>();
    assert_eq!(told(&demo(4)), told(&demo(4)));
    assert_ne!(told(&demo(4)), told(&demo(5)));
}

#[test]
fn every_item_is_what_its_facts_make_it() {
    let context = watercourse_practices::context();
    let streams: BTreeMap<String, _> = watercourse_app::SHIPPED
        .iter()
        .map(|(_, text)| read(text, &context).stream.unwrap())
        .map(|s| (s.id.clone(), s))
        .collect();
    for made in &demo(4).items {
        let stream = &streams[&made.item.stream];
        let (first, rest) = made.facts.split_first().unwrap();
        let mut item = apply::opened(stream, first).unwrap();
        rest.iter().for_each(|f| apply::apply(&mut item, stream, f));
        assert_eq!(item, made.item, "{}", made.item.key);
    }
}

#[test]
fn nobody_uses_the_loop_from_restoring_to_improving() {
    let demo = demo(4);
    let restored = demo.items.iter().filter(|i| i.item.stream == "restore-service" && i.item.closed.is_some());
    let (mut all, mut reviewed) = (0, 0);
    for item in restored {
        all += 1;
        reviewed += u32::from(
            item.facts.iter().any(|f| f.step.as_deref() == Some("review") && matches!(f.event, Event::Finished { .. })),
        );
    }
    assert!(all > 500 && reviewed * 50 < all, "{reviewed} of {all} reviewed");
}

#[test]
fn the_improvement_worked() {
    let demo = demo(4);
    let since = demo
        .items
        .iter()
        .filter(|i| i.title.starts_with("Forms for standard requests"))
        .flat_map(|i| &i.facts)
        .find(|f| f.step.as_deref() == Some("act") && matches!(f.event, Event::Finished { .. }))
        .expect("the improvement was made")
        .happened_at;
    let mut took: [Vec<i64>; 2] = [Vec::new(), Vec::new()];
    for item in demo.items.iter().filter(|i| i.item.stream == "standard-request") {
        if let Some((closed, _)) = item.item.closed {
            took[usize::from(item.item.created >= since)].push(closed.micros() - item.item.created.micros());
        }
    }
    let median = |mut times: Vec<i64>| {
        times.sort_unstable();
        times[times.len() / 2]
    };
    let [before, after] = took.map(median);
    assert!(after * 3 < before * 2, "before {before} µs, after {after} µs");
}

#[tokio::test]
async fn architecture_is_the_bottleneck_and_two_teams_play_ping_pong() {
    let folder = tempfile::tempdir().unwrap();
    let now = Instant::parse(NOW).unwrap();
    let store = Store::open(folder.path().join("demo.db").to_str().unwrap(), now.micros()).await.unwrap();
    let app = App::new(store, Arc::new(move || now));
    app.seed(&Context::of(Actor::Rule("test".to_owned()))).await.unwrap();
    let told = move_in(&app, 4).await.unwrap();
    assert!(told.items > 1000 && told.facts > 10 * told.items && told.people > 20, "{told:?}");
    assert!(move_in(&app, 4).await.is_err(), "a second organisation does not move in beside the first");

    let visits = app.flow(&watercourse_app::Access::of_the_program(), Some("normal-change")).await.unwrap();
    let timeline = Timeline::of(&visits);
    let teams = by_team(&View::of(&visits, &timeline));
    let architecture = teams.iter().find(|t| t.name == "architecture").unwrap();
    let longest = teams.iter().filter(|t| t.name != "management").max_by_key(|t| t.path_ms).unwrap();
    assert_eq!(longest.name, architecture.name, "most of a change's time passes there");

    let visits = app.flow(&watercourse_app::Access::of_the_program(), Some("restore-service")).await.unwrap();
    let timeline = Timeline::of(&visits);
    let between = handoffs(&View::of(&visits, &timeline));
    let count = |from: &str, to: &str| {
        between.between.iter().find(|h| h.from_name == from && h.to_name == to).map_or(0, |h| h.count)
    };
    let (there, back) = (count("operations", "network"), count("network", "operations"));
    assert!(there > 100 && back * 3 > there, "{there} times there and {back} times back");
}
