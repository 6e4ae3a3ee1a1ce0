//! Gzip and zip, with bounds against bombs, and the count of bytes for progress bars.

use std::cell::Cell;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::rc::Rc;

use flate2::bufread::MultiGzDecoder;
use zip::ZipArchive;

use crate::error::ExchangeError;
use crate::options::Limits;

/// What can be read from and started again.
pub(crate) trait Input: Read + Seek {}
impl<T: Read + Seek + ?Sized> Input for T {}

/// The unpacked bytes, and what they came out of.
pub(crate) struct Unpacked<'a> {
    pub(crate) reader: &'a mut dyn Read,
    pub(crate) packing: Vec<String>,
}

/// Below this many unpacked bytes the ratio is not looked at.
const RATIO_FROM: u64 = 64 << 20;

/// A bound was passed: carried through `io::Error` to [`failed`].
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Bound(String);

/// What an error while reading means.
pub(crate) fn failed(error: io::Error) -> ExchangeError {
    if let Some(bound) = error.get_ref().and_then(|e| e.downcast_ref::<Bound>()) {
        return ExchangeError::TooMuch { what: bound.0.clone() };
    }
    match error.downcast::<ExchangeError>() {
        Ok(error) => error,
        Err(error) => ExchangeError::Io { what: "the file".to_owned(), source: error },
    }
}

/// Unpacks `input` as its content asks and hands the bytes to `read`.
pub(crate) fn unpack<T>(
    input: &mut dyn Input,
    limits: &Limits,
    progress: &mut dyn FnMut(u64, u64),
    read: impl FnOnce(Unpacked<'_>) -> Result<T, ExchangeError>,
) -> Result<T, ExchangeError> {
    let total = input.seek(SeekFrom::End(0)).map_err(failed)?;
    input.rewind().map_err(failed)?;
    let mut magic = [0; 4];
    let got = fill(input, &mut magic).map_err(failed)?;
    input.rewind().map_err(failed)?;
    if magic.get(..got) != Some(b"PK\x03\x04") {
        return plain(input, total, Vec::new(), limits, progress, read);
    }
    let mut archive = ZipArchive::new(input).map_err(|e| damaged("zip", &e.to_string()))?;
    let (index, name) = member(&archive)?;
    let entry = archive.by_index(index).map_err(|e| damaged("zip", &e.to_string()))?;
    let packed = entry.compressed_size();
    let size = entry.size();
    if size / packed.max(1) > limits.ratio && size > RATIO_FROM {
        return Err(ExchangeError::TooMuch {
            what: format!(
                "{name} in the zip file unpacks to {size} bytes from {packed}, more than {} to one",
                limits.ratio
            ),
        });
    }
    plain(entry, size, vec![format!("zip: {name}")], limits, progress, read)
}

/// How the names of logs end.
const LOGS: [&str; 10] = [".csv", ".xes", ".tsv", ".txt", ".gz", ".jsonocel", ".json", ".xmlocel", ".xml", ".sqlite"];

/// The one log in a zip file.
fn member<R: Read + Seek>(archive: &ZipArchive<R>) -> Result<(usize, String), ExchangeError> {
    let names: Vec<(usize, String)> = (0..archive.len())
        .filter_map(|i| archive.name_for_index(i).and_then(Result::ok).map(|n| (i, n.into_owned())))
        .filter(|(_, n)| {
            !n.ends_with('/')
                && !n.split('/').any(|part| part == "__MACOSX")
                && !n.rsplit('/').next().is_some_and(|f| f.starts_with('.'))
        })
        .collect();
    if names.iter().any(|(_, n)| n == "[Content_Types].xml") {
        return Err(ExchangeError::NotALog {
            found: "an Office document (a workbook, by the look of it)".to_owned(),
            remedy: "save the sheet as CSV and give that".to_owned(),
        });
    }
    let is_log = |n: &str| LOGS.iter().any(|e| n.to_ascii_lowercase().ends_with(e));
    let logs: Vec<&(usize, String)> = names.iter().filter(|(_, n)| is_log(n)).collect();
    let chosen = match (names.as_slice(), logs.as_slice()) {
        ([one], _) => Some(one),
        (_, [one]) => Some(*one),
        _ => None,
    };
    chosen.cloned().ok_or_else(|| ExchangeError::NotALog {
        found: format!("a zip file with {} files", names.len()),
        remedy: if names.is_empty() {
            "put one .csv, .json or .xes into it".to_owned()
        } else {
            let shown: Vec<&str> = names.iter().take(10).map(|(_, n)| n.as_str()).collect();
            format!("unpack it and give one of them ({})", shown.join(", "))
        },
    })
}

fn plain<T>(
    input: impl Read,
    total: u64,
    mut packing: Vec<String>,
    limits: &Limits,
    progress: &mut dyn FnMut(u64, u64),
    read: impl FnOnce(Unpacked<'_>) -> Result<T, ExchangeError>,
) -> Result<T, ExchangeError> {
    let came_in = Rc::new(Cell::new(0));
    let mut counted = BufReader::with_capacity(1 << 17, Counted { input, done: Rc::clone(&came_in), total, progress });
    let start = io::BufRead::fill_buf(&mut counted).map_err(failed)?;
    if start.starts_with(&[0x1f, 0x8b]) {
        packing.push("gzip".to_owned());
        let mut bounded = Bounded {
            input: MultiGzDecoder::new(counted),
            came_in,
            out: 0,
            packed: true,
            unpacked: limits.unpacked,
            ratio: limits.ratio,
        };
        read(Unpacked { reader: &mut bounded, packing })
    } else {
        let packed = !packing.is_empty();
        let mut bounded =
            Bounded { input: counted, came_in, out: 0, packed, unpacked: limits.unpacked, ratio: u64::MAX };
        read(Unpacked { reader: &mut bounded, packing })
    }
}

fn damaged(what: &str, why: &str) -> ExchangeError {
    ExchangeError::NotALog {
        found: format!("a damaged {what} file ({why})"),
        remedy: "pack or download it again".to_owned(),
    }
}

/// Reads until `buffer` is full or the input ends.
pub(crate) fn fill(input: &mut (impl Read + ?Sized), buffer: &mut [u8]) -> io::Result<usize> {
    let mut got = 0;
    while let Some(rest) = buffer.get_mut(got..)
        && !rest.is_empty()
    {
        match input.read(rest) {
            Ok(0) => break,
            Ok(n) => got += n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(got)
}

struct Counted<'p, R> {
    input: R,
    done: Rc<Cell<u64>>,
    total: u64,
    progress: &'p mut dyn FnMut(u64, u64),
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.input.read(buf)?;
        self.done.set(self.done.get() + n as u64);
        (self.progress)(self.done.get(), self.total.max(self.done.get()));
        Ok(n)
    }
}

struct Bounded<R> {
    input: R,
    came_in: Rc<Cell<u64>>,
    out: u64,
    packed: bool,
    unpacked: u64,
    ratio: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.input.read(buf).map_err(|e| match e.kind() {
            io::ErrorKind::UnexpectedEof if self.packed => {
                io::Error::new(e.kind(), "the packed data ends early: the file was cut off; download or pack it again")
            }
            io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData if self.packed => {
                io::Error::new(e.kind(), format!("the packed data is damaged ({e}); download or pack it again"))
            }
            _ => e,
        })?;
        self.out += n as u64;
        if self.packed && self.out > self.unpacked {
            return Err(io::Error::other(Bound(format!("the file unpacks to more than {} bytes", self.unpacked))));
        }
        if self.out > RATIO_FROM && self.out / self.came_in.get().max(1) > self.ratio {
            return Err(io::Error::other(Bound(format!(
                "the file unpacks to more than {} times its size",
                self.ratio
            ))));
        }
        Ok(n)
    }
}
