//! A file as a table, for people to look at.

use std::fs::File;
use std::path::Path;

use crate::csv;
use crate::error::ExchangeError;
use crate::imported::Glance;
use crate::mapping::Format;
use crate::options::Options;
use crate::source::{Given, unpack};

/// Looks at the beginning of the file at `path`; nothing where it is no file of rows.
///
/// # Errors
/// Where it cannot be read at all.
pub fn glance(path: &Path, options: &Options, rows: usize) -> Result<Option<Glance>, ExchangeError> {
    let failed = |source| ExchangeError::Io { what: path.display().to_string(), source };
    let mut file = File::open(path).map_err(failed)?;
    unpack(&mut file, &options.limits, &mut |_, _| {}, |unpacked| match Given::open(unpacked, options)? {
        Given::Text(text) if text.format == Format::Csv => csv::glance(&text, options, rows).map(Some),
        _ => Ok(None),
    })
}
