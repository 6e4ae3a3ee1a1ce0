//! The API as others meet it: over HTTP, on SQLite and on PostgreSQL, every answer held against its description.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "tests")]

mod accounts;
mod assigned;
mod audit;
mod bad_input;
mod charts;
mod contract;
mod description;
mod door;
mod events;
mod imports;
mod limits;
mod live;
mod probes;
mod reading;
mod receivers;
mod repeated;
mod search;
mod server;
mod stories;
mod walk;
mod wizard;
