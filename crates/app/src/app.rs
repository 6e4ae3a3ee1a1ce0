//! The application: a database, a clock, and what is told to whoever listens.

use crate::access::Access;
use crate::error::AppError;
use crate::keys::{KeyError, Keys};
use crate::living::Living;
use crate::measured::{Course, Measured};
use crate::published::Published;
use crate::refused_hook::RefusedHooks;
use crate::sender::Sending;
use crate::spool::Spool;
use crate::watch::Watch;
use serde::Serialize;
use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use tokio::sync::broadcast;
use uuid::Uuid;
use watercourse_core::id::{AccountId, ItemId};
use watercourse_core::item::Outcome;
use watercourse_core::time::Instant;
use watercourse_store::{Conn, Kept, Sight, Store};

/// What time it is.
pub type Clock = Arc<dyn Fn() -> Instant + Send + Sync>;

/// Something changed: a hint to look again. Sent after it is durable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "changed", rename_all = "snake_case")]
pub enum Change {
    /// Facts of an item.
    Item {
        /// The item.
        id: ItemId,
        /// Its key.
        key: String,
        /// Its stream.
        stream: String,
        /// Its revision now.
        revision: u64,
        /// The number of its newest fact.
        seq: i64,
        /// What happened, as facts call it.
        what: Vec<&'static str>,
        /// How it closed, if it is closed now.
        result: Option<Outcome>,
    },
    /// A stream has a new version.
    Stream {
        /// The stream.
        id: String,
        /// The version.
        version: u32,
    },
    /// People, teams or services.
    Organisation,
    /// A deployment was reported.
    Deployment,
    /// Figures that take longer than a request were made: of a stream, or of all of them.
    Measured {
        /// The stream.
        stream: Option<String>,
    },
}

/// Changes that may wait for a slow listener; then it misses some and is told so.
const CHANGES: usize = 1024;
/// Items kept in memory, to save loading what was just written.
const ITEMS: usize = 4096;

/// The application. Cloning is cheap.
#[derive(Clone)]
pub struct App {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) changes: broadcast::Sender<Change>,
    pub(crate) known: Arc<Known>,
    keys: Option<Keys>,
    sender: Option<Sending>,
    spool: Option<Arc<Spool>>,
}

/// Items in memory, and their ids by key, which never change.
#[derive(Default)]
pub(crate) struct Items {
    by_id: HashMap<ItemId, Arc<Kept>>,
    by_key: HashMap<String, ItemId>,
}

/// What is remembered. All of it can be read again from the database, and is checked against it.
#[derive(Default)]
pub(crate) struct Known {
    /// Versions never change.
    pub(crate) streams: RwLock<HashMap<(String, u32), Arc<Published>>>,
    /// Good only together with the revision the database says.
    pub(crate) items: Mutex<Items>,
    pub(crate) refused: Mutex<RefusedHooks>,
    /// What is open now.
    pub(crate) living: RwLock<Living>,
    pub(crate) measured: Arc<tokio::sync::Mutex<Measured>>,
    /// Imported logs, each in its newest version.
    pub(crate) imported: Mutex<HashMap<String, (u32, Course)>>,
    /// What accounts may, with the version of the policy it was worked out from.
    pub(crate) access: Mutex<HashMap<AccountId, (i64, Arc<Access>)>>,
    /// Numbers of facts that were told here, as far as they are not settled.
    pub(crate) told: Mutex<BTreeSet<i64>>,
    /// Imports that run here.
    pub(crate) imports: Mutex<HashMap<Uuid, Arc<Watch>>>,
    /// Held by the import that runs here, or is tried.
    pub(crate) importing: tokio::sync::Mutex<()>,
    /// Told when an import is to run.
    pub(crate) import_begun: tokio::sync::Notify,
    /// Timers fired here.
    pub(crate) fired: AtomicU64,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("store", &self.store).finish_non_exhaustive()
    }
}

impl App {
    /// On an open database, with a clock.
    #[must_use]
    pub fn new(store: Store, clock: Clock) -> Self {
        Self {
            store,
            clock,
            changes: broadcast::channel(CHANGES).0,
            known: Arc::default(),
            keys: Keys::new().ok(),
            sender: None,
            spool: None,
        }
    }
    /// With the keys of this installation. Without them it has new ones, and what they seal is lost at the end.
    #[must_use]
    pub fn with_keys(mut self, keys: Keys) -> Self {
        self.keys = Some(keys);
        self
    }
    /// With what sends messages outside. Without it nothing leaves.
    #[must_use]
    pub fn with_sender(mut self, sender: Sending) -> Self {
        self.sender = Some(sender);
        self
    }
    /// With a folder for files that are brought to be imported. Without it none is kept.
    #[must_use]
    pub fn with_spool(mut self, spool: Spool) -> Self {
        self.spool = Some(Arc::new(spool));
        self
    }
    /// The folder for files that are brought.
    pub(crate) fn spool(&self) -> Result<&Arc<Spool>, AppError> {
        let right = "Ask whoever runs it, or import with the command line.";
        self.spool.as_ref().ok_or_else(|| AppError::invalid("", "This server keeps no files.", right))
    }
    /// What sends messages outside.
    pub(crate) fn sender(&self) -> Result<&Sending, AppError> {
        let right = "Ask whoever runs it; a demo never sends anything.";
        self.sender.as_ref().ok_or_else(|| AppError::invalid("", "This server sends nothing outside.", right))
    }
    /// The keys of this installation.
    ///
    /// # Errors
    /// Where the machine gave no random numbers to make some.
    pub fn keys(&self) -> Result<&Keys, AppError> {
        self.keys.as_ref().ok_or(AppError::Keys(KeyError::Broken))
    }
    /// The clock of the machine.
    #[must_use]
    pub fn system_clock() -> Clock {
        Arc::new(|| Instant(jiff::Timestamp::now().as_microsecond()))
    }
    /// The database.
    #[must_use]
    pub const fn store(&self) -> &Store {
        &self.store
    }
    /// How many timers were fired by this program.
    #[must_use]
    pub fn timers_fired(&self) -> u64 {
        self.known.fired.load(Ordering::Relaxed)
    }
    /// How many listen to changes.
    #[must_use]
    pub fn listeners(&self) -> usize {
        self.changes.receiver_count()
    }
    /// What time it is.
    #[must_use]
    pub fn now(&self) -> Instant {
        (self.clock)()
    }
    /// Hears of every change from now on. A listener that is too slow misses some and is told how many.
    #[must_use]
    pub fn listen(&self) -> broadcast::Receiver<Change> {
        self.changes.subscribe()
    }
    /// Tells of something that was not written down: that figures were made.
    pub fn announce(&self, change: Change) {
        self.tell(change);
    }
    pub(crate) fn tell(&self, change: Change) {
        // Nobody may be listening.
        drop(self.changes.send(change));
    }

    /// An item, from memory where the database says that it is unchanged. Locked against other writers
    /// where `conn` is in a transaction that writes.
    pub(crate) async fn kept(&self, conn: &mut Conn, id: ItemId) -> Result<Option<Arc<Kept>>, AppError> {
        let Some(revision) = conn.lock_item(id).await? else { return Ok(None) };
        if let Some(kept) = self.recalled(id, revision) {
            return Ok(Some(kept));
        }
        Ok(conn.load_item(id).await?.map(Arc::new))
    }
    /// Refuses, as if it were not there, an item that may not be seen.
    pub(crate) async fn must_see(
        &self,
        conn: &mut Conn,
        access: &Access,
        id: ItemId,
        named: &str,
    ) -> Result<(), AppError> {
        let sight = access.sight();
        if sight == Sight::Everything || conn.sees(id, &sight).await? { Ok(()) } else { Err(no_item(named)) }
    }
    /// An item named by key or id, without locking: for reading.
    pub(crate) async fn seen(&self, conn: &mut Conn, named: &str) -> Result<Option<Arc<Kept>>, AppError> {
        let named = named.trim();
        let key = named.to_uppercase();
        let remembered = self.known.items.lock().unwrap_or_else(PoisonError::into_inner).by_key.get(&key).copied();
        if let Some(id) = named.parse::<ItemId>().ok().or(remembered) {
            return self.seen_by_id(conn, id).await;
        }
        let found = match conn.load_named(&key).await? {
            None if key != named => conn.load_named(named).await?,
            found => found,
        };
        Ok(found.map(Arc::new))
    }
    /// As [`App::seen`], by id.
    pub(crate) async fn seen_by_id(&self, conn: &mut Conn, id: ItemId) -> Result<Option<Arc<Kept>>, AppError> {
        let Some(revision) = conn.revision_of(id).await? else { return Ok(None) };
        if let Some(kept) = self.recalled(id, revision) {
            return Ok(Some(kept));
        }
        Ok(conn.load_item(id).await?.map(Arc::new))
    }
    fn recalled(&self, id: ItemId, revision: u64) -> Option<Arc<Kept>> {
        let items = self.known.items.lock().unwrap_or_else(PoisonError::into_inner);
        items.by_id.get(&id).filter(|k| k.item.revision == revision).cloned()
    }
    /// Remembers what was written, after it was committed.
    pub(crate) fn remember(&self, kept: Arc<Kept>) {
        let mut items = self.known.items.lock().unwrap_or_else(PoisonError::into_inner);
        if items.by_id.len() >= ITEMS {
            // Any will do: what is used often comes back soon.
            let some: Vec<ItemId> = items.by_id.keys().take(ITEMS / 4).copied().collect();
            for id in some {
                if let Some(gone) = items.by_id.remove(&id) {
                    items.by_key.remove(&gone.item.key);
                }
            }
        }
        items.by_key.insert(kept.item.key.clone(), kept.item.id);
        items.by_id.insert(kept.item.id, kept);
    }
    /// The id of an item that may be seen, named by key or id. One that may not is answered as one that is not there.
    pub(crate) async fn find(&self, conn: &mut Conn, access: &Access, named: &str) -> Result<ItemId, AppError> {
        let named = named.trim();
        let id = self.named(conn, named).await?.ok_or_else(|| no_item(named))?;
        self.must_see(conn, access, id, named).await?;
        Ok(id)
    }
    /// The item that a key or id names, if there is one.
    async fn named(&self, conn: &mut Conn, named: &str) -> Result<Option<ItemId>, AppError> {
        let (id, key) = (named.parse::<ItemId>().ok(), named.to_uppercase());
        let remembered = {
            let items = self.known.items.lock().unwrap_or_else(PoisonError::into_inner);
            id.filter(|id| items.by_id.contains_key(id)).or_else(|| items.by_key.get(&key).copied())
        };
        if remembered.is_some() {
            return Ok(remembered);
        }
        if let Some(id) = id {
            return Ok(conn.revision_of(id).await?.map(|_| id));
        }
        Ok(match conn.item_id(&key).await? {
            None if key != named => conn.item_id(named).await?,
            found => found,
        })
    }
}

/// What is said where no such item is.
pub(crate) fn no_item(named: &str) -> AppError {
    let shown: String = named.chars().take(60).collect();
    AppError::not_found(format!("item “{shown}”"), "Give a key such as INC-1042, or an id.")
}
