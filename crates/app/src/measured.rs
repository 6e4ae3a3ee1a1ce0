//! What measuring remembers.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use watercourse_core::id::ItemId;
use watercourse_core::item::Item;
use watercourse_core::time::Instant;
use watercourse_flow::visits::Visits;
use watercourse_store::Sight;

/// A stream, or all of them, as somebody sees it.
type Cut = (Option<String>, Sight);

/// What was measured from, and what came of it.
#[derive(Default)]
pub(crate) struct Measured {
    /// The number of the newest fact that is in; none before the first load.
    pub(crate) seq: Option<i64>,
    pub(crate) items: HashMap<ItemId, Arc<Item>>,
    /// By stream and by what is seen of it.
    pub(crate) visits: HashMap<Cut, (i64, Instant, Arc<Visits>)>,
    pub(crate) imported: HashMap<(String, u32), Arc<Visits>>,
}

impl Measured {
    /// The items of a stream, or of all, that are seen, oldest first. None said: all are.
    pub(crate) fn of(&self, stream: Option<&str>, seen: Option<&HashSet<ItemId>>) -> Vec<Arc<Item>> {
        let wanted = |i: &&Arc<Item>| stream.is_none_or(|s| i.stream == s) && seen.is_none_or(|s| s.contains(&i.id));
        let mut items: Vec<Arc<Item>> = self.items.values().filter(wanted).map(Arc::clone).collect();
        items.sort_by_key(|i| (i.created, i.id));
        items
    }
}
