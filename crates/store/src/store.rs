//! Opening a database, reading from it and writing to it.

use crate::conn::Conn;
use crate::error::StoreError;
use crate::writer::{self, Act, Broken, Failure, Queued, Request};
use sqlx::ConnectOptions as _;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// Readers of SQLite.
const READERS: u32 = 4;
/// Connections to PostgreSQL.
const CONNECTIONS: u32 = 16;
/// How long a request waits for a connection to PostgreSQL. While there is none, it is tried again at intervals
/// of up to a fifth of this, so this also bounds how late it is noticed that PostgreSQL is back.
const PATIENCE: Duration = Duration::from_secs(4);
/// How often a transaction that lost a race is tried.
const TRIES: u32 = 8;
/// The oldest SQLite that does not damage a database in WAL mode.
const OLDEST_SQLITE: (u32, u32, u32) = (3, 51, 3);
/// Prepared statements kept per connection: multi-row statements of different lengths are different ones.
const STATEMENTS: usize = 400;

/// How to open a database.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The most pages (of 4 KiB) an SQLite database may grow to; no limit where none is given.
    pub most_pages: Option<u32>,
}

#[derive(Debug, Clone)]
enum Backend {
    Sqlite { readers: SqlitePool, queue: mpsc::Sender<Queued>, broken: Broken },
    Postgres { pool: PgPool },
}

/// A database that is open. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Store {
    backend: Backend,
    writer: Arc<tokio::sync::Mutex<Option<tokio::task::JoinHandle<()>>>>,
}

impl Store {
    /// Opens the database at an address and brings its schema up to date: `postgres://…`, or the path of an
    /// SQLite file, with or without `sqlite:` before it, which is made if it is not there.
    ///
    /// # Errors
    /// When it cannot be reached, is newer than this program, or is a kind that cannot be used.
    pub async fn open(address: &str, now: i64) -> Result<Self, StoreError> {
        Self::open_with(address, &Settings::default(), now).await
    }

    /// As [`Store::open`], with settings.
    ///
    /// # Errors
    /// As there.
    pub async fn open_with(address: &str, settings: &Settings, now: i64) -> Result<Self, StoreError> {
        if address.starts_with("postgres://") || address.starts_with("postgresql://") {
            return open_postgres(address, now).await;
        }
        let path = address.strip_prefix("sqlite://").or_else(|| address.strip_prefix("sqlite:")).unwrap_or(address);
        if path.is_empty() || path.starts_with(":memory:") || path.contains("://") {
            return Err(StoreError::BadAddress {
                address: hidden(address),
                wrong: "give postgres://user@host/database or the path of a file".to_owned(),
            });
        }
        open_sqlite(path, settings, now).await
    }

    /// `sqlite` or `postgres`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self.backend {
            Backend::Sqlite { .. } => "sqlite",
            Backend::Postgres { .. } => "postgres",
        }
    }

    /// A connection to read with, each statement on its own.
    ///
    /// # Errors
    /// When none can be had.
    pub async fn reader(&self) -> Result<Conn, StoreError> {
        Ok(match &self.backend {
            Backend::Sqlite { readers, .. } => Conn::sqlite(readers.acquire().await?),
            Backend::Postgres { pool } => Conn::postgres(pool.acquire().await?),
        })
    }

    /// A connection to read with, on which all statements see the same moment.
    ///
    /// # Errors
    /// When none can be had.
    pub async fn snapshot(&self) -> Result<Conn, StoreError> {
        Ok(match &self.backend {
            Backend::Sqlite { readers, .. } => Conn::sqlite_tx(readers.begin().await?),
            Backend::Postgres { pool } => {
                Conn::postgres_tx(pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?)
            }
        })
    }

    /// Runs `act` in a transaction that writes, and answers once it is durable. `act` may run several
    /// times, so it must rest only on what it reads inside, and await nothing but the connection.
    ///
    /// # Errors
    /// Its own, after which nothing of it remains, or the store's.
    pub async fn write<T, E, F>(&self, act: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: Failure,
        F: Act<T, E>,
    {
        self.run(act, false).await
    }

    /// As [`Store::write`], for much at once: in a transaction of its own.
    ///
    /// # Errors
    /// As there.
    pub async fn write_much<T, E, F>(&self, act: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: Failure,
        F: Act<T, E>,
    {
        self.run(act, true).await
    }

    async fn run<T, E, F>(&self, act: F, large: bool) -> Result<T, E>
    where
        T: Send + 'static,
        E: Failure,
        F: Act<T, E>,
    {
        match &self.backend {
            Backend::Sqlite { queue, .. } => {
                let (reply, answer) = oneshot::channel();
                let job = Box::new(Request { act, large, result: None, reply });
                queue.send(Some(job)).await.map_err(|_| E::from(StoreError::Closed))?;
                answer.await.unwrap_or_else(|_| Err(E::from(StoreError::Closed)))
            }
            Backend::Postgres { pool } => in_postgres(pool, act).await,
        }
    }

    /// Why nothing can be written any more, if that is so: the program should end.
    #[must_use]
    pub fn broken(&self) -> Option<StoreError> {
        match &self.backend {
            Backend::Sqlite { broken, .. } => broken.get(),
            Backend::Postgres { .. } => None,
        }
    }

    /// Waits until nothing can be written any more, as [`Store::broken`] tells: the program should end, and
    /// a new one reads what is really on the disk. Never ends where that does not happen.
    pub async fn until_broken(&self) -> StoreError {
        match &self.backend {
            Backend::Sqlite { broken, .. } => broken.wait().await,
            Backend::Postgres { .. } => std::future::pending().await,
        }
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        if let Some(broken) = self.broken() {
            return Err(broken);
        }
        self.reader().await?.say("SELECT 1").await
    }

    /// Finishes what is queued and closes every connection, for all clones of this store. What is asked of
    /// them afterwards is answered with `Closed`.
    pub async fn close(&self) {
        match &self.backend {
            Backend::Sqlite { readers, queue, .. } => {
                // Where it has ended already, there is nobody to tell.
                drop(queue.send(None).await);
                if let Some(writer) = self.writer.lock().await.take()
                    && let Err(error) = writer.await
                {
                    tracing::error!(%error, "the writer broke off");
                }
                readers.close().await;
            }
            Backend::Postgres { pool } => pool.close().await,
        }
    }
}

async fn in_postgres<T, E, F>(pool: &PgPool, act: F) -> Result<T, E>
where
    E: Failure,
    F: Act<T, E>,
{
    let mut tries = 1;
    loop {
        let begun = pool.begin().await.map_err(|e| E::from(e.into()))?;
        let mut conn = Conn::postgres_tx(begun);
        let result = match act(&mut conn).await {
            Ok(value) => match conn.finish(true).await {
                Ok(()) => return Ok(value),
                Err(StoreError::Unreachable(_) | StoreError::Closed) => return Err(E::from(StoreError::CommitUnknown)),
                Err(error) => Err(E::from(error)),
            },
            Err(error) => {
                // The failure that counts is the first.
                drop(conn.finish(false).await);
                Err(error)
            }
        };
        match result {
            Err(error) if tries < TRIES && error.store().is_some_and(StoreError::is_race) => {
                tries += 1;
                tokio::time::sleep(Duration::from_millis(u64::from(2 * tries))).await;
            }
            other => return other,
        }
    }
}

async fn open_postgres(address: &str, now: i64) -> Result<Store, StoreError> {
    let bad = |e: sqlx::Error| StoreError::BadAddress { address: hidden(address), wrong: e.to_string() };
    let options = PgConnectOptions::from_str(address).map_err(bad)?.statement_cache_capacity(STATEMENTS);
    let pool = PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(PATIENCE)
        .connect_with(options)
        .await
        .map_err(|e| match StoreError::from(e) {
            StoreError::Busy => StoreError::Unreachable(hidden(address)),
            other => other,
        })?;
    for left in (0..TRIES).rev() {
        let migrated = Conn::postgres(pool.acquire().await?).migrate(now).await;
        match migrated {
            Ok(()) => break,
            Err(error) if left > 0 && error.is_race() => tokio::time::sleep(Duration::from_millis(50)).await,
            Err(error) => return Err(error),
        }
    }
    Ok(Store { backend: Backend::Postgres { pool }, writer: Arc::default() })
}

async fn open_sqlite(path: &str, settings: &Settings, now: i64) -> Result<Store, StoreError> {
    if let Some(folder) = std::path::Path::new(path).parent().filter(|f| !f.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|e| StoreError::Unreachable(format!("{}: {e}", folder.display())))?;
    }
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(10))
        .statement_cache_capacity(STATEMENTS)
        .disable_statement_logging();
    let mut writer = options.connect().await.map_err(|e| opening(path, e))?;
    let version: String = sqlx::query_scalar("SELECT sqlite_version()").fetch_one(&mut writer).await?;
    if !is_safe(&version) {
        return Err(StoreError::UnsafeSqlite(version));
    }
    let mut conn = Conn::writer(writer);
    conn.migrate(now).await?;
    let mut conn = match settings.most_pages {
        None => conn,
        Some(pages) => limited(conn, pages).await?,
    };
    conn.say("PRAGMA optimize").await?;
    let readers = SqlitePoolOptions::new()
        .max_connections(READERS)
        .acquire_timeout(Duration::from_secs(10))
        // A file does not go away as a server does: asking each time whether it is there doubles a short read.
        .test_before_acquire(false)
        .connect_with(options.read_only(true).create_if_missing(false))
        .await?;
    let (queue, waiting) = mpsc::channel(writer::MOST_WAITING);
    let broken = Broken::default();
    let task = tokio::spawn(writer::run(conn, waiting, broken.clone()));
    Ok(Store {
        backend: Backend::Sqlite { readers, queue, broken },
        writer: Arc::new(tokio::sync::Mutex::new(Some(task))),
    })
}

/// A page limit is part of the connection, and a pragma takes no parameters.
async fn limited(mut conn: Conn, pages: u32) -> Result<Conn, StoreError> {
    conn.say_built(format!("PRAGMA max_page_count = {pages}")).await?;
    Ok(conn)
}

fn opening(path: &str, error: sqlx::Error) -> StoreError {
    match StoreError::from(error) {
        StoreError::Other(wrong) | StoreError::Unreachable(wrong) => {
            StoreError::Unreachable(format!("{path}: {wrong}"))
        }
        StoreError::Damaged(wrong) => StoreError::Damaged(format!("{path}: {wrong}")),
        other => other,
    }
}

fn is_safe(version: &str) -> bool {
    let mut parts = version.split('.').map(|p| p.parse::<u32>().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    (next(), next(), next()) >= OLDEST_SQLITE
}

/// The address without its password.
fn hidden(address: &str) -> String {
    match (address.find("://"), address.rfind('@')) {
        (Some(scheme), Some(at)) if at > scheme => {
            let user = address.get(scheme + 3..at).and_then(|u| u.split(':').next()).unwrap_or_default();
            format!(
                "{}{user}@{}",
                address.get(..scheme + 3).unwrap_or_default(),
                address.get(at + 1..).unwrap_or_default()
            )
        }
        _ => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{hidden, is_safe};

    #[test]
    fn unsafe_versions_are_known() {
        for (version, safe) in
            [("3.51.2", false), ("3.7.0", false), ("3.51.3", true), ("3.54.1", true), ("4.0.0", true), ("x", false)]
        {
            assert_eq!(is_safe(version), safe, "{version}");
        }
    }

    #[test]
    fn passwords_are_not_shown() {
        assert_eq!(hidden("postgres://u:secret@h/d"), "postgres://u@h/d");
        assert_eq!(hidden("postgres://u@h/d"), "postgres://u@h/d");
    }
}
