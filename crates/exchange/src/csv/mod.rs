//! Separated values: the dialect, the roles of the columns, and the rows as events.

mod answers;
mod column_words;
mod dialect;
mod ends;
mod glance;
mod held;
mod jira;
mod plan;
mod profiles;
mod read;
mod roles;
mod sheet;
mod split;
mod table;
mod write;

pub(crate) use answers::Answers;
pub(crate) use glance::glance;
pub(crate) use read::{Attempt, read};
pub(crate) use sheet::Sheet;
pub(crate) use split::Splitter;
pub use write::write;
