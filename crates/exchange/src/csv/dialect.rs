//! What separates columns and lines.

use super::split::Splitter;
use crate::error::ExchangeError;
use crate::mapping::{By, Choice};

/// How the rows of a file are written.
#[derive(Debug, Clone)]
pub(crate) struct Dialect {
    pub(crate) delimiter: Choice<char>,
    pub(crate) newline: u8,
    /// Bytes before the line of names: a first line `sep=;`, and lines that only say what the file is.
    pub(crate) preamble: usize,
    /// How many lines these are.
    pub(crate) lines: u64,
    /// The first of the lines that say what the file is.
    pub(crate) title: Option<String>,
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
        let begun = |delimiter| Self { delimiter, newline, preamble, lines: u64::from(said.is_some()), title: None };
        if let Some(delimiter) = given {
            if !delimiter.is_ascii() || matches!(delimiter, '"' | '\n' | '\r') {
                return Err(ExchangeError::BadOption {
                    option: "delimiter",
                    value: delimiter.to_string(),
                    what: "give one plain character: a comma, semicolon, tab or bar".to_owned(),
                });
            }
            return Ok(begun(Choice::given(delimiter)).past_titles(head));
        }
        if let Some(d) = said {
            let delimiter = Choice::new(char::from(d), By::Found, 1.0, "the first line says so");
            return Ok(begun(delimiter).past_titles(head));
        }
        Ok(begun(guess(head, newline)).past_titles(head))
    }

    /// Passes over lines above the line of names that say what the file is (“Report: incidents”, “Generated 3 March”): few
    /// cells are filled where the rows below have many.
    fn past_titles(mut self, head: &[u8]) -> Self {
        let delimiter = u8::try_from(self.delimiter.value).unwrap_or(b',');
        let text = head.get(self.preamble..).unwrap_or_default();
        let mut splitter = Splitter::new(text, delimiter, self.newline, text.len().max(1));
        let mut rows: Vec<(usize, usize, u64, String)> = Vec::new();
        let mut scratch = Vec::new();
        while rows.len() < 200 {
            let (start, line) = splitter.place();
            let Ok(Some(record)) = splitter.next() else { break };
            let filled = (0..record.len())
                .filter(|i| record.field(*i, &mut scratch).is_some_and(|f| !f.trim_ascii().is_empty()))
                .count();
            let text =
                if rows.len() < TITLES { String::from_utf8_lossy(record.raw()).into_owned() } else { String::new() };
            rows.push((filled, start, line, text));
        }
        let mut widths: Vec<usize> = rows.iter().map(|r| r.0).collect();
        widths.sort_unstable();
        let usual = widths.get(widths.len() / 2).copied().unwrap_or(0);
        let is_title = |filled: usize| filled <= 2 && filled * 2 < usual;
        let titles = rows.iter().take_while(|r| is_title(r.0)).count();
        if (1..=TITLES).contains(&titles)
            && let (Some(first), Some(names)) = (rows.first(), rows.get(titles))
            // A short row above others may still be the line of names: then what follows is longer, not fuller.
            && names.0 >= usual
        {
            self.title = Some(crate::names::short(first.3.trim()));
            self.preamble += names.1;
            self.lines += names.2 - 1;
        }
        self
    }
}

/// Most lines that may stand above the line of names.
const TITLES: usize = 20;

/// The delimiter that cuts most rows into equally many columns, at least two.
fn guess(head: &[u8], newline: u8) -> Choice<char> {
    let mut scored: Vec<(u8, f64, usize)> = DELIMITERS
        .iter()
        .map(|&d| {
            let counts = columns(head, d, newline);
            let usual = most_frequent(&counts);
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

/// The most frequent number; of equals the first.
fn most_frequent(counts: &[usize]) -> usize {
    let often = |n: usize| counts.iter().filter(|c| **c == n).count();
    counts.iter().copied().enumerate().max_by_key(|(i, n)| (often(*n), usize::MAX - i)).map_or(0, |(_, n)| n)
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
