//! The one writer of SQLite: requests wait in a queue, run together in one transaction and are answered
//! after its COMMIT (group commit). Where one fails after it wrote something, the transaction is rolled
//! back and each request runs again in a transaction of its own, so that none pays for another.

use crate::conn::Conn;
use crate::error::StoreError;
use crate::figures::Figures;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;
use tokio::sync::{mpsc, oneshot, watch};

/// Requests in one transaction at most.
const MOST_TOGETHER: usize = 256;
/// Requests that may wait; more wait outside, which slows their senders down.
pub(crate) const MOST_WAITING: usize = 4096;

/// A failure of a write: of the store, or a refusal of the caller's own.
pub trait Failure: From<StoreError> + Send + 'static {
    /// The store's part in it, if any.
    fn store(&self) -> Option<&StoreError>;
}

impl Failure for StoreError {
    fn store(&self) -> Option<&StoreError> {
        Some(self)
    }
}

/// What a write does. It may run several times, so it must rest on what it reads inside.
pub trait Act<T, E>: for<'c> Fn(&'c mut Conn) -> BoxFuture<'c, Result<T, E>> + Send + 'static {}
impl<T, E, F: for<'c> Fn(&'c mut Conn) -> BoxFuture<'c, Result<T, E>> + Send + 'static> Act<T, E> for F {}

/// What came of running a request.
#[derive(Debug, PartialEq, Eq)]
enum Ran {
    Well,
    /// It failed; whether that was the database's doing.
    Failed(Option<StoreError>),
}

/// A request with its types hidden.
pub(crate) trait Job: Send {
    fn run<'c>(&'c mut self, conn: &'c mut Conn) -> BoxFuture<'c, Option<Result<(), Option<StoreError>>>>;
    /// Sends what came of the last run, or why that was lost.
    fn answer(self: Box<Self>, lost: Option<StoreError>);
    /// Whether it wants a transaction of its own.
    fn is_large(&self) -> bool;
}

pub(crate) struct Request<T, E, F> {
    pub(crate) act: F,
    pub(crate) large: bool,
    pub(crate) result: Option<Result<T, E>>,
    pub(crate) reply: oneshot::Sender<Result<T, E>>,
}

impl<T: Send + 'static, E: Failure, F: Act<T, E>> Job for Request<T, E, F> {
    fn run<'c>(&'c mut self, conn: &'c mut Conn) -> BoxFuture<'c, Option<Result<(), Option<StoreError>>>> {
        Box::pin(async move {
            // A bug in one request must not end the writer for all.
            let result = AssertUnwindSafe((self.act)(conn)).catch_unwind().await.ok()?;
            let ran = match &result {
                Ok(_) => Ok(()),
                Err(e) => Err(e.store().cloned()),
            };
            self.result = Some(result);
            Some(ran)
        })
    }
    fn answer(self: Box<Self>, lost: Option<StoreError>) {
        let Self { reply, result, .. } = *self;
        let result = match (lost, result) {
            (Some(lost), _) => Err(E::from(lost)),
            (None, Some(result)) => result,
            (None, None) => Err(E::from(StoreError::Other("the request broke off; this is a bug".to_owned()))),
        };
        // Whoever asked may have gone; what was committed stays committed.
        drop(reply.send(result));
    }
    fn is_large(&self) -> bool {
        self.large
    }
}

/// Why nothing more is written, once that is so.
#[derive(Debug, Clone)]
pub(crate) struct Broken(watch::Sender<Option<StoreError>>);

impl Default for Broken {
    fn default() -> Self {
        Self(watch::Sender::new(None))
    }
}

impl Broken {
    pub(crate) fn get(&self) -> Option<StoreError> {
        self.0.borrow().clone()
    }
    /// Waits until it is so.
    pub(crate) async fn wait(&self) -> StoreError {
        let mut told = self.0.subscribe();
        let found = told.wait_for(Option::is_some).await.ok().and_then(|e| e.clone());
        // `self` keeps the sender, so waiting ends with a reason only.
        found.unwrap_or(StoreError::Closed)
    }
    /// The first reason stays.
    fn set(&self, error: StoreError) {
        self.0.send_if_modified(|kept| {
            let first = kept.is_none();
            kept.get_or_insert(error);
            first
        });
    }
}

/// What is queued: a request, or none to say that it is over.
pub(crate) type Queued = Option<Box<dyn Job>>;

/// Runs until it is told that it is over, or every sender is gone. What was queued before is done.
pub(crate) async fn run(mut conn: Conn, mut queue: mpsc::Receiver<Queued>, broken: Broken, figures: Arc<Figures>) {
    while let Some(first) = queue.recv().await {
        if first.is_none() {
            queue.close();
        }
        let mut next = first;
        while let Some(first) = next.take() {
            let mut batch = vec![first];
            while batch.len() < MOST_TOGETHER && !batch.iter().any(|j| j.is_large()) {
                match queue.try_recv() {
                    Ok(Some(job)) if job.is_large() => {
                        next = Some(job);
                        break;
                    }
                    Ok(Some(job)) => batch.push(job),
                    Ok(None) => queue.close(),
                    Err(_) => break,
                }
            }
            together(&mut conn, batch, &broken, &figures).await;
        }
    }
    if let Err(error) = conn.close().await {
        tracing::warn!(%error, "the database did not close well");
    }
}

/// Runs requests in one transaction; where that does not work out, each in its own.
async fn together(conn: &mut Conn, mut batch: Vec<Box<dyn Job>>, broken: &Broken, figures: &Figures) {
    match attempt(conn, &mut batch, broken, figures).await {
        Ended::Committed => batch.into_iter().for_each(|job| job.answer(None)),
        Ended::Lost(error) => batch.into_iter().for_each(|job| job.answer(Some(error.clone()))),
        Ended::Undone if batch.len() == 1 => batch.into_iter().for_each(|job| job.answer(None)),
        Ended::Undone => {
            for job in batch {
                let mut alone = vec![job];
                let ended = attempt(conn, &mut alone, broken, figures).await;
                let lost = if let Ended::Lost(error) = ended { Some(error) } else { None };
                alone.into_iter().for_each(|job| job.answer(lost.clone()));
            }
        }
    }
}

enum Ended {
    Committed,
    /// A request failed after it wrote something: everything was rolled back.
    Undone,
    /// The transaction itself could not begin or commit.
    Lost(StoreError),
}

async fn attempt(conn: &mut Conn, batch: &mut [Box<dyn Job>], broken: &Broken, figures: &Figures) -> Ended {
    if let Some(error) = broken.get() {
        return Ended::Lost(error);
    }
    if let Err(error) = conn.say("BEGIN IMMEDIATE").await {
        return Ended::Lost(note(error, broken));
    }
    conn.take_dirty();
    for job in batch.iter_mut() {
        let ran = match job.run(conn).await {
            Some(Ok(())) => Ran::Well,
            Some(Err(store)) => Ran::Failed(store),
            None => Ran::Failed(Some(StoreError::Other("a request broke off".to_owned()))),
        };
        let wrote = conn.take_dirty();
        if let Ran::Failed(store) = ran {
            if let Some(error) = store.clone() {
                note(error, broken);
            }
            // A refusal that wrote nothing leaves nothing behind.
            if wrote || store.is_some() {
                figures.undone.fetch_add(1, Ordering::Relaxed);
                undo(conn, broken).await;
                return Ended::Undone;
            }
        }
    }
    let asked = Instant::now();
    match conn.say("COMMIT").await {
        Ok(()) => {
            figures.together.record(f64::from(u32::try_from(batch.len()).unwrap_or(u32::MAX)));
            figures.commit.record_time(asked.elapsed());
            Ended::Committed
        }
        Err(error) => {
            undo(conn, broken).await;
            Ended::Lost(note(error, broken))
        }
    }
}

async fn undo(conn: &mut Conn, broken: &Broken) {
    // SQLite rolls some failures back by itself; then there is no transaction left, which is as well.
    if let Err(error) = conn.say("ROLLBACK").await
        && !error.to_string().contains("no transaction")
    {
        note(error, broken);
    }
}

/// Remembers damage: after a failed fsync nothing that the disk says can be trusted.
fn note(error: StoreError, broken: &Broken) -> StoreError {
    if let StoreError::Damaged(_) = &error {
        tracing::error!(%error, "nothing more is written");
        broken.set(error.clone());
    }
    error
}
