//! OCEL: logs in which an event belongs to several objects, in and out.

mod builder;
mod columns;
mod compare;
mod conclude;
mod flatten;
mod json_read;
mod json_text;
mod json_write;
mod model;
mod of_log;
mod read;
mod score;
mod sqlite_read;
mod sqlite_write;
mod values;
mod xml_read;
mod xml_write;

pub use json_write::{write_json, write_json_1};
pub use model::{Declared, EMPTY_TYPE, Ocel, Relations, Types, Value, ValueKind, Values};
pub(crate) use read::is_ocel;
pub use read::{Read, read, read_path};
pub use sqlite_write::{SqliteError, write_sqlite};
pub use xml_write::write_xml;

pub(crate) use flatten::log;
