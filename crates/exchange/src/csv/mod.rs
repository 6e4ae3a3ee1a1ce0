//! Separated values: the dialect, the roles of the columns, and the rows as events.

mod dialect;
mod jira;
mod plan;
mod read;
mod roles;
mod split;
mod table;
mod write;

pub(crate) use read::{Attempt, read};
pub use write::write;
