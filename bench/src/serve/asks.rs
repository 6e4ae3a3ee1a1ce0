//! Requests to the server, timed by a client.

use super::fill::STREAM;
use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// The times of some requests, from the shortest.
#[derive(Debug, Clone, Default)]
pub struct Times(Vec<Duration>);

impl Times {
    /// Of times in any order.
    #[must_use]
    pub fn of(mut times: Vec<Duration>) -> Self {
        times.sort();
        Self(times)
    }
    /// A percentile, in milliseconds.
    #[must_use]
    pub fn at(&self, hundredth: usize) -> f64 {
        let place = self.0.len().saturating_sub(1) * hundredth / 100;
        self.0.get(place).copied().unwrap_or_default().as_secs_f64() * 1e3
    }
}

/// One client asks for one address after the other; the shortest body of them must have some bytes.
///
/// # Errors
/// Where an answer is no success.
pub async fn read(client: &reqwest::Client, times: usize, url: impl Fn(usize) -> String) -> Result<Times> {
    let mut took = Vec::with_capacity(times);
    for number in 0..times {
        let url = url(number);
        let begun = Instant::now();
        let answer = client.get(&url).send().await?;
        let status = answer.status();
        let body = answer.bytes().await?;
        took.push(begun.elapsed());
        ensure!(status.is_success() && body.len() > 100, "{url}: {status} {}", String::from_utf8_lossy(&body));
    }
    Ok(Times::of(took))
}

/// What came of opening items for a while.
#[derive(Debug, Clone, Default)]
pub struct Opened {
    /// How many were acknowledged.
    pub count: u64,
    /// How many a second.
    pub rate: f64,
    /// How long one took.
    pub times: Times,
}

/// So many clients open items for a while, spread over the servers.
///
/// # Errors
/// Where one is not opened.
pub async fn open(client: &reqwest::Client, bases: &[String], clients: usize, lasts: Duration) -> Result<Opened> {
    let begun = Instant::now();
    let count = Arc::new(AtomicU64::new(0));
    let mut tasks = Vec::new();
    for number in 0..clients {
        let base = bases.get(number % bases.len().max(1)).context("a server")?.clone();
        let (client, count) = (client.clone(), Arc::clone(&count));
        tasks.push(tokio::spawn(async move {
            let mut took = Vec::new();
            while begun.elapsed() < lasts {
                let this = count.fetch_add(1, Ordering::Relaxed);
                let body = json!({"stream": STREAM, "title": format!("made {number} {this}")});
                let sent = Instant::now();
                let request = client.post(format!("{base}/api/v1/items")).json(&body);
                let answer = request.header("Idempotency-Key", Uuid::now_v7().to_string()).send().await?;
                let status = answer.status();
                let text = answer.text().await?;
                took.push(sent.elapsed());
                ensure!(status == 201, "{status}: {text}");
            }
            Ok::<Vec<Duration>, anyhow::Error>(took)
        }));
    }
    let mut all = Vec::new();
    for task in tasks {
        all.extend(task.await??);
    }
    let rate = all.len() as f64 / begun.elapsed().as_secs_f64();
    Ok(Opened { count: all.len() as u64, rate, times: Times::of(all) })
}

/// How many items the server counts.
///
/// # Errors
/// Where it does not answer.
pub async fn newest(client: &reqwest::Client, base: &str) -> Result<String> {
    let page: Value = client.get(format!("{base}/api/v1/items?sort=newest&limit=1")).send().await?.json().await?;
    let key = page.pointer("/items/0/key").or_else(|| page.pointer("/data/0/key")).and_then(Value::as_str);
    Ok(key.with_context(|| format!("an item in {page}"))?.to_owned())
}
