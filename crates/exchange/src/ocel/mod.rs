//! OCEL: logs in which an event belongs to several objects, in and out.

mod builder;
mod columns;
mod compare;
mod conclude;
mod flatten;
mod json_read;
mod json_text;
mod model;
mod read;
mod sqlite_read;
mod values;
mod xml_read;

pub use model::{Declared, EMPTY_TYPE, Ocel, Relations, Types, Value, ValueKind, Values};
pub use read::{Read, read, read_path};

pub(crate) use flatten::log;
