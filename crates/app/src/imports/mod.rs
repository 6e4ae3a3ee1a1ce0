//! Importing by steps: a file is brought, looked at, tried, imported as a job that survives a crash, and undone.

mod bringing;
mod jobs;
mod look;
mod mappings;
mod outcome;
mod reading;
mod running;
mod said;
mod spool;
mod undoing;
mod watch;

pub use bringing::{Begin, Upload, stream_id_of};
pub use jobs::outcome_of;
pub use look::{Decided, Look, LookColumn, LookLabel, Role};
pub use outcome::{Outcome, RowCounts, Spread};
pub use running::Begun;
pub use spool::{LARGEST_FILE, Spool, SpoolError};
pub use watch::{Phase, Progress};

pub(crate) use watch::Watch;
