//! From what happened to a stream file that says so: a suggestion to be edited, never published by itself.
//!
//! `after` where a step came after another in at least 95 of 100 items, `then` where it always followed, `choice`
//! where steps exclude each other; each only with at least 30 items and by the safe end of Wilson's interval.

mod counting;
mod names;
mod proposal;
mod propose;
mod text;

pub use proposal::{Group, Naming, Proposal, ProposedRule, ProposedStep, Support};
pub use propose::discover;
