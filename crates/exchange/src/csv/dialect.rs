//! What separates columns and lines.

use super::split::Splitter;
use crate::error::ExchangeError;
use crate::mapping::{By, Choice};

/// How the rows of a file are written.
#[derive(Debug, Clone)]
pub(crate) struct Dialect {
    pub(crate) delimiter: Choice<char>,
    pub(crate) newline: u8,
    /// Bytes of a first line `sep=;`, which is no row.
    pub(crate) preamble: usize,
}

const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

impl Dialect {
    /// Looks at the beginning of a file.
    pub(crate) fn detect(head: &[u8], given: Option<char>) -> Result<Self, ExchangeError> {
        let newline = if head.contains(&b'\n') || !head.contains(&b'\r') { b'\n' } else { b'\r' };
        let first = head.split(|b| *b == newline).next().unwrap_or_default();
        let said = match first.trim_ascii_end() {
            [b's', b'e', b'p', b'=', d] => Some(*d),
            _ => None,
        };
        let preamble = if said.is_some() { (first.len() + 1).min(head.len()) } else { 0 };
        if let Some(delimiter) = given {
            if !delimiter.is_ascii() || matches!(delimiter, '"' | '\n' | '\r') {
                return Err(ExchangeError::BadOption {
                    option: "delimiter",
                    value: delimiter.to_string(),
                    what: "give one plain character: a comma, semicolon, tab or bar".to_owned(),
                });
            }
            return Ok(Self { delimiter: Choice::given(delimiter), newline, preamble });
        }
        if let Some(d) = said {
            let delimiter = Choice::new(char::from(d), By::Found, 1.0, "the first line says so");
            return Ok(Self { delimiter, newline, preamble });
        }
        Ok(Self { delimiter: guess(head, newline), newline, preamble })
    }
}

/// The delimiter that cuts most rows into equally many columns, at least two.
fn guess(head: &[u8], newline: u8) -> Choice<char> {
    let mut scored: Vec<(u8, f64, usize)> = DELIMITERS
        .iter()
        .map(|&d| {
            let counts = columns(head, d, newline);
            let usual = counts.first().copied().unwrap_or(0);
            let same = counts.iter().filter(|c| **c == usual).count();
            let share = if counts.is_empty() || usual < 2 { 0.0 } else { same as f64 / counts.len() as f64 };
            (d, share, usual)
        })
        .collect();
    // Of equal shares the one with more columns: text with commas cuts into few, the true delimiter into many.
    scored.sort_by(|a, b| (b.1 * (b.2.min(8) as f64)).total_cmp(&(a.1 * (a.2.min(8) as f64))));
    let others: Vec<(String, f64)> =
        scored.iter().skip(1).filter(|s| s.1 > 0.0).map(|s| (char::from(s.0).to_string(), s.1 * 0.5)).collect();
    match scored.first() {
        Some(&(d, share, usual)) if share > 0.0 => {
            let why = format!("{:.0} % of the first rows have {usual} columns with it", share * 100.0);
            Choice::new(char::from(d), By::Found, share, why).or(others)
        }
        _ => Choice::new(',', By::Default, 0.1, "no comma, semicolon, tab or bar separates columns"),
    }
}

/// How many columns each of the first rows has.
fn columns(head: &[u8], delimiter: u8, newline: u8) -> Vec<usize> {
    let mut splitter = Splitter::new(head, delimiter, newline, head.len());
    let mut counts = Vec::new();
    while counts.len() < 200 {
        match splitter.next() {
            Ok(Some(record)) => counts.push(record.len()),
            _ => break,
        }
    }
    // The head may end inside a row.
    if counts.len() > 2 && counts.len() < 200 {
        counts.pop();
    }
    counts
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::Dialect;

    fn delimiter(head: &str) -> char {
        Dialect::detect(head.as_bytes(), None).unwrap().delimiter.value
    }

    #[test]
    fn the_delimiter_cuts_evenly() {
        assert_eq!(delimiter("a,b,c\n1,2,3\n"), ',');
        assert_eq!(delimiter("a;b;c\n1,5;2,5;3\n1,5;2;3,1\n"), ';');
        assert_eq!(delimiter("a\tb\n1, x\t2\n3\t4, y, z\n"), '\t');
        assert_eq!(delimiter("a|b|c\n1|2;3|4\n"), '|');
        assert_eq!(delimiter("id,text\n1,\"a;b;c;d\"\n2,\"e;f;g;h\"\n"), ',');
        assert_eq!(delimiter("sep=;\na;b\n"), ';');
        assert_eq!(Dialect::detect(b"a,b\rc,d\r", None).unwrap().newline, b'\r');
        assert!(Dialect::detect(b"a,b", Some('"')).unwrap_err().is_usage());
    }
}
