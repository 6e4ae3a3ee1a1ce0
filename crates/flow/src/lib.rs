//! The flow kernel: columns of visits in, measures, maps, variants and conformance out. Pure.
//!
//! Nothing here reads a clock, a file or a database: `now` and every setting is an argument.
//!
//! The course: a [`log::Log`] becomes [`order::Ordered`] and, with its [`meaning::LogMeaning`],
//! [`visits::Visits`]; native items become [`visits::Visits`] at once. From there on nobody asks where they
//! came from: [`timeline::Timeline`] tells where the time went, [`measures`] sum it up, [`map`], [`variants`]
//! and [`conformance`] show the way items took.

pub mod alignment;
mod cases;
pub mod conformance;
pub mod delivery;
pub mod discovery;
pub mod evidence;
pub mod figure;
pub mod from_items;
pub mod from_log;
pub mod growing;
pub mod hours;
pub mod hygiene;
pub mod live;
pub mod log;
pub mod map;
pub mod meaning;
pub mod measures;
pub mod order;
mod pairing;
mod pairs;
pub mod quantile;
pub mod replay;
pub mod selection;
pub mod statistics;
pub mod survival;
pub mod timeline;
pub mod variants;
pub mod visits;
