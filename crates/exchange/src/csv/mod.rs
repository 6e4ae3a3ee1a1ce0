//! Separated values: the dialect, the roles of the columns, and the rows as events.

mod dialect;
mod glance;
mod jira;
mod plan;
mod read;
mod roles;
mod split;
mod table;

pub(crate) use glance::{copy_rows, glance};
pub(crate) use read::{Attempt, read};
