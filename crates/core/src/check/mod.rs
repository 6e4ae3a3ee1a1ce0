//! The whole check of a stream file: what reading it tells, and what only a search over its markings
//! tells. Above [`crate::stream`] because the search walks the same engine that runs live items.

mod deadlock;
mod whole;

pub use deadlock::{Deadlock, Search, search};
pub use whole::{MOST_MARKINGS, QUICK_MARKINGS, check};
