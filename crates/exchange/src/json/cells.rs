//! Records in the cells of a table: answers as Apache DevLake keeps them (`id,params,data,url,input,created_at`).

use std::io::Read;

use serde_json::Value;

use super::records::{Record, Source};
use crate::csv::Splitter;
use crate::error::ExchangeError;

/// The records of such a table. What `input` says is under `_input` in each.
pub(crate) struct Cells<R> {
    splitter: Splitter<R>,
    data: usize,
    input: Option<usize>,
    /// The rest of a cell that holds a list.
    held: Vec<Record>,
}

impl<R: Read> Cells<R> {
    /// Over the rows after the header.
    pub(crate) fn new(splitter: Splitter<R>, data: usize, input: Option<usize>) -> Self {
        Self { splitter, data, input, held: Vec::new() }
    }
}

impl<R: Read> Source for Cells<R> {
    fn next(&mut self) -> Result<Option<Record>, ExchangeError> {
        if let Some(record) = self.held.pop() {
            return Ok(Some(record));
        }
        let Some(row) = self.splitter.next()? else { return Ok(None) };
        let (line, mut scratch) = (row.line, Vec::new());
        let cell = row.field(self.data, &mut scratch).unwrap_or_default();
        let value: Value = serde_json::from_slice(cell).map_err(|e| ExchangeError::Malformed {
            line,
            byte: 0,
            what: format!("in the column \u{201c}data\u{201d}: {e}"),
            remedy: "a cell of it holds one JSON value".to_owned(),
        })?;
        let input: Option<Value> = self
            .input
            .and_then(|i| row.field(i, &mut scratch))
            .and_then(|cell| serde_json::from_slice(cell).ok())
            .filter(|v: &Value| !v.is_null());
        let with_input = |mut value: Value| {
            if let (Value::Object(fields), Some(input)) = (&mut value, &input) {
                fields.insert("_input".to_owned(), input.clone());
            }
            Record { line, list: String::new(), value }
        };
        if let Value::Array(all) = value {
            self.held = all.into_iter().rev().map(with_input).collect();
            return self.next();
        }
        Ok(Some(with_input(value)))
    }
}
