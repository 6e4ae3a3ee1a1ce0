//! Counting what is open: every commit is taken in before anybody is told of it.

use crate::access::Access;
use crate::app::App;
use crate::error::AppError;
use crate::living::Living;
use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError, RwLockReadGuard, RwLockWriteGuard};
use watercourse_core::id::ItemId;
use watercourse_core::time::Instant;
use watercourse_flow::live::{LATELY, Now};
use watercourse_store::{Conn, Kept};

/// Facts looked at in one go.
const AT_ONCE: i64 = 5000;

impl App {
    /// What is open now of the items that somebody sees, of one native stream or of all. Its cost depends on what is
    /// open, not on what went through before.
    ///
    /// # Errors
    /// `NotFound` where there is no such stream.
    pub async fn open_now(&self, access: &Access, stream: Option<&str>) -> Result<Now, AppError> {
        if let Some(id) = stream {
            self.known_to(&mut self.store.reader().await?, access, id).await?;
        }
        self.follow_facts().await?;
        let sight = access.sight();
        Ok(self.living_now().live.look(self.now(), stream, |belongs| belongs.is_seen(&sight)))
    }

    /// How often items of a stream, or of all, changed as far as this program knows.
    #[must_use]
    pub fn turns(&self, stream: Option<&str>) -> u64 {
        let living = self.living_now();
        match stream {
            Some(stream) => living.turns.get(stream).copied().unwrap_or(0),
            None => living.turns.values().sum(),
        }
    }

    /// Takes in an item as it was committed. What is not compiled here comes in when facts are followed.
    pub(crate) fn take_in(&self, kept: &Arc<Kept>) {
        if let Some(published) = self.remembered(&kept.item.stream, kept.item.version) {
            self.living().take_in(kept, &published);
        }
    }

    pub(crate) fn living(&self) -> RwLockWriteGuard<'_, Living> {
        self.known.living.write().unwrap_or_else(PoisonError::into_inner)
    }
    fn living_now(&self) -> RwLockReadGuard<'_, Living> {
        self.known.living.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes in what was committed since, whoever wrote it. The first time: everything that is open.
    pub(crate) async fn follow_facts(&self) -> Result<(), AppError> {
        let mut conn = self.store.snapshot().await?;
        // First how far numbers are settled, then what there is: nothing falls between.
        let settled = conn.greatest_settled().await?;
        let position = self.living_now().position;
        let Some(position) = position else { return self.load_open(&mut conn, settled).await };
        let mut after = position;
        loop {
            let seen = conn.glimpses_after(after, AT_ONCE).await?;
            let is_all = i64::try_from(seen.len()).is_ok_and(|n| n < AT_ONCE);
            after = seen.last().map_or(after, |g| g.seq);
            let mut newer: BTreeSet<ItemId> = BTreeSet::new();
            {
                let living = self.living_now();
                for glimpse in seen {
                    let known = living.live.revision(&glimpse.stream, glimpse.item);
                    if known.is_none_or(|known| known < glimpse.revision) {
                        newer.insert(glimpse.item);
                    }
                }
            }
            for id in newer {
                if let Some(kept) = self.seen_by_id(&mut conn, id).await?.filter(|k| !k.imported) {
                    let published = self.published(&mut conn, &kept.item.stream, kept.item.version).await?;
                    self.living().take_in(&kept, &published);
                }
            }
            if is_all {
                break;
            }
        }
        self.living().known_up_to(settled, self.now());
        Ok(())
    }

    async fn load_open(&self, conn: &mut Conn, settled: i64) -> Result<(), AppError> {
        let since = Instant::from_millis(self.now().millis() - LATELY);
        for kept in conn.moving_items(since).await? {
            let published = self.published(conn, &kept.item.stream, kept.item.version).await?;
            self.living().take_in(&Arc::new(kept), &published);
        }
        self.living().known_up_to(settled, self.now());
        Ok(())
    }
}
