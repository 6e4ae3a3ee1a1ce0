//! What happens once: races, repeated requests, repeated messages, timers, keys.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may fail loudly")]

mod support;

use serde_json::json;
use std::collections::BTreeSet;
use support::{DAY, World};
use watercourse_app::{AppError, Context, Deployed, Idempotency, NewItem, News, StoreError};
use watercourse_core::actor::Actor;
use watercourse_core::verb::Verb;

fn verb(id: &str, args: serde_json::Value) -> Verb {
    Verb::parse(id, args).unwrap()
}

async fn of_two_who_finish_one_is_refused(world: &World) {
    let ctx = world.seeded().await;
    let other = world.another().await;
    for _ in 0..8 {
        let key = world.open(&ctx, "restore-service").await.item.key;
        world.act(&ctx, &key, "start", json!({"step": "reported"})).await.unwrap();
        let finish = verb("finish", json!({"step": "reported"}));
        let (one, two) =
            tokio::join!(world.app.act(&ctx, &key, &finish, None, None), other.act(&ctx, &key, &finish, None, None));
        let (won, lost) = if one.is_ok() { (one, two) } else { (two, one) };
        let won = won.unwrap();
        assert!(lost.as_ref().is_err_and(AppError::is_stale), "{lost:?}");
        let facts = world.app.item(&watercourse_app::Access::of_the_program(), &key).await.unwrap().facts;
        assert_eq!(facts.iter().filter(|f| f.fact.event.id() == "finished").count(), 1);
        assert_eq!(facts.last().unwrap().fact.revision, won.item.revision);
    }
    other.store().close().await;
}

async fn a_key_has_one_effect(world: &World) {
    let ctx = world.seeded().await;
    let new = NewItem { stream: "standard-request".into(), title: "A screen".into(), ..NewItem::default() };
    let keyed = |body: &str| ctx.clone().with_key(Idempotency::new("k-1", &[b"POST", body.as_bytes()]));
    let (a, b, c) = (keyed("x"), keyed("x"), keyed("x"));
    let (one, two, three) =
        tokio::join!(world.app.open(&a, new.clone()), world.app.open(&b, new.clone()), world.app.open(&c, new.clone()));
    let all = [one.unwrap(), two.unwrap(), three.unwrap()];
    assert_eq!(all.iter().map(|d| &d.item.key).collect::<BTreeSet<_>>().len(), 1);
    assert_eq!(all.iter().filter(|d| !d.replayed).count(), 1);
    let again = world.app.open(&keyed("x"), new.clone()).await.unwrap();
    assert!(again.replayed);
    assert_eq!(
        serde_json::to_value(&again).unwrap(),
        serde_json::to_value(&all[0]).unwrap(),
        "word for word the same answer"
    );
    let reused = world.app.open(&keyed("y"), new.clone()).await;
    assert!(matches!(reused, Err(AppError::KeyReused(_))), "{reused:?}");
    // Somebody else may use the same key.
    let other = Context::of(Actor::Agent("other".into())).with_key(Idempotency::new("k-1", &[b"x"]));
    assert!(!world.app.open(&other, new).await.unwrap().replayed);
    assert_eq!(world.app.count(&watercourse_app::Access::of_the_program(), "").await.unwrap(), 2);
}

async fn a_verb_that_comes_twice_at_once_has_one_effect_and_one_answer(world: &World) {
    let ctx = world.seeded().await;
    let other = world.another().await;
    for round in 0..8 {
        let key = world.open(&ctx, "restore-service").await.item.key;
        world.act(&ctx, &key, "start", json!({"step": "reported"})).await.unwrap();
        let finish = verb("finish", json!({"step": "reported"}));
        let keyed = ctx.clone().with_key(Idempotency::new(&format!("twice-{round}"), &[b"x"]));
        let (one, two) = tokio::join!(
            world.app.act(&keyed, &key, &finish, None, None),
            other.act(&keyed, &key, &finish, None, None)
        );
        let (one, two) = (one.unwrap(), two.unwrap());
        assert_eq!(serde_json::to_value(&one).unwrap(), serde_json::to_value(&two).unwrap());
        assert!(one.replayed != two.replayed, "one did it, the other was told of it");
    }
    other.store().close().await;
}

async fn a_refused_request_may_be_sent_again(world: &World) {
    let ctx = world.seeded().await;
    let key = world.open(&ctx, "restore-service").await.item.key;
    let keyed = ctx.clone().with_key(Idempotency::new("k", &[b"x"]));
    let finish = verb("finish", json!({"step": "restore"}));
    assert!(world.app.act(&keyed, &key, &finish, None, None).await.is_err());
    world.act(&ctx, &key, "start", json!({"step": "reported"})).await.unwrap();
    world.act(&ctx, &key, "finish", json!({"step": "reported"})).await.unwrap();
    world.act(&ctx, &key, "start", json!({"step": "restore"})).await.unwrap();
    assert!(!world.app.act(&keyed, &key, &finish, None, None).await.unwrap().replayed);
    assert!(world.app.act(&keyed, &key, &finish, None, None).await.unwrap().replayed);
}

async fn a_revision_that_was_seen_may_be_asked_for(world: &World) {
    let ctx = world.seeded().await;
    let opened = world.open(&ctx, "restore-service").await.item;
    let start = verb("start", json!({"step": "reported"}));
    let now = world.app.act(&ctx, &opened.key, &start, None, Some(opened.revision)).await.unwrap().item.revision;
    let late = world
        .app
        .act(&ctx, &opened.key, &verb("finish", json!({"step": "reported"})), None, Some(opened.revision))
        .await;
    assert!(matches!(late, Err(AppError::Changed { found, .. }) if found == now), "{late:?}");
}

async fn a_deployment_has_one_effect(world: &World) {
    let ctx = world.seeded().await;
    let key = world.open(&ctx, "new-feature").await.item.key;
    let build = world
        .app
        .item(&watercourse_app::Access::of_the_program(), &key)
        .await
        .unwrap()
        .stream
        .stream
        .steps
        .iter()
        .find(|s| s.done_on.is_some())
        .unwrap()
        .id
        .clone();
    world.act(&ctx, &key, "start", json!({"step": build, "reason": "early"})).await.unwrap();
    let deployed =
        Deployed { service: "shop".into(), environment: "test".into(), version: "1.4".into(), ..Deployed::default() };
    let news = |delivery: &str| News {
        source: "deployments".into(),
        delivery: delivery.into(),
        item: key.clone(),
        event: "deployment".into(),
        evidence: "shop 1.4".into(),
        ..News::default()
    };
    let (one, two) = tokio::join!(
        world.app.deployment(&ctx, deployed.clone(), news("d-1")),
        world.app.deployment(&ctx, deployed.clone(), news("d-1"))
    );
    let (one, two) = (one.unwrap(), two.unwrap());
    assert!(one.replayed != two.replayed, "one of them did it");
    assert!(one.done.is_some() && two.done.is_some(), "{one:?}");
    let facts = world.app.item(&watercourse_app::Access::of_the_program(), &key).await.unwrap().facts;
    assert_eq!(facts.iter().filter(|f| f.fact.event.id() == "finished").count(), 1);
    assert_eq!(world.app.deployments(&watercourse_app::Access::of_the_program(), 10).await.unwrap().len(), 1);
    // Another deployment of the same: nothing waits for it, and it is written down all the same.
    let more = world.app.deployment(&ctx, deployed, news("d-2")).await.unwrap();
    assert!(more.done.is_none() && more.refused.is_some());
    assert_eq!(world.app.deployments(&watercourse_app::Access::of_the_program(), 10).await.unwrap().len(), 2);
}

async fn a_hook_that_comes_too_early_may_come_again(world: &World) {
    let ctx = world.seeded().await;
    let key = world.open(&ctx, "problem-to-fix").await.item.key;
    let news = News {
        source: "ci".into(),
        delivery: "1".into(),
        item: key.clone(),
        event: "pipeline".into(),
        ..News::default()
    };
    assert!(matches!(world.app.hear(&ctx, news.clone()).await, Err(AppError::Refused(_))));
    let step = world
        .app
        .item(&watercourse_app::Access::of_the_program(), &key)
        .await
        .unwrap()
        .stream
        .stream
        .steps
        .iter()
        .find(|s| s.done_on.is_some())
        .unwrap()
        .id
        .clone();
    world.act(&ctx, &key, "start", json!({"step": step, "reason": "early"})).await.unwrap();
    assert!(!world.app.hear(&ctx, news.clone()).await.unwrap().replayed);
    let revision = world.app.item(&watercourse_app::Access::of_the_program(), &key).await.unwrap().row.revision;
    assert!(world.app.hear(&ctx, news).await.unwrap().replayed);
    assert_eq!(world.app.item(&watercourse_app::Access::of_the_program(), &key).await.unwrap().row.revision, revision);
}

async fn a_timer_fires_once(world: &World) {
    let ctx = world.seeded().await;
    let mut keys = Vec::new();
    for _ in 0..12 {
        let key = world.open(&ctx, "restore-service").await.item.key;
        for step in ["reported", "restore"] {
            world.act(&ctx, &key, "start", json!({"step": step})).await.unwrap();
            world.act(&ctx, &key, "finish", json!({"step": step})).await.unwrap();
        }
        keys.push(key);
    }
    // Somebody confirms one before its time.
    world.act(&ctx, &keys[0], "start", json!({"step": "confirm"})).await.unwrap();
    world.act(&ctx, &keys[0], "finish", json!({"step": "confirm"})).await.unwrap();
    world.pass(4 * DAY);
    assert_eq!(world.app.fire_due(world.app.now()).await.unwrap(), 0, "never early");
    world.pass(2 * DAY);
    let other = world.another().await;
    let now = world.app.now();
    let (one, two) = tokio::join!(world.app.fire_due(now), other.fire_due(now));
    assert_eq!(one.unwrap() + two.unwrap(), 12);
    for key in &keys {
        let view = world.app.item(&watercourse_app::Access::of_the_program(), key).await.unwrap();
        let finished = view
            .facts
            .iter()
            .filter(|f| f.fact.step.as_deref() == Some("confirm") && f.fact.event.id() == "finished")
            .count();
        assert_eq!(finished, 1, "{key}");
        assert!(view.row.closed.is_some());
    }
    assert_eq!(world.app.fire_due(world.app.now()).await.unwrap(), 0);
    other.store().close().await;
}

/// A stream that waits a day by itself before anybody works.
const PATIENT: &str = r#"
stream = "patient"
name = "Patient"
kind = "request"
demand = "Something that can wait"
value = "It waited"

[[step]]
id = "wait"
name = "Wait"
activity = "engage"
start = true
done_on = "after:1d"

[[step]]
id = "do"
name = "Do"
activity = "deliver_support"
after = ["wait"]
deliver = true
"#;

async fn of_thousands_of_timers_each_fires_once_on_one_of_two_nodes(world: &World) {
    let ctx = world.seeded().await;
    let other = world.another().await;
    world.app.publish(&ctx, PATIENT, "", None).await.unwrap();
    let count = if world.app.store().kind() == "postgres" { 3000 } else { 300 };
    for begin in (0..count).step_by(100) {
        let open = |n: usize| {
            let (app, ctx) = (world.app.clone(), ctx.clone());
            let new = NewItem { stream: "patient".into(), title: format!("Number {n}"), ..NewItem::default() };
            async move { app.open(&ctx, new).await.unwrap() }
        };
        futures::future::join_all((begin..begin + 100).map(open)).await;
    }
    world.pass(DAY + 1);
    let (one, two) = tokio::join!(
        tokio::spawn({
            let app = world.app.clone();
            async move { app.fire_due(app.now()).await.unwrap() }
        }),
        tokio::spawn({
            let app = other.clone();
            async move { app.fire_due(app.now()).await.unwrap() }
        })
    );
    let (one, two) = (one.unwrap(), two.unwrap());
    assert_eq!(one + two, count, "{one} and {two}");
    world.settled().await;
    let facts = world.app.facts_after(&watercourse_app::Access::of_the_program(), 0, 1_000_000).await.unwrap();
    let finished: Vec<_> = facts
        .iter()
        .filter(|f| f.fact.event.id() == "finished" && f.fact.cause == "timer")
        .map(|f| f.fact.item)
        .collect();
    assert_eq!((finished.len(), finished.iter().collect::<BTreeSet<_>>().len()), (count, count));
    other.store().close().await;
}

async fn keys_are_given_once(world: &World) {
    let ctx = world.seeded().await;
    let other = world.another().await;
    let opening = |n: usize| {
        let app = if n.is_multiple_of(2) { world.app.clone() } else { other.clone() };
        let ctx = ctx.clone();
        async move {
            let new = NewItem { stream: "standard-request".into(), title: format!("Number {n}"), ..NewItem::default() };
            app.open(&ctx, new).await.unwrap().item.key
        }
    };
    let keys: Vec<String> = futures::future::join_all((0..40).map(opening)).await;
    assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), 40);
    let numbers: Vec<i64> = world
        .app
        .facts_after(&watercourse_app::Access::of_the_program(), 0, 10_000)
        .await
        .unwrap()
        .iter()
        .map(|f| f.seq)
        .collect();
    assert!(numbers.windows(2).all(|w| w[0] < w[1]));
    other.store().close().await;
}

async fn a_refusal_leaves_nothing_behind_and_harms_nobody(world: &World) {
    let ctx = world.seeded().await;
    let good =
        |n: usize| NewItem { stream: "standard-request".into(), title: format!("Good {n}"), ..NewItem::default() };
    let bad = |n: usize| NewItem { start: Some("nowhere".into()), title: format!("Bad {n}"), ..good(n) };
    let one = |n: usize| {
        let (app, ctx) = (world.app.clone(), ctx.clone());
        // The bad ones fail after they took a key, so their transaction must be undone.
        let new = if n.is_multiple_of(3) { bad(n) } else { good(n) };
        async move { app.open(&ctx, new).await.map(|d| d.item.key) }
    };
    let told: Vec<Result<String, AppError>> = futures::future::join_all((0..30).map(one)).await;
    let keys: BTreeSet<&String> = told.iter().flatten().collect();
    assert_eq!(keys.len(), 20);
    for (n, result) in told.iter().enumerate() {
        assert_eq!(result.is_err(), n.is_multiple_of(3), "{n}: {result:?}");
    }
    assert_eq!(world.app.count(&watercourse_app::Access::of_the_program(), "").await.unwrap(), 20);
    let numbers: BTreeSet<i64> = keys.iter().map(|k| k.rsplit('-').next().unwrap().parse().unwrap()).collect();
    assert_eq!(numbers, (1001..1021).collect(), "no number was lost to a refusal");
}

async fn publishing_over_another_version_is_refused(world: &World) {
    let ctx = world.seeded().await;
    let text = watercourse_app::SHIPPED.iter().find(|(id, _)| *id == "standard-request").unwrap().1;
    assert!(world.app.publish(&ctx, text, "", None).await.unwrap().unchanged);
    let changed = format!("{text}\n# changed\n");
    let one = world.app.publish(&ctx, &changed, "why", Some(1)).await.unwrap();
    assert_eq!((one.version.version, one.unchanged), (2, false));
    let two = world.app.publish(&ctx, &format!("{changed}\n"), "", Some(1)).await;
    assert!(matches!(two, Err(AppError::Changed { found: 2, .. })), "{two:?}");
    let bad = world.app.publish(&ctx, "stream = 3", "", None).await;
    assert!(matches!(&bad, Err(AppError::BadStream(d)) if !d.is_empty()), "{bad:?}");
    assert_eq!(
        world.app.versions(&watercourse_app::Access::of_the_program(), "standard-request").await.unwrap().len(),
        2
    );
}

async fn a_closed_database_says_so(world: &World) {
    let ctx = world.seeded().await;
    let other = world.another().await;
    other.store().close().await;
    let told = other.items(&watercourse_app::Access::of_the_program(), &watercourse_app::ItemQuery::default()).await;
    assert!(matches!(told, Err(AppError::Store(StoreError::Closed))), "{told:?}");
    world.open(&ctx, "standard-request").await;
}

on_both!(
    of_two_who_finish_one_is_refused,
    a_key_has_one_effect,
    a_verb_that_comes_twice_at_once_has_one_effect_and_one_answer,
    a_refused_request_may_be_sent_again,
    a_revision_that_was_seen_may_be_asked_for,
    a_deployment_has_one_effect,
    a_hook_that_comes_too_early_may_come_again,
    a_timer_fires_once,
    of_thousands_of_timers_each_fires_once_on_one_of_two_nodes,
    keys_are_given_once,
    a_refusal_leaves_nothing_behind_and_harms_nobody,
    publishing_over_another_version_is_refused,
    a_closed_database_says_so,
);
