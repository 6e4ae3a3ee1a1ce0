//! Writes under way while something breaks. Each writer notes what was acknowledged before it sends the next
//! write, and repeats a write that was not answered with the same key, at the next server.

use crate::program::token;
use anyhow::{Context as _, Result, bail, ensure};
use reqwest::header::RETRY_AFTER;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;
use uuid::Uuid;

/// The stream the load runs in, published at the beginning.
pub(crate) const STREAM: &str = include_str!("load.toml");
/// How long a writer tries the same write.
const PATIENCE: Duration = Duration::from_secs(45);
/// How long one request may take.
const ONE: Duration = Duration::from_secs(15);
/// Between two tries.
const PAUSE: Duration = Duration::from_millis(15);
/// Answers nobody expects that are shown.
const SHOWN: usize = 10;

/// What a write did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// Opened the item.
    Opened,
    /// Did a verb that makes a fact with this word.
    Did(&'static str),
    /// Said this.
    Said(String),
}

/// A write that was acknowledged, or given up without an answer.
#[derive(Debug, Clone)]
pub struct Write {
    /// The title of the item, which no other has.
    pub title: Arc<str>,
    /// What it did.
    pub what: What,
    /// The revision of the item that was answered; none where no answer came.
    pub revision: Option<u64>,
}

/// All that the client knows.
#[derive(Debug, Default, Clone)]
pub struct Seen {
    /// Writes, of all writers.
    pub writes: Vec<Write>,
    /// Answers by status that are no success, and broken connections as 0.
    pub refused: BTreeMap<u16, u64>,
    /// 503 without Retry-After.
    pub without_retry_after: u64,
    /// Answers that were repeated from an earlier one with the same key.
    pub replayed: u64,
    /// Answers that nobody expects.
    pub wrong: Vec<String>,
    /// The longest time in which nothing was acknowledged.
    pub outage: Duration,
}

impl Seen {
    /// Writes that were acknowledged.
    #[must_use]
    pub fn acknowledged(&self) -> u64 {
        self.writes.iter().filter(|w| w.revision.is_some()).count() as u64
    }
    /// Writes of which nobody knows.
    #[must_use]
    pub fn unknown(&self) -> u64 {
        self.writes.iter().filter(|w| w.revision.is_none()).count() as u64
    }
}

/// What the writers share.
struct Shared {
    client: reqwest::Client,
    bases: Vec<String>,
    stop: AtomicBool,
    acknowledged: AtomicU64,
    seen: Mutex<Seen>,
    last: Mutex<Instant>,
    /// Notes a write before its answer is there: a client that lies, to test the check.
    lying: bool,
}

/// Writers at work.
pub struct Load {
    shared: Arc<Shared>,
    writers: Vec<JoinHandle<()>>,
}

impl Load {
    /// Publishes the stream and begins with so many writers, spread over the servers.
    ///
    /// # Errors
    /// Where the stream cannot be published.
    pub async fn begin(bases: Vec<String>, writers: usize) -> Result<Self> {
        Self::begin_as(bases, writers, false).await
    }

    /// As [`Load::begin`], with a client that notes writes as acknowledged when it sends them, and does not repeat
    /// them: what the check has to find.
    ///
    /// # Errors
    /// As there.
    pub async fn begin_lying(bases: Vec<String>, writers: usize) -> Result<Self> {
        Self::begin_as(bases, writers, true).await
    }

    async fn begin_as(bases: Vec<String>, writers: usize, lying: bool) -> Result<Self> {
        let client = client()?;
        publish(&client, bases.first().context("a server")?, STREAM).await?;
        let shared = Arc::new(Shared {
            client,
            bases,
            stop: AtomicBool::new(false),
            acknowledged: AtomicU64::new(0),
            seen: Mutex::default(),
            last: Mutex::new(Instant::now()),
            lying,
        });
        let run = Uuid::now_v7().simple().to_string();
        let writers = (0..writers)
            .map(|number| tokio::spawn(writer(Arc::clone(&shared), format!("load {run} {number}"), number)))
            .collect();
        Ok(Self { shared, writers })
    }

    /// Writes acknowledged so far.
    pub fn acknowledged(&self) -> u64 {
        self.shared.acknowledged.load(Ordering::Relaxed)
    }

    /// Waits until so many more writes were acknowledged; how long that took.
    ///
    /// # Errors
    /// Where that does not happen in time.
    pub async fn more(&self, writes: u64, within: Duration) -> Result<Duration> {
        let (begun, from) = (Instant::now(), self.acknowledged());
        while self.acknowledged() < from + writes {
            ensure!(
                begun.elapsed() < within,
                "no {writes} writes were acknowledged within {within:?}: {}",
                self.told()
            );
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        Ok(begun.elapsed())
    }

    /// What was refused so far, in a line.
    fn told(&self) -> String {
        let seen = self.shared.seen.lock().unwrap_or_else(PoisonError::into_inner);
        format!("refused {:?}, unexpected {:?}", seen.refused, seen.wrong)
    }

    /// What the writers saw so far.
    #[must_use]
    pub fn now(&self) -> Seen {
        self.shared.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Ends every writer where it stands.
    pub fn break_off(self) {
        self.shared.stop.store(true, Ordering::Relaxed);
        self.writers.iter().for_each(JoinHandle::abort);
    }

    /// Lets every writer end the write it is at; what they saw.
    pub async fn end(self) -> Seen {
        self.shared.stop.store(true, Ordering::Relaxed);
        for writer in self.writers {
            drop(writer.await);
        }
        std::mem::take(&mut *self.shared.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A client that keeps its connections and signs in where there is a token.
pub(crate) fn client() -> Result<reqwest::Client> {
    let mut headers = reqwest::header::HeaderMap::new();
    if let Some(token) = token() {
        headers.insert(reqwest::header::AUTHORIZATION, format!("Bearer {token}").parse()?);
    }
    let client =
        reqwest::Client::builder().default_headers(headers).timeout(ONE).connect_timeout(Duration::from_secs(2));
    Ok(client.tcp_nodelay(true).build()?)
}

/// Publishes a stream; one that is there already stays as it is.
pub(crate) async fn publish(client: &reqwest::Client, base: &str, text: &str) -> Result<()> {
    let answer = client.post(format!("{base}/api/v1/streams")).json(&json!({ "text": text })).send().await?;
    let (status, said) = (answer.status(), answer.text().await?);
    // It is there already.
    ensure!(status.is_success() || status.as_u16() == 428, "the stream was not published: {status} {said}");
    Ok(())
}

/// Opens items and works on them until it is over.
async fn writer(shared: Arc<Shared>, name: String, number: usize) {
    let mut at = number;
    let mut count = 0_u64;
    while !shared.stop.load(Ordering::Relaxed) {
        count += 1;
        let title: Arc<str> = format!("{name} {count}").into();
        let body = json!({ "stream": "fault-load", "title": &*title });
        let Some(key) = shared.write(&mut at, "items", &body, &title, What::Opened).await else { continue };
        let said = format!("{title} said");
        let steps: [(&str, Value, What); 3] = [
            ("start", json!({ "step": "ask" }), What::Did("started")),
            ("comment", json!({ "text": said }), What::Said(said.clone())),
            ("finish", json!({ "step": "ask" }), What::Did("finished")),
        ];
        for (verb, body, what) in steps {
            if shared.stop.load(Ordering::Relaxed) {
                return;
            }
            if shared.write(&mut at, &format!("items/{key}/{verb}"), &body, &title, what).await.is_none() {
                break;
            }
        }
    }
}

impl Shared {
    /// One write, until it is acknowledged or given up; the key of its item.
    async fn write(&self, at: &mut usize, path: &str, body: &Value, title: &Arc<str>, what: What) -> Option<String> {
        let key = Uuid::now_v7().to_string();
        let begun = Instant::now();
        if self.lying {
            self.note(title, what.clone(), Some(0));
        }
        loop {
            let base = self.bases.get(*at % self.bases.len()).map_or("", String::as_str);
            match self.once(&format!("{base}/api/v1/{path}"), body, &key).await {
                Ok(Some(answer)) => {
                    let revision = answer.pointer("/item/revision").and_then(Value::as_u64);
                    if !self.lying {
                        self.note(title, what, Some(revision.unwrap_or_default()));
                    }
                    return answer.pointer("/item/key").and_then(Value::as_str).map(str::to_owned);
                }
                Err(_) if self.lying => return None,
                Ok(None) => *at += 1,
                Err(error) => {
                    let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
                    if seen.wrong.len() < SHOWN {
                        seen.wrong.push(format!("{path}: {error}"));
                    }
                    return None;
                }
            }
            if self.lying || begun.elapsed() > PATIENCE {
                if !self.lying {
                    self.note(title, what, None);
                }
                return None;
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// One try: the answer, or none where it may be tried again.
    async fn once(&self, url: &str, body: &Value, key: &str) -> Result<Option<Value>> {
        let sent = self.client.post(url).header("Idempotency-Key", key).json(body).send().await;
        let Ok(answer) = sent else {
            self.refused(0, true);
            return Ok(None);
        };
        let status = answer.status();
        let (comes_again, replayed) =
            (answer.headers().contains_key(RETRY_AFTER), answer.headers().contains_key("idempotency-replayed"));
        let Ok(text) = answer.text().await else {
            self.refused(0, true);
            return Ok(None);
        };
        if status.is_success() {
            if replayed {
                self.seen.lock().unwrap_or_else(PoisonError::into_inner).replayed += 1;
            }
            return Ok(Some(serde_json::from_str(&text)?));
        }
        self.refused(status.as_u16(), comes_again);
        if matches!(status.as_u16(), 429 | 503 | 507) {
            return Ok(None);
        }
        bail!("{status} {text}")
    }

    fn refused(&self, status: u16, comes_again: bool) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        *seen.refused.entry(status).or_default() += 1;
        seen.without_retry_after += u64::from(status == 503 && !comes_again);
    }

    fn note(&self, title: &Arc<str>, what: What, revision: Option<u64>) {
        let write = Write { title: Arc::clone(title), what, revision };
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if revision.is_some() {
            let now = Instant::now();
            let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
            let silent = now.duration_since(*last);
            seen.outage = seen.outage.max(silent);
            *last = now;
            self.acknowledged.fetch_add(1, Ordering::Relaxed);
        }
        seen.writes.push(write);
    }
}
