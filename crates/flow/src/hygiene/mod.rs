//! What to know about a log before its figures are believed: what looks wrong with it, and what that disables.

mod all;
mod edges;
mod finding;
mod rows;
mod times;

pub use all::hygiene;
pub use finding::{Affected, Code, Effect, Finding, Impact};
