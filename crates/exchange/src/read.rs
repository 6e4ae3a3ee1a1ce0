//! The way in: one call for any log.

use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;

use crate::csv::{self, Answers, Attempt};
use crate::date::DateOrder;
use crate::error::ExchangeError;
use crate::imported::Imported;
use crate::json;
use crate::mapping::Format;
use crate::ocel;
use crate::options::Options;
use crate::rejected::RejectedRows;
use crate::source::{Given, Input, unpack};
use crate::xes;

/// Reads an event log: CSV, XES, JSON or, by one type of its objects, OCEL; plain, gzipped, or alone in a zip file; what
/// it is is told by its content.
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
    attempts(input, options, progress, None)
}

fn attempts(
    input: &mut dyn Input,
    options: &Options,
    progress: &mut dyn FnMut(u64, u64),
    rejected: Option<&RejectedRows>,
) -> Result<Imported, ExchangeError> {
    let unwritten = |source| ExchangeError::Io { what: "the file of rejected rows".to_owned(), source };
    let mut order = None;
    loop {
        if let Some(rejected) = rejected {
            rejected.begin().map_err(unwritten)?;
        }
        let read = attempt(input, options, order, progress, rejected);
        // Also after an error: what was rejected until then may be its cause.
        let kept = rejected.map_or(Ok(()), RejectedRows::end).map_err(unwritten);
        match read? {
            Attempt::Read(imported) => return kept.map(|()| *imported),
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
    opened(path, options, progress, None)
}

/// [`read_path`], which also writes every rejected row to `rejected`.
///
/// # Errors
/// As for [`read_path`]; also where a rejected row cannot be written.
pub fn read_path_keeping(
    path: &Path,
    options: &Options,
    progress: &mut dyn FnMut(u64, u64),
    rejected: &RejectedRows,
) -> Result<Imported, ExchangeError> {
    opened(path, options, progress, Some(rejected))
}

fn opened(
    path: &Path,
    options: &Options,
    progress: &mut dyn FnMut(u64, u64),
    rejected: Option<&RejectedRows>,
) -> Result<Imported, ExchangeError> {
    let failed = |source| ExchangeError::Io { what: path.display().to_string(), source };
    let mut file = File::open(path).map_err(failed)?;
    if file.metadata().map_err(failed)?.is_dir() {
        return Err(ExchangeError::NotALog { found: "a folder".to_owned(), remedy: "give one file".to_owned() });
    }
    attempts(&mut file, options, progress, rejected).map_err(|e| match e {
        ExchangeError::Io { what, source } if what == "the file" => failed(source),
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
    rejected: Option<&RejectedRows>,
) -> Result<Attempt, ExchangeError> {
    unpack(input, &options.limits, progress, |unpacked| {
        let mut given = Given::open(unpacked, options)?;
        let mut answers = None;
        if let Given::Text(text) = &mut given {
            text.rejected = rejected.cloned();
            if text.format == Format::Csv {
                answers = Answers::detect(text, options)?;
            }
        }
        let found = if answers.is_some() { Format::Json } else { given.format() };
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
            (Format::Json, Given::Text(text)) => match answers {
                Some(answers) => json::read_cells(text, &answers, options, order),
                None => json::read(text, options, order),
            },
            (Format::Xes, Given::Text(text)) => xes::read(text, options).map(|i| Attempt::Read(Box::new(i))),
            (_, given) => ocel::log(given, options).map(|i| Attempt::Read(Box::new(i))),
        }
    })
}
