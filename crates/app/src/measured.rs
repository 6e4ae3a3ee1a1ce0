//! What measuring remembers.

use std::collections::HashMap;
use std::sync::Arc;
use watercourse_core::id::ItemId;
use watercourse_core::item::Item;
use watercourse_core::time::Instant;
use watercourse_flow::visits::Visits;

/// What was measured from, and what came of it.
#[derive(Default)]
pub(crate) struct Measured {
    /// The number of the newest fact that is in; none before the first load.
    pub(crate) seq: Option<i64>,
    pub(crate) items: HashMap<ItemId, Arc<Item>>,
    pub(crate) visits: HashMap<Option<String>, (i64, Instant, Arc<Visits>)>,
    pub(crate) imported: HashMap<(String, u32), Arc<Visits>>,
}
