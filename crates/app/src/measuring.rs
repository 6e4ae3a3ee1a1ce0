//! Everything that was visited, for measuring: kept in memory, brought up to date from the facts.

use crate::access::{Access, Permission};
use crate::app::App;
use crate::error::AppError;
use crate::measured::Measured;
use crate::published::Published;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use watercourse_core::id::ItemId;
use watercourse_core::item::Item;
use watercourse_flow::from_items::from_items;
use watercourse_flow::visits::Visits;
use watercourse_store::{Conn, Sight};

/// Open work grows older while nothing happens: figures are looked at again after this, microseconds.
const FRESH_FOR: i64 = 60_000_000;
/// Streams, as different people see them, whose visits are remembered.
const SIGHTS: usize = 64;
/// Facts read at once.
const AT_ONCE: i64 = 5000;

impl App {
    /// The visits of a stream in all its versions, or of all native streams together.
    ///
    /// # Errors
    /// `NotFound` where there is no such stream.
    pub async fn flow(&self, access: &Access, stream: Option<&str>) -> Result<Arc<Visits>, AppError> {
        if let Some(id) = stream {
            let published = self.stream(access, id, None).await?;
            if published.head.imported {
                // A log has no teams or requesters of ours: it is seen whole, or not at all.
                let whole = access.reach(Permission::ItemSee).is_some_and(|r| r.covers(&published.head.entity));
                return if whole { self.flow_of_import(&published).await } else { Ok(Arc::default()) };
            }
        }
        let now = self.now();
        let mut measured = self.known.measured.lock().await;
        let seq = self.catch_up(&mut measured).await?;
        let key = (stream.map(str::to_owned), access.sight());
        if let Some((then, at, visits)) = measured.visits.get(&key)
            && *then == seq
            && (now.micros() - at.micros()).abs() < FRESH_FOR
        {
            return Ok(Arc::clone(visits));
        }
        let seen = self.seen_items(access, stream).await?;
        let items = measured.of(stream, seen.as_ref());
        let streams = self.streams_of(&items).await?;
        let visits = tokio::task::spawn_blocking(move || {
            let with_stream = |i: &'_ Arc<Item>| streams.get(&(i.stream.clone(), i.version)).map(Arc::clone);
            let pairs: Vec<(Arc<Item>, Arc<Published>)> =
                items.iter().filter_map(|i| Some((Arc::clone(i), with_stream(i)?))).collect();
            from_items(pairs.iter().map(|(i, p)| (&**i, &*p.stream)), now)
        })
        .await
        .map_err(|e| watercourse_store::StoreError::Other(format!("measuring broke off: {e}")))?;
        let visits = Arc::new(visits);
        if measured.visits.len() >= SIGHTS {
            measured.visits.clear();
        }
        measured.visits.insert(key, (seq, now, Arc::clone(&visits)));
        Ok(visits)
    }

    /// Native items of a stream as they are now, oldest first; of all streams where none is named.
    ///
    /// # Errors
    /// The store's.
    pub async fn all_items(&self, access: &Access, stream: Option<&str>) -> Result<Vec<Arc<Item>>, AppError> {
        let seen = self.seen_items(access, stream).await?;
        let mut measured = self.known.measured.lock().await;
        self.catch_up(&mut measured).await?;
        Ok(measured.of(stream, seen.as_ref()))
    }

    /// The items that may be seen; none said: all of them.
    async fn seen_items(&self, access: &Access, stream: Option<&str>) -> Result<Option<HashSet<ItemId>>, AppError> {
        let sight = access.sight();
        if sight == Sight::Everything {
            return Ok(None);
        }
        Ok(Some(self.store.reader().await?.seen_items(stream, &sight).await?.into_iter().collect()))
    }

    /// Takes in what happened since, whoever wrote it; the number of the newest fact.
    async fn catch_up(&self, measured: &mut Measured) -> Result<i64, AppError> {
        let mut conn = self.store.snapshot().await?;
        let Some(mut seq) = measured.seq else {
            // The number first: a fact that comes between is then read twice rather than never.
            let seq = conn.last_seq().await?;
            let items = conn.native_items().await?;
            measured.items = items.into_iter().map(|i| (i.id, Arc::new(i))).collect();
            measured.seq = Some(seq);
            return Ok(seq);
        };
        let mut touched = BTreeSet::new();
        loop {
            let facts = conn.facts_after(&Sight::Everything, seq, AT_ONCE).await?;
            seq = facts.last().map_or(seq, |f| f.seq);
            touched.extend(facts.iter().map(|f| f.fact.item));
            if i64::try_from(facts.len()).is_ok_and(|n| n < AT_ONCE) {
                break;
            }
        }
        for id in touched {
            if let Some(kept) = self.seen_by_id(&mut conn, id).await? {
                measured.items.insert(id, Arc::new(kept.item.clone()));
            }
        }
        measured.seq = Some(seq);
        Ok(seq)
    }

    async fn streams_of(&self, items: &[Arc<Item>]) -> Result<HashMap<(String, u32), Arc<Published>>, AppError> {
        let keys: BTreeSet<(String, u32)> = items.iter().map(|i| (i.stream.clone(), i.version)).collect();
        let mut conn: Conn = self.store.reader().await?;
        let mut streams = HashMap::new();
        for (id, version) in keys {
            let published = self.published(&mut conn, &id, version).await?;
            streams.insert((id, version), published);
        }
        Ok(streams)
    }

    async fn flow_of_import(&self, published: &Published) -> Result<Arc<Visits>, AppError> {
        let key = (published.head.id.clone(), published.head.version);
        if let Some(found) = self.known.measured.lock().await.imported.get(&key) {
            return Ok(Arc::clone(found));
        }
        let visits = Arc::new(self.visits_of_import(published).await?);
        self.known.measured.lock().await.imported.insert(key, Arc::clone(&visits));
        Ok(visits)
    }
}
