//! The laws of the house that neither compiler nor clippy can check. Each law is a pure function over
//! the files, and each has a test that shows it can fail.

mod crates;
mod docs;
mod finding;
mod laws;
mod lock;
mod modules;
mod paths;
mod shape;
mod words;

pub use laws::run;
