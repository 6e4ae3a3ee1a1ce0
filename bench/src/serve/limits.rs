//! What the machine can do at most: two rows in a durable transaction, written by nothing but a driver.

use anyhow::{Context as _, Result};
use rusqlite::Connection;
use sqlx::{Connection as _, Executor as _, PgConnection};
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
pub fn sqlite(path: &Path) -> Result<Connection> {
    let connection = Connection::open(path)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    for table in TABLES {
        connection.execute(table, ())?;
    }
    Ok(connection)
}

/// Two rows a commit, one after the other; how many a second.
///
/// # Errors
/// The database's.
pub fn one_by_one(connection: &Connection, lasts: Duration) -> Result<f64> {
    let (begun, mut count) = (Instant::now(), 0_i64);
    while begun.elapsed() < lasts {
        connection.prepare_cached("BEGIN IMMEDIATE")?.execute(())?;
        connection.prepare_cached("INSERT INTO item VALUES (?1, 'An item', 'active', ?1)")?.execute([count])?;
        connection.prepare_cached("INSERT INTO fact VALUES (?1, ?2, ?1)")?.execute((count, PAYLOAD))?;
        connection.prepare_cached("COMMIT")?.execute(())?;
        count += 1;
    }
    Ok(count as f64 / begun.elapsed().as_secs_f64())
}

/// So many clients wait for a writer that commits for all who wait at once; how many pairs of rows a second.
///
/// # Errors
/// The database's.
pub async fn group(connection: Connection, clients: usize, lasts: Duration) -> Result<(f64, Connection)> {
    let (queue, waiting) = mpsc::channel::<oneshot::Sender<()>>(4096);
    let writer = std::thread::spawn(move || writer(connection, waiting));
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
    let connection = writer.join().map_err(|_| anyhow::anyhow!("the bare writer broke off"))??;
    Ok((rate, connection))
}

fn writer(connection: Connection, mut waiting: mpsc::Receiver<oneshot::Sender<()>>) -> Result<Connection> {
    let mut number = 0_i64;
    while let Some(first) = waiting.blocking_recv() {
        let mut some = vec![first];
        while let (true, Ok(next)) = (some.len() < TOGETHER, waiting.try_recv()) {
            some.push(next);
        }
        connection.prepare_cached("BEGIN IMMEDIATE")?.execute(())?;
        for _ in &some {
            connection
                .prepare_cached("INSERT INTO item VALUES (?1, ?2, ?3, ?1)")?
                .execute((number, "An item", "active"))?;
            connection.prepare_cached("INSERT INTO fact VALUES (?1, ?2, ?1)")?.execute((number, PAYLOAD))?;
            number += 1;
        }
        connection.prepare_cached("COMMIT")?.execute(())?;
        for reply in some {
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
