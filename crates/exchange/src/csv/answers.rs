//! Tables that keep answers of a tool's interface, as Apache DevLake does (`id,params,data,url,input,created_at`).

use std::io::{Cursor, Read};

use super::dialect::Dialect;
use super::split::Splitter;
use crate::error::ExchangeError;
use crate::options::Options;
use crate::source::Text;

/// Where such a table keeps what.
pub(crate) struct Answers {
    /// The column of the answer.
    pub(crate) data: usize,
    /// The column of what was asked.
    pub(crate) input: Option<usize>,
    dialect: Dialect,
}

impl Answers {
    /// Whether a text is such a table.
    pub(crate) fn detect(text: &Text<'_>, options: &Options) -> Result<Option<Self>, ExchangeError> {
        let start = text.head.get(..text.head.len().min(512)).unwrap_or_default();
        let start = String::from_utf8_lossy(start);
        if !["data", "params", "url"].iter().all(|name| start.contains(name)) {
            return Ok(None);
        }
        let dialect = Dialect::detect(&text.head, options.delimiter)?;
        let mut splitter = splitter(text.head.as_slice(), &dialect, 1, text.head.len().max(1));
        let Ok(Some(header)) = splitter.next() else { return Ok(None) };
        let mut scratch = Vec::new();
        let names: Vec<Vec<u8>> =
            (0..header.len()).map(|i| header.field(i, &mut scratch).unwrap_or_default().to_vec()).collect();
        let find = |name: &str| names.iter().position(|n| n == name.as_bytes());
        let (Some(data), Some(_), Some(_)) = (find("data"), find("params"), find("url")) else { return Ok(None) };
        let input = find("input");
        Ok(Some(Self { data, input, dialect }))
    }

    /// The rows after the header.
    pub(crate) fn rows<'t>(
        &self,
        text: Text<'t>,
        options: &Options,
    ) -> Result<Splitter<impl Read + 't>, ExchangeError> {
        let input = Cursor::new(text.head).chain(text.rest);
        let mut rows = splitter(input, &self.dialect, text.first_line, options.limits.record);
        rows.next()?;
        Ok(rows)
    }
}

fn splitter<R: Read>(input: R, dialect: &Dialect, line: u64, limit: usize) -> Splitter<R> {
    let delimiter = u8::try_from(dialect.delimiter.value).unwrap_or(b',');
    Splitter::new(input, delimiter, dialect.newline, limit).starting_at(line)
}
