//! Opening a database, reading from it and writing to it.

use crate::backup::{self, Backup};
use crate::conn::Conn;
use crate::connect::{self, Place};
use crate::error::StoreError;
use crate::figures::{Connections, Figures};
use crate::here::{Connection, Opening, Readers};
use crate::lock::Lock;
use crate::writer::{self, Act, Broken, Failure, Queued, Request};
use futures::executor::block_on;
use sqlx::postgres::PgPool;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use watercourse_core::time::Instant as Moment;

/// Readers of SQLite.
const READERS: u32 = 4;
/// Connections to PostgreSQL.
const CONNECTIONS: u32 = 16;
/// How often a transaction that lost a race is tried.
const TRIES: u32 = 8;
/// The oldest SQLite that does not damage a database in WAL mode.
const OLDEST_SQLITE: (u32, u32, u32) = (3, 51, 3);
/// Begins a transaction in which all statements see the same moment.
const SNAPSHOT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// How to open a database.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The most pages (of 4 KiB) an SQLite database may grow to; no limit where none is given.
    pub most_pages: Option<u32>,
    /// Whether nobody else may write the same SQLite file: a second one is told so.
    pub alone: bool,
    /// Where a backup of PostgreSQL goes before its schema is brought up to date. That of an SQLite file goes
    /// beside it.
    pub backups: Option<PathBuf>,
}

#[derive(Debug, Clone)]
enum Backend {
    Sqlite { readers: Readers, queue: mpsc::Sender<Queued>, broken: Broken },
    Postgres { pool: PgPool },
}

/// A database that is open. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Store {
    backend: Backend,
    writer: Arc<tokio::sync::Mutex<Option<oneshot::Receiver<()>>>>,
    figures: Arc<Figures>,
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
        match connect::place(address)? {
            Place::Postgres(address) => open_postgres(address, settings, now).await,
            Place::File(path) => open_sqlite(path, settings, now).await,
        }
    }

    /// Opens the database at an address to read it as it is, beside whoever writes it. What is asked of it to
    /// write is answered with `Closed`.
    ///
    /// # Errors
    /// When it cannot be reached, or `Newer` or `Older` when its schema is another.
    pub async fn open_to_read(address: &str) -> Result<Self, StoreError> {
        open_to_read(address).await
    }

    /// Writes a backup of everything as it is at this moment, while others write, into an SQLite file with a
    /// manifest beside it.
    ///
    /// # Errors
    /// `Backup` when there is a file of this name, or no room.
    pub async fn backup(&self, file: &Path, now: i64) -> Result<Backup, StoreError> {
        let mut conn = match &self.backend {
            Backend::Sqlite { .. } => self.reader().await?,
            Backend::Postgres { .. } => self.snapshot().await?,
        };
        backup::write(&mut conn, file, Moment(now)).await
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
            Backend::Sqlite { readers, .. } => Conn::reader(readers.acquire().await?),
            Backend::Postgres { pool } => Conn::postgres(pool.acquire().await?),
        })
    }

    /// A connection to read with, on which all statements see the same moment.
    ///
    /// # Errors
    /// When none can be had.
    pub async fn snapshot(&self) -> Result<Conn, StoreError> {
        match &self.backend {
            Backend::Sqlite { .. } => {
                let mut conn = self.reader().await?;
                conn.say("BEGIN").await?;
                Ok(conn)
            }
            Backend::Postgres { pool } => Ok(Conn::postgres_tx(pool.begin_with(SNAPSHOT).await?)),
        }
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

    /// What is counted of writing.
    #[must_use]
    pub fn figures(&self) -> &Figures {
        &self.figures
    }

    /// How busy the connections are.
    #[must_use]
    pub fn connections(&self) -> Connections {
        let of = |open: u32, idle: usize, most, waiting| Connections {
            open,
            idle: u32::try_from(idle).unwrap_or(u32::MAX).min(open),
            most,
            waiting,
        };
        match &self.backend {
            Backend::Sqlite { readers, queue, .. } => {
                let (open, idle) = readers.standing();
                of(open, idle, READERS, writer::MOST_WAITING.saturating_sub(queue.capacity()))
            }
            Backend::Postgres { pool } => of(pool.size(), pool.num_idle(), CONNECTIONS, 0),
        }
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
            Backend::Postgres { pool } => in_postgres(pool, &self.figures, act).await,
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
                if let Some(end) = self.writer.lock().await.take()
                    && end.await.is_err()
                {
                    tracing::error!("the writer broke off");
                }
                readers.close().await;
            }
            Backend::Postgres { pool } => pool.close().await,
        }
    }
}

async fn in_postgres<T, E, F>(pool: &PgPool, figures: &Figures, act: F) -> Result<T, E>
where
    E: Failure,
    F: Act<T, E>,
{
    let mut tries = 1;
    loop {
        let begun = pool.begin().await.map_err(|e| E::from(e.into()))?;
        let mut conn = Conn::postgres_tx(begun);
        let result = match act(&mut conn).await {
            Ok(value) => {
                let asked = std::time::Instant::now();
                match conn.finish(true).await {
                    Ok(()) => {
                        figures.together.record(1.0);
                        figures.commit.record_time(asked.elapsed());
                        return Ok(value);
                    }
                    Err(StoreError::Unreachable(_) | StoreError::Closed) => {
                        return Err(E::from(StoreError::CommitUnknown));
                    }
                    Err(error) => Err(E::from(error)),
                }
            }
            Err(error) => {
                figures.undone.fetch_add(1, Ordering::Relaxed);
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

async fn open_postgres(address: &str, settings: &Settings, now: i64) -> Result<Store, StoreError> {
    let pool = connect::pool(address, CONNECTIONS).await?;
    if let Some(folder) = &settings.backups {
        let mut conn = Conn::postgres_tx(pool.begin_with(SNAPSHOT).await?);
        // Several nodes may start at once, and each makes its own.
        let name = |version| folder.join(format!("watercourse-{}.before-v{version}.db", std::process::id()));
        backup::before_migrating(&mut conn, Conn::known_schema(), name, now).await?;
    } else {
        let found = Conn::postgres(pool.acquire().await?).schema_version().await?;
        if found > 0 && found < Conn::known_schema() {
            tracing::warn!(
                from = found,
                to = Conn::known_schema(),
                "no folder for backups is set, so the schema is brought up to date without one"
            );
        }
    }
    for left in (0..TRIES).rev() {
        let migrated = Conn::postgres(pool.acquire().await?).migrate(now).await;
        match migrated {
            Ok(()) => break,
            Err(error) if left > 0 && error.is_race() => tokio::time::sleep(Duration::from_millis(50)).await,
            Err(error) => return Err(error),
        }
    }
    Ok(Store { backend: Backend::Postgres { pool }, writer: Arc::default(), figures: Arc::default() })
}

async fn open_sqlite(path: &Path, settings: &Settings, now: i64) -> Result<Store, StoreError> {
    if let Some(folder) = path.parent().filter(|f| !f.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|e| StoreError::Unreachable(format!("{}: {e}", folder.display())))?;
    }
    let lock = if settings.alone { Some(Lock::take(path)?) } else { None };
    safe(rusqlite::version())?;
    let writer = Connection::open(path, Opening::Shared).map_err(|e| connect::opening_failed(path, e))?;
    let mut conn = Conn::writer(writer);
    let name = |version| path.with_extension(format!("before-v{version}.db"));
    backup::before_migrating(&mut conn, Conn::known_schema(), name, now).await?;
    conn.migrate(now).await?;
    let mut conn = match settings.most_pages {
        None => conn,
        Some(pages) => limited(conn, pages).await?,
    };
    conn.say("PRAGMA optimize").await?;
    let readers = Readers::open(path, Opening::Read, READERS)?;
    let (queue, waiting) = mpsc::channel(writer::MOST_WAITING);
    let broken = Broken::default();
    let figures = Arc::<Figures>::default();
    let written = writer::run(conn, waiting, broken.clone(), Arc::clone(&figures));
    let (ended, end) = oneshot::channel();
    // A thread of its own: COMMIT waits for the disk, and nothing else shall wait with it.
    let thread = std::thread::Builder::new().name("writer".to_owned());
    let begun = thread.spawn(move || {
        block_on(written);
        drop(lock);
        // Perhaps nobody waits for it.
        let _ = ended.send(());
    });
    begun.map_err(|e| StoreError::Unreachable(format!("no thread for the writer: {e}")))?;
    Ok(Store {
        backend: Backend::Sqlite { readers, queue, broken },
        writer: Arc::new(tokio::sync::Mutex::new(Some(end))),
        figures,
    })
}

/// Opens what is there, as it is, and lets nobody write.
async fn open_to_read(address: &str) -> Result<Store, StoreError> {
    let backend = match connect::place(address)? {
        Place::Postgres(address) => Backend::Postgres { pool: connect::pool(address, CONNECTIONS).await? },
        Place::File(path) => {
            if !path.is_file() {
                return Err(StoreError::Unreachable(format!("{}: there is no such file", path.display())));
            }
            let readers = Readers::open(path, Opening::Read, READERS).map_err(|e| match e {
                StoreError::Damaged(wrong) => StoreError::Damaged(format!("{}: {wrong}", path.display())),
                other => other,
            })?;
            // Nobody takes what is put in here.
            let (queue, _) = mpsc::channel(1);
            Backend::Sqlite { readers, queue, broken: Broken::default() }
        }
    };
    let store = Store { backend, writer: Arc::default(), figures: Arc::default() };
    let (found, known) = (store.reader().await?.schema_version().await?, Conn::known_schema());
    if found == 0 {
        return Err(StoreError::Unreachable("there is no Watercourse in this database".to_owned()));
    }
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    if found < known {
        return Err(StoreError::Older { found, known });
    }
    Ok(store)
}

/// A page limit is part of the connection, and a pragma takes no parameters.
async fn limited(mut conn: Conn, pages: u32) -> Result<Conn, StoreError> {
    conn.say_built(format!("PRAGMA max_page_count = {pages}")).await?;
    Ok(conn)
}

fn safe(version: &str) -> Result<(), StoreError> {
    if is_safe(version) { Ok(()) } else { Err(StoreError::UnsafeSqlite(version.to_owned())) }
}

fn is_safe(version: &str) -> bool {
    let mut parts = version.split('.').map(|p| p.parse::<u32>().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    (next(), next(), next()) >= OLDEST_SQLITE
}

#[cfg(test)]
mod tests {
    use super::is_safe;

    #[test]
    fn unsafe_versions_are_known() {
        for (version, safe) in
            [("3.51.2", false), ("3.7.0", false), ("3.51.3", true), ("3.54.1", true), ("4.0.0", true), ("x", false)]
        {
            assert_eq!(is_safe(version), safe, "{version}");
        }
    }
}
