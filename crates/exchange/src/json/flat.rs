//! Objects nobody knows as the rows of a table: a column per path, read as separated values are.

use std::io::{self, Cursor, Read};

use serde_json::Value;

use super::records::{Record, Source};
use crate::csv::{self, Attempt};
use crate::date::DateOrder;
use crate::error::ExchangeError;
use crate::mapping::{Choice, Format};
use crate::options::Options;
use crate::rejected::RejectedRows;
use crate::source::{Encoding, Text};

/// How deep objects in objects become columns, and how many columns there may be.
const DEPTH: usize = 4;
const MOST: usize = 5_000;

/// Reads records as a table. Its columns are the paths of the first records, joined by dots; lists are no columns.
pub(super) fn read(
    head: Vec<Record>,
    source: impl Source,
    encoding: &Choice<String>,
    packing: Vec<String>,
    rejected: Option<RejectedRows>,
    options: &Options,
    order: Option<DateOrder>,
) -> Result<Attempt, ExchangeError> {
    let list = head.first().map(|r| r.list.clone()).unwrap_or_default();
    let mut columns: Vec<String> = Vec::new();
    for record in head.iter().filter(|r| r.list == list) {
        paths(&record.value, "", DEPTH, &mut columns);
    }
    if columns.len() < 2 {
        return Err(ExchangeError::NotALog {
            found: "JSON without records".to_owned(),
            remedy: "give a list of objects, each with a case, an activity and a time".to_owned(),
        });
    }
    let mut text = Vec::new();
    row(&mut text, columns.iter().map(String::as_str));
    for record in &head {
        line(&mut text, &columns, &record.value);
    }
    let text = Text {
        head: text,
        whole: false,
        rest: Box::new(Lines { source, columns, ready: Cursor::new(Vec::new()) }),
        encoding: Encoding::Utf8,
        encoding_choice: encoding.clone(),
        format: Format::Csv,
        packing,
        first_line: 0,
        rejected,
    };
    let options = Options { delimiter: Some(','), header: Some(true), ..options.clone() };
    csv::read(text, &options, order)
}

/// The paths to all plain values of an object.
fn paths(value: &Value, before: &str, depth: usize, columns: &mut Vec<String>) {
    let Value::Object(fields) = value else { return };
    for (key, value) in fields {
        let path = if before.is_empty() { key.clone() } else { format!("{before}.{key}") };
        match value {
            Value::Object(_) if depth > 0 => paths(value, &path, depth - 1, columns),
            Value::Object(_) | Value::Array(_) => {}
            _ if columns.len() < MOST && !columns.contains(&path) => columns.push(path),
            _ => {}
        }
    }
}

fn line(out: &mut Vec<u8>, columns: &[String], record: &Value) {
    row(out, columns.iter().map(|path| plain(record, path)));
}

/// The value at a path; keys may contain dots themselves.
fn plain(record: &Value, path: &str) -> String {
    let mut found = record.get(path);
    for (at, _) in path.match_indices('.') {
        if found.is_some() {
            break;
        }
        if let (Some(inner), Some(rest)) = (path.get(..at).and_then(|k| record.get(k)), path.get(at + 1..)) {
            let text = plain(inner, rest);
            if !text.is_empty() {
                return text;
            }
        }
        found = None;
    }
    match found {
        Some(Value::String(text)) => text.clone(),
        Some(value @ (Value::Number(_) | Value::Bool(_))) => value.to_string(),
        _ => String::new(),
    }
}

/// A row on a line of its own: line breaks within become spaces.
fn row<S: AsRef<str>>(out: &mut Vec<u8>, cells: impl Iterator<Item = S>) {
    for (i, cell) in cells.enumerate() {
        if i > 0 {
            out.push(b',');
        }
        let text = cell.as_ref();
        if text.contains(['"', ',', '\n', '\r']) {
            let text = text.replace('"', "\"\"").replace(['\n', '\r'], " ");
            out.extend_from_slice(format!("\"{text}\"").as_bytes());
        } else {
            out.extend_from_slice(text.as_bytes());
        }
    }
    out.push(b'\n');
}

/// The further records, row by row.
struct Lines<S> {
    source: S,
    columns: Vec<String>,
    ready: Cursor<Vec<u8>>,
}

impl<S: Source> Read for Lines<S> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        loop {
            let got = self.ready.read(buf)?;
            if got > 0 || buf.is_empty() {
                return Ok(got);
            }
            let Some(record) = self.source.next().map_err(io::Error::other)? else { return Ok(0) };
            let mut out = Vec::new();
            line(&mut out, &self.columns, &record.value);
            self.ready = Cursor::new(out);
        }
    }
}
