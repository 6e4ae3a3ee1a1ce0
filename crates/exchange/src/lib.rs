//! File formats in and out: event logs as CSV, XES, JSON and OCEL; in, they may be gzipped or zipped, and are streamed
//! into [`watercourse_flow::log::Log`] or, with several objects an event, into [`ocel::Ocel`].
//!
//! Petri nets to compare logs with are read from PNML ([`read_pnml`]).
//!
//! Everything that was guessed on the way (delimiter, encoding, date order, which column means what, which label
//! means done) is part of the answer, with its reason and its alternatives, and can be overridden: by [`Options`],
//! or by a mapping file ([`Mapping::to_toml`], [`Options::from_toml`]).
//!
//! This crate knows nothing of stores, pages or commands, and reaches neither the network nor any file but the one
//! it is given (a database is copied to a temporary file and read there).

mod collect;
mod conclude;
mod convert;
pub mod csv;
mod date;
mod date_names;
mod error;
mod evidence;
mod git;
mod glance;
mod imported;
mod json;
mod label_words;
mod mapping;
mod mapping_file;
mod names;
pub mod ocel;
mod options;
mod pnml;
mod read;
mod rejected;
mod source;
mod suggest;
pub mod xes;
mod xml_text;
mod zone;

pub use convert::{Converted, Target, convert};
pub use date::{DateOrder, Moment, parse as parse_moment};
pub use error::ExchangeError;
pub use evidence::{NextStep, next_step};
pub use git::{Commit, GitHistory, Tag, read_git};
pub use glance::glance;
pub use imported::{Column, Evidence, Glance, Imported, Rejected, Rows, StatusTotal, Totals, Warning};
pub use mapping::{
    Alternative, By, Choice, DateColumn, Filter, FlowState, Format, Label, Layout, Mapping, TimeExample,
};
pub use options::{Limits, Options};
pub use pnml::{read_pnml, read_pnml_path};
pub use read::{format_of, read_log, read_path, read_path_keeping};
pub use rejected::RejectedRows;
pub use zone::Zone;
