//! Timers: rows in the database, fired by whoever comes first, exactly once.

use crate::app::App;
use crate::context::Context;
use crate::error::AppError;
use crate::items::boxed;
use crate::transaction::{Doer, Doing, Written};
use futures::StreamExt as _;
use std::time::Duration;
use watercourse_core::actor::Actor;
use watercourse_core::time::Instant;
use watercourse_core::verb::{Timer as TimerVerb, Verb};
use watercourse_store::{Conn, Timer};

/// Timers looked at in one go.
const AT_ONCE: i64 = 1000;
/// Timers on their way to the writer at once, so that they share commits.
const TOGETHER: usize = 64;
/// The longest time between two looks: somebody else may have set a timer.
const LOOK_AGAIN: Duration = Duration::from_secs(5);
/// How long answers to requests are kept.
const KEEP_ANSWERS: i64 = 7 * 24 * 3_600_000_000;

impl App {
    /// Fires every timer whose time has come by `now`; how many this call fired.
    ///
    /// # Errors
    /// The store's. Timers that were not fired are fired next time.
    pub async fn fire_due(&self, now: Instant) -> Result<usize, AppError> {
        let mut fired = 0;
        loop {
            let due = self.store.reader().await?.due_timers(now, AT_ONCE).await?;
            let all = i64::try_from(due.len()).is_ok_and(|n| n < AT_ONCE);
            let results: Vec<Result<bool, AppError>> = futures::stream::iter(due)
                .map(|timer| self.fire(timer, now))
                .buffer_unordered(TOGETHER)
                .collect()
                .await;
            let before = fired;
            for result in results {
                fired += usize::from(result?);
            }
            if all || fired == before {
                return Ok(fired);
            }
        }
    }

    /// Fires one timer, if nobody else has.
    async fn fire(&self, timer: Timer, now: Instant) -> Result<bool, AppError> {
        let app = self.clone();
        let write = boxed(move |conn: &mut Conn| {
            let app = app.clone();
            Box::pin(async move { app.fire_in(conn, timer, now).await })
        });
        let (fired, written) = self.store.write(write).await?;
        self.committed(&written);
        self.known.fired.fetch_add(u64::from(fired), std::sync::atomic::Ordering::Relaxed);
        Ok(fired)
    }

    async fn fire_in(&self, conn: &mut Conn, timer: Timer, now: Instant) -> Result<(bool, Vec<Written>), AppError> {
        if !conn.claim_timer(timer, now).await? {
            return Ok((false, Vec::new()));
        }
        let ctx = Context::of(Actor::Rule("timer".to_owned()));
        let verb = Verb::Timer(TimerVerb { round: timer.round });
        let mut doing = Doing::new(self, conn, &ctx);
        doing.now = now;
        match doing.act(timer.item, Doer { verb: &verb, words: None, if_revision: None, at: Some(timer.due) }).await {
            // A round that no longer waits for the time has had its timer all the same.
            Err(AppError::Refused(refusal)) if doing.written.is_empty() => {
                tracing::warn!(%refusal, item = %timer.item, "a timer was refused");
                Ok((true, Vec::new()))
            }
            Err(error) => Err(error),
            Ok(()) => Ok((true, doing.written)),
        }
    }

    /// Fires timers as their time comes, and forgets old answers, until it is dropped.
    pub async fn run_timers(&self) {
        let mut tidied = Instant(i64::MIN);
        loop {
            let now = self.now();
            if let Err(error) = self.fire_due(now).await {
                tracing::error!(%error, "timers could not be fired");
            }
            if now.micros().saturating_sub(tidied.micros()) > 3_600_000_000 {
                tidied = now;
                self.forget_answers(now).await;
                self.forget_sign_ins(now).await;
            }
            tokio::time::sleep(self.until_next(now).await).await;
        }
    }

    async fn until_next(&self, now: Instant) -> Duration {
        let next = match self.store.reader().await {
            Ok(mut conn) => conn.next_due().await.ok().flatten(),
            Err(_) => None,
        };
        let wait = next.map(|at| Duration::from_micros(u64::try_from(at.micros() - now.micros()).unwrap_or(0)));
        wait.map_or(LOOK_AGAIN, |w| w.clamp(Duration::from_millis(50), LOOK_AGAIN))
    }

    async fn forget_answers(&self, now: Instant) {
        let before = now.plus(-KEEP_ANSWERS);
        let write = boxed(move |conn: &mut Conn| Box::pin(async move { Ok(conn.forget_answers(before).await?) }));
        if let Err(error) = self.store.write(write).await {
            tracing::warn!(%error, "old answers could not be forgotten");
        }
    }
}
