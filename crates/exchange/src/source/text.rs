//! The encoding of a text, and what kind of text it is.

use std::io::{self, Read};

use super::packing::{failed, fill};
use crate::error::ExchangeError;
use crate::mapping::{By, Choice, Format};
use crate::rejected::RejectedRows;

/// How much of a file is looked at before anything is decided.
pub(crate) const SAMPLE: usize = 1 << 20;

/// How the bytes after unpacking (and, for UTF-16, after decoding) are to be understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// UTF-8; single fields that are not are read as Windows-1252 and warned of.
    Utf8,
    /// One byte a character.
    Windows1252,
}

/// An unpacked file, ready to be read as text.
pub(crate) struct Text<'a> {
    /// The beginning, without byte order mark.
    pub(crate) head: Vec<u8>,
    /// Whether `head` is all there is.
    pub(crate) whole: bool,
    /// What follows `head`.
    pub(crate) rest: Box<dyn Read + 'a>,
    pub(crate) encoding: Encoding,
    pub(crate) encoding_choice: Choice<String>,
    pub(crate) format: Format,
    pub(crate) packing: Vec<String>,
    /// The number of the first line.
    pub(crate) first_line: u64,
    /// Where rejected rows go, if anywhere.
    pub(crate) rejected: Option<RejectedRows>,
}

impl<'a> Text<'a> {
    /// Looks at the first bytes and decides encoding and format.
    pub(crate) fn open(
        mut reader: Box<dyn Read + 'a>,
        packing: Vec<String>,
        given: Option<&str>,
    ) -> Result<Self, ExchangeError> {
        let head = read_head(&mut reader)?;
        not_binary(&head)?;
        let (encoding, choice, bom) = detect(&head, given)?;
        let (encoding, head, mut rest): (_, Vec<u8>, Box<dyn Read + 'a>) = match encoding {
            Detected::Bytes(encoding) => (encoding, head.get(bom..).unwrap_or_default().to_vec(), reader),
            Detected::Decode(from) => {
                let mut decoded = Transcoder::new(io::Cursor::new(head).chain(reader), from);
                let head = read_head(&mut decoded)?;
                (Encoding::Utf8, head, Box::new(decoded))
            }
        };
        let mut whole = head.len() < SAMPLE;
        let mut head = head;
        if !whole {
            // One byte more tells whether the head is the whole.
            let mut next = [0];
            let got = fill(&mut *rest, &mut next).map_err(failed)?;
            whole = got == 0;
            head.extend(next.iter().take(got));
        }
        if head.trim_ascii().is_empty() && whole {
            return Err(ExchangeError::Empty { what: "file", needs: "rows with a case, an activity and a time" });
        }
        if let Some(at) = head.iter().position(|b| *b == 0) {
            return Err(ExchangeError::NotALog {
                found: format!("a binary file (a zero byte at {at})"),
                remedy: "give a text file: .csv or .xes, also as .gz or .zip".to_owned(),
            });
        }
        let format = format(&head)?;
        Ok(Self {
            head,
            whole,
            rest,
            encoding,
            encoding_choice: choice,
            format,
            packing,
            first_line: 1,
            rejected: None,
        })
    }
}

impl Text<'_> {
    /// Takes twice as much into the head.
    pub(crate) fn lengthen(&mut self) -> Result<(), ExchangeError> {
        let more = self.head.len().max(SAMPLE) as u64;
        let got = (&mut self.rest).take(more).read_to_end(&mut self.head).map_err(failed)?;
        self.whole = (got as u64) < more;
        Ok(())
    }
}

fn read_head(reader: &mut (impl Read + ?Sized)) -> Result<Vec<u8>, ExchangeError> {
    let mut head = Vec::new();
    reader.take(SAMPLE as u64).read_to_end(&mut head).map_err(failed)?;
    Ok(head)
}

/// Files that are known to be something else, with what to do about each.
const OTHERS: [(&[u8], &str, &str); 8] = [
    (b"%PDF", "a PDF document", "export the data behind it as CSV"),
    (b"PAR1", "a Parquet file", "export it as CSV"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", "save the sheet as CSV"),
    (b"BZh", "a bzip2 file", "unpack it, or pack it with gzip or zip"),
    (b"\xfd7zXZ", "an xz file", "unpack it, or pack it with gzip or zip"),
    (b"\x28\xb5\x2f\xfd", "a zstd file", "unpack it, or pack it with gzip or zip"),
    (b"7z\xbc\xaf", "a 7-Zip file", "unpack it, or pack it with gzip or zip"),
    (b"PK\x05\x06", "an empty zip file", "put one .csv or .xes into it"),
];

fn not_binary(head: &[u8]) -> Result<(), ExchangeError> {
    match OTHERS.iter().find(|(magic, ..)| head.starts_with(magic)) {
        Some((_, found, remedy)) => {
            Err(ExchangeError::NotALog { found: (*found).to_owned(), remedy: (*remedy).to_owned() })
        }
        None => Ok(()),
    }
}

enum Detected {
    Bytes(Encoding),
    Decode(&'static encoding_rs::Encoding),
}

/// Encoding, how it was decided, and the length of the byte order mark.
fn detect(head: &[u8], given: Option<&str>) -> Result<(Detected, Choice<String>, usize), ExchangeError> {
    let bom = if head.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    if let Some(name) = given {
        let encoding = encoding_rs::Encoding::for_label(name.as_bytes()).ok_or_else(|| ExchangeError::BadOption {
            option: "encoding",
            value: name.to_owned(),
            what: "give utf-8, utf-16le, utf-16be, windows-1252 or another name of the WHATWG list".to_owned(),
        })?;
        let choice = Choice::given(name.to_owned());
        return Ok((bytes_or_decode(encoding), choice, bom));
    }
    if bom > 0 {
        return Ok((
            Detected::Bytes(Encoding::Utf8),
            Choice::new("utf-8".into(), By::Found, 1.0, "it has a byte order mark"),
            bom,
        ));
    }
    let utf16 = |encoding, name: &str, why: &str, sure| {
        Ok((Detected::Decode(encoding), Choice::new(name.to_owned(), By::Found, sure, why), 0))
    };
    if head.starts_with(b"\xff\xfe") {
        return utf16(encoding_rs::UTF_16LE, "utf-16le", "it has a byte order mark", 1.0);
    }
    if head.starts_with(b"\xfe\xff") {
        return utf16(encoding_rs::UTF_16BE, "utf-16be", "it has a byte order mark", 1.0);
    }
    let zeros = |odd: usize| head.iter().take(512).skip(odd).step_by(2).filter(|b| **b == 0).count() * 4;
    let seen = head.len().min(512);
    if seen >= 4 && zeros(1) > seen && zeros(0) < seen {
        return utf16(encoding_rs::UTF_16LE, "utf-16le", "every second byte is zero", 0.9);
    }
    if seen >= 4 && zeros(0) > seen && zeros(1) < seen {
        return utf16(encoding_rs::UTF_16BE, "utf-16be", "every second byte is zero", 0.9);
    }
    if let Some(name) = declared(head) {
        let encoding = encoding_rs::Encoding::for_label(name.as_bytes()).ok_or_else(|| ExchangeError::Malformed {
            line: 1,
            byte: 0,
            what: format!("the XML declaration names the encoding {name}, which is not known"),
            remedy: "save the file as UTF-8".to_owned(),
        })?;
        // A UTF-16 declaration in a file of single bytes is wrong: the bytes are what counts.
        if encoding != encoding_rs::UTF_16LE && encoding != encoding_rs::UTF_16BE {
            let choice = Choice::new(name.to_lowercase(), By::Found, 1.0, "the XML declaration says so");
            let detected = if encoding == encoding_rs::UTF_8 {
                Detected::Bytes(Encoding::Utf8)
            } else {
                Detected::Decode(encoding)
            };
            return Ok((detected, choice, 0));
        }
    }
    Ok(one_byte_or_utf8(head))
}

fn bytes_or_decode(encoding: &'static encoding_rs::Encoding) -> Detected {
    if encoding == encoding_rs::UTF_8 {
        Detected::Bytes(Encoding::Utf8)
    } else if encoding == encoding_rs::WINDOWS_1252 {
        Detected::Bytes(Encoding::Windows1252)
    } else {
        Detected::Decode(encoding)
    }
}

fn one_byte_or_utf8(head: &[u8]) -> (Detected, Choice<String>, usize) {
    let (mut good, mut bad) = (0usize, 0usize);
    for chunk in head.utf8_chunks() {
        good += chunk.valid().bytes().filter(|b| *b >= 0xc0).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    // The head may end inside a character.
    if bad == 1 && head.len() >= SAMPLE && std::str::from_utf8(head).is_err_and(|e| e.error_len().is_none()) {
        bad = 0;
    }
    if bad > good {
        let choice =
            Choice::new("windows-1252".to_owned(), By::Guessed, 0.8, "it is not UTF-8").or([("utf-8".to_owned(), 0.1)]);
        return (Detected::Bytes(Encoding::Windows1252), choice, 0);
    }
    let choice = if good > 0 {
        Choice::new("utf-8".to_owned(), By::Found, 0.99, "its letters beyond ASCII are UTF-8")
    } else {
        Choice::new("utf-8".to_owned(), By::Default, 0.9, "the beginning is plain ASCII")
            .or([("windows-1252".to_owned(), 0.1)])
    };
    (Detected::Bytes(Encoding::Utf8), choice, 0)
}

/// The encoding an XML declaration names.
fn declared(head: &[u8]) -> Option<String> {
    let head = head.get(..head.len().min(256))?.trim_ascii_start();
    let end = head.iter().position(|b| *b == b'>')?;
    let declaration = std::str::from_utf8(head.get(..end)?).ok()?.strip_prefix("<?xml")?;
    let after = declaration.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    Some(after.get(1..)?.split(quote).next()?.to_owned())
}

/// The format, by the first character that is no space and the names that follow it.
fn format(head: &[u8]) -> Result<Format, ExchangeError> {
    let start = head.trim_ascii_start();
    let other =
        |found: &str, remedy: &str| Err(ExchangeError::NotALog { found: found.to_owned(), remedy: remedy.to_owned() });
    let has = |word: &str| memchr::memmem::find(start, word.as_bytes()).is_some();
    match start.first() {
        Some(b'<') if start.starts_with(b"<!DOCTYPE html") || start.starts_with(b"<html") => {
            other("a web page", "a download may have given its sign-in page; fetch the file itself")
        }
        // XES has traces; neither version of OCEL does, and XES has none of these.
        Some(b'<')
            if ["<events", "<objects", "<event-types", "<object-types"].iter().any(|w| has(w)) && !has("<trace") =>
        {
            Ok(Format::OcelXml)
        }
        Some(b'<') => Ok(Format::Xes),
        Some(b'{')
            if ["\"ocel:", "\"objectTypes\"", "\"eventTypes\""].iter().any(|w| has(w))
                || (has("\"events\"") && has("\"objects\"")) =>
        {
            Ok(Format::OcelJson)
        }
        Some(b'{' | b'[')
            if start.starts_with(b"[") || start.get(..2000.min(start.len())).is_some_and(|s| s.contains(&b':')) =>
        {
            Ok(Format::Json)
        }
        _ => Ok(Format::Csv),
    }
}

/// Any encoding as UTF-8. Malformed sequences become U+FFFD, which the readers warn of.
struct Transcoder<R> {
    input: R,
    decoder: encoding_rs::Decoder,
    raw: Vec<u8>,
    raw_from: usize,
    raw_to: usize,
    out: Vec<u8>,
    out_from: usize,
    out_to: usize,
    ended: bool,
}

impl<R: Read> Transcoder<R> {
    fn new(input: R, from: &'static encoding_rs::Encoding) -> Self {
        let decoder = from.new_decoder_with_bom_removal();
        let (raw, out) = (vec![0; 1 << 16], vec![0; 1 << 17]);
        Self { input, decoder, raw, raw_from: 0, raw_to: 0, out, out_from: 0, out_to: 0, ended: false }
    }
}

impl<R: Read> Read for Transcoder<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while self.out_from == self.out_to && !self.ended {
            if self.raw_from == self.raw_to {
                self.raw_from = 0;
                self.raw_to = self.input.read(&mut self.raw)?;
                self.ended = self.raw_to == 0;
            }
            let raw = self.raw.get(self.raw_from..self.raw_to).unwrap_or_default();
            let (_, read, written, _) = self.decoder.decode_to_utf8(raw, &mut self.out, self.ended);
            self.raw_from += read;
            (self.out_from, self.out_to) = (0, written);
        }
        let ready = self.out.get(self.out_from..self.out_to).unwrap_or_default();
        let n = ready.len().min(buf.len());
        if let (Some(to), Some(from)) = (buf.get_mut(..n), ready.get(..n)) {
            to.copy_from_slice(from);
        }
        self.out_from += n;
        Ok(n)
    }
}
