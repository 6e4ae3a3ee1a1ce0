//! What the machine can do at most: two rows in a durable transaction, written by nothing but a driver.

use anyhow::{Context as _, Result};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _, Executor as _, PgConnection, QueryBuilder, Sqlite, SqliteConnection};
use std::path::Path;
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot};

const TABLES: [&str; 2] = [
    "CREATE TABLE item (id BIGINT, title TEXT, phase TEXT, touched BIGINT)",
    "CREATE TABLE fact (item BIGINT, payload TEXT, at BIGINT)",
];
const PAYLOAD: &str = "{\"what\":\"started\",\"round\":1}";
/// Rows of one statement of the bare group commit at most.
const TOGETHER: usize = 256;

/// A bare SQLite, set as the server's.
///
/// # Errors
/// Where it cannot be made.
pub async fn sqlite(path: &Path) -> Result<SqliteConnection> {
    let options = SqliteConnectOptions::new().filename(path).create_if_missing(true);
    let options = options.journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Full);
    let mut connection = options.disable_statement_logging().connect().await?;
    for table in TABLES {
        connection.execute(table).await?;
    }
    Ok(connection)
}

/// Two rows a commit, one after the other; how many a second.
///
/// # Errors
/// The database's.
pub async fn one_by_one(connection: &mut SqliteConnection, lasts: Duration) -> Result<f64> {
    let (begun, mut count) = (Instant::now(), 0_i64);
    while begun.elapsed() < lasts {
        connection.execute("BEGIN IMMEDIATE").await?;
        sqlx::query("INSERT INTO item VALUES ($1, 'An item', 'active', $1)")
            .bind(count)
            .execute(&mut *connection)
            .await?;
        sqlx::query("INSERT INTO fact VALUES ($1, $2, $1)").bind(count).bind(PAYLOAD).execute(&mut *connection).await?;
        connection.execute("COMMIT").await?;
        count += 1;
    }
    Ok(count as f64 / begun.elapsed().as_secs_f64())
}

/// So many clients wait for a writer that commits for all who wait at once; how many pairs of rows a second.
///
/// # Errors
/// The database's.
pub async fn group(connection: SqliteConnection, clients: usize, lasts: Duration) -> Result<(f64, SqliteConnection)> {
    let (queue, waiting) = mpsc::channel::<oneshot::Sender<()>>(4096);
    let writer = tokio::spawn(writer(connection, waiting));
    let begun = Instant::now();
    let mut tasks = Vec::new();
    for _ in 0..clients {
        let queue = queue.clone();
        tasks.push(tokio::spawn(async move {
            let mut count = 0_u64;
            while begun.elapsed() < lasts {
                let (reply, answer) = oneshot::channel();
                if queue.send(reply).await.is_err() || answer.await.is_err() {
                    break;
                }
                count += 1;
            }
            count
        }));
    }
    drop(queue);
    let mut count = 0;
    for task in tasks {
        count += task.await?;
    }
    let rate = count as f64 / begun.elapsed().as_secs_f64();
    Ok((rate, writer.await??))
}

async fn writer(
    mut connection: SqliteConnection,
    mut waiting: mpsc::Receiver<oneshot::Sender<()>>,
) -> Result<SqliteConnection> {
    let mut some = Vec::new();
    let mut number = 0_i64;
    while waiting.recv_many(&mut some, TOGETHER).await > 0 {
        connection.execute("BEGIN IMMEDIATE").await?;
        let numbers: Vec<i64> = (number..).take(some.len()).collect();
        number += i64::try_from(some.len())?;
        let mut items = QueryBuilder::<Sqlite>::new("INSERT INTO item ");
        items.push_values(&numbers, |mut row, n| {
            row.push_bind(*n).push_bind("An item").push_bind("active").push_bind(*n);
        });
        items.build().execute(&mut connection).await?;
        let mut facts = QueryBuilder::<Sqlite>::new("INSERT INTO fact ");
        facts.push_values(&numbers, |mut row, n| {
            row.push_bind(*n).push_bind(PAYLOAD).push_bind(*n);
        });
        facts.build().execute(&mut connection).await?;
        connection.execute("COMMIT").await?;
        for reply in some.drain(..) {
            // A client that has gone hears nothing.
            let _ = reply.send(());
        }
    }
    Ok(connection)
}

/// So many connections to PostgreSQL, each with two rows a commit; how many a second in all.
///
/// # Errors
/// The database's.
pub async fn postgres(address: &str, clients: usize, lasts: Duration) -> Result<f64> {
    let mut connections = Vec::new();
    for _ in 0..clients {
        connections.push(PgConnection::connect(address).await?);
    }
    let first = connections.first_mut().context("a connection")?;
    for table in TABLES {
        let table = table.replace("TABLE ", "TABLE IF NOT EXISTS bare_");
        first.execute(sqlx::AssertSqlSafe(table)).await?;
    }
    let begun = Instant::now();
    let mut tasks = Vec::new();
    for mut connection in connections {
        tasks.push(tokio::spawn(async move {
            let mut count = 0_i64;
            while begun.elapsed() < lasts {
                connection.execute("BEGIN").await?;
                sqlx::query("INSERT INTO bare_item VALUES ($1, 'An item', 'active', $1)")
                    .bind(count)
                    .execute(&mut connection)
                    .await?;
                sqlx::query("INSERT INTO bare_fact VALUES ($1, $2, $1)")
                    .bind(count)
                    .bind(PAYLOAD)
                    .execute(&mut connection)
                    .await?;
                connection.execute("COMMIT").await?;
                count += 1;
            }
            Ok::<i64, sqlx::Error>(count)
        }));
    }
    let mut count = 0;
    for task in tasks {
        count += task.await??;
    }
    Ok(count as f64 / begun.elapsed().as_secs_f64())
}
