//! Each fault is planted and found, with its remedy.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may fail loudly")]

mod support;

use serde_json::json;
use std::sync::Arc;
use support::{HOUR, World};
use watercourse_app::audit::{Sealer, verify};
use watercourse_app::doctor::{Patient, Trouble, examine};
use watercourse_app::{Clock, Store};
use watercourse_core::time::Instant;

/// What the doctor finds at a time, apart from what depends on the machine of the test.
async fn found_at(world: &World, clock: Clock) -> Vec<Trouble> {
    let patient = Patient { database: world.address.clone(), secrets: Vec::new() };
    let mut found = examine(&patient, clock).await.unwrap();
    let of_the_machine = ["low-disk-space", "network-file-system", "file-mode", "clock-skew"];
    found.retain(|t| !of_the_machine.contains(&t.check));
    assert!(found.iter().all(|t| !t.wrong.is_empty() && !t.remedy.is_empty()));
    found
}

async fn found(world: &World) -> Vec<&'static str> {
    let now = world.app.now();
    found_at(world, Arc::new(move || now)).await.iter().map(|t| t.check).collect()
}

async fn filled(world: &World) -> String {
    let ctx = world.seeded().await;
    let mut key = String::new();
    for _ in 0..3 {
        key = world.open(&ctx, "restore-service").await.item.key;
        world.act(&ctx, &key, "start", json!({"step": "reported"})).await.unwrap();
    }
    seal_all(world).await;
    key
}

async fn seal_all(world: &World) {
    let mut sealer = Sealer::default();
    while verify(world.app.store(), &[], 2).await.unwrap().unsealed > 0 {
        sealer.seal(&world.app).await.unwrap();
        tokio::task::yield_now().await;
    }
    world.app.keep_head().await.unwrap();
}

async fn planted_faults_are_found(world: &World) {
    let key = filled(world).await;
    let none: [&str; 0] = [];
    assert_eq!(found(world).await, none);

    let timer = "INSERT INTO timer (item, round, due, fired) SELECT id, 99, 5, NULL FROM item WHERE key = ";
    world.say(&format!("{timer}'{key}'")).await;
    assert_eq!(found(world).await, ["timers-overdue"]);
    world.say("DELETE FROM timer").await;

    world.say(&format!("UPDATE round SET team = 'night' WHERE item = (SELECT id FROM item WHERE key = '{key}')")).await;
    world.say(&format!("UPDATE visit SET team = 'night' WHERE item = (SELECT id FROM item WHERE key = '{key}')")).await;
    let now = world.app.now();
    let told = found_at(world, Arc::new(move || now)).await;
    assert_eq!(told.iter().map(|t| t.check).collect::<Vec<_>>(), ["facts-and-state"]);
    assert!(told[0].wrong.contains(&key) && told[0].wrong.starts_with("Of 3 items looked at, 1 are not"), "{told:?}");
    world.say("UPDATE round SET team = 'service-desk'; UPDATE visit SET team = 'service-desk'").await;
    assert_eq!(found(world).await, none);

    world.say("CREATE TABLE kept AS SELECT seq, cause FROM fact; UPDATE fact SET cause = 'x' WHERE seq = 2").await;
    assert_eq!(found(world).await, ["chain"]);
    world.say("UPDATE fact SET cause = k.cause FROM kept k WHERE k.seq = fact.seq; DROP TABLE kept").await;
    assert_eq!(found(world).await, none);

    let ctx = world.seeded().await;
    world.open(&ctx, "restore-service").await;
    assert_eq!(found(world).await, none, "it may take a moment to be sealed");
    let later = Instant(world.app.now().micros() + HOUR);
    let told = found_at(world, Arc::new(move || later)).await;
    assert!(told.iter().any(|t| t.check == "unsealed"), "{told:?}");
    seal_all(world).await;
    assert_eq!(found(world).await, none);

    world
        .say("UPDATE schema_version SET version = 999 WHERE version = (SELECT MAX(version) FROM schema_version)")
        .await;
    assert_eq!(found(world).await, ["schema-newer"]);
    world.say("DELETE FROM schema_version WHERE version = 999").await;
    assert_eq!(found(world).await, ["schema-older"]);
}

on_both!(planted_faults_are_found);

#[test]
fn a_clock_that_differs_from_postgresql_is_found() {
    support::run(true, |world| async move {
        filled(&world).await;
        let patient = Patient { database: world.address.clone(), secrets: Vec::new() };
        let checks = |found: Vec<Trouble>| found.iter().map(|t| t.check).collect::<Vec<_>>();
        let right = checks(examine(&patient, watercourse_app::App::system_clock()).await.unwrap());
        assert!(!right.contains(&"clock-skew"), "{right:?}");
        let wrong = examine(&patient, Arc::new(|| Instant(1_000_000_000_000_000))).await.unwrap();
        assert!(checks(wrong).contains(&"clock-skew"));
    });
}

#[test]
fn rows_that_point_nowhere_are_found() {
    support::run(false, |world| async move {
        filled(&world).await;
        world.say("DELETE FROM stream WHERE id = 'restore-service'").await;
        let now = world.app.now();
        let found = found_at(&world, Arc::new(move || now)).await;
        assert_eq!(found.iter().map(|t| t.check).collect::<Vec<_>>(), ["orphans", "facts-and-state"], "{found:?}");
        assert_eq!(found[0].wrong, "3 rows of item point to rows that are not there.");
    });
}

#[test]
fn a_damaged_file_and_an_address_that_leads_nowhere_are_found() {
    support::run(false, |world| async move {
        filled(&world).await;
        world.app.store().close().await;
        let whole = std::fs::read(&world.address).unwrap();
        let mut damaged = 0;
        // Every page but the first, one after the other, is written over.
        for page in 1..(whole.len() / 4096).min(40) {
            let mut bytes = whole.clone();
            bytes[page * 4096..(page + 1) * 4096].fill(0x5a);
            let path = world.folder().join("damaged.db");
            std::fs::write(&path, bytes).unwrap();
            let patient = Patient { database: path.to_string_lossy().into_owned(), secrets: Vec::new() };
            let found = examine(&patient, Arc::new(|| Instant(1))).await.unwrap();
            damaged += usize::from(found.iter().any(|t| t.check == "damaged"));
        }
        assert_eq!(damaged, (whole.len() / 4096).min(40) - 1);
        for (address, check) in [
            (world.folder().join("none.db").to_string_lossy().into_owned(), "unreachable"),
            ("postgres://nobody:secret@127.0.0.1:1/x".to_owned(), "unreachable"),
            ("mysql://x".to_owned(), "address"),
        ] {
            let patient = Patient { database: address, secrets: Vec::new() };
            let found = examine(&patient, Arc::new(|| Instant(1))).await.unwrap();
            assert_eq!(found.last().map(|t| t.check), Some(check), "{found:?}");
            assert!(!format!("{found:?}").contains("secret"), "{found:?}");
        }
        drop(Store::open(&world.address, 0).await.unwrap());
    });
}
