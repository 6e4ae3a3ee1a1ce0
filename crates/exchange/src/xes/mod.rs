//! XES (IEEE 1849): a stream of traces and events with attributes.

mod read;
mod walk;
mod write;

pub(crate) use read::read;
pub use write::write;
