//! Figures that are drawn from everything that went through: made once and given to every page that asks.
//!
//! Where that is little, they are made anew while the page waits, so that it shows what is. Where it is much, a page gets
//! what is ready at once, newer figures are made behind it, and open pages hear when they are there.

use crate::ready::{Given, Kept, Key, Made, Of, Ready};
use crate::state::Web;
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant as Clocked};
use watercourse_app::{AppError, Change, FEW, StoreError};

/// A page waits so long for figures before it says that they are loading.
const PATIENCE: Duration = Duration::from_secs(1);
/// Figures from much are made no more often than this, nor for more than a fifth of the time.
const AGAIN_AFTER: Duration = Duration::from_secs(2);
/// Open work grows older while nothing happens, microseconds.
const FRESH_FOR: i64 = 60_000_000;
/// From so many visits on, figures that take longer than [`QUICK`] are made behind the page too.
const SOME: usize = 2_000;
/// A page is to follow a change within a tenth of a second: it waits for figures half of that.
const QUICK: Duration = Duration::from_millis(50);

impl Ready {
    /// The figures that `make` makes for whoever asks; none while they are loading.
    pub(crate) async fn get<T, M, F>(self: &Arc<Self>, web: &Web, of: Of, make: M) -> Result<Option<Given<T>>, AppError>
    where
        T: Send + Sync + 'static,
        M: FnOnce(Web) -> F + Send + 'static,
        F: Future<Output = Result<Made<T>, AppError>> + Send + 'static,
    {
        let key = (of, seen(web));
        let found = self.slots().get(&key).and_then(|slot| slot.kept.clone());
        if let Some(kept) = found.as_ref().filter(|kept| kept.is_much || is_fresh(kept, web, &key.0)) {
            let is_fresh = is_fresh(kept, web, &key.0);
            if !is_fresh && !std::mem::replace(&mut self.slots().entry(key.clone()).or_default().is_due, true) {
                let pause = AGAIN_AFTER.max(kept.took * 5).saturating_sub(kept.begun.elapsed());
                tokio::spawn(Arc::clone(self).later(web.clone(), key.clone(), pause, make));
            }
            return Ok(given(kept));
        }
        let patience = web.settings.patience.unwrap_or(PATIENCE);
        let made = tokio::spawn(Arc::clone(self).make(web.clone(), key.clone(), make));
        if patience.is_zero() {
            return Ok(None);
        }
        match tokio::time::timeout(patience, made).await {
            Ok(made) => Ok(given(&made.map_err(|e| broke_off(&e))??)),
            Err(_) => Ok(None),
        }
    }

    async fn later<T, M, F>(self: Arc<Self>, web: Web, key: Key, pause: Duration, make: M)
    where
        T: Send + Sync + 'static,
        M: FnOnce(Web) -> F + Send,
        F: Future<Output = Result<Made<T>, AppError>> + Send,
    {
        tokio::time::sleep(pause).await;
        if let Some(slot) = self.slots().get_mut(&key) {
            slot.is_due = false;
        }
        if let Err(error) = self.make(web, key, make).await {
            tracing::warn!(%error, "figures could not be made");
        }
    }

    /// Makes them, unless somebody did while this waited, and tells open pages where they may not have waited.
    async fn make<T, M, F>(self: Arc<Self>, web: Web, key: Key, make: M) -> Result<Kept, AppError>
    where
        T: Send + Sync + 'static,
        M: FnOnce(Web) -> F + Send,
        F: Future<Output = Result<Made<T>, AppError>> + Send,
    {
        let making = Arc::clone(&self.slots().entry(key.clone()).or_default().making);
        let _one = making.lock().await;
        let found = self.slots().get(&key).and_then(|slot| slot.kept.clone());
        if let Some(kept) = found.filter(|kept| is_fresh(kept, &web, &key.0)) {
            return Ok(kept);
        }
        let (begun, at) = (Clocked::now(), web.app.now());
        // What happens from here on may be missing, and is another turn.
        let turn = web.app.turns(key.0.stream.as_deref());
        let (app, patience) = (web.app.clone(), web.settings.patience.unwrap_or(PATIENCE));
        let Made { figures, visits } = make(web).await?;
        let took = begun.elapsed();
        let is_much = visits > FEW || visits > SOME && took > QUICK;
        let kept = Kept { figures: Arc::new(figures), at, turn, is_much, begun, took };
        self.keep(key.clone(), kept.clone());
        if kept.is_much || took >= patience {
            app.announce(Change::Measured { stream: key.0.stream });
        }
        Ok(kept)
    }
}

fn is_fresh(kept: &Kept, web: &Web, of: &Of) -> bool {
    let passed = (web.app.now().micros() - kept.at.micros()).abs();
    kept.turn == web.app.turns(of.stream.as_deref()) && passed < FRESH_FOR
}

fn given<T: Send + Sync + 'static>(kept: &Kept) -> Option<Given<T>> {
    let figures = Arc::clone(&kept.figures).downcast().ok()?;
    Some(Given { figures, at: kept.at, is_much: kept.is_much })
}

/// What somebody sees, in words: nothing for who sees all of it.
fn seen(web: &Web) -> String {
    let (sight, horizon) = (web.access.sight(), &web.access.horizon);
    if sight == watercourse_app::Sight::Everything && horizon.all {
        return String::new();
    }
    let reach = web.access.reach(watercourse_app::Permission::ItemSee);
    format!("{sight:?} {horizon:?} {reach:?}")
}

fn broke_off(error: &tokio::task::JoinError) -> AppError {
    AppError::Store(StoreError::Other(format!("measuring broke off: {error}")))
}
