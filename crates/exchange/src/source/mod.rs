//! From a file to a stream of text: unpacking with bounds, encodings, and what the content is.

mod packing;
mod text;

pub(crate) use packing::{Input, failed, unpack};
pub(crate) use text::{Encoding, SAMPLE, Text};
