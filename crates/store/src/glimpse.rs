//! What other programs wrote to the same database, as little of it as a hint needs.

use watercourse_core::id::ItemId;
use watercourse_core::item::Outcome;

/// A fact, without what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glimpse {
    /// Its number.
    pub seq: i64,
    /// The item.
    pub item: ItemId,
    /// The item's key.
    pub key: String,
    /// The stream.
    pub stream: String,
    /// The item's revision after it.
    pub revision: u64,
    /// What happened, as facts call it.
    pub what: &'static str,
    /// How the item closed, if it is closed by now.
    pub result: Option<Outcome>,
}

/// What changes beside items, to be compared with what it was.
#[derive(Debug, Clone, PartialEq)]
pub struct Others {
    /// Versions of streams.
    pub streams: i64,
    /// Deployments.
    pub deployments: i64,
    /// People, members of teams, services.
    pub counted: (i64, i64, i64),
    /// Teams: id, name, capacity, calendar.
    pub teams: Vec<(String, String, Option<f64>, Option<String>)>,
}
