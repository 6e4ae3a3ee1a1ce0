//! Importing by steps: a file is brought, looked at, tried, imported as a job that survives a crash, and undone.

mod bringing;
mod jobs;
mod look;
mod mappings;
mod outcome;
mod reading;
mod running;
mod said;
mod undoing;

pub use bringing::{Begin, Upload, stream_id_of};
pub use jobs::outcome_of;
pub use look::{Decided, Look, LookColumn, LookFinding, LookLabel, Role};
pub use outcome::{Outcome, RowCounts, Spread};
pub use running::Begun;
