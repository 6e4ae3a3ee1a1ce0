//! The way in: one call for any log.

use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;

use crate::csv::{self, Attempt};
use crate::date::DateOrder;
use crate::error::ExchangeError;
use crate::imported::Imported;
use crate::mapping::Format;
use crate::ocel;
use crate::options::Options;
use crate::source::{Given, Input, unpack};
use crate::xes;

/// Reads an event log: CSV, XES or, by one type of its objects, OCEL; plain, gzipped, or alone in a zip file; what it is is told by its content.
///
/// The file is streamed, never held whole. `progress` hears the bytes read so far and how many there are; it may
/// start again from 0, when a date far into the file shows that days and months had been swapped.
///
/// # Errors
/// Says what is wrong, where, and what would be right; nothing of the log is returned then.
pub fn read_log<R: Read + Seek>(
    input: &mut R,
    options: &Options,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Imported, ExchangeError> {
    let mut order = None;
    loop {
        match attempt(input, options, order, progress)? {
            Attempt::Read(imported) => return Ok(*imported),
            Attempt::Again(found) => order = Some(found),
        }
    }
}

/// [`read_log`] of the file at `path`.
///
/// # Errors
/// As for [`read_log`]; also where the file cannot be opened.
pub fn read_path(
    path: &Path,
    options: &Options,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Imported, ExchangeError> {
    let failed = |source| ExchangeError::Io { what: path.display().to_string(), source };
    let mut file = File::open(path).map_err(failed)?;
    if file.metadata().map_err(failed)?.is_dir() {
        return Err(ExchangeError::NotALog { found: "a folder".to_owned(), remedy: "give one file".to_owned() });
    }
    read_log(&mut file, options, progress).map_err(|e| match e {
        ExchangeError::Io { source, .. } => failed(source),
        other => other,
    })
}

/// What a file is, by its content.
///
/// # Errors
/// As for [`read_log`]: also for what is no log at all.
pub fn format_of<R: Read + Seek>(input: &mut R, options: &Options) -> Result<Format, ExchangeError> {
    unpack(input, &options.limits, &mut |_, _| {}, |unpacked| Ok(Given::open(unpacked, options)?.format()))
}

fn attempt(
    input: &mut dyn Input,
    options: &Options,
    order: Option<DateOrder>,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Attempt, ExchangeError> {
    unpack(input, &options.limits, progress, |unpacked| {
        let given = Given::open(unpacked, options)?;
        let found = given.format();
        if let Some(wanted) = options.format
            && wanted != found
        {
            return Err(ExchangeError::BadOption {
                option: "format",
                value: wanted.id().to_owned(),
                what: format!("the content is {}", found.id()),
            });
        }
        match (found, given) {
            (Format::Csv, Given::Text(text)) => csv::read(text, options, order),
            (Format::Xes, Given::Text(text)) => xes::read(text, options).map(|i| Attempt::Read(Box::new(i))),
            (_, given) => ocel::log(given, options).map(|i| Attempt::Read(Box::new(i))),
        }
    })
}
