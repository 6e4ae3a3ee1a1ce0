//! A durable verb over HTTP on SQLite, one client, beside the machine's limit: a bare insert of two rows
//! in one durable transaction. Both in this process, in turn, so that a noisy machine hurts both.

use anyhow::{Context as _, Result};
use serde_json::json;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Executor as _, SqliteConnection};
use std::time::{Duration, Instant};
use watercourse_app::App;
use watercourse_core::actor::Actor;

/// How often the two take turns.
const TURNS: usize = 11;

/// Prints both rates, turn by turn, and their ratio: median, least and greatest.
pub fn run(writes: usize) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let folder = tempfile::tempdir()?;
        let mut bare = bare(&folder.path().join("bare.db")).await?;
        let (base, server) = serve(&folder.path().join("served.db")).await?;
        let client = reqwest::Client::new();
        let key = open(&client, &base).await?;
        let mut ratios = Vec::new();
        println!("{writes} writes a turn; writes a second");
        println!("{:>6} {:>14} {:>14} {:>8}", "turn", "bare insert", "verb (HTTP)", "ratio");
        for turn in 0..TURNS {
            let insert = inserts(&mut bare, writes).await?;
            let verb = verbs(&client, &base, &key, writes).await?;
            // The first turn warms both up.
            if turn == 0 {
                continue;
            }
            let ratio = insert.as_secs_f64() / verb.as_secs_f64();
            ratios.push(ratio);
            println!("{turn:>6} {:>14.0} {:>14.0} {:>7.1}%", rate(writes, insert), rate(writes, verb), ratio * 100.0);
        }
        ratios.sort_by(f64::total_cmp);
        let at = |i: usize| ratios.get(i).copied().unwrap_or(0.0) * 100.0;
        println!(
            "ratio: median {:.1}% (least {:.1}%, greatest {:.1}%); at least 10% is wanted",
            at(ratios.len() / 2),
            at(0),
            at(ratios.len() - 1)
        );
        server.abort();
        Ok(())
    })
}

fn rate(writes: usize, took: Duration) -> f64 {
    writes as f64 / took.as_secs_f64()
}

async fn bare(path: &std::path::Path) -> Result<SqliteConnection> {
    let mut connection = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .connect()
        .await?;
    connection.execute("CREATE TABLE item (id INTEGER PRIMARY KEY, title TEXT, phase TEXT, touched INTEGER)").await?;
    connection.execute("CREATE TABLE fact (id INTEGER PRIMARY KEY, item INTEGER, payload TEXT, at INTEGER)").await?;
    Ok(connection)
}

async fn inserts(connection: &mut SqliteConnection, writes: usize) -> Result<Duration> {
    let begun = Instant::now();
    for n in 0..writes {
        let n = i64::try_from(n)?;
        connection.execute("BEGIN IMMEDIATE").await?;
        sqlx::query("INSERT INTO item (title, phase, touched) VALUES ($1, $2, $3)")
            .bind("An item")
            .bind("active")
            .bind(n)
            .execute(&mut *connection)
            .await?;
        sqlx::query("INSERT INTO fact (item, payload, at) VALUES ($1, $2, $3)")
            .bind(n)
            .bind("{\"what\":\"started\",\"round\":1}")
            .bind(n)
            .execute(&mut *connection)
            .await?;
        connection.execute("COMMIT").await?;
    }
    Ok(begun.elapsed())
}

async fn serve(path: &std::path::Path) -> Result<(String, tokio::task::JoinHandle<()>)> {
    let clock = App::system_clock();
    let store = watercourse_app::Store::open(path.to_str().context("a readable path")?, clock().micros()).await?;
    let app = App::new(store, clock);
    app.seed(&watercourse_app::Context::of(Actor::Rule("bench".to_owned()))).await?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
    let base = format!("http://{}", listener.local_addr()?);
    let router = watercourse_http::router(
        app,
        watercourse_http::Settings { door: watercourse_http::Door::Open, ..watercourse_http::Settings::default() },
    );
    let server = tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            println!("the server ended: {error}");
        }
    });
    Ok((base, server))
}

async fn post(client: &reqwest::Client, url: String, body: &serde_json::Value) -> Result<serde_json::Value> {
    let key = uuid::Uuid::now_v7().to_string();
    let answer = client.post(url).header("Idempotency-Key", key).json(body).send().await?;
    let status = answer.status();
    let text = answer.text().await?;
    anyhow::ensure!(status.is_success(), "{status}: {text}");
    Ok(serde_json::from_str(&text)?)
}

async fn open(client: &reqwest::Client, base: &str) -> Result<String> {
    let body = json!({ "stream": "standard-request", "title": "A request to measure with" });
    let opened = post(client, format!("{base}/api/v1/items"), &body).await?;
    let key = opened
        .pointer("/item/key")
        .or_else(|| opened.pointer("/key"))
        .and_then(|k| k.as_str())
        .context("a key")?
        .to_owned();
    post(client, format!("{base}/api/v1/items/{key}/start"), &json!({ "step": "ask" })).await?;
    Ok(key)
}

/// A field changes to and fro: every one is a fact, the item's row, a field's row, and the answer.
async fn verbs(client: &reqwest::Client, base: &str, key: &str, writes: usize) -> Result<Duration> {
    let url = format!("{base}/api/v1/items/{key}/set_field");
    let begun = Instant::now();
    for n in 0..writes {
        let value = if n % 2 == 0 { "high" } else { "low" };
        post(client, url.clone(), &json!({ "field": "priority", "value": value })).await?;
    }
    Ok(begun.elapsed())
}
