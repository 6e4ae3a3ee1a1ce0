//! File formats in: event logs as CSV, XES and JSON, plain, gzipped or zipped, streamed into [`watercourse_flow::log::Log`].
//!
//! Everything that was guessed on the way (delimiter, encoding, date order, which column means what, which label
//! means done) is part of the answer, with its reason and its alternatives, and can be overridden: by [`Options`],
//! or by a mapping file ([`Mapping::to_toml`], [`Options::from_toml`]).
//!
//! This crate knows nothing of stores, pages or commands, and reaches neither the network nor any file but the one
//! it is given.

mod collect;
mod conclude;
mod csv;
mod date;
mod date_names;
mod error;
mod evidence;
mod git;
mod imported;
mod json;
mod label_words;
mod mapping;
mod mapping_file;
mod names;
mod options;
mod read;
mod rejected;
mod source;
mod suggest;
mod xes;
mod zone;

pub use date::{DateOrder, Moment, parse as parse_moment};
pub use error::ExchangeError;
pub use evidence::NextStep;
pub use git::{Commit, GitHistory, Tag, read_git};
pub use imported::{Evidence, Imported, Rejected, Rows, StatusTotal, Totals, Warning};
pub use mapping::{
    Alternative, By, Choice, DateColumn, Filter, FlowState, Format, Label, Layout, Mapping, TimeExample,
};
pub use options::{Limits, Options};
pub use read::{read_log, read_path, read_path_keeping};
pub use rejected::RejectedRows;
pub use zone::Zone;
