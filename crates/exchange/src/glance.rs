//! A file as a table, for people to look at: its first rows, and the rows that could not be used.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use crate::csv;
use crate::error::ExchangeError;
use crate::imported::{Glance, Rejected};
use crate::mapping::Format;
use crate::options::Options;
use crate::source::{Text, unpack};

/// Looks at the beginning of the file at `path`; nothing where it is no file of rows.
///
/// # Errors
/// Where it cannot be read at all.
pub fn glance(path: &Path, options: &Options, rows: usize) -> Result<Option<Glance>, ExchangeError> {
    with_text(path, options, |text| match text.format {
        Format::Csv => csv::glance(&text, options, rows).map(Some),
        _ => Ok(None),
    })
}

/// Writes the rejected rows of the file at `path` as CSV: line, reason, and in a file of rows the row itself
/// below its columns.
///
/// # Errors
/// Where the file cannot be read, or what is written cannot be written.
pub fn write_rejected(
    path: &Path,
    options: &Options,
    rejected: &[Rejected],
    out: &mut dyn Write,
) -> Result<(), ExchangeError> {
    let mut reasons: HashMap<u64, &str> = rejected.iter().map(|r| (r.line, r.reason.as_str())).collect();
    let failed = |source: io::Error| ExchangeError::Io { what: "the file of rejected rows".to_owned(), source };
    let copied = with_text(path, options, |text| match text.format {
        Format::Csv => csv::copy_rows(text, options, &mut reasons, &mut |cells| line(out, cells)).map(|()| true),
        _ => Ok(false),
    });
    if !copied.unwrap_or(false) {
        line(out, &["line", "reason"]).map_err(failed)?;
        for one in rejected {
            line(out, &[&one.line.to_string(), &one.reason]).map_err(failed)?;
        }
    }
    out.flush().map_err(failed)
}

fn with_text<T>(
    path: &Path,
    options: &Options,
    read: impl FnOnce(Text<'_>) -> Result<T, ExchangeError>,
) -> Result<T, ExchangeError> {
    let failed = |source| ExchangeError::Io { what: path.display().to_string(), source };
    let mut file = File::open(path).map_err(failed)?;
    unpack(&mut file, &options.limits, &mut |_, _| {}, |unpacked| {
        read(Text::open(unpacked, options.encoding.as_deref())?)
    })
}

/// One line of CSV. A cell that a spreadsheet would take for a formula begins with an apostrophe.
fn line(out: &mut dyn Write, cells: &[&str]) -> io::Result<()> {
    for (i, cell) in cells.iter().enumerate() {
        if i > 0 {
            out.write_all(b",")?;
        }
        let formula = cell.starts_with(['=', '+', '@']) || (cell.starts_with('-') && cell.parse::<f64>().is_err());
        out.write_all(b"\"")?;
        if formula {
            out.write_all(b"'")?;
        }
        out.write_all(cell.replace('"', "\"\"").as_bytes())?;
        out.write_all(b"\"")?;
    }
    out.write_all(b"\r\n")
}
