//! Two programs on one PostgreSQL: each hears what the other does, and nothing of its own twice.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may fail loudly")]

mod support;

use serde_json::json;
use std::sync::Arc;
use std::time::{Duration, Instant};
use support::World;
use tokio::sync::Notify;
use tokio::sync::broadcast::Receiver;
use watercourse_app::{Access, App, Change, StoreError};

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

/// Numbers are taken before a commit, and transactions commit in another order than they began. Whoever reads on
/// from the last fact they have must miss none.
async fn no_fact_is_passed_by(world: &World) {
    let ctx = world.seeded().await;
    let key = world.open(&ctx, "restore-service").await.item.key;
    let access = Access::of_the_program();
    let made = |revision: u64, key: String| {
        let app = world.app.clone();
        let access = access.clone();
        async move {
            let mut fact = app.item(&access, &key).await.unwrap().facts[0].fact.clone();
            fact.revision = revision;
            fact
        }
    };
    // The early one has its transaction first and takes its number last.
    let [begun, go, took, end] = [(); 4].map(|()| Arc::new(Notify::new()));
    let early = {
        let (store, fact) = (world.app.store().clone(), made(1001, key.clone()).await);
        let (begun, go) = (Arc::clone(&begun), Arc::clone(&go));
        tokio::spawn(async move {
            let write = store.write::<(), StoreError, _>(move |conn| {
                let (begun, go, fact) = (Arc::clone(&begun), Arc::clone(&go), fact.clone());
                Box::pin(async move {
                    conn.next_key("early").await?;
                    begun.notify_one();
                    go.notified().await;
                    conn.append_facts("restore-service", &[fact]).await?;
                    Ok(())
                })
            });
            write.await.unwrap();
        })
    };
    begun.notified().await;
    let late = {
        let (store, fact) = (world.app.store().clone(), made(1002, key.clone()).await);
        let (took, end) = (Arc::clone(&took), Arc::clone(&end));
        tokio::spawn(async move {
            let write = store.write::<(), StoreError, _>(move |conn| {
                let (took, end, fact) = (Arc::clone(&took), Arc::clone(&end), fact.clone());
                Box::pin(async move {
                    conn.append_facts("restore-service", &[fact]).await?;
                    took.notify_one();
                    end.notified().await;
                    Ok(())
                })
            });
            write.await.unwrap();
        })
    };
    took.notified().await;
    go.notify_one();
    early.await.unwrap();
    let (mut position, mut seen) = (0, Vec::new());
    let mut late = Some(late);
    let all = async {
        while !(seen.contains(&1001) && seen.contains(&1002)) {
            let facts = world.app.facts_after(&access, position, 100).await.unwrap();
            position = facts.last().map_or(position, |f| f.seq);
            seen.extend(facts.iter().map(|f| f.fact.revision));
            // The one that began later ends only once the reader is past the other's greater number.
            if seen.contains(&1001)
                && let Some(late) = late.take()
            {
                end.notify_one();
                late.await.unwrap();
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, all).await.expect("every fact is read");
    assert_eq!(seen.iter().filter(|r| **r > 1000).count(), 2, "each once");
}

mod postgres {
    #[test]
    fn each_hears_the_other() {
        crate::support::run(true, |w| async move { super::each_hears_the_other(&w).await });
    }
    #[test]
    fn no_fact_is_passed_by() {
        crate::support::run(true, |w| async move { super::no_fact_is_passed_by(&w).await });
    }
}
