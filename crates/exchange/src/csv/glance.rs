//! Rows as they are written, for people to look at.

use super::dialect::Dialect;
use super::table::Table;
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
        Column { name: name.clone(), filled: table.looks.get(i).map_or(0.0, |p| p.filled), examples }
    };
    let columns = table.columns.iter().enumerate().map(column).collect();
    Ok(Glance { columns, rows: table.rows.into_iter().take(most).collect() })
}
