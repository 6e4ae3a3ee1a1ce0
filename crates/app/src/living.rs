//! What is open now: kept in memory, and every commit is taken in before anybody is told of it.

use crate::access::Access;
use crate::app::App;
use crate::error::AppError;
use crate::published::Published;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, MutexGuard, PoisonError};
use watercourse_core::id::{ItemId, PersonId};
use watercourse_core::time::Instant;
use watercourse_flow::live::{LATELY, Live, Now};
use watercourse_store::{Conn, Kept, Sight};

/// Facts looked at in one go.
const AT_ONCE: i64 = 5000;

/// Open work, and what changed that was not measured yet.
#[derive(Default)]
pub(crate) struct Living {
    live: Live<Belongs>,
    /// All facts up to this number are in; none before the first load.
    position: Option<i64>,
    /// Items that changed, each newer than those of it before; not collected until somebody measures.
    changed: Option<Vec<Arc<Kept>>>,
    /// How often items of a stream changed.
    turns: HashMap<String, u64>,
}

/// What decides who sees an item: the same as the predicate that the store compiles into its queries.
#[derive(Debug)]
struct Belongs {
    entity: String,
    requester: Option<PersonId>,
    /// As the database writes it.
    opened_by: String,
    teams: BTreeSet<String>,
}

impl Belongs {
    fn of(kept: &Kept) -> Self {
        Self {
            entity: kept.words.entity.clone(),
            requester: kept.words.requester,
            opened_by: serde_json::to_string(&kept.item.opened_by).unwrap_or_default(),
            teams: kept.item.rounds.iter().filter_map(|r| r.team().map(str::to_owned)).collect(),
        }
    }
    fn is_seen(&self, sight: &Sight) -> bool {
        let Sight::Part { entities, teams, requester, opened_by } = sight else { return true };
        entities.contains(&self.entity)
            || requester.is_some() && *requester == self.requester
            || opened_by.as_ref().is_some_and(|o| *o == self.opened_by)
            || teams.iter().any(|t| self.teams.contains(t))
    }
}

impl Living {
    fn take_in(&mut self, kept: &Arc<Kept>, published: &Published) {
        let item = &kept.item;
        if self.live.revision(&item.stream, item.id).is_some_and(|known| known >= item.revision) {
            return;
        }
        self.live.put(item, &published.stream, Belongs::of(kept));
        *self.turns.entry(item.stream.clone()).or_default() += 1;
        if let Some(changed) = &mut self.changed {
            changed.push(Arc::clone(kept));
        }
    }
    /// Begins to collect what changes.
    pub(crate) fn collect(&mut self) {
        self.changed.get_or_insert_default();
    }
    /// What changed since this was asked last.
    pub(crate) fn take_changed(&mut self) -> Vec<Arc<Kept>> {
        self.changed.as_mut().map(std::mem::take).unwrap_or_default()
    }
}

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
        Ok(self.living().live.look(self.now(), stream, |belongs| belongs.is_seen(&sight)))
    }

    /// How often items of a stream, or of all, changed as far as this program knows.
    #[must_use]
    pub fn turns(&self, stream: Option<&str>) -> u64 {
        let living = self.living();
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

    pub(crate) fn living(&self) -> MutexGuard<'_, Living> {
        self.known.living.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes in what was committed since, whoever wrote it. The first time: everything that is open.
    pub(crate) async fn follow_facts(&self) -> Result<(), AppError> {
        let mut conn = self.store.snapshot().await?;
        // First how far numbers are settled, then what there is: nothing falls between.
        let settled = conn.greatest_settled().await?;
        let position = self.living().position;
        let Some(position) = position else { return self.load_open(&mut conn, settled).await };
        let mut after = position;
        loop {
            let seen = conn.glimpses_after(after, AT_ONCE).await?;
            let is_all = i64::try_from(seen.len()).is_ok_and(|n| n < AT_ONCE);
            after = seen.last().map_or(after, |g| g.seq);
            let mut newest: BTreeMap<ItemId, u64> = BTreeMap::new();
            {
                let living = self.living();
                for glimpse in seen {
                    let known = living.live.revision(&glimpse.stream, glimpse.item);
                    if known.is_none_or(|known| known < glimpse.revision) {
                        newest.insert(glimpse.item, glimpse.revision);
                    }
                }
            }
            for id in newest.into_keys() {
                if let Some(kept) = self.seen_by_id(&mut conn, id).await?.filter(|k| !k.imported) {
                    let published = self.published(&mut conn, &kept.item.stream, kept.item.version).await?;
                    self.living().take_in(&kept, &published);
                }
            }
            if is_all {
                break;
            }
        }
        let mut living = self.living();
        living.position = living.position.max(Some(settled));
        living.live.forget(self.now());
        Ok(())
    }

    async fn load_open(&self, conn: &mut Conn, settled: i64) -> Result<(), AppError> {
        let since = Instant::from_millis(self.now().millis() - LATELY);
        for kept in conn.moving_items(since).await? {
            let published = self.published(conn, &kept.item.stream, kept.item.version).await?;
            self.living().take_in(&Arc::new(kept), &published);
        }
        let mut living = self.living();
        living.position = living.position.max(Some(settled));
        Ok(())
    }
}
