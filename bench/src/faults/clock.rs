//! A clock that jumps while the server runs, by libfaketime: nothing fires early or twice, and working time is
//! counted right over the hours in which summer time begins and ends.

use super::load::{client, publish};
use super::setting::{Row, Setting, Size};
use crate::program::Program;
use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use sqlx::{Connection as _, SqliteConnection};
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use uuid::Uuid;

/// Longer than the server takes between two looks at its timers.
const A_LOOK: Duration = Duration::from_secs(7);
const HOUR: i64 = 3600;
const YEAR: i64 = 365 * 24 * HOUR;
/// 2026-03-29 00:30 in Brussels, two hours before summer time begins; and 2026-10-25 00:30, before it ends.
const NIGHTS: [(&str, i64); 2] = [("spring", 1_774_740_600), ("autumn", 1_792_881_000)];
const STREAM: &str = include_str!("clock.toml");

fn library() -> Result<PathBuf> {
    let folders = ["/usr/lib/x86_64-linux-gnu/faketime", "/usr/lib/aarch64-linux-gnu/faketime", "/usr/lib/faketime"];
    let found = folders.iter().map(|f| Path::new(f).join("libfaketimeMT.so.1")).find(|p| p.is_file());
    found.context("libfaketime is not installed: apt-get install faketime")
}

/// The server, and the file that tells it the time.
struct Clocked {
    client: reqwest::Client,
    base: String,
    file: PathBuf,
}

impl Clocked {
    /// Lets the server's clock be off by so many seconds from now on.
    fn set(&self, offset: i64) -> Result<()> {
        // Written beside it and moved: it is read at any moment.
        let new = self.file.with_extension("new");
        std::fs::write(&new, format!("{offset:+}\n"))?;
        Ok(std::fs::rename(&new, &self.file)?)
    }

    async fn post(&self, path: &str, body: Value) -> Result<Value> {
        let request = self.client.post(format!("{}/api/v1/{path}", self.base)).json(&body);
        let answer = request.header("Idempotency-Key", Uuid::now_v7().to_string()).send().await?;
        let (status, text) = (answer.status(), answer.text().await?);
        ensure!(status.is_success(), "{path}: {status} {text}");
        Ok(serde_json::from_str(&text)?)
    }

    /// An item that waits for the time; its key.
    async fn waiting(&self, stream: &str) -> Result<String> {
        let opened = self.post("items", json!({"stream": stream, "title": "It waits"})).await?;
        let key = opened.pointer("/item/key").and_then(Value::as_str).context("a key")?.to_owned();
        self.post(&format!("items/{key}/start"), json!({"step": "ask"})).await?;
        self.post(&format!("items/{key}/finish"), json!({"step": "ask"})).await?;
        Ok(key)
    }

    /// How many of them still wait.
    async fn left(&self, keys: &[String]) -> Result<usize> {
        let mut left = 0;
        for key in keys {
            let item: Value = self.client.get(format!("{}/api/v1/items/{key}", self.base)).send().await?.json().await?;
            left += usize::from(item.get("closed").is_none_or(Value::is_null));
        }
        Ok(left)
    }

    /// Waits until none waits any more.
    async fn fired(&self, keys: &[String]) -> Result<Duration> {
        let begun = Instant::now();
        while self.left(keys).await? > 0 {
            ensure!(
                begun.elapsed() < Duration::from_secs(30),
                "timers did not fire: {} of {}",
                self.left(keys).await?,
                keys.len()
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(begun.elapsed())
    }
}

fn now() -> Result<i64> {
    Ok(i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())?)
}

/// R21, with one server on SQLite.
pub(crate) async fn jumping(setting: &Setting) -> Result<Row> {
    let folder = tempfile::tempdir()?;
    let database = folder.path().join("clock.db").display().to_string();
    let file = folder.path().join("time");
    let program = Program::on(&setting.program, &database)?
        .with("LD_PRELOAD", library()?.display().to_string())
        .with("FAKETIME_TIMESTAMP_FILE", file.display().to_string())
        .with("FAKETIME_NO_CACHE", "1")
        .with("FAKETIME_DONT_FAKE_MONOTONIC", "1")
        .with("DONT_FAKE_MONOTONIC", "1")
        .with("TZ", "UTC");
    let clocked = Clocked { client: client()?, base: program.url(), file };
    clocked.set(0)?;
    let running = tokio::task::block_in_place(|| program.start())?;
    let mut row = Row { name: "clock", ..Row::default() };
    publish(&clocked.client, &clocked.base, STREAM).await?;
    let mut due = BTreeMap::new();
    let items = setting.pick(10, 50, 500);
    let mut keys = Vec::new();
    for _ in 0..items {
        keys.push(clocked.waiting("clock-load").await?);
    }
    for offset in [-HOUR, -1, 1, HOUR - 120, -YEAR] {
        clocked.set(offset)?;
        clocked.waiting("clock-load").await?;
        if setting.size != Size::Quick {
            tokio::time::sleep(A_LOOK).await;
        }
        let left = clocked.left(&keys).await?;
        row.demand(left == keys.len(), format!("{} timers fired early at {offset:+} s", keys.len() - left));
        row.times += 1;
    }
    clocked.set(HOUR + 60)?;
    row.tell(format!(
        "{items} timers fired {:.1} s after the clock jumped past them",
        clocked.fired(&keys).await?.as_secs_f64()
    ));
    for key in &keys {
        due.insert(key.clone(), HOUR * 1_000_000);
    }
    for (name, begin) in NIGHTS {
        let offset = begin - now()?;
        clocked.set(offset)?;
        let calendar = json!({"zone": "Europe/Brussels", "hours": {"sun": ["00:00-06:00"]}, "holidays": []});
        let put = clocked.client.put(format!("{}/api/v1/teams/night", clocked.base));
        let put = put.json(&json!({"name": "Night", "calendar": calendar})).send().await?;
        ensure!(put.status().is_success(), "the team: {}", put.text().await?);
        publish(
            &clocked.client,
            &clocked.base,
            &STREAM
                .replace("clock-load", name)
                .replace("after:1h", "after:3bh")
                .replace("service-desk\"\nafter", "night\"\nafter"),
        )
        .await?;
        let night = [clocked.waiting(name).await?];
        // Three hours of work are three hours, whatever the clock on the wall says.
        clocked.set(offset + 3 * HOUR - 120)?;
        tokio::time::sleep(A_LOOK).await;
        row.demand(clocked.left(&night).await? == 1, format!("{name}: it fired before three hours were over"));
        clocked.set(offset + 3 * HOUR + 60)?;
        clocked.fired(&night).await?;
        let [night] = night;
        due.insert(night, 3 * HOUR * 1_000_000);
        row.times += 1;
    }
    clocked.set(0)?;
    tokio::task::block_in_place(|| running.stop())?;
    times(&database, &due, &mut row).await?;
    Ok(row)
}

/// Every timer fired once, exactly when it was due; and within an item time never goes back.
async fn times(database: &str, due: &BTreeMap<String, i64>, row: &mut Row) -> Result<()> {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(database);
    let mut connection = SqliteConnection::connect_with(&options).await?;
    let sql = "SELECT item.key, fact.what, COALESCE(fact.step, ''), fact.happened_at FROM fact JOIN item ON item.id = fact.item
               ORDER BY fact.item, fact.revision";
    let facts: Vec<(String, String, String, i64)> = sqlx::query_as(sql).fetch_all(&mut connection).await?;
    let mut last: HashMap<&str, i64> = HashMap::new();
    let mut opened: HashMap<&str, i64> = HashMap::new();
    let mut fired: HashMap<&str, u64> = HashMap::new();
    row.acknowledged = facts.len() as u64;
    for (key, what, step, at) in &facts {
        let before = last.insert(key, *at).unwrap_or(i64::MIN);
        row.demand(*at >= before, format!("{key}: {what} happened before what came before it"));
        if step == "hold" && what == "round_opened" {
            opened.insert(key, *at);
        }
        if step == "hold" && what == "finished" {
            *fired.entry(key).or_default() += 1;
            let took = at - opened.get(key.as_str()).copied().unwrap_or_default();
            let wanted = due.get(key).copied().unwrap_or(took);
            row.demand(took == wanted, format!("{key}: fired after {took} µs instead of {wanted}"));
        }
    }
    for key in due.keys() {
        let times = fired.get(key.as_str()).copied().unwrap_or(0);
        row.lost += u64::from(times == 0);
        row.duplicated += times.saturating_sub(1);
        row.demand(times == 1, format!("{key}: its timer fired {times} times"));
    }
    Ok(())
}
