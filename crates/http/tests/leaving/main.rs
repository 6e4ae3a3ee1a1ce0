//! What leaves: every event at least once, with one id, in order per item, to whoever may have it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may fail loudly")]

mod receiver;
#[path = "../../../app/tests/support/mod.rs"]
mod support;

use receiver::{Mode, Scripted};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use support::{DAY, HOUR, World};
use watercourse_app::{
    Access, App, AppError, Context, DeliveryState, EntitySettings, HookSource, NewEntity, NewItem, NewReceiver,
    Permission, fact_json,
};
use watercourse_connect::secret::Secret;
use watercourse_connect::signature::{Signed, verify};
use watercourse_http::sender;

fn all() -> Access {
    Access::of_the_program()
}

/// An application that sends to loopback, with the keys of another.
fn sending(app: &App, keys: &App) -> App {
    app.clone().with_keys(keys.keys().unwrap().clone()).with_sender(sender("127.0.0.1").unwrap())
}

fn to(id: &str, receiver: &Scripted) -> NewReceiver {
    NewReceiver { id: id.to_owned(), url: receiver.url.clone(), active: true, ..NewReceiver::default() }
}

async fn is_told(app: &App, ctx: &Context, id: &str, receiver: &Scripted) -> String {
    app.put_receiver(ctx, to(id, receiver)).await.unwrap().secret.unwrap()
}

/// Writes down and tries everything that is due.
async fn round(world: &World, app: &App, id: &str) -> (usize, usize) {
    world.settled().await;
    app.fan_out().await.unwrap();
    let done = app.deliver_to(id).await.unwrap();
    (done.arrived, done.failed)
}

/// How many deliveries stand so.
async fn standing(app: &App, id: &str, state: DeliveryState) -> usize {
    app.deliveries(&all(), id, Some(state), None, 10_000).await.unwrap().len()
}

async fn every_event_arrives_once_signed_and_in_order(world: &World) {
    let ctx = world.seeded().await;
    let app = sending(&world.app, &world.app);
    world.open(&ctx, "standard-request").await;
    world.settled().await;
    let receiver = Scripted::new(Mode::Status(200)).await;
    let secret = Secret::parse(&is_told(&app, &ctx, "chat", &receiver).await).unwrap();
    let before = world.app.newest_facts(&all(), 1).await.unwrap()[0].seq;
    for _ in 0..3 {
        let key = world.open(&ctx, "restore-service").await.item.key;
        world.act(&ctx, &key, "start", json!({"step": "reported"})).await.unwrap();
        world.act(&ctx, &key, "comment", json!({"text": "Who knows more?"})).await.unwrap();
        world.act(&ctx, &key, "finish", json!({"step": "reported"})).await.unwrap();
    }
    world.settled().await;
    let facts = app.facts_after(&all(), before, 1000).await.unwrap();
    assert_eq!(round(world, &app, "chat").await, (facts.len(), 0));
    assert_eq!(round(world, &app, "chat").await, (0, 0), "nothing twice");
    let got = receiver.got();
    assert_eq!(got.len(), facts.len());
    let mut last: BTreeMap<String, i64> = BTreeMap::new();
    for message in &got {
        let event = &message.event;
        let fact = facts.iter().find(|f| format!("fact-{}", f.seq) == message.id()).unwrap();
        let key = event["subject"].as_str().unwrap().to_owned();
        let notes = app.words_of(&all(), &[fact.fact.item]).await.unwrap();
        assert_eq!(event["data"], fact_json(fact, &key, &notes), "as the API shows it");
        assert_eq!(event["type"], format!("org.watercourse.item.{}", fact.fact.event.id()));
        assert_eq!((&event["specversion"], &event["id"]), (&json!("1.0"), &json!(message.id())));
        assert!(event["source"].as_str().unwrap().starts_with("urn:watercourse:"));
        assert_eq!(message.headers["content-type"], "application/cloudevents+json");
        let earlier = last.insert(key, fact.seq);
        assert!(earlier.is_none_or(|e| e < fact.seq), "in order per item");
        let signed = Signed::Standard {
            id: message.id(),
            timestamp: &message.headers["webhook-timestamp"],
            signatures: &message.headers["webhook-signature"],
        };
        verify(&secret, signed, &message.bytes, app.now().micros() / 1_000_000).unwrap();
    }
    assert_eq!(last.len(), 3);
    assert!(got.iter().any(|g| g.event["data"]["note"] == "Who knows more?"));
}

async fn a_receiver_in_trouble_is_tried_until_it_is_given_up(world: &World) {
    let ctx = world.seeded().await;
    let app = sending(&world.app, &world.app);
    let inside = Scripted::new(Mode::Status(200)).await;
    let receiver = Scripted::new(Mode::Status(500)).await;
    let only = NewReceiver { kinds: vec!["opened".into(), "started".into()], ..to("chat", &receiver) };
    app.put_receiver(&ctx, only).await.unwrap();
    let key = world.open(&ctx, "restore-service").await.item.key;
    world.act(&ctx, &key, "start", json!({"step": "reported"})).await.unwrap();
    let mut tries = 0;
    for mode in [Mode::Status(500), Mode::Redirect(inside.url.clone()), Mode::Half, Mode::Status(404)] {
        receiver.now(mode);
        assert_eq!(round(world, &app, "chat").await, (0, 1), "the second event waits for the first");
        assert_eq!(round(world, &app, "chat").await, (0, 0), "and the first for its time");
        tries += 1;
        world.pass(DAY);
    }
    // Down: nobody listens at this port any more.
    let gone = {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        format!("http://{}/", listener.local_addr().unwrap())
    };
    let moved = |url: &str| NewReceiver {
        url: url.to_owned(),
        kinds: vec!["opened".into(), "started".into()],
        ..to("chat", &receiver)
    };
    app.put_receiver(&ctx, moved(&gone)).await.unwrap();
    while standing(&app, "chat", DeliveryState::Dead).await == 0 {
        assert_eq!(round(world, &app, "chat").await, (0, 1));
        tries += 1;
        world.pass(DAY);
    }
    assert_eq!(tries, 9);
    let dead = app.deliveries(&all(), "chat", Some(DeliveryState::Dead), None, 10).await.unwrap();
    let (first, attempts) = &dead[0];
    let said: Vec<_> = attempts.iter().map(|a| a.status).collect();
    assert_eq!(&said[..5], [Some(500), Some(307), None, Some(404), None]);
    assert_eq!((attempts.len(), attempts[0].said.as_str()), (9, "said"));
    assert!(attempts[8].said.contains("took no connection"), "{}", attempts[8].said);
    assert!(inside.got().is_empty(), "no redirect is followed");
    assert_eq!(receiver.ids().iter().collect::<BTreeSet<_>>().len(), 1, "always the same id");

    // It is well again: what waited goes on, and what was given up is sent again with its id.
    app.put_receiver(&ctx, moved(&receiver.url)).await.unwrap();
    receiver.now(Mode::Status(204));
    assert_eq!(round(world, &app, "chat").await, (1, 0));
    assert_eq!(app.receiver(&all(), "chat").await.unwrap().on_the_way.dead, 1);
    assert_eq!(app.replay(&ctx, "chat", None).await.unwrap(), 1);
    assert_eq!(round(world, &app, "chat").await, (1, 0));
    let ids = receiver.ids();
    assert_eq!(ids.last(), ids.first());
    assert_eq!(standing(&app, "chat", DeliveryState::Dead).await, 0);
    assert_eq!(app.replay(&ctx, "chat", Some(first.id)).await.unwrap(), 1, "also one that arrived");
    assert!(matches!(app.replay(&ctx, "chat", Some(first.id)).await, Err(AppError::NotFound { .. })), "it waits");
    assert!(matches!(app.replay(&ctx, "chat", Some(1 << 40)).await, Err(AppError::NotFound { .. })));
    assert_eq!(round(world, &app, "chat").await, (1, 0));
}

async fn one_that_is_slow_holds_nobody_up(world: &World) {
    let ctx = world.seeded().await;
    let app = sending(&world.app, &world.app);
    let (slow, quick) = (Scripted::new(Mode::Hold).await, Scripted::new(Mode::Status(200)).await);
    is_told(&app, &ctx, "slow", &slow).await;
    is_told(&app, &ctx, "quick", &quick).await;
    let running = tokio::spawn({
        let app = app.clone();
        async move { app.run_deliveries().await }
    });
    let before = app.newest_facts(&all(), 1).await.unwrap().first().map_or(0, |f| f.seq);
    world.open(&ctx, "restore-service").await;
    slow.until(1).await;
    for _ in 0..5 {
        world.open(&ctx, "restore-service").await;
    }
    world.settled().await;
    let facts = app.facts_after(&all(), before, 1000).await.unwrap().len();
    quick.until(facts).await;
    assert_eq!(slow.got().len(), 1, "it is still at its first");
    slow.now(Mode::Status(200));
    slow.until(facts).await;
    running.abort();
    for receiver in [&slow, &quick] {
        assert_eq!(receiver.ids().iter().collect::<BTreeSet<_>>().len(), facts);
    }
}

async fn two_nodes_deliver_each_event_once(world: &World) {
    let ctx = world.seeded().await;
    let (one, two) = (sending(&world.app, &world.app), sending(&world.another().await, &world.app));
    let receiver = Scripted::new(Mode::Status(200)).await;
    is_told(&one, &ctx, "chat", &receiver).await;
    let nodes: Vec<_> = [&one, &two]
        .map(|app| {
            let app = app.clone();
            tokio::spawn(async move { app.run_deliveries().await })
        })
        .into_iter()
        .collect();
    let open = |app: &App, n: usize| {
        let (app, ctx) = (app.clone(), ctx.clone());
        let new = NewItem { stream: "standard-request".into(), title: format!("Number {n}"), ..NewItem::default() };
        async move { app.open(&ctx, new).await.unwrap() }
    };
    for n in 0..10 {
        futures::future::join_all((0..6).map(|i| open(if i % 2 == 0 { &one } else { &two }, 10 * n + i))).await;
    }
    world.settled().await;
    let facts = one.facts_after(&all(), 0, 10_000).await.unwrap();
    receiver.until(facts.len()).await;
    // The last ones are written down as arrived before anything else can be due.
    while standing(&one, "chat", DeliveryState::Waiting).await > 0 {
        tokio::task::yield_now().await;
    }
    nodes.iter().for_each(|n| n.abort());
    let ids = receiver.ids();
    assert_eq!(ids.len(), facts.len(), "each exactly once while both run");
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), facts.len());
    let mut last: BTreeMap<String, i64> = BTreeMap::new();
    for message in receiver.got() {
        let (key, seq) = (message.event["subject"].to_string(), message.event["data"]["seq"].as_i64().unwrap());
        assert!(last.insert(key, seq).is_none_or(|before| before < seq), "in order per item");
    }
    two.store().close().await;
}

async fn what_a_dead_node_had_in_hand_is_taken_over(world: &World) {
    let ctx = world.seeded().await;
    let (one, two) = (sending(&world.app, &world.app), sending(&world.another().await, &world.app));
    let receiver = Scripted::new(Mode::Hold).await;
    let only = NewReceiver { kinds: vec!["opened".into()], ..to("chat", &receiver) };
    one.put_receiver(&ctx, only).await.unwrap();
    world.open(&ctx, "standard-request").await;
    world.settled().await;
    one.fan_out().await.unwrap();
    let dying = tokio::spawn({
        let one = one.clone();
        async move { one.deliver_to("chat").await }
    });
    receiver.until(1).await;
    dying.abort();
    receiver.now(Mode::Status(200));
    assert_eq!(round(world, &two, "chat").await, (0, 0), "it may still be at it");
    world.pass(HOUR / 60 + 1);
    assert_eq!(round(world, &two, "chat").await, (1, 0));
    let ids = receiver.ids();
    assert_eq!((ids.len(), ids[0] == ids[1]), (2, true), "a second time, with the same id");
    two.store().close().await;
}

async fn one_that_is_off_or_gone_is_told_nothing(world: &World) {
    let ctx = world.seeded().await;
    let app = sending(&world.app, &world.app);
    let receiver = Scripted::new(Mode::Status(200)).await;
    is_told(&app, &ctx, "chat", &receiver).await;
    world.open(&ctx, "standard-request").await;
    world.settled().await;
    assert!(app.fan_out().await.unwrap() > 0);
    app.put_receiver(&ctx, NewReceiver { active: false, ..to("chat", &receiver) }).await.unwrap();
    assert_eq!(round(world, &app, "chat").await, (0, 0));
    world.open(&ctx, "standard-request").await;
    assert_eq!(round(world, &app, "chat").await, (0, 0));
    assert!(receiver.got().is_empty());
    // On again it goes on where it was stopped: nothing is missing.
    app.put_receiver(&ctx, to("chat", &receiver)).await.unwrap();
    world.settled().await;
    let facts = app.facts_after(&all(), 0, 1000).await.unwrap().len();
    assert_eq!(round(world, &app, "chat").await, (facts, 0));
    world.open(&ctx, "standard-request").await;
    world.settled().await;
    app.fan_out().await.unwrap();
    app.delete_receiver(&ctx, "chat").await.unwrap();
    assert_eq!(round(world, &app, "chat").await, (0, 0));
    assert_eq!(receiver.got().len(), facts);
    assert!(matches!(app.receiver(&all(), "chat").await, Err(AppError::NotFound { .. })));
    assert!(matches!(app.delete_receiver(&ctx, "chat").await, Err(AppError::NotFound { .. })));
}

async fn a_receiver_hears_of_its_entity_only(world: &World) {
    let ctx = world.seeded().await;
    let app = sending(&world.app, &world.app);
    for (id, parent) in [("be", "root"), ("be-ghent", "be"), ("fr", "root")] {
        let new = NewEntity {
            id: id.into(),
            parent: Some(parent.into()),
            name: id.into(),
            settings: EntitySettings::default(),
        };
        app.put_entity(&ctx, new).await.unwrap();
    }
    let (root, be) = (Scripted::new(Mode::Status(200)).await, Scripted::new(Mode::Status(200)).await);
    is_told(&app, &ctx, "chat", &root).await;
    let kinds = vec!["opened".to_owned()];
    app.put_receiver(&ctx, NewReceiver { entity: Some("be".into()), kinds, ..to("be-chat", &be) }).await.unwrap();
    let mut keys = BTreeSet::new();
    for entity in ["root", "be", "be-ghent", "fr"] {
        let new = NewItem {
            stream: "standard-request".into(),
            title: entity.into(),
            entity: Some(entity.into()),
            ..NewItem::default()
        };
        let key = app.open(&ctx, new).await.unwrap().item.key;
        if entity.starts_with("be") {
            keys.insert(key);
        }
    }
    world.settled().await;
    let facts = app.facts_after(&all(), 0, 1000).await.unwrap().len();
    assert_eq!(round(world, &app, "chat").await, (facts, 0));
    assert_eq!(round(world, &app, "be-chat").await, (2, 0));
    let heard: BTreeSet<String> = be.got().iter().map(|g| g.event["subject"].as_str().unwrap().to_owned()).collect();
    assert_eq!(heard, keys);
    // Whoever may keep nothing outside, keeps nothing and sees nothing.
    let none = all().narrowed(&BTreeSet::from([Permission::ItemSee]));
    assert!(matches!(app.receivers(&none).await, Err(AppError::Denied(_))));
    assert!(matches!(app.try_receiver(&none, "chat").await, Err(AppError::Denied(_))));
    let denied = Context::by(std::sync::Arc::new(none));
    assert!(matches!(app.delete_receiver(&denied, "chat").await, Err(AppError::Denied(_))));
}

async fn secrets_are_sealed_and_change_hands_in_a_day(world: &World) {
    let ctx = world.seeded().await;
    let app = sending(&world.app, &world.app);
    let receiver = Scripted::new(Mode::Status(200)).await;
    let first = is_told(&app, &ctx, "chat", &receiver).await;
    let second = app.new_secret_of(&ctx, "chat").await.unwrap().secret.unwrap();
    let kept = app.receiver(&all(), "chat").await.unwrap().receiver;
    for text in [&kept.secret, kept.former.as_ref().unwrap()] {
        assert!(text.starts_with("v1:") && !text.contains(&first[6..]) && !text.contains(&second[6..]));
    }
    let tried = app.try_receiver(&all(), "chat").await.unwrap();
    assert_eq!((tried.status, tried.said.as_str()), (Some(200), "said"));
    let fits = |secret: &str| {
        let message = receiver.got().pop().unwrap();
        assert_eq!(message.event["type"], "org.watercourse.test");
        let signed = Signed::Standard {
            id: message.id(),
            timestamp: &message.headers["webhook-timestamp"],
            signatures: &message.headers["webhook-signature"],
        };
        verify(&Secret::parse(secret).unwrap(), signed, &message.bytes, app.now().micros() / 1_000_000).is_ok()
    };
    assert!(fits(&first) && fits(&second));
    world.pass(DAY + 1);
    app.try_receiver(&all(), "chat").await.unwrap();
    assert!(!fits(&first) && fits(&second));
    assert!(app.put_receiver(&ctx, to("chat", &receiver)).await.unwrap().secret.is_none(), "never again");
}

async fn what_is_no_receiver_is_not_kept(world: &World) {
    let ctx = world.seeded().await;
    let app = sending(&world.app, &world.app);
    let receiver = Scripted::new(Mode::Status(200)).await;
    let good = || to("chat", &receiver);
    let place = |new: NewReceiver| {
        let (app, ctx) = (app.clone(), ctx.clone());
        async move {
            match app.put_receiver(&ctx, new).await {
                Err(AppError::Invalid { pointer, .. }) => pointer,
                other => panic!("{:?}", other.map(|k| k.receiver)),
            }
        }
    };
    assert_eq!(place(NewReceiver { url: "http://10.0.0.1/".into(), ..good() }).await, "/url");
    assert_eq!(place(NewReceiver { url: "http://169.254.169.254/".into(), ..good() }).await, "/url");
    assert_eq!(place(NewReceiver { id: "No".into(), ..good() }).await, "/id");
    assert_eq!(place(NewReceiver { kinds: vec!["opened".into(), "x".into()], ..good() }).await, "/kinds/1");
    assert_eq!(place(NewReceiver { secret: Some("short".into()), ..good() }).await, "/secret");
    let nowhere = app.put_receiver(&ctx, NewReceiver { entity: Some("nowhere".into()), ..good() }).await;
    assert!(matches!(nowhere, Err(AppError::NotFound { .. })));
    assert!(app.receivers(&all()).await.unwrap().is_empty());
    let without = world.app.put_receiver(&ctx, good()).await;
    assert!(matches!(without, Err(AppError::Invalid { .. })), "a demo sends nothing outside");
}

async fn secrets_of_senders_are_sealed(world: &World) {
    let ctx = world.seeded().await;
    let app = &world.app;
    let clear = "a secret of twenty-four bytes or more";
    let source = HookSource { name: "forge".into(), secret: clear.into(), mapping: "{}".into(), changed_at: app.now() };
    // As an older version kept it.
    let old = source.clone();
    let written: Result<(), AppError> = app
        .store()
        .write(move |conn: &mut watercourse_store::Conn| -> futures::future::BoxFuture<'_, Result<(), AppError>> {
            let old = old.clone();
            Box::pin(async move { Ok(conn.put_hook_source(&old).await?) })
        })
        .await;
    written.unwrap();
    assert_eq!(app.hook_source("forge").await.unwrap().unwrap().secret, clear);
    app.put_hook_source(&ctx, source).await.unwrap();
    assert_eq!(app.hook_source("forge").await.unwrap().unwrap().secret, clear);
    let kept = app.hook_sources(&all()).await.unwrap().remove(0).secret;
    assert!(kept.starts_with("v1:") && !kept.contains("twenty-four"), "{kept}");
}

on_both!(
    every_event_arrives_once_signed_and_in_order,
    a_receiver_in_trouble_is_tried_until_it_is_given_up,
    one_that_is_slow_holds_nobody_up,
    two_nodes_deliver_each_event_once,
    what_a_dead_node_had_in_hand_is_taken_over,
    one_that_is_off_or_gone_is_told_nothing,
    a_receiver_hears_of_its_entity_only,
    secrets_are_sealed_and_change_hands_in_a_day,
    what_is_no_receiver_is_not_kept,
    secrets_of_senders_are_sealed,
);
