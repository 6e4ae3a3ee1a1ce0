//! The outside: what pipelines and other tools send, checked for who sent it and read for what it says.
//!
//! A hook's body goes through [`signature`] (is it theirs?), then [`mapping`] (what does it say?). Both are
//! pure; the time comes as an argument, and nothing here writes anything.

pub mod deployment;
pub mod mapping;
pub mod news;
pub mod secret;
pub mod signature;
