//! A disk that is full, a file that cannot be written, a schema from the future: clear words, nothing half-written.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may fail loudly")]

use serde_json::json;
use std::sync::Arc;
use watercourse_app::{App, AppError, Context, ItemQuery, NewItem, Settings, Store, StoreError};
use watercourse_core::actor::Actor;
use watercourse_core::time::Instant;
use watercourse_core::verb::Verb;

fn app(store: Store) -> App {
    App::new(store, Arc::new(|| Instant(1_795_424_400_000_000)))
}

fn ctx() -> Context {
    Context::of(Actor::Rule("test".to_owned()))
}

#[tokio::test]
async fn a_full_disk_says_so_and_reading_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("full.db").to_string_lossy().into_owned();
    let whole = app(Store::open(&path, 0).await.unwrap());
    whole.seed(&ctx()).await.unwrap();
    let key = whole
        .open(&ctx(), NewItem { stream: "restore-service".into(), title: "First".into(), ..NewItem::default() })
        .await
        .unwrap()
        .item
        .key;
    whole.store().close().await;
    let pages = std::fs::metadata(&path).unwrap().len() / 4096;
    let settings = Settings { most_pages: Some(u32::try_from(pages).unwrap() + 8), ..Settings::default() };
    let small = app(Store::open_with(&path, &settings, 0).await.unwrap());
    let long = "x".repeat(30_000);
    let (mut said, mut kept) = (0, 0);
    for _ in 0..40 {
        let verb = Verb::parse("comment", json!({"text": long})).unwrap();
        match small.act(&ctx(), &key, &verb, None, None).await {
            Ok(_) => kept += 1,
            Err(AppError::Store(StoreError::Full)) => said += 1,
            Err(other) => panic!("{other}"),
        }
    }
    assert!(said > 30, "{said}");
    let view = small.item(&watercourse_app::Access::of_the_program(), &key).await.unwrap();
    let comments = view.facts.iter().filter(|f| f.fact.event.id() == "commented").count();
    assert_eq!((comments, view.notes.len()), (kept, kept), "every fact with its words, and no more");
    assert!(small.store().broken().is_none(), "a full disk is no damage");
    small.store().close().await;
    // When there is room again, writing goes on.
    let whole = app(Store::open(&path, 0).await.unwrap());
    let verb = Verb::parse("comment", json!({"text": long})).unwrap();
    whole.act(&ctx(), &key, &verb, None, None).await.unwrap();
    whole.store().close().await;
}

#[tokio::test]
async fn a_newer_schema_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new.db").to_string_lossy().into_owned();
    Store::open(&path, 0).await.unwrap().close().await;
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path);
    let mut raw = sqlx::ConnectOptions::connect(&options).await.unwrap();
    sqlx::query("INSERT INTO schema_version (version, applied_at) VALUES (999, 0)").execute(&mut raw).await.unwrap();
    sqlx::Connection::close(raw).await.unwrap();
    let told = Store::open(&path, 0).await.unwrap_err();
    assert!(matches!(told, StoreError::Newer { found: 999, .. }), "{told}");
    assert_eq!(told.to_string().lines().count(), 1);
}

#[tokio::test]
async fn addresses_that_lead_nowhere_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("text.db");
    std::fs::write(&text, "This is not a database, and long enough to be looked at as one. ".repeat(20)).unwrap();
    for (address, part) in [
        (":memory:".to_owned(), "path of a file"),
        (String::new(), "path of a file"),
        ("mysql://localhost/x".to_owned(), "path of a file"),
        ("postgres://nobody:secret@127.0.0.1:1/x".to_owned(), "cannot be reached"),
        (text.to_string_lossy().into_owned(), "text.db"),
        (folder.path().to_string_lossy().into_owned(), "cannot be reached"),
    ] {
        let told = Store::open(&address, 0).await.unwrap_err().to_string();
        assert!(told.contains(part) && !told.contains("secret"), "{address}: {told}");
    }
}

#[tokio::test]
async fn what_was_asked_before_the_close_is_done() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("close.db").to_string_lossy().into_owned();
    let open = app(Store::open(&path, 0).await.unwrap());
    open.seed(&ctx()).await.unwrap();
    let asked: Vec<_> = (0..50)
        .map(|n| {
            let open = open.clone();
            tokio::spawn(async move {
                let new =
                    NewItem { stream: "standard-request".into(), title: format!("Number {n}"), ..NewItem::default() };
                open.open(&ctx(), new).await
            })
        })
        .collect();
    tokio::task::yield_now().await;
    open.store().close().await;
    let mut done = 0;
    for one in asked {
        match one.await.unwrap() {
            Ok(_) => done += 1,
            Err(AppError::Store(StoreError::Closed)) => {}
            Err(other) => panic!("{other}"),
        }
    }
    let again = app(Store::open(&path, 0).await.unwrap());
    let kept = again
        .items(&watercourse_app::Access::of_the_program(), &ItemQuery { limit: 100, ..ItemQuery::default() })
        .await
        .unwrap()
        .items
        .len();
    assert_eq!(kept, done, "what was answered is there, and nothing else");
    again.store().close().await;
}
