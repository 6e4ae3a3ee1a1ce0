//! The way in for object-centric logs.

use std::fs::File;
use std::io::{Cursor, Read as _, Seek};
use std::path::Path;

use super::builder::Builder;
use super::conclude::conclude;
use super::model::Ocel;
use super::{json_read, sqlite_read, xml_read};
use crate::collect::{Clock, Collector};
use crate::conclude::{offsets, zone};
use crate::error::ExchangeError;
use crate::imported::{Rejected, Rows, Warning};
use crate::mapping::{By, Choice, Format};
use crate::options::Options;
use crate::source::{Given, unpack};

/// An object-centric log with the account of how it was read.
#[derive(Debug, Clone)]
pub struct Read {
    /// The log.
    pub ocel: Ocel,
    /// Which of the formats it was written in.
    pub format: Choice<Format>,
    /// The version of OCEL: `1.0` or `2.0`.
    pub version: &'static str,
    /// The zone of times without offset.
    pub zone: Choice<String>,
    /// What became of each event.
    pub rows: Rows,
    /// The first rejected events.
    pub rejected: Vec<Rejected>,
    /// What the reader of any figure should know.
    pub warnings: Vec<Warning>,
}

/// Reads an object-centric log: OCEL 2.0 as JSON, XML or SQLite, 1.0 as JSON or XML; plain, gzipped, or alone in a zip
/// file. Of the options, those about times and the encoding matter here.
///
/// # Errors
/// Says what is wrong, where, and what would be right; also for a log that is not object-centric.
pub fn read<R: std::io::Read + Seek>(
    input: &mut R,
    options: &Options,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Read, ExchangeError> {
    unpack(input, &options.limits, progress, |unpacked| {
        let given = Given::open(unpacked, options)?;
        if !is_ocel(given.format()) {
            return Err(ExchangeError::NotALog {
                found: format!("{} with one case an event", given.format().id().to_uppercase()),
                remedy: "an object-centric log is due here: OCEL as JSON, XML or SQLite".to_owned(),
            });
        }
        let Columns { ocel, mut collector, clock, format, version, .. } = columns(given, options)?;
        offsets(&mut collector, &clock, options);
        let zone = zone(&clock, options, collector.known);
        let Collector { rows, rejected, warnings, .. } = collector;
        Ok(Read { ocel, format, version, zone, rows, rejected, warnings })
    })
}

/// [`read`] of the file at `path`.
///
/// # Errors
/// As for [`read`]; also where the file cannot be opened.
pub fn read_path(path: &Path, options: &Options, progress: &mut dyn FnMut(u64, u64)) -> Result<Read, ExchangeError> {
    let failed = |source| ExchangeError::Io { what: path.display().to_string(), source };
    let mut file = File::open(path).map_err(failed)?;
    read(&mut file, options, progress).map_err(|e| match e {
        ExchangeError::Io { source, .. } => failed(source),
        other => other,
    })
}

/// Whether a format is one of OCEL's.
pub(crate) const fn is_ocel(format: Format) -> bool {
    matches!(format, Format::OcelJson | Format::OcelXml | Format::OcelSqlite)
}

/// A log in columns, and what was seen on the way.
pub(crate) struct Columns {
    pub(crate) ocel: Ocel,
    pub(crate) collector: Collector,
    pub(crate) clock: Clock,
    pub(crate) format: Choice<Format>,
    pub(crate) version: &'static str,
    pub(crate) packing: Vec<String>,
    pub(crate) encoding: Choice<String>,
}

/// Reads what was given to its end.
pub(crate) fn columns(given: Given<'_>, options: &Options) -> Result<Columns, ExchangeError> {
    let mut builder = Builder::new(options)?;
    let format = given.format();
    let (version, packing, encoding) = match given {
        Given::Database(database, packing) => {
            sqlite_read::read(database, options, &mut builder)?;
            let encoding = Choice::new("utf-8".to_owned(), By::Found, 1.0, "a database tells its encoding itself");
            ("2.0", packing, encoding)
        }
        Given::Text(text) => {
            let input = Cursor::new(text.head).chain(text.rest);
            let version = if format == Format::OcelJson {
                json_read::read(input, options.limits, &mut builder)?
            } else {
                xml_read::read(input, options.limits, &mut builder)?
            };
            (version, text.packing, text.encoding_choice)
        }
    };
    let (ocel, collector, clock) = conclude(builder)?;
    let why = format!("it has the events and objects of OCEL {version}");
    Ok(Columns { ocel, collector, clock, format: Choice::new(format, By::Found, 1.0, why), version, packing, encoding })
}
