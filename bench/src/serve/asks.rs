//! Requests to the server, timed by a client.

use super::fill::STREAM;
use super::lean::Lean;
use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
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

/// One client asks for one path after the other; the shortest body of them must have some bytes.
///
/// # Errors
/// Where an answer is no success.
pub fn read(client: &mut Lean, times: usize, path: impl Fn(usize) -> String) -> Result<Times> {
    let mut took = Vec::with_capacity(times);
    for number in 0..times {
        let path = path(number);
        let begun = Instant::now();
        let (status, body) = client.get(&path)?;
        took.push(begun.elapsed());
        ensure!(status == 200 && body.len() > 100, "{path}: {status} {}", String::from_utf8_lossy(&body));
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
pub fn open(bases: &[String], clients: usize, lasts: Duration) -> Result<Opened> {
    let begun = Instant::now();
    let client = |number: usize| -> Result<Vec<Duration>> {
        let mut client = Lean::to(bases.get(number % bases.len().max(1)).context("a server")?)?;
        let mut took = Vec::new();
        while begun.elapsed() < lasts {
            let body = json!({"stream": STREAM, "title": format!("made {number} {}", took.len())}).to_string();
            let key = Uuid::now_v7().to_string();
            let sent = Instant::now();
            let (status, answer) = client.post("/api/v1/items", &key, &body)?;
            took.push(sent.elapsed());
            ensure!(status == 201, "{status}: {}", String::from_utf8_lossy(&answer));
        }
        Ok(took)
    };
    let all = std::thread::scope(|scope| {
        let client = &client;
        let threads: Vec<_> = (0..clients).map(|number| scope.spawn(move || client(number))).collect();
        let mut all = Vec::new();
        for thread in threads {
            all.extend(thread.join().map_err(|_| anyhow::anyhow!("a client broke off"))??);
        }
        anyhow::Ok(all)
    })?;
    let rate = all.len() as f64 / begun.elapsed().as_secs_f64();
    Ok(Opened { count: all.len() as u64, rate, times: Times::of(all) })
}

/// The key of the newest item.
///
/// # Errors
/// Where the server does not answer.
pub fn newest(client: &mut Lean) -> Result<String> {
    let page: Value = serde_json::from_slice(&client.get("/api/v1/items?sort=newest&limit=1")?.1)?;
    let key = page.pointer("/data/0/key").and_then(Value::as_str);
    Ok(key.with_context(|| format!("an item in {page}"))?.to_owned())
}
