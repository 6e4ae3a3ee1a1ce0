//! XES (IEEE 1849): a stream of traces and events with attributes.

mod read;
mod walk;

pub(crate) use read::read;
