//! Records and fields out of a stream of bytes.

use std::io::Read;

use crate::error::ExchangeError;
use crate::source::failed;

/// Where a field lies in the record's bytes.
#[derive(Debug, Clone, Copy)]
struct Field {
    start: u32,
    end: u32,
    /// Whether quotes must still be taken out.
    quoted: bool,
}

/// Splits a stream into records. Memory: one record, never more than the limit.
pub(crate) struct Splitter<R> {
    input: R,
    buf: Vec<u8>,
    /// Where the record to come begins in `buf`.
    head: usize,
    filled: usize,
    ended: bool,
    delimiter: u8,
    newline: u8,
    limit: usize,
    /// Line of the record to come.
    line: u64,
    /// Bytes before `buf`.
    passed: u64,
    fields: Vec<Field>,
}

/// One record.
pub(crate) struct Record<'a> {
    bytes: &'a [u8],
    fields: &'a [Field],
    /// Line it starts on.
    pub(crate) line: u64,
}

impl<'a> Record<'a> {
    /// How many fields it has.
    pub(crate) fn len(&self) -> usize {
        self.fields.len()
    }
    /// The record as written, without its line end.
    pub(crate) fn raw(&self) -> &'a [u8] {
        self.bytes
    }
    /// A field without its quotes; `scratch` is used where quotes are doubled.
    #[inline]
    pub(crate) fn field<'s>(&'s self, index: usize, scratch: &'s mut Vec<u8>) -> Option<&'s [u8]> {
        let field = self.fields.get(index)?;
        let bytes = self.bytes.get(field.start as usize..field.end as usize)?;
        if !field.quoted {
            return Some(bytes);
        }
        scratch.clear();
        let mut inside = false;
        let mut i = 0;
        while let Some(&byte) = bytes.get(i) {
            match byte {
                b'"' if inside && bytes.get(i + 1) == Some(&b'"') => {
                    scratch.push(b'"');
                    i += 1;
                }
                b'"' if inside || i == 0 => inside = !inside,
                _ => scratch.push(byte),
            }
            i += 1;
        }
        Some(scratch)
    }
    /// Whether all fields are empty.
    pub(crate) fn is_blank(&self) -> bool {
        self.fields
            .iter()
            .all(|f| self.bytes.get(f.start as usize..f.end as usize).is_none_or(|b| b.trim_ascii().is_empty()))
    }
}

/// What a look at the buffer found.
enum Found {
    /// A record that ends here; the next begins there; so many lines lie in between.
    Record { end: usize, next: usize, lines: u64 },
    /// The buffer ends inside the record; inside quotes opened so many lines below its start, if so.
    More { quoted: Option<u64> },
}

impl<R: Read> Splitter<R> {
    /// A splitter over `input`; `limit` bounds a record.
    pub(crate) fn new(input: R, delimiter: u8, newline: u8, limit: usize) -> Self {
        let limit = limit.min(u32::MAX as usize / 2);
        let buf = vec![0; (1usize << 18).min(limit.max(1) + 2)];
        Self {
            input,
            buf,
            head: 0,
            filled: 0,
            ended: false,
            delimiter,
            newline,
            limit,
            line: 1,
            passed: 0,
            fields: Vec::new(),
        }
    }

    /// The same, when lines have been passed over before.
    pub(crate) fn starting_at(mut self, line: u64) -> Self {
        self.line = line;
        self
    }

    /// Where the next record begins, in bytes and lines from the start.
    pub(crate) fn place(&self) -> (usize, u64) {
        (usize::try_from(self.passed).unwrap_or(usize::MAX).saturating_add(self.head), self.line)
    }

    /// The next record; empty lines are passed over.
    pub(crate) fn next(&mut self) -> Result<Option<Record<'_>>, ExchangeError> {
        loop {
            match self.scan() {
                Found::Record { end, next, lines } => {
                    let (start, line) = (self.head, self.line);
                    self.head = next;
                    self.line += lines;
                    if end == start {
                        continue;
                    }
                    if end - start > self.limit {
                        return Err(self.too_long(line, start, None));
                    }
                    let bytes = self.buf.get(start..end).unwrap_or_default();
                    return Ok(Some(Record { bytes, fields: &self.fields, line }));
                }
                Found::More { quoted } if self.ended => {
                    if self.head >= self.filled {
                        return Ok(None);
                    }
                    if let Some(lines) = quoted {
                        return Err(self.unclosed(lines));
                    }
                    // The last record has no line end.
                    let (start, end, line) = (self.head, self.filled, self.line);
                    self.head = self.filled;
                    let bytes = self.buf.get(start..end).unwrap_or_default();
                    let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
                    if bytes.is_empty() {
                        return Ok(None);
                    }
                    return Ok(Some(Record { bytes, fields: &self.fields, line }));
                }
                Found::More { quoted } => {
                    if self.filled - self.head > self.limit {
                        return Err(self.too_long(self.line, self.head, quoted));
                    }
                    self.refill()?;
                }
            }
        }
    }

    fn unclosed(&self, lines: u64) -> ExchangeError {
        ExchangeError::Malformed {
            line: self.line + lines,
            byte: self.passed + self.head as u64,
            what: "a field opens with a quote that is never closed".to_owned(),
            remedy: "close it, or double a quote that is part of the text".to_owned(),
        }
    }

    fn too_long(&self, line: u64, at: usize, quoted: Option<u64>) -> ExchangeError {
        ExchangeError::TooLong {
            line: line + quoted.unwrap_or(0),
            byte: self.passed + at as u64,
            what: if quoted.is_some() { "a quoted field" } else { "a line" },
            limit: self.limit,
            remedy: if quoted.is_some() {
                "a closing quote may be missing"
            } else {
                "is this a text file with one row a line?"
            },
        }
    }

    /// Makes room and reads on.
    fn refill(&mut self) -> Result<(), ExchangeError> {
        if self.head > 0 {
            self.buf.copy_within(self.head..self.filled, 0);
            self.passed += self.head as u64;
            self.filled -= self.head;
            self.head = 0;
        }
        if self.filled == self.buf.len() {
            let larger = (self.buf.len() * 2).min(self.limit + 2).max(self.filled + 1);
            self.buf.resize(larger, 0);
        }
        let got = loop {
            match self.input.read(self.buf.get_mut(self.filled..).unwrap_or_default()) {
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
                other => break other.map_err(failed)?,
            }
        };
        self.filled += got;
        self.ended = got == 0;
        Ok(())
    }

    /// Looks for the end of the record that begins at `head`, noting its fields.
    fn scan(&mut self) -> Found {
        self.fields.clear();
        let data = self.buf.get(self.head..self.filled).unwrap_or_default();
        let (delimiter, newline) = (self.delimiter, self.newline);
        let (mut i, mut start, mut lines) = (0usize, 0usize, 0u64);
        let mut quoted = false;
        let index = |i: usize| u32::try_from(i).unwrap_or(u32::MAX);
        loop {
            if i == start && data.get(i) == Some(&b'"') {
                // To the closing quote; a doubled quote is part of the text.
                quoted = false;
                let opened = lines;
                i += 1;
                let text = i;
                loop {
                    let Some(close) = data.get(i..).and_then(|rest| memchr::memchr(b'"', rest)) else {
                        return Found::More { quoted: Some(opened) };
                    };
                    lines += count(data.get(i..i + close).unwrap_or_default(), newline);
                    i += close + 1;
                    match data.get(i) {
                        Some(b'"') => {
                            quoted = true;
                            i += 1;
                        }
                        Some(&c) if c == delimiter || c == newline => break,
                        Some(b'\r') if data.get(i + 1) == Some(&b'\n') || (i + 1 == data.len() && self.ended) => break,
                        None if self.ended => break,
                        None => return Found::More { quoted: None },
                        Some(b'\r') if i + 1 == data.len() => return Found::More { quoted: None },
                        Some(_) => {
                            // Text after the closing quote: kept, as other readers do.
                            quoted = true;
                            break;
                        }
                    }
                }
                if !quoted {
                    // Clean: the field is what lies between the quotes.
                    self.fields.push(Field { start: index(text), end: index(i - 1), quoted: false });
                    match data.get(i) {
                        Some(&c) if c == delimiter => {
                            i += 1;
                            start = i;
                            continue;
                        }
                        Some(&c) if c == newline => {
                            return Found::Record { end: self.head + i, next: self.head + i + 1, lines: lines + 1 };
                        }
                        Some(_) if data.get(i + 1) == Some(&newline) => {
                            return Found::Record { end: self.head + i, next: self.head + i + 2, lines: lines + 1 };
                        }
                        _ => return Found::More { quoted: None },
                    }
                }
            }
            let tail = data.get(i..).unwrap_or_default();
            let Some(stop) = first_of(tail, delimiter, newline) else {
                self.fields.push(Field {
                    start: index(start),
                    end: index(trim_return(data, start, data.len())),
                    quoted,
                });
                return Found::More { quoted: None };
            };
            i += stop;
            if data.get(i) == Some(&delimiter) {
                self.fields.push(Field { start: index(start), end: index(i), quoted });
                quoted = false;
                i += 1;
                start = i;
            } else {
                let end = trim_return(data, start, i);
                self.fields.push(Field { start: index(start), end: index(end), quoted });
                return Found::Record { end: self.head + end, next: self.head + i + 1, lines: lines + 1 };
            }
        }
    }
}

/// Where either of two bytes comes first. Fields are short: eight bytes at a time cost less than a call of `memchr`.
#[inline]
fn first_of(text: &[u8], a: u8, b: u8) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let (all_a, all_b) = (ONES * u64::from(a), ONES * u64::from(b));
    // The lowest bit that is set lies in the first byte that is zero; bits above it may be wrong.
    let zero = |word: u64| word.wrapping_sub(ONES) & !word & (ONES << 7);
    let mut at = 0;
    let (words, rest) = text.as_chunks::<8>();
    for word in words {
        let word = u64::from_le_bytes(*word);
        let found = zero(word ^ all_a) | zero(word ^ all_b);
        if found != 0 {
            return Some(at + found.trailing_zeros() as usize / 8);
        }
        at += 8;
    }
    rest.iter().position(|c| *c == a || *c == b).map(|place| at + place)
}

fn trim_return(data: &[u8], start: usize, end: usize) -> usize {
    if end > start && data.get(end - 1) == Some(&b'\r') { end - 1 } else { end }
}

fn count(bytes: &[u8], newline: u8) -> u64 {
    memchr::memchr_iter(newline, bytes).count() as u64
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]
    use std::io::Read;

    use proptest::prelude::*;

    use super::Splitter;
    use crate::error::ExchangeError;

    /// Reads a few bytes at a time, so that every record is cut somewhere.
    struct Drops<'a>(&'a [u8], usize);
    impl Read for Drops<'_> {
        fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
            let n = self.1.min(buf.len());
            self.0.read(&mut buf[..n])
        }
    }

    fn split(text: &str, step: usize) -> Result<Vec<(u64, Vec<String>)>, ExchangeError> {
        let mut splitter = Splitter::new(Drops(text.as_bytes(), step), b',', b'\n', 64);
        let mut records = Vec::new();
        let mut scratch = Vec::new();
        while let Some(record) = splitter.next()? {
            let fields = (0..record.len())
                .map(|i| String::from_utf8_lossy(record.field(i, &mut scratch).unwrap()).into_owned())
                .collect();
            records.push((record.line, fields));
        }
        Ok(records)
    }

    fn rows(text: &str) -> Vec<(u64, Vec<String>)> {
        let whole = split(text, 1000).unwrap();
        for step in 1..9 {
            assert_eq!(split(text, step).unwrap(), whole, "read {step} bytes at a time");
        }
        whole
    }

    fn row(line: u64, fields: &[&str]) -> (u64, Vec<String>) {
        (line, fields.iter().map(|f| (*f).to_owned()).collect())
    }

    #[test]
    fn fields_and_lines() {
        assert_eq!(rows("a,b\r\n\r\n1,\n,2"), [row(1, &["a", "b"]), row(3, &["1", ""]), row(4, &["", "2"])]);
        assert_eq!(rows("a\n"), [row(1, &["a"])]);
        assert_eq!(rows("x,y\r"), [row(1, &["x", "y"])]);
        assert_eq!(rows(""), []);
    }

    #[test]
    fn quotes() {
        assert_eq!(
            rows("\"a,\n\"\"b\"\"\",c\n\"\",\"d\"\r\n\"e\""),
            [row(1, &["a,\n\"b\"", "c"]), row(3, &["", "d"]), row(4, &["e"]),]
        );
        assert_eq!(rows("\"a\"b,c\n1\"2,3"), [row(1, &["ab", "c"]), row(2, &["1\"2", "3"])]);
    }

    #[test]
    fn an_open_quote_is_named_by_its_line() {
        let error = split("a,b\n1,\"x\ny\n2,3\n", 5).unwrap_err();
        assert!(matches!(error, ExchangeError::Malformed { line: 2, .. }), "{error}");
    }

    #[test]
    fn long_lines_are_refused_where_they_start() {
        let text = format!("a,b\n{}\n", "x".repeat(100));
        let error = split(&text, 7).unwrap_err();
        assert!(matches!(error, ExchangeError::TooLong { line: 2, byte: 4, limit: 64, .. }), "{error}");
        let mut endless = Splitter::new(std::io::repeat(b'x'), b',', b'\n', 1 << 20);
        assert!(matches!(endless.next(), Err(ExchangeError::TooLong { line: 1, .. })));
        assert!(endless.buf.len() <= (1 << 20) + 2, "memory stays bounded");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(table in proptest::collection::vec(proptest::collection::vec("[ab,\"\n\r]{0,5}", 2..4), 0..5), step in 1usize..40) {
            let quoted: String = table
                .iter()
                .map(|r| r.iter().map(|f| format!("\"{}\"", f.replace('"', "\"\""))).collect::<Vec<_>>().join(",") + "\r\n")
                .collect();
            let mut splitter = Splitter::new(Drops(quoted.as_bytes(), step), b',', b'\n', 1 << 20);
            let mut scratch = Vec::new();
            let mut read = Vec::new();
            while let Some(record) = splitter.next().unwrap() {
                read.push((0..record.len()).map(|i| String::from_utf8_lossy(record.field(i, &mut scratch).unwrap()).into_owned()).collect::<Vec<_>>());
            }
            prop_assert_eq!(read, table);
        }

        #[test]
        fn the_first_of_two_bytes_is_found(text in proptest::collection::vec(prop_oneof![Just(b','), Just(b'\n'), 0u8..20, any::<u8>()], 0..40)) {
            let plain = text.iter().position(|c| *c == b',' || *c == b'\n');
            prop_assert_eq!(super::first_of(&text, b',', b'\n'), plain);
        }

        #[test]
        fn any_bytes_are_read_alike_in_any_portions(text in proptest::collection::vec(prop_oneof![Just(b','), Just(b'"'), Just(b'\n'), Just(b'\r'), any::<u8>()], 0..80), step in 1usize..20) {
            let all = |step| {
                let mut splitter = Splitter::new(Drops(&text, step), b',', b'\n', 1 << 20);
                let mut rows: Vec<(u64, Vec<u8>, Vec<Vec<u8>>)> = Vec::new();
                let mut scratch = Vec::new();
                loop {
                    match splitter.next() {
                        Ok(Some(r)) => rows.push((r.line, r.raw().to_vec(), (0..r.len()).map(|i| r.field(i, &mut scratch).unwrap().to_vec()).collect())),
                        Ok(None) => return Ok(rows),
                        Err(e) => return Err((rows, e.to_string())),
                    }
                }
            };
            prop_assert_eq!(all(step), all(1000));
        }
    }
}
