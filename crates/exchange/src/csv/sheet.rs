//! A table that is no log: its columns and its rows, one after the other.

use std::io::{Cursor, Read};

use super::dialect::Dialect;
use super::split::Splitter;
use super::table::{Table, decode};
use crate::error::ExchangeError;
use crate::options::Options;
use crate::source::{Encoding, Text};

/// A table, read row by row.
pub(crate) struct Sheet<'t> {
    /// Its columns, and its first rows.
    pub(crate) table: Table,
    rows: Splitter<Box<dyn Read + 't>>,
    encoding: Encoding,
}

impl<'t> Sheet<'t> {
    /// Opens a text as a table.
    pub(crate) fn open(text: Text<'t>, options: &Options) -> Result<Self, ExchangeError> {
        let dialect = Dialect::detect(&text.head, options.delimiter)?;
        let table = Table::read(&text.head, text.whole, &dialect, text.encoding, options.header)?;
        let head = Cursor::new(text.head.get(dialect.preamble..).unwrap_or_default().to_vec());
        let delimiter = u8::try_from(dialect.delimiter.value).unwrap_or(b',');
        let input: Box<dyn Read + 't> = Box::new(head.chain(text.rest));
        let mut rows = Splitter::new(input, delimiter, dialect.newline, options.limits.record)
            .starting_at(text.first_line + dialect.lines);
        if table.header.value {
            rows.next()?;
        }
        Ok(Self { table, rows, encoding: text.encoding })
    }

    /// The next row: its line and its cells, trimmed.
    pub(crate) fn next(&mut self) -> Result<Option<(u64, Vec<String>)>, ExchangeError> {
        let Some(record) = self.rows.next()? else { return Ok(None) };
        let mut scratch = Vec::new();
        let cells = (0..record.len())
            .map(|i| decode(record.field(i, &mut scratch).unwrap_or_default(), self.encoding).0.trim().to_owned())
            .collect();
        Ok(Some((record.line, cells)))
    }
}
