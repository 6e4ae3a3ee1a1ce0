//! Clients that take their time, and far too many at once: the others must hardly notice.

use super::check::check;
use super::load::{Load, client, publish};
use super::setting::{Row, Setting};
use crate::program::Program;
use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// How long a client may take for the head of its request.
const SLOWEST: Duration = Duration::from_secs(30);

/// Times of so many requests for one item, one after the other, from the shortest; none where one failed.
async fn asked(client: &reqwest::Client, url: &str, times: usize) -> Result<Vec<Duration>> {
    let mut took = Vec::with_capacity(times);
    for _ in 0..times {
        let begun = Instant::now();
        let answer = client.get(url).send().await?.error_for_status()?;
        answer.bytes().await?;
        took.push(begun.elapsed());
    }
    took.sort();
    Ok(took)
}

fn percentile(sorted: &[Duration], hundredth: usize) -> Duration {
    sorted.get(sorted.len().saturating_sub(1) * hundredth / 100).copied().unwrap_or_default()
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

/// R47: clients that begin a request and never finish it.
pub(crate) async fn slow(setting: &Setting) -> Result<Row> {
    let folder = tempfile::tempdir()?;
    let database = folder.path().join("slow.db").display().to_string();
    let program = Program::on(&setting.program, &database)?;
    let running = tokio::task::block_in_place(|| program.start())?;
    let client = client()?;
    publish(&client, &program.url(), super::load::STREAM).await?;
    let body = json!({"stream": "fault-load", "title": "Looked at"});
    let opened: Value = client.post(format!("{}/api/v1/items", program.url())).json(&body).send().await?.json().await?;
    let key = opened.pointer("/item/key").and_then(Value::as_str).context("a key")?;
    let url = format!("{}/api/v1/items/{key}", program.url());
    let asks = usize::try_from(setting.pick(500, 3000, 5000))?;
    asked(&client, &url, asks).await?;
    let (before, memory) = (asked(&client, &url, asks).await?, running.resident());
    let count = setting.pick(200, 2000, 2000);
    let begun = Instant::now();
    let mut slow = Vec::new();
    for _ in 0..count {
        let mut connection = TcpStream::connect(("127.0.0.1", program.port)).await?;
        connection.write_all(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ").await?;
        slow.push(connection);
    }
    let (during, grown) = (asked(&client, &url, asks).await?, running.resident());
    let mut cut = 0_u64;
    let mut buffer = [0; 256];
    for connection in &mut slow {
        let left = SLOWEST.saturating_sub(begun.elapsed()).max(Duration::from_millis(1));
        let read = async { while connection.read(&mut buffer).await.is_ok_and(|n| n > 0) {} };
        cut += u64::from(tokio::time::timeout(left, read).await.is_ok());
    }
    let mut row = Row { name: "slow", times: count, ..Row::default() };
    let (quiet, loud) = (percentile(&before, 99), percentile(&during, 99));
    row.tell(format!(
        "others' p99 {:.2} ms before, {:.2} ms beside them (×{:.2}); memory +{} MB; {cut} of {count} cut off within {} s",
        milliseconds(quiet),
        milliseconds(loud),
        loud.as_secs_f64() / quiet.as_secs_f64(),
        grown.saturating_sub(memory) >> 20,
        SLOWEST.as_secs()
    ));
    row.demand(loud <= quiet * 2 || loud < Duration::from_millis(2), "the others wait more than twice as long");
    row.demand(grown.saturating_sub(memory) <= 100 << 20, "they cost more than 100 MB");
    row.demand(cut == count, format!("{} were not cut off within {} s", count - cut, SLOWEST.as_secs()));
    drop(slow);
    tokio::task::block_in_place(|| running.stop())?;
    Ok(row)
}

/// R48: more writers and connections than the server can serve.
pub(crate) async fn many(setting: &Setting) -> Result<Row> {
    let folder = tempfile::tempdir()?;
    let database = folder.path().join("flood.db").display().to_string();
    let program = Program::on(&setting.program, &database)?;
    let running = tokio::task::block_in_place(|| program.start())?;
    let client = client()?;
    let url = format!("{}/api/v1/meta", program.url());
    asked(&client, &url, 200).await?;
    let before = asked(&client, &url, 500).await?;
    let load = Load::begin(vec![program.url()], usize::try_from(setting.pick(128, 512, 512))?).await?;
    let mut idle = Vec::new();
    for _ in 0..setting.pick(300, 2000, 4000) {
        if let Ok(connection) = TcpStream::connect(("127.0.0.1", program.port)).await {
            idle.push(connection);
        }
    }
    let (begun, mut during) = (Instant::now(), Vec::new());
    let lasts = Duration::from_secs(setting.pick(3, 15, 60));
    while begun.elapsed() < lasts {
        during.extend(asked(&client, &url, 20).await?);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    during.sort();
    let grown = running.resident();
    let seen = load.end().await;
    let connections = idle.len();
    drop(idle);
    let over = Instant::now();
    let normal = percentile(&before, 50) * 2;
    let mut back = None;
    while over.elapsed() < Duration::from_secs(10) && back.is_none() {
        let now = asked(&client, &url, 100).await?;
        if percentile(&now, 50) <= normal.max(Duration::from_millis(1)) {
            back = Some(over.elapsed());
        }
    }
    tokio::task::block_in_place(|| running.stop())?;
    let found = check(&setting.program, &database, &seen).await?;
    let mut row = Row::of("flood", 1, &seen, &found);
    let p99 = percentile(&during, 99);
    row.tell(format!(
        "{:.0} writes/s beside {connections} idle connections; a read beside them p50 {:.1} ms, p99 {:.1} ms; memory {} MB",
        seen.acknowledged() as f64 / lasts.as_secs_f64(),
        milliseconds(percentile(&during, 50)),
        milliseconds(p99),
        grown >> 20
    ));
    row.demand(p99 <= Duration::from_secs(1), "a read took longer than 1 s");
    row.demand(back.is_some(), "10 s after it, answers still take longer than before");
    Ok(row)
}
