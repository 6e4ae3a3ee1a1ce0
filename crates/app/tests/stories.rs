//! What follows in other items, lists, imports: on both databases.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may fail loudly")]

mod support;

use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use support::{DAY, HOUR, World};
use watercourse_app::{AppError, Change, Import, ItemQuery, NewItem, NewPerson, NewTeam, Sort};
use watercourse_core::activity::Activity;
use watercourse_core::item::{Outcome, Phase};
use watercourse_core::link::Link;
use watercourse_flow::log::{Event, Log};
use watercourse_flow::meaning::LogMeaning;

/// Finishes whatever is open until the item closes.
async fn carry_through(world: &World, ctx: &watercourse_app::Context, key: &str) {
    for _ in 0..60 {
        let view = world.app.item(&watercourse_app::Access::of_the_program(), key).await.unwrap();
        let Some(open) = view.row.open.first().cloned() else { return };
        let step = view.stream.stream.index(&open.step).and_then(|s| view.stream.stream.step(s));
        if let Some(gate) = open.reason.strip_prefix("gate:") {
            world.act(ctx, key, "pass_gate", json!({"step": open.step, "gate": gate})).await.unwrap();
        } else if open.phase == Phase::Active {
            let outcome = step.and_then(|s| s.outcomes.first()).map(|o| o.id.clone());
            world.act(ctx, key, "finish", json!({"step": open.step, "outcome": outcome})).await.unwrap();
        } else {
            world.act(ctx, key, "start", json!({"step": open.step})).await.unwrap();
        }
    }
    panic!("{key} does not come to its end");
}

async fn a_child_is_opened_with_its_parent_and_ends_its_waiting(world: &World) {
    let ctx = world.seeded().await;
    let mut hear = world.app.listen();
    let parent = world.open(&ctx, "deploy-release").await.item.key;
    for (verb, args) in [
        ("set_field", json!({"field": "priority", "value": "high"})),
        ("ask_gate", json!({"step": "deploy"})),
        ("pass_gate", json!({"step": "deploy", "gate": "test_run"})),
    ] {
        world.act(&ctx, &parent, verb, args).await.unwrap();
    }
    let begun = world.act(&ctx, &parent, "start", json!({"step": "deploy", "reason": "urgent"})).await.unwrap();
    let [child] = &begun.others[..] else { panic!("{:?}", begun.others) };
    assert_eq!((child.stream.as_str(), child.title.as_str()), ("normal-change", "A deploy-release"));
    assert_eq!(child.fields.get("priority").map(String::as_str), Some("high"), "what both kinds know goes along");
    let deploy = |v: &watercourse_app::ItemView| {
        v.row.open.iter().find(|o| o.step == "deploy").map(|o| (o.phase, o.reason.clone()))
    };
    let view = world.app.item(&watercourse_app::Access::of_the_program(), &parent).await.unwrap();
    assert_eq!(deploy(&view), Some((Phase::Waiting, "child".to_owned())));
    assert_eq!(
        view.links.iter().map(|l| (l.link, l.forward, l.other)).collect::<Vec<_>>(),
        [(Link::SpawnedBy, false, child.id)]
    );
    assert_eq!(view.keys.get(&child.id), Some(&child.key));

    carry_through(world, &ctx, &child.key).await;
    let ended = world.app.item(&watercourse_app::Access::of_the_program(), &child.key).await.unwrap();
    assert_eq!(ended.row.result, Some(Outcome::Delivered));
    let view = world.app.item(&watercourse_app::Access::of_the_program(), &parent).await.unwrap();
    assert_eq!(deploy(&view), None, "a delivered child finishes the step");
    let told = view.facts.iter().position(|f| f.fact.event.id() == "child_ended").unwrap();
    assert_eq!(view.facts[told + 1].fact.event.id(), "finished");

    let mut heard = BTreeSet::new();
    while let Ok(change) = hear.try_recv() {
        if let Change::Item { key, .. } = change {
            heard.insert(key);
        }
    }
    assert!(heard.contains(&parent) && heard.contains(&child.key));
}

async fn reopening_too_late_opens_another(world: &World) {
    let ctx = world.seeded().await;
    let key = world.open(&ctx, "restore-service").await.item.key;
    carry_through(world, &ctx, &key).await;
    world.pass(3 * DAY);
    let soon = world.act(&ctx, &key, "reopen", json!({"reason": "again"})).await.unwrap();
    assert_eq!((soon.item.key.as_str(), soon.item.closed), (key.as_str(), None));
    carry_through(world, &ctx, &key).await;
    world.pass(20 * DAY);
    let late = world.act(&ctx, &key, "reopen", json!({"reason": "again"})).await.unwrap();
    assert_ne!(late.item.key, key);
    let links = world.app.item(&watercourse_app::Access::of_the_program(), &late.item.key).await.unwrap().links;
    assert_eq!(
        links.iter().map(|l| (l.link, l.forward, l.key.as_str())).collect::<Vec<_>>(),
        [(Link::Reopens, true, key.as_str())]
    );
    assert!(
        world.app.item(&watercourse_app::Access::of_the_program(), &key).await.unwrap().row.closed.is_some(),
        "the old one stays closed"
    );
}

async fn what_is_named_must_be_there(world: &World) {
    let ctx = world.seeded().await;
    world
        .app
        .put_person(&ctx, NewPerson { handle: "ada".into(), name: "Ada".into(), ..NewPerson::default() })
        .await
        .unwrap();
    let new = |f: &dyn Fn(&mut NewItem)| {
        let mut new = NewItem { stream: "restore-service".into(), title: "Mail is down".into(), ..NewItem::default() };
        f(&mut new);
        new
    };
    let pointer = |r: Result<watercourse_app::Done, AppError>| match r {
        Err(AppError::Invalid { pointer, right, .. }) => (pointer, right),
        other => panic!("{other:?}"),
    };
    let bad = world.app.open(&ctx, new(&|n| drop(n.fields.insert("urgncy".into(), "high".into())))).await;
    let (at, right) = pointer(bad);
    assert_eq!(at, "/fields/urgncy");
    assert!(right.contains("urgency"), "{right}");
    let bad = world.app.open(&ctx, new(&|n| drop(n.fields.insert("urgency".into(), "very".into())))).await;
    assert_eq!(pointer(bad).0, "/fields/urgency");
    assert_eq!(pointer(world.app.open(&ctx, new(&|n| n.title = " ".into())).await).0, "/title");
    for bad in [
        new(&|n| n.requester = Some("nobody".into())),
        new(&|n| n.stream = "nowhere".into()),
        new(&|n| n.links = vec![(Link::RelatesTo, "INC-1".into())]),
    ] {
        let told = world.app.open(&ctx, bad).await;
        assert!(matches!(told, Err(AppError::NotFound { .. })), "{told:?}");
    }
    let good = world.app.open(&ctx, new(&|n| n.requester = Some("ada".into()))).await.unwrap();
    assert!(good.item.requester.is_some());
    let key = &good.item.key;
    world.act(&ctx, key, "start", json!({"step": "reported"})).await.unwrap();
    let bad = world.act(&ctx, key, "hand_over", json!({"step": "reported", "team": "operatons"})).await;
    assert!(pointer(bad).1.contains("operations"));
    assert!(
        world
            .app
            .put_team(&ctx, NewTeam { id: "x".into(), members: vec!["ada".into()], ..NewTeam::default() })
            .await
            .is_ok()
    );
    world.act(&ctx, key, "hand_over", json!({"step": "reported", "team": "x"})).await.unwrap();
    let words = world.act(&ctx, key, "comment", json!({"text": "Told everybody."})).await.unwrap();
    let view = world.app.item(&watercourse_app::Access::of_the_program(), key).await.unwrap();
    let last = view.facts.last().unwrap();
    assert_eq!((last.seq, view.words_of(last)), (words.facts[0].seq, Some("Told everybody.")));
    let said = serde_json::to_string(&last.fact.event).unwrap();
    assert!(!said.contains("everybody"), "no free text in facts: {said}");
}

async fn lists_are_cut_ordered_and_paged(world: &World) {
    let ctx = world.seeded().await;
    let mut keys = BTreeSet::new();
    for n in 0..25 {
        let stream = if n % 2 == 0 { "restore-service" } else { "standard-request" };
        let fields = BTreeMap::from([("priority".to_owned(), if n % 5 == 0 { "urgent" } else { "low" }.to_owned())]);
        let title = if n == 7 { "The VPN is slow" } else { "Something else" };
        let new = NewItem { stream: stream.into(), title: title.into(), fields, ..NewItem::default() };
        world.pass(HOUR);
        keys.insert(world.app.open(&ctx, new).await.unwrap().item.key);
    }
    let list = |q: &str, sort: Sort, limit: usize| {
        let (app, q) = (world.app.clone(), q.to_owned());
        async move {
            let (mut found, mut cursor, mut pages) = (Vec::new(), None, 0);
            loop {
                let page = app
                    .items(
                        &watercourse_app::Access::of_the_program(),
                        &ItemQuery { q: q.clone(), sort, limit, cursor, ..ItemQuery::default() },
                    )
                    .await
                    .unwrap();
                found.extend(page.items);
                pages += 1;
                cursor = page.next;
                if cursor.is_none() {
                    return (found, pages);
                }
            }
        }
    };
    for (sort, limit) in [(Sort::Touched, 4), (Sort::Newest, 7), (Sort::Oldest, 25), (Sort::Newest, 100)] {
        let (found, pages) = list("", sort, limit).await;
        assert_eq!(found.iter().map(|i| i.key.clone()).collect::<BTreeSet<_>>(), keys, "{sort:?}");
        assert_eq!((found.len(), pages), (25, 25_usize.div_ceil(limit)));
        let ordered = found
            .windows(2)
            .all(|w| if sort == Sort::Oldest { w[0].created <= w[1].created } else { w[0].created >= w[1].created });
        assert!(ordered, "{sort:?}");
    }
    for (q, count) in [
        ("kind:incident", 13),
        ("kind:incident state:open priority:urgent", 3),
        ("priority:urgent,high", 5),
        ("-priority:urgent", 20),
        ("vpn", 1),
        ("\"is slow\"", 1),
        ("team:service-desk", 25),
        ("step:reported", 13),
        ("stream:restore-service OR vpn", 14),
        ("state:closed", 0),
        ("age:>20h", 4),
        ("phase:queued activity:engage", 25),
    ] {
        assert_eq!(list(q, Sort::Touched, 3).await.0.len(), count, "{q}");
        assert_eq!(
            world.app.count(&watercourse_app::Access::of_the_program(), q).await.unwrap(),
            u64::try_from(count).unwrap(),
            "{q}"
        );
    }
    for q in ["nothing:x", "age:", "priority:huge", "("] {
        let told = world
            .app
            .items(&watercourse_app::Access::of_the_program(), &ItemQuery { q: q.into(), ..ItemQuery::default() })
            .await;
        assert!(matches!(told, Err(AppError::Invalid { .. })), "{q}: {told:?}");
    }
    let standing = world.app.where_it_stands(&watercourse_app::Access::of_the_program()).await.unwrap();
    assert_eq!(standing.iter().map(|s| s.count).sum::<u64>(), 25);
}

async fn measuring_sees_what_happened(world: &World) {
    let ctx = world.seeded().await;
    let other = world.another().await;
    let key = world.open(&ctx, "restore-service").await.item.key;
    assert_eq!(
        world.app.flow(&watercourse_app::Access::of_the_program(), Some("restore-service")).await.unwrap().item_count(),
        1
    );
    assert_eq!(other.flow(&watercourse_app::Access::of_the_program(), None).await.unwrap().len(), 1);
    carry_through(world, &ctx, &key).await;
    let here = world.app.flow(&watercourse_app::Access::of_the_program(), Some("restore-service")).await.unwrap();
    let there = other.flow(&watercourse_app::Access::of_the_program(), Some("restore-service")).await.unwrap();
    assert!(here.delivered(0) && here.lead_time(0).is_some());
    assert_eq!((here.len(), here.lead_time(0)), (there.len(), there.lead_time(0)), "whoever wrote it");
    assert_eq!(
        world
            .app
            .flow(&watercourse_app::Access::of_the_program(), Some("standard-request"))
            .await
            .unwrap()
            .item_count(),
        0
    );
    assert!(matches!(
        world.app.flow(&watercourse_app::Access::of_the_program(), Some("nowhere")).await,
        Err(AppError::NotFound { .. })
    ));
    other.store().close().await;
}

async fn a_log_stands_beside_native_streams(world: &World) {
    let ctx = world.seeded().await;
    let mut log = Log::default();
    let cases = 300;
    for case in 0..cases {
        let name = format!("C{case}");
        let begin = 1_700_000_000_000 + i64::from(case) * 3_600_000;
        for (n, activity) in ["New", "Work", "Done"].iter().enumerate().take(if case % 10 == 0 { 2 } else { 3 }) {
            let at = begin + i64::try_from(n).unwrap() * 60_000;
            log.push(Event { case: &name, activity, at, start: None, team: Some("V30"), lifecycle: None });
        }
    }
    let meaning = || LogMeaning {
        activities: BTreeMap::from([("New".to_owned(), Activity::Engage)]),
        ..LogMeaning::default().done(["Done"])
    };
    let import = |log: &Log| Import {
        stream: "old-tool".into(),
        name: "Old tool".into(),
        kind: String::new(),
        log: log.clone(),
        meaning: meaning(),
        note: "old.csv".into(),
        file: "old.csv".into(),
        told: serde_json::Map::new(),
    };
    let done = world.app.import(&ctx, import(&log), false).await.unwrap();
    assert_eq!((done.items, done.events, done.version.version), (300, log.len(), 1));
    let visits = world.app.flow(&watercourse_app::Access::of_the_program(), Some("old-tool")).await.unwrap();
    assert_eq!(visits.item_count(), 300);
    assert_eq!((0..300).filter(|i| visits.delivered(*i)).count(), 270);
    assert_eq!(
        world.app.count(&watercourse_app::Access::of_the_program(), "stream:old-tool state:open").await.unwrap(),
        30
    );
    assert_eq!(
        world.app.count(&watercourse_app::Access::of_the_program(), "imported:true result:delivered").await.unwrap(),
        270
    );
    let view = world.app.item(&watercourse_app::Access::of_the_program(), "old-tool:C7").await.unwrap();
    assert_eq!(view.row.result, Some(Outcome::Delivered));
    assert_eq!(world.app.imported_events(&view.item).await.unwrap().len(), 3);
    let told = world.act(&ctx, "old-tool:C0", "cancel", json!({"reason": "x"})).await;
    assert!(matches!(told, Err(AppError::Refused(_))), "{told:?}");
    let stream = world.app.stream(&watercourse_app::Access::of_the_program(), "old-tool", None).await.unwrap();
    assert_eq!(stream.stream.steps.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(), ["New", "Work", "Done"]);
    // Again: what was imported before is replaced.
    let again = world.app.import(&ctx, import(&log), false).await.unwrap();
    assert_eq!(again.version.version, 2);
    assert_eq!(world.app.count(&watercourse_app::Access::of_the_program(), "stream:old-tool").await.unwrap(), 300);
    // A native stream is not overwritten, and nothing is opened in an imported one.
    let told = world.app.import(&ctx, Import { stream: "restore-service".into(), ..import(&log) }, false).await;
    assert!(matches!(told, Err(AppError::Invalid { .. })));
    let new = NewItem { stream: "old-tool".into(), title: "x".into(), ..NewItem::default() };
    assert!(matches!(world.app.open(&ctx, new).await, Err(AppError::Invalid { .. })));
    assert_eq!(
        world.app.flow(&watercourse_app::Access::of_the_program(), None).await.unwrap().item_count(),
        0,
        "native figures are not mixed with imported ones"
    );
}

on_both!(
    a_child_is_opened_with_its_parent_and_ends_its_waiting,
    reopening_too_late_opens_another,
    what_is_named_must_be_there,
    lists_are_cut_ordered_and_paged,
    measuring_sees_what_happened,
    a_log_stands_beside_native_streams,
);
