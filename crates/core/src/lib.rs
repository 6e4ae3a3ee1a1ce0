//! The spring of Watercourse: activities, streams, items, verbs, facts. Pure: no clock, no
//! randomness, no files, no network; time, ids and settings come as arguments.
//!
//! The course of one act: [`decide::decide`] looks at an item and a [`verb::Verb`] and answers with
//! facts or a [`refusal::Refusal`]; [`apply::apply`] is the only thing that changes an item.

pub mod activity;
pub mod actor;
pub mod apply;
pub mod calendar;
pub mod check;
pub mod decide;
pub mod deciding;
pub mod fact;
pub mod filter;
pub mod id;
pub mod item;
pub mod link;
pub mod marking;
pub mod nearest;
pub mod refusal;
pub mod set;
pub mod span;
pub mod standing;
pub mod stream;
pub mod time;
pub mod verb;
