//! How writes share a transaction without paying for each other, on both databases.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may fail loudly")]

use sqlx::Connection as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use watercourse_core::id::PersonId;
use watercourse_store::{Conn, Failure, Person, Store, StoreError};

#[derive(Debug)]
enum Told {
    Refused,
    Store(StoreError),
}

impl From<StoreError> for Told {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Failure for Told {
    fn store(&self) -> Option<&StoreError> {
        if let Self::Store(error) = self { Some(error) } else { None }
    }
}

fn person(handle: &str) -> Person {
    let id = PersonId(uuid::Uuid::now_v7());
    Person {
        id,
        handle: handle.to_owned(),
        name: handle.to_owned(),
        mail: None,
        entity: watercourse_store::ROOT.to_owned(),
    }
}

async fn hire(store: &Store, handle: &'static str) -> Result<(), StoreError> {
    store.write(move |conn: &mut Conn| Box::pin(async move { conn.put_person(&person(handle)).await })).await
}

fn postgres() -> String {
    std::env::var("WATERCOURSE_TEST_POSTGRES")
        .unwrap_or_else(|_| "postgres://postgres@127.0.0.1:5432/postgres".to_owned())
}

async fn say(sql: String) {
    let address = postgres();
    let mut admin = sqlx::PgConnection::connect(&address).await.unwrap_or_else(|e| {
        panic!("these tests need PostgreSQL at {address} (set WATERCOURSE_TEST_POSTGRES to another address): {e}")
    });
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut admin).await.unwrap();
}

/// Runs a story on SQLite and on PostgreSQL.
fn on_both<F, T>(story: F)
where
    F: Fn(Store) -> T,
    T: Future<Output = ()> + Send + 'static,
{
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("test.db").to_string_lossy(), 0).await.unwrap();
        story(store.clone()).await;
        store.close().await;
        let schema = format!("wc_test_{}", uuid::Uuid::now_v7().simple());
        say(format!("CREATE SCHEMA {schema}")).await;
        let store = Store::open(&format!("{}?options[search_path]={schema}", postgres()), 0).await.unwrap();
        let told = tokio::spawn(story(store.clone())).await;
        store.close().await;
        say(format!("DROP SCHEMA {schema} CASCADE")).await;
        told.unwrap();
    });
}

#[test]
fn a_failure_takes_only_its_own_writes_away() {
    on_both(|store| async move {
        let runs = Arc::new(AtomicUsize::new(0));
        let all = (0..60).map(|n| {
            let (store, runs) = (store.clone(), Arc::clone(&runs));
            async move {
                store
                    .write::<(), Told, _>(move |conn: &mut Conn| {
                        let runs = Arc::clone(&runs);
                        Box::pin(async move {
                            runs.fetch_add(1, Ordering::Relaxed);
                            conn.put_person(&person(&format!("p{n}"))).await?;
                            if n % 4 == 0 { Err(Told::Refused) } else { Ok(()) }
                        })
                    })
                    .await
            }
        });
        let told = futures::future::join_all(all).await;
        for (n, one) in told.iter().enumerate() {
            match one {
                Ok(()) => assert_ne!(n % 4, 0),
                Err(Told::Refused) => assert_eq!(n % 4, 0),
                Err(Told::Store(e)) => panic!("{n}: {e}"),
            }
        }
        let people = store.reader().await.unwrap().people().await.unwrap();
        assert_eq!(people.len(), 45);
        assert!(runs.load(Ordering::Relaxed) >= 60);
    });
}

#[test]
fn a_request_that_breaks_off_ends_neither_the_writer_nor_others() {
    std::panic::set_hook(Box::new(|_| {}));
    on_both(|store| async move {
        if store.kind() == "sqlite" {
            let told = store
                .write::<(), StoreError, _>(|conn: &mut Conn| {
                    Box::pin(async move {
                        conn.put_person(&person("gone")).await?;
                        panic!("a bug")
                    })
                })
                .await;
            assert!(told.is_err());
        }
        let handle = "here";
        hire(&store, handle).await.unwrap();
        let people = store.reader().await.unwrap().people().await.unwrap();
        assert_eq!(people.iter().map(|p| p.handle.as_str()).collect::<Vec<_>>(), ["here"]);
    });
}

#[test]
fn a_unique_row_is_a_conflict() {
    on_both(|store| async move {
        let handle = "twin";
        hire(&store, handle).await.unwrap();
        let told = hire(&store, handle).await.unwrap_err();
        assert!(matches!(told, StoreError::Conflict(_)), "{told}");
        assert!(!told.to_string().is_empty());
    });
}

#[test]
fn a_snapshot_sees_one_moment() {
    on_both(|store| async move {
        let mut before = store.snapshot().await.unwrap();
        assert_eq!(before.people().await.unwrap().len(), 0);
        let handle = "new";
        hire(&store, handle).await.unwrap();
        assert_eq!(before.people().await.unwrap().len(), 0);
        drop(before);
        assert_eq!(store.snapshot().await.unwrap().people().await.unwrap().len(), 1);
    });
}

#[test]
fn two_that_start_at_once_make_one_schema() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let schema = format!("wc_test_{}", uuid::Uuid::now_v7().simple());
        say(format!("CREATE SCHEMA {schema}")).await;
        let address = format!("{}?options[search_path]={schema}", postgres());
        let stores = futures::future::join_all((0..4).map(|_| Store::open(&address, 0))).await;
        for store in stores {
            store.unwrap().close().await;
        }
        say(format!("DROP SCHEMA {schema} CASCADE")).await;
    });
}
