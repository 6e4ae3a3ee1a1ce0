//! Saved views, as plain data.

use crate::record::Sort;
use serde::{Deserialize, Serialize};
use watercourse_core::time::Instant;

/// A filter with a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedView {
    /// The account it belongs to; empty: it is shared.
    pub owner: String,
    /// A short name for addresses and commands.
    pub id: String,
    /// What people read.
    pub name: String,
    /// The entity it belongs to.
    pub entity: String,
    /// The filter.
    pub q: String,
    /// The order.
    pub sort: Sort,
    /// When it was last changed.
    pub changed_at: Instant,
}
