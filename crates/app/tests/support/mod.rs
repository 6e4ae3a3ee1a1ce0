//! A world of its own for every test, once on SQLite and once on PostgreSQL.
#![allow(dead_code, reason = "each test uses some of it")]

use sqlx::sqlite::{SqliteConnectOptions, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _, PgConnection};
use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use watercourse_app::keys::Keys;
use watercourse_app::{App, Clock, Context, Done, NewItem, Store};
use watercourse_core::actor::Actor;
use watercourse_core::time::Instant;
use watercourse_core::verb::Verb;

pub const HOUR: i64 = 3_600_000_000;
pub const DAY: i64 = 24 * HOUR;
/// 2026-11-23T09:00:00Z.
const BEGIN: i64 = 1_795_424_400_000_000;

/// A database, and a clock that only the test moves on.
pub struct World {
    pub address: String,
    pub app: App,
    time: Arc<AtomicI64>,
    folder: Option<tempfile::TempDir>,
    schema: Option<String>,
}

pub fn postgres() -> String {
    std::env::var("WATERCOURSE_TEST_POSTGRES")
        .unwrap_or_else(|_| "postgres://postgres@127.0.0.1:5432/postgres".to_owned())
}

/// Says something to a database behind the program: rows need not point to rows that are there.
pub async fn say(address: &str, sql: &str) {
    let sql = sqlx::AssertSqlSafe(sql.to_owned());
    if address.starts_with("postgres") {
        let mut connection = PgConnection::connect(address).await.unwrap_or_else(|e| {
            panic!("these tests need PostgreSQL at {address} (set WATERCOURSE_TEST_POSTGRES to another address): {e}")
        });
        sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    } else {
        let options = SqliteConnectOptions::new()
            .filename(address)
            .create_if_missing(true)
            .foreign_keys(false)
            .synchronous(SqliteSynchronous::Off);
        let mut connection = options.connect().await.unwrap();
        sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }
}

impl World {
    async fn new(postgres_too: bool) -> Self {
        let time = Arc::new(AtomicI64::new(BEGIN));
        let (address, folder, schema) = if postgres_too {
            let schema = format!("wc_test_{}", uuid::Uuid::now_v7().simple());
            let base = postgres();
            say(&base, &format!("CREATE SCHEMA {schema}")).await;
            let and = if base.contains('?') { '&' } else { '?' };
            (format!("{base}{and}options[search_path]={schema}"), None, Some(schema))
        } else {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("test.db");
            (path.to_string_lossy().into_owned(), Some(folder), None)
        };
        let app = open(&address, &time).await;
        Self { address, app, time, folder, schema }
    }
    /// Another program on the same database.
    pub async fn another(&self) -> App {
        open(&self.address, &self.time).await
    }
    /// A statement that no operation of the store makes.
    pub async fn say(&self, sql: &str) {
        say(&self.address, sql).await;
    }
    pub fn pass(&self, micros: i64) {
        self.time.fetch_add(micros, Ordering::SeqCst);
    }
    /// Waits until the order of all facts is settled: other tests on the same PostgreSQL may hold that up.
    pub async fn settled(&self) {
        let newest = self.app.newest_facts(&watercourse_app::Access::of_the_program(), 1).await.unwrap();
        let newest = newest.first().map_or(0, |f| f.seq);
        let settling =
            async { while self.app.store().reader().await.unwrap().greatest_settled().await.unwrap() < newest {} };
        tokio::time::timeout(std::time::Duration::from_secs(60), settling).await.unwrap();
    }
    pub fn folder(&self) -> PathBuf {
        self.folder.as_ref().map(|f| f.path().to_owned()).unwrap()
    }
    pub fn is_sqlite(&self) -> bool {
        self.folder.is_some()
    }
    /// With the shipped streams, and a person to act as.
    pub async fn seeded(&self) -> Context {
        let ctx = Context::of(Actor::Rule("test".to_owned()));
        self.app.seed(&ctx).await.unwrap();
        ctx
    }
    pub async fn open(&self, ctx: &Context, stream: &str) -> Done {
        let new = NewItem { stream: stream.to_owned(), title: format!("A {stream}"), ..NewItem::default() };
        self.app.open(ctx, new).await.unwrap()
    }
    pub async fn act(
        &self,
        ctx: &Context,
        item: &str,
        verb: &str,
        args: serde_json::Value,
    ) -> Result<Done, watercourse_app::AppError> {
        self.pass(1_000_000);
        self.app.act(ctx, item, &Verb::parse(verb, args).unwrap(), None, None).await
    }
}

async fn open(address: &str, time: &Arc<AtomicI64>) -> App {
    let store = Store::open(address, BEGIN).await.unwrap();
    let time = Arc::clone(time);
    let clock: Clock = Arc::new(move || Instant(time.load(Ordering::SeqCst)));
    // All nodes of an installation have the same keys.
    App::new(store, clock).with_keys(Keys::of(&[7; 32]).unwrap())
}

/// Runs a test in a world of its own, and takes the world away again, whatever comes.
pub fn run<F, T>(on_postgres: bool, test: F)
where
    F: FnOnce(Arc<World>) -> T + Send + 'static,
    T: Future<Output = ()> + Send + 'static,
{
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async move {
        let world = Arc::new(World::new(on_postgres).await);
        let told = tokio::spawn(test(Arc::clone(&world))).await;
        world.app.store().close().await;
        if let Some(schema) = &world.schema {
            say(&postgres(), &format!("DROP SCHEMA {schema} CASCADE")).await;
        }
        if let Err(failed) = told {
            std::panic::resume_unwind(failed.into_panic());
        }
    });
}

/// The same tests on both databases.
#[macro_export]
#[allow(clippy::crate_in_macro_def, reason = "the crate of the test that uses it is meant")]
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {
        mod sqlite { $(#[test] fn $name() { crate::support::run(false, |w| async move { super::$name(&w).await }); })+ }
        mod postgres { $(#[test] fn $name() { crate::support::run(true, |w| async move { super::$name(&w).await }); })+ }
    };
}
