//! Rows as they are written, for people to look at.

use std::collections::HashMap;
use std::io::{self, Read as _};

use super::dialect::Dialect;
use super::split::Splitter;
use super::table::{Table, decode};
use crate::error::ExchangeError;
use crate::imported::{Column, Glance};
use crate::options::Options;
use crate::source::Text;

/// Different values shown of a column.
const EXAMPLES: usize = 3;

/// The columns and first rows of a file.
pub(crate) fn glance(text: &Text<'_>, options: &Options, most: usize) -> Result<Glance, ExchangeError> {
    let dialect = Dialect::detect(&text.head, options.delimiter)?;
    let table = Table::read(&text.head, text.whole, &dialect, text.encoding, options.header)?;
    let column = |(i, name): (usize, &String)| {
        let mut examples: Vec<String> = Vec::new();
        for row in 0..table.rows.len() {
            let cell = table.cell(row, i);
            if !cell.is_empty() && !examples.iter().any(|e| e == cell) {
                examples.push(cell.to_owned());
                if examples.len() == EXAMPLES {
                    break;
                }
            }
        }
        Column { name: name.clone(), filled: table.profiles.get(i).map_or(0.0, |p| p.filled), examples }
    };
    let columns = table.columns.iter().enumerate().map(column).collect();
    Ok(Glance { columns, rows: table.rows.into_iter().take(most).collect() })
}

/// Hands on the header and then the rows on these lines, each with its line and reason before it.
pub(crate) fn copy_rows(
    mut text: Text<'_>,
    options: &Options,
    reasons: &mut HashMap<u64, &str>,
    line: &mut dyn FnMut(&[&str]) -> io::Result<()>,
) -> Result<(), ExchangeError> {
    let failed = |source| ExchangeError::Io { what: "the file of rejected rows".to_owned(), source };
    let dialect = Dialect::detect(&text.head, options.delimiter)?;
    let table = Table::read(&text.head, text.whole, &dialect, text.encoding, options.header)?;
    let names = ["line", "reason"].into_iter().chain(table.columns.iter().map(String::as_str));
    line(&names.collect::<Vec<_>>()).map_err(failed)?;
    let head = text.head.get(dialect.preamble..).unwrap_or_default();
    let delimiter = u8::try_from(dialect.delimiter.value).unwrap_or(b',');
    let all = head.chain(&mut text.rest);
    let splitter = Splitter::new(all, delimiter, dialect.newline, options.limits.record);
    let mut splitter = splitter.starting_at(if dialect.preamble > 0 { 2 } else { 1 });
    let mut scratch = Vec::new();
    while !reasons.is_empty() {
        let Some(record) = splitter.next()? else { break };
        let Some(reason) = reasons.remove(&record.line) else { continue };
        let cells: Vec<String> = (0..record.len())
            .map(|i| decode(record.field(i, &mut scratch).unwrap_or_default(), text.encoding).0.into_owned())
            .collect();
        let at = record.line.to_string();
        let all = [at.as_str(), reason].into_iter().chain(cells.iter().map(String::as_str));
        line(&all.collect::<Vec<_>>()).map_err(failed)?;
    }
    Ok(())
}
