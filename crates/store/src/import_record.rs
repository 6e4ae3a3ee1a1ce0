//! Imports and the mappings kept for them, as they are kept.

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use watercourse_core::actor::Actor;
use watercourse_core::time::Instant;

/// Where an import stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportState {
    /// The file is here; how it is read is looked at.
    Brought,
    /// It is to run.
    Waiting,
    /// It runs.
    Running,
    /// It became a version of a stream.
    Done,
    /// It did not work out, and left nothing.
    Failed,
    /// Somebody stopped it, and it left nothing.
    Cancelled,
    /// What it brought was taken away again.
    Undone,
}

impl ImportState {
    /// All of them, as the database and the API write them.
    pub const IDS: &'static [&'static str] =
        &["brought", "waiting", "running", "done", "failed", "cancelled", "undone"];

    /// As the database and the API write it.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Brought => "brought",
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Undone => "undone",
        }
    }
    /// Whether how the file is read may still be changed, and the import begun.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Brought | Self::Failed | Self::Cancelled)
    }
    /// Whether it is to run or runs.
    #[must_use]
    pub const fn is_under_way(self) -> bool {
        matches!(self, Self::Waiting | Self::Running)
    }
}

/// A file that was brought, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportJob {
    /// Its id.
    pub id: Uuid,
    /// The name people gave the file.
    pub file: String,
    /// Its size in bytes.
    pub size: i64,
    /// Which node's folder holds the file; empty where it was not kept.
    pub spool: String,
    /// The entity it belongs to.
    pub entity: String,
    /// The stream it becomes.
    pub stream: String,
    /// What people call the stream.
    pub name: String,
    /// Where it stands.
    pub state: ImportState,
    /// Whether somebody wants it to stop.
    pub cancel: bool,
    /// What was said of the file, as a mapping file.
    pub mapping: String,
    /// The kept mapping it came from; empty for none.
    pub mapping_name: String,
    /// How it was read, as JSON; empty where it was not.
    pub look: String,
    /// What came of it, or would, as JSON; empty where that is not known.
    pub outcome: String,
    /// Why it failed.
    pub wrong: String,
    /// How often it was begun.
    pub run: i64,
    /// The version it made.
    pub version: Option<u32>,
    /// Who brought it.
    pub actor: Actor,
    /// The account of whoever did; empty for none.
    pub account: String,
    /// When it was brought.
    pub made_at: Instant,
    /// When it last changed.
    pub changed_at: Instant,
    /// When it ended.
    pub ended_at: Option<Instant>,
}

/// A mapping that is kept by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportMapping {
    /// Its name.
    pub name: String,
    /// The entity it belongs to.
    pub entity: String,
    /// A digest of the columns of the file it was made for.
    pub header: String,
    /// The mapping file.
    pub mapping: String,
    /// Who kept it.
    pub actor: Actor,
    /// When.
    pub changed_at: Instant,
}
