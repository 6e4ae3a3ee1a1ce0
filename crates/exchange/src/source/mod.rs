//! From a file to a stream of text: unpacking with bounds, encodings, and what the content is.

mod given;
mod packing;
pub(crate) mod piece;
mod text;

pub(crate) use given::Given;
pub(crate) use packing::{Input, failed, fill, unpack};
pub(crate) use text::{Encoding, SAMPLE, Text};
