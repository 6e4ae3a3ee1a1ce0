//! Two programs on one PostgreSQL: each hears what the other does, and nothing of its own twice.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may fail loudly")]

mod support;

use serde_json::json;
use std::time::{Duration, Instant};
use support::World;
use tokio::sync::broadcast::Receiver;
use watercourse_app::{App, Change};

/// How long anything may take at most.
const PATIENCE: Duration = Duration::from_secs(20);

/// The next change that fits.
async fn heard(hears: &mut Receiver<Change>, mut fits: impl FnMut(&Change) -> bool) -> Change {
    let wait = async {
        loop {
            match hears.recv().await {
                Ok(change) if fits(&change) => return change,
                _ => {}
            }
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.expect("it is told")
}

fn of(key: &str, what: &str) -> impl Fn(&Change) -> bool {
    move |change| matches!(change, Change::Item { key: k, what: w, .. } if k == key && w.contains(&what))
}

fn following(app: &App) -> tokio::task::JoinHandle<()> {
    let app = app.clone();
    tokio::spawn(async move { app.run_following().await })
}

async fn each_hears_the_other(world: &World) {
    let ctx = world.seeded().await;
    let (here, there) = (world.app.clone(), world.another().await);
    let tasks = [following(&here), following(&there)];
    let (mut hears_here, mut hears_there) = (here.listen(), there.listen());
    // Until both follow, nothing is told: an item opened again and again shows when they do.
    let ready = async {
        loop {
            let opened = world.open(&ctx, "restore-service").await.item.key;
            let told = tokio::time::timeout(Duration::from_secs(2), heard(&mut hears_there, of(&opened, "opened")));
            if told.await.is_ok() {
                return opened;
            }
        }
    };
    let key = tokio::time::timeout(PATIENCE, ready).await.expect("the other follows");
    let step = here.item(&watercourse_app::Access::of_the_program(), &key).await.unwrap().row.open[0].step.clone();
    let asked = Instant::now();
    world.act(&ctx, &key, "start", json!({"step": step})).await.unwrap();
    let told = heard(&mut hears_there, of(&key, "started")).await;
    assert!(asked.elapsed() < Duration::from_secs(1), "{:?}", asked.elapsed());
    let Change::Item { revision, seq, .. } = told else { panic!("{told:?}") };
    let seen = there.item(&watercourse_app::Access::of_the_program(), &key).await.unwrap();
    assert_eq!((seen.item.revision, seen.facts.last().unwrap().seq), (revision, seq), "what is told can be read");

    // The other way round, by an item that is in the memory of both.
    there
        .act(&ctx, &key, &watercourse_core::verb::Verb::parse("comment", json!({"text": "Seen"})).unwrap(), None, None)
        .await
        .unwrap();
    let asked = Instant::now();
    let told = heard(&mut hears_here, of(&key, "commented")).await;
    assert!(asked.elapsed() < Duration::from_secs(1), "{:?}", asked.elapsed());
    assert_eq!(
        here.item(&watercourse_app::Access::of_the_program(), &key).await.unwrap().item.revision,
        there.item(&watercourse_app::Access::of_the_program(), &key).await.unwrap().item.revision
    );
    let Change::Item { seq: last, .. } = told else { panic!("{told:?}") };

    // Whoever did it heard of it at once, and once only, although the log was followed past it.
    let mut own: Vec<i64> = Vec::new();
    let later = world.open(&ctx, "restore-service").await.item.key;
    heard(&mut hears_there, |change| {
        if let Change::Item { seq, key: k, what, .. } = change
            && *k == key
            && what.contains(&"commented")
        {
            own.push(*seq);
        }
        of(&later, "opened")(change)
    })
    .await;
    assert_eq!(own, [last]);
    for task in tasks {
        task.abort();
    }
    there.store().close().await;
}

mod postgres {
    #[test]
    fn each_hears_the_other() {
        crate::support::run(true, |w| async move { super::each_hears_the_other(&w).await });
    }
}
