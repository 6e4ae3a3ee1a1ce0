//! JSON, pulled piece by piece from a stream: no document and no value is ever held whole.

use std::io::{self, Read};

use memchr::memchr2;

use crate::collect::Tally;
use crate::error::ExchangeError;
use crate::options::Limits;
use crate::source::failed;

/// What stands at the next place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Object,
    Array,
    Text,
    Number,
    Boolean,
    Null,
}

/// An open object or array.
struct Frame {
    object: bool,
    /// Members begun.
    count: u64,
    key: String,
}

/// The stream.
pub(crate) struct Json<R> {
    input: R,
    buf: Vec<u8>,
    at: usize,
    to: usize,
    /// Bytes before `buf`.
    before: u64,
    pub(crate) line: u64,
    limits: Limits,
    open: Vec<Frame>,
    /// Frames to use again.
    spare: Vec<Frame>,
    scratch: Vec<u8>,
    /// Texts that were not UTF-8 and were read as Windows-1252.
    pub(crate) foreign: Tally,
}

impl<R: Read> Json<R> {
    pub(crate) fn new(input: R, limits: Limits) -> Self {
        Self {
            input,
            buf: vec![0; 1 << 17],
            at: 0,
            to: 0,
            before: 0,
            line: 1,
            limits,
            open: Vec::new(),
            spare: Vec::new(),
            scratch: Vec::new(),
            foreign: Tally::default(),
        }
    }

    /// An error at this place.
    pub(crate) fn wrong(&self, what: &str, remedy: &str) -> ExchangeError {
        let path = self.path();
        let what = if path.is_empty() { what.to_owned() } else { format!("{what} (at {path})") };
        ExchangeError::Malformed {
            line: self.line,
            byte: self.before + self.at as u64,
            what,
            remedy: remedy.to_owned(),
        }
    }

    /// The place as a path: `events[17].time`.
    pub(crate) fn path(&self) -> String {
        let mut path = String::new();
        for frame in &self.open {
            if frame.object {
                if !path.is_empty() && !frame.key.is_empty() {
                    path.push('.');
                }
                path.push_str(&crate::names::short(&frame.key));
            } else {
                path.push_str(&format!("[{}]", frame.count.saturating_sub(1)));
            }
        }
        path
    }

    fn byte(&mut self) -> Result<Option<u8>, ExchangeError> {
        if self.at == self.to {
            self.before += self.to as u64;
            (self.at, self.to) = (0, 0);
            loop {
                match self.input.read(&mut self.buf) {
                    Ok(n) => {
                        self.to = n;
                        break;
                    }
                    Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                    Err(e) => return Err(failed(e)),
                }
            }
        }
        Ok(if self.at < self.to { self.buf.get(self.at).copied() } else { None })
    }

    /// The next byte that is no space.
    fn look(&mut self) -> Result<Option<u8>, ExchangeError> {
        while let Some(byte) = self.byte()? {
            match byte {
                b'\n' => self.line += 1,
                b' ' | b'\t' | b'\r' => {}
                _ => return Ok(Some(byte)),
            }
            self.at += 1;
        }
        Ok(None)
    }

    fn ends_early(&self) -> ExchangeError {
        self.wrong("the file ends inside the JSON", "it was cut off: export or download it again")
    }

    fn expect(&mut self, wanted: u8) -> Result<(), ExchangeError> {
        match self.look()? {
            Some(byte) if byte == wanted => {
                self.at += 1;
                Ok(())
            }
            Some(byte) => Err(self.unexpected(byte, &format!("\u{201c}{}\u{201d} is due here", char::from(wanted)))),
            None => Err(self.ends_early()),
        }
    }

    fn unexpected(&self, byte: u8, remedy: &str) -> ExchangeError {
        let shown = if byte.is_ascii_graphic() {
            format!("\u{201c}{}\u{201d}", char::from(byte))
        } else {
            format!("the byte {byte:#04x}")
        };
        self.wrong(&format!("this is no JSON: {shown} does not belong here"), remedy)
    }

    /// What comes next.
    pub(crate) fn peek(&mut self) -> Result<Kind, ExchangeError> {
        match self.look()? {
            Some(b'{') => Ok(Kind::Object),
            Some(b'[') => Ok(Kind::Array),
            Some(b'"') => Ok(Kind::Text),
            Some(b'-' | b'0'..=b'9') => Ok(Kind::Number),
            Some(b't' | b'f') => Ok(Kind::Boolean),
            Some(b'n') => Ok(Kind::Null),
            Some(byte) => Err(self.unexpected(byte, "a value is due here")),
            None => Err(self.ends_early()),
        }
    }

    fn begin(&mut self, object: bool) -> Result<(), ExchangeError> {
        if self.open.len() >= self.limits.depth {
            return Err(self.wrong(
                &format!("the JSON is nested more than {} deep", self.limits.depth),
                "an object-centric log needs five levels",
            ));
        }
        let wanted = if object { b'{' } else { b'[' };
        self.expect(wanted)?;
        let mut frame = self.spare.pop().unwrap_or(Frame { object, count: 0, key: String::new() });
        frame.object = object;
        frame.count = 0;
        frame.key.clear();
        self.open.push(frame);
        Ok(())
    }

    /// Steps into an object.
    pub(crate) fn object(&mut self) -> Result<(), ExchangeError> {
        self.begin(true)
    }
    /// Steps into an array.
    pub(crate) fn array(&mut self) -> Result<(), ExchangeError> {
        self.begin(false)
    }

    /// Steps to the next member of what is open; `false`, and out of it, at its end.
    fn next(&mut self, close: u8) -> Result<bool, ExchangeError> {
        let begun = self.open.last().map_or(0, |f| f.count);
        match self.look()? {
            Some(byte) if byte == close => {
                self.at += 1;
                self.spare.extend(self.open.pop());
                return Ok(false);
            }
            Some(b',') if begun > 0 => self.at += 1,
            Some(byte) if begun > 0 => {
                let remedy = format!("a comma or \u{201c}{}\u{201d} is due here", char::from(close));
                return Err(self.unexpected(byte, &remedy));
            }
            Some(_) => {}
            None => return Err(self.ends_early()),
        }
        if let Some(frame) = self.open.last_mut() {
            frame.count += 1;
        }
        Ok(true)
    }

    /// Steps to the next item of the array; `false` at its end.
    pub(crate) fn item(&mut self) -> Result<bool, ExchangeError> {
        self.next(b']')
    }

    /// Steps to the next member of the object, whose key [`Json::name`] tells; `false` at its end.
    pub(crate) fn key(&mut self) -> Result<bool, ExchangeError> {
        if !self.next(b'}')? {
            return Ok(false);
        }
        match self.look()? {
            Some(b'"') => {}
            Some(byte) => return Err(self.unexpected(byte, "a key in quotes is due here")),
            None => return Err(self.ends_early()),
        }
        let mut key = self.open.last_mut().map(|f| std::mem::take(&mut f.key)).unwrap_or_default();
        self.string(&mut key)?;
        if let Some(frame) = self.open.last_mut() {
            frame.key = key;
        }
        self.expect(b':')?;
        Ok(true)
    }

    /// The key of the member at hand.
    pub(crate) fn name(&self) -> &str {
        self.open.last().map_or("", |f| &f.key)
    }

    /// Reads a string, whatever it means.
    fn string(&mut self, into: &mut String) -> Result<(), ExchangeError> {
        into.clear();
        self.expect(b'"')?;
        let mut scratch = std::mem::take(&mut self.scratch);
        scratch.clear();
        let read = self.string_bytes(&mut scratch);
        if read.is_ok() {
            match std::str::from_utf8(&scratch) {
                Ok(text) => into.push_str(text),
                Err(_) => {
                    into.push_str(&encoding_rs::WINDOWS_1252.decode_without_bom_handling(&scratch).0);
                    self.foreign.add(self.line, into);
                }
            }
        }
        self.scratch = scratch;
        read
    }

    fn string_bytes(&mut self, out: &mut Vec<u8>) -> Result<(), ExchangeError> {
        let (line, start) = (self.line, self.before + self.at as u64);
        loop {
            if self.byte()?.is_none() {
                return Err(self.ends_early());
            }
            let rest = self.buf.get(self.at..self.to).unwrap_or_default();
            let found = memchr2(b'"', b'\\', rest);
            let piece = rest.get(..found.unwrap_or(rest.len())).unwrap_or_default();
            if out.len() + piece.len() > self.limits.record {
                return Err(ExchangeError::TooLong {
                    line,
                    byte: start,
                    what: "a text",
                    limit: self.limits.record,
                    remedy: "a quote may be missing",
                });
            }
            // All of a piece at once, because nearly none has one: looking for the first costs half of the reading.
            let odd = piece.iter().fold(false, |odd, b| odd | (*b < 0x20));
            if let Some(odd) = odd.then(|| piece.iter().position(|b| *b < 0x20)).flatten() {
                self.at += odd;
                return Err(
                    self.wrong("a text holds a raw control character", "in JSON it is written \\n, \\t or \\u00…")
                );
            }
            out.extend_from_slice(piece);
            let ended = found.is_some_and(|f| rest.get(f) == Some(&b'"'));
            self.at += piece.len() + usize::from(found.is_some());
            if ended {
                return Ok(());
            }
            if found.is_some() {
                self.escape(out)?;
            }
        }
    }

    fn escape(&mut self, out: &mut Vec<u8>) -> Result<(), ExchangeError> {
        let Some(byte) = self.byte()? else { return Err(self.ends_early()) };
        self.at += 1;
        let plain = match byte {
            b'"' | b'\\' | b'/' => byte,
            b'n' => b'\n',
            b't' => b'\t',
            b'r' => b'\r',
            b'b' => 8,
            b'f' => 12,
            b'u' => {
                let mut unit = u32::from(self.hex()?);
                if (0xd800..0xdc00).contains(&unit) && self.byte()? == Some(b'\\') {
                    self.at += 1;
                    if self.byte()? != Some(b'u') {
                        return Err(self.wrong("half of a character pair stands alone", "\\ud8… needs its \\udc…"));
                    }
                    self.at += 1;
                    let low = u32::from(self.hex()?);
                    unit = if (0xdc00..0xe000).contains(&low) {
                        0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00)
                    } else {
                        0xd800
                    };
                }
                let Some(c) = char::from_u32(unit) else {
                    return Err(self.wrong("half of a character pair stands alone", "\\ud8… needs its \\udc…"));
                };
                out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                return Ok(());
            }
            _ => return Err(self.wrong("a backslash stands before a letter it cannot", "write it \\\\")),
        };
        out.push(plain);
        Ok(())
    }

    fn hex(&mut self) -> Result<u16, ExchangeError> {
        let mut value = 0;
        for _ in 0..4 {
            let Some(byte) = self.byte()? else { return Err(self.ends_early()) };
            let Some(digit) = char::from(byte).to_digit(16).and_then(|d| u16::try_from(d).ok()) else {
                return Err(self.unexpected(byte, "four hexadecimal digits are due after \\u"));
            };
            value = value << 4 | digit;
            self.at += 1;
        }
        Ok(value)
    }

    /// Reads the next value as text: a string, or a number, truth or nothing as it is written; what is nested, as its
    /// JSON. Tells which it was.
    pub(crate) fn scalar(&mut self, into: &mut String) -> Result<Kind, ExchangeError> {
        let kind = self.peek()?;
        match kind {
            Kind::Text => self.string(into)?,
            Kind::Object | Kind::Array => {
                into.clear();
                self.nested(&mut Some(into))?;
            }
            Kind::Number | Kind::Boolean | Kind::Null => {
                into.clear();
                while let Some(byte) = self.byte()?
                    && (byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.'))
                {
                    if into.len() > 400 {
                        return Err(self.wrong("a number has more than 400 digits", "write it as text"));
                    }
                    into.push(char::from(byte));
                    self.at += 1;
                }
                let good = match kind {
                    Kind::Boolean => into == "true" || into == "false",
                    Kind::Null => into == "null",
                    _ => is_number(into.as_bytes()),
                };
                if !good {
                    let what = format!("\u{201c}{}\u{201d} is no JSON value", crate::names::short(into));
                    return Err(self.wrong(&what, "texts stand in quotes"));
                }
            }
        }
        Ok(kind)
    }

    /// Passes over the next value.
    pub(crate) fn skip(&mut self) -> Result<(), ExchangeError> {
        self.nested(&mut None)
    }

    fn nested(&mut self, record: &mut Option<&mut String>) -> Result<(), ExchangeError> {
        let kind = self.peek()?;
        match kind {
            Kind::Object | Kind::Array => {
                let object = kind == Kind::Object;
                self.begin(object)?;
                self.note(record, if object { "{" } else { "[" })?;
                let mut first = true;
                while if object { self.key()? } else { self.item()? } {
                    if !std::mem::take(&mut first) {
                        self.note(record, ",")?;
                    }
                    if object && record.is_some() {
                        let key = format!("{}:", serde_json::Value::from(self.name()));
                        self.note(record, &key)?;
                    }
                    self.nested(record)?;
                }
                self.note(record, if object { "}" } else { "]" })
            }
            _ => {
                let mut text = String::new();
                self.scalar(&mut text)?;
                match kind {
                    Kind::Text if record.is_some() => {
                        let quoted = serde_json::Value::from(text).to_string();
                        self.note(record, &quoted)
                    }
                    _ => self.note(record, &text),
                }
            }
        }
    }

    fn note(&self, record: &mut Option<&mut String>, piece: &str) -> Result<(), ExchangeError> {
        let Some(out) = record else { return Ok(()) };
        if out.len() + piece.len() > self.limits.record {
            return Err(ExchangeError::TooLong {
                line: self.line,
                byte: self.before + self.at as u64,
                what: "a nested value",
                limit: self.limits.record,
                remedy: "an attribute is one text or number",
            });
        }
        out.push_str(piece);
        Ok(())
    }

    /// Nothing may follow the document.
    pub(crate) fn end(&mut self) -> Result<(), ExchangeError> {
        match self.look()? {
            None => Ok(()),
            Some(byte) => Err(self.unexpected(byte, "the JSON has ended before this; one file holds one log")),
        }
    }
}

/// Whether this is a number as JSON writes it.
fn is_number(text: &[u8]) -> bool {
    fn digits(text: &[u8]) -> (usize, &[u8]) {
        let n = text.iter().take_while(|b| b.is_ascii_digit()).count();
        (n, text.get(n..).unwrap_or_default())
    }
    let text = text.strip_prefix(b"-").unwrap_or(text);
    let (whole, mut rest) = digits(text);
    if whole == 0 || (whole > 1 && text.first() == Some(&b'0')) {
        return false;
    }
    if let Some(fraction) = rest.strip_prefix(b".") {
        let (n, after) = digits(fraction);
        if n == 0 {
            return false;
        }
        rest = after;
    }
    if let Some(exponent) = rest.strip_prefix(b"e").or_else(|| rest.strip_prefix(b"E")) {
        let exponent = exponent.strip_prefix(b"-").or_else(|| exponent.strip_prefix(b"+")).unwrap_or(exponent);
        let (n, after) = digits(exponent);
        return n > 0 && after.is_empty();
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use proptest::prelude::*;

    use super::Json;
    use crate::options::Limits;

    /// The document, read and written again; nothing where it is refused.
    fn again(text: &[u8]) -> Option<String> {
        let mut json = Json::new(text, Limits::default());
        let mut out = String::new();
        json.nested(&mut Some(&mut out)).ok()?;
        json.end().ok()?;
        Some(out)
    }

    fn agree(text: &[u8]) {
        // Bytes that are not UTF-8 are read as Windows-1252 here, and refused there.
        if std::str::from_utf8(text).is_err() {
            again(text);
            return;
        }
        let theirs: Result<serde_json::Value, _> = serde_json::from_slice(text);
        let ours = again(text);
        if let Err(e) = &theirs
            && e.to_string().contains("out of range")
        {
            return;
        }
        assert_eq!(ours.is_some(), theirs.is_ok(), "{:?}: {theirs:?}", String::from_utf8_lossy(text));
        if let (Some(ours), Ok(theirs)) = (ours, theirs) {
            assert_eq!(serde_json::from_str::<serde_json::Value>(&ours).unwrap(), theirs);
        }
    }

    #[test]
    fn the_corners_of_json() {
        for text in [
            r#"{"a":[1,-0,0.5,1e9,1E-2,true,false,null,"x\n\u00e9\ud83d\ude00\/"],"b":{}}"#,
            "[]",
            "",
            " ",
            "[1,]",
            "[,1]",
            "{\"a\"}",
            "{\"a\":1,}",
            "01",
            "1.",
            ".5",
            "-",
            "1e",
            "\"\\ud800\"",
            "\"\\udc00\"",
            "\"\\ud800\\u0041\"",
            "\"\\x\"",
            "\"a\nb\"",
            "tru",
            "nul",
            "[1] 2",
            "\"",
            "[",
            "{",
            "\u{feff}1",
            "[1 2]",
            "{1:2}",
        ] {
            agree(text.as_bytes());
        }
        let deep = "[".repeat(100_000);
        assert_eq!(again(deep.as_bytes()), None, "deep nesting is refused, not followed");
    }

    proptest! {
        #[test]
        fn any_text_is_read_as_serde_json_reads_it(text in "[\\[\\]{}:,\"\\\\ua0-9eE+.\\- \\n]{0,40}") {
            agree(text.as_bytes());
        }
        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            agree(&bytes);
        }
    }
}
