//! What was given: a text, or a database.

use std::io::{Cursor, Read};

use super::packing::{Unpacked, failed, fill};
use super::text::Text;
use crate::error::ExchangeError;
use crate::mapping::Format;
use crate::options::Options;

/// The beginning of every SQLite database.
const SQLITE: &[u8] = b"SQLite format 3\0";

/// Unpacked content, by its kind.
pub(crate) enum Given<'a> {
    /// Text of some encoding.
    Text(Text<'a>),
    /// An SQLite database, and the packing around it.
    Database(Box<dyn Read + 'a>, Vec<String>),
}

impl<'a> Given<'a> {
    /// Looks at the first bytes.
    pub(crate) fn open(unpacked: Unpacked<'a>, options: &Options) -> Result<Self, ExchangeError> {
        let Unpacked { reader, packing } = unpacked;
        let mut start = vec![0; SQLITE.len()];
        let got = fill(reader, &mut start).map_err(failed)?;
        start.truncate(got);
        let is_database = start.as_slice() == SQLITE;
        let whole: Box<dyn Read + 'a> = Box::new(Cursor::new(start).chain(reader));
        if is_database {
            return Ok(Self::Database(whole, packing));
        }
        Text::open(whole, packing, options.encoding.as_deref()).map(Self::Text)
    }
    /// Which format it is.
    pub(crate) fn format(&self) -> Format {
        match self {
            Self::Text(text) => text.format,
            Self::Database(..) => Format::OcelSqlite,
        }
    }
}
