//! The outside: what pipelines and other tools send, checked for who sent it and read for what it says.
//!
//! What leaves goes through [`outbound`], the one client, which asks public addresses only.
//!
//! A hook's body goes through [`signature`] (is it theirs?), then [`mapping`] (what does it say?). Both are
//! pure; the time comes as an argument, and nothing here writes to the database.

pub mod address;
pub mod deployment;
pub mod mapping;
pub mod network;
pub mod news;
pub mod outbound;
pub mod provider;
pub mod secret;
pub mod signature;
