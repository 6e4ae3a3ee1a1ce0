//! From a log in any format to a file in any other.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use tempfile::NamedTempFile;

use crate::error::ExchangeError;
use crate::imported::Warning;
use crate::mapping::Mapping;
use crate::ocel::{self, Ocel};
use crate::options::Options;
use crate::read::{format_of, read_path};
use crate::{csv, xes};

/// What a file is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Rows of separated values.
    Csv,
    /// IEEE 1849 event stream.
    Xes,
    /// OCEL 2.0 as JSON.
    OcelJson,
    /// OCEL 1.0 as JSON.
    OcelJson1,
    /// OCEL 2.0 as XML.
    OcelXml,
    /// OCEL 2.0 as an SQLite database.
    OcelSqlite,
}

/// How the names of files end that can be written; those of text also with `.gz`.
const ENDINGS: [(&str, Target); 9] = [
    (".csv", Target::Csv),
    (".xes", Target::Xes),
    (".jsonocel", Target::OcelJson),
    (".json", Target::OcelJson),
    (".xmlocel", Target::OcelXml),
    (".xml", Target::OcelXml),
    (".sqlite", Target::OcelSqlite),
    (".sqlite3", Target::OcelSqlite),
    (".db", Target::OcelSqlite),
];

impl Target {
    /// What a file of this name is written as, and whether it is gzipped.
    ///
    /// # Errors
    /// No format has such an ending.
    pub fn of(path: &Path) -> Result<(Self, bool), ExchangeError> {
        let name = path.file_name().map(|n| n.to_string_lossy().to_lowercase()).unwrap_or_default();
        let (plain, packed) = name.strip_suffix(".gz").map_or((name.as_str(), false), |plain| (plain, true));
        let found = ENDINGS.iter().find(|(ending, _)| plain.ends_with(ending)).map(|(_, target)| *target);
        match found {
            Some(target) if !(packed && target == Self::OcelSqlite) => Ok((target, packed)),
            _ => {
                let endings: Vec<&str> = ENDINGS.iter().map(|(ending, _)| *ending).collect();
                Err(ExchangeError::BadOption {
                    option: "the name of the new file",
                    value: name,
                    what: format!("its ending tells the format: {}, those of text also with .gz", endings.join(", ")),
                })
            }
        }
    }
    /// Whether an event may belong to several objects there.
    #[must_use]
    pub const fn is_object_centric(self) -> bool {
        !matches!(self, Self::Csv | Self::Xes)
    }
}

/// What was written.
#[derive(Debug, Clone)]
pub struct Converted {
    /// Events written.
    pub events: usize,
    /// Cases, or objects that are described.
    pub cases: usize,
    /// What to know about the log that was read.
    pub warnings: Vec<Warning>,
    /// What the new format has no place for.
    pub lost: Vec<String>,
    /// How the log was read, where it was read as cases.
    pub mapping: Option<Mapping>,
}

/// Reads the log `from` and writes it to `to`. The new file appears when it is whole, or not at all; one that is there
/// is replaced. A log of cases becomes an object-centric one with an object for each case; an object-centric one becomes
/// one of cases by one type of its objects.
///
/// # Errors
/// Those of reading; also where the new file cannot be written, or its format has no way to write a text.
pub fn convert(
    from: &Path,
    to: &Path,
    (target, packed): (Target, bool),
    options: &Options,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Converted, ExchangeError> {
    let failed =
        |source: io::Error| ExchangeError::Unwritten { what: to.display().to_string(), why: source.to_string() };
    let cannot = |source| ExchangeError::Io { what: from.display().to_string(), source };
    let format = format_of(&mut File::open(from).map_err(cannot)?, options)?;
    let whole = target.is_object_centric() && ocel::is_ocel(format);
    let folder = to.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let part = NamedTempFile::new_in(folder).map_err(failed)?;
    let converted = if whole {
        let read = ocel::read_path(from, options, progress)?;
        let lost = objects(&read.ocel, target, packed, &part, to)?;
        let (events, cases) = (read.ocel.events(), read.ocel.objects());
        Converted { events, cases, warnings: read.warnings, lost, mapping: None }
    } else {
        let read = read_path(from, options, progress)?;
        let lost = match target {
            Target::Csv => {
                stream(&part, packed, |out| csv::write(&read.log, out)).map(|()| Vec::new()).map_err(failed)?
            }
            Target::Xes => {
                stream(&part, packed, |out| xes::write(&read.log, out)).map(|()| Vec::new()).map_err(failed)?
            }
            _ => objects(&Ocel::of_log(&read.log, "case")?, target, packed, &part, to)?,
        };
        let (events, cases) = (read.log.len(), read.log.cases.len());
        Converted { events, cases, warnings: read.warnings, lost, mapping: Some(read.mapping) }
    };
    part.as_file().sync_all().map_err(failed)?;
    part.persist(to).map_err(|e| failed(e.error))?;
    Ok(converted)
}

fn objects(
    log: &Ocel,
    target: Target,
    packed: bool,
    part: &NamedTempFile,
    to: &Path,
) -> Result<Vec<String>, ExchangeError> {
    let unwritten = |why: String| ExchangeError::Unwritten { what: to.display().to_string(), why };
    let mut lost = Vec::new();
    match target {
        Target::OcelSqlite => {
            return ocel::write_sqlite(log, part.path()).map(|()| lost).map_err(|e| unwritten(e.to_string()));
        }
        Target::OcelJson1 => stream(part, packed, |out| ocel::write_json_1(log, out).map(|l| lost = l)),
        Target::OcelXml => stream(part, packed, |out| ocel::write_xml(log, out)),
        _ => stream(part, packed, |out| ocel::write_json(log, out)),
    }
    .map_err(|e| unwritten(e.to_string()))?;
    Ok(lost)
}

/// Gives `write` the file, through gzip where it is packed.
fn stream(part: &NamedTempFile, packed: bool, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 17, part.as_file());
    if packed {
        let mut packer = GzEncoder::new(out, Compression::default());
        let mut pieces = BufWriter::with_capacity(1 << 16, &mut packer);
        write(&mut pieces)?;
        pieces.flush()?;
        drop(pieces);
        packer.finish()?.flush()
    } else {
        write(&mut out)?;
        out.flush()
    }
}
