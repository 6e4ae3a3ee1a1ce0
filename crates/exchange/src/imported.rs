//! What reading a file yields.

use serde::Serialize;
pub use watercourse_flow::evidence::Evidence;
use watercourse_flow::log::{Dictionary, Log};

use crate::mapping::Mapping;

/// A log with the account of how it was read.
#[derive(Debug, Clone)]
pub struct Imported {
    /// The events, in file order.
    pub log: Log,
    /// What became of each row.
    pub rows: Rows,
    /// The first rejected rows; [`Rows::rejected`] is how many there are.
    pub rejected: Vec<Rejected>,
    /// Everything that was decided or guessed.
    pub mapping: Mapping,
    /// What the reader of any figure should know.
    pub warnings: Vec<Warning>,
    /// How much the source can tell.
    pub evidence: Evidence,
    /// Time per status where the source has totals only.
    pub totals: Option<Totals>,
}

/// `read = used + merged + skipped + rejected`. A row is a CSV record or an XES event.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Rows {
    /// Rows found. Empty lines and the header are no rows.
    pub read: u64,
    /// Rows that yielded an event (several, in a file with a column per date).
    pub used: u64,
    /// Rows folded into another event because the mapping says so. Identical rows never are.
    pub merged: u64,
    /// Rows that are no events: repeated headers, rows of empty cells, rows the mapping's filter leaves out.
    pub skipped: u64,
    /// Rows that should have been events but lack a usable case or time.
    pub rejected: u64,
}

/// A row that could not be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rejected {
    /// Line of the unpacked file, counted from 1.
    pub line: u64,
    /// Why.
    pub reason: String,
}

/// Something to know about a log that was read all the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// Stable identifier, for programs.
    pub code: &'static str,
    /// One or two sentences, for people.
    pub text: String,
}

/// Time per case and status, without order.
#[derive(Debug, Clone, Default)]
pub struct Totals {
    /// Statuses as the source names them (Jira: by number).
    pub statuses: Dictionary,
    /// One entry per case and status.
    pub entries: Vec<StatusTotal>,
}

/// How long one case was in one status, over all its visits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatusTotal {
    /// Number of the case in [`Log::cases`].
    pub case: u32,
    /// Number of the status in [`Totals::statuses`].
    pub status: u32,
    /// How often it was entered.
    pub visits: u32,
    /// Milliseconds in all.
    pub ms: i64,
}

/// A column as its first rows show it.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Its name, as settings name it.
    pub name: String,
    /// In what share of the first rows it is filled, 0 to 1.
    pub filled: f64,
    /// The first different values in it.
    pub examples: Vec<String>,
}

/// The beginning of a file of rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Glance {
    /// Its columns.
    pub columns: Vec<Column>,
    /// The first rows, as many as were asked for, and as long as they are.
    pub rows: Vec<Vec<String>>,
}
