//! The first rows of a file as a table, and what its columns look like.

use std::collections::{HashMap, HashSet};

use super::column_words::english;
use super::dialect::Dialect;
use super::split::Splitter;
use crate::date::{self, DateOrder, Form};
use crate::error::ExchangeError;
use crate::mapping::{By, Choice};
use crate::names::{nearest, words};
use crate::source::{Encoding, SAMPLE};

/// Most rows looked at before anything is decided.
const ROWS: usize = 5_000;

/// The first rows.
pub(crate) struct Table {
    /// One unique name per column.
    pub(crate) columns: Vec<String>,
    pub(crate) header: Choice<bool>,
    pub(crate) rows: Vec<Vec<String>>,
    pub(crate) looks: Vec<Look>,
}

/// What the cells of a column look like.
#[derive(Debug, Clone, Default)]
pub(crate) struct Look {
    /// The words of the column's name.
    pub(crate) words: Vec<String>,
    /// The same in English, as far as they are known.
    pub(crate) english: Vec<String>,
    /// Shares of all rows (filled) and of the filled cells (the others).
    pub(crate) filled: f64,
    pub(crate) dates: f64,
    /// Dates that are more than digits.
    pub(crate) written_dates: f64,
    pub(crate) numbers: f64,
    pub(crate) distinct: usize,
    /// Share of the most frequent value among the filled cells.
    pub(crate) commonest: f64,
    pub(crate) length: f64,
    /// Dates only one order can read, and dates of the disputed form.
    pub(crate) day_first: usize,
    pub(crate) month_first: usize,
    pub(crate) disputed: usize,
    pub(crate) half_days: usize,
}

/// A cell as text.
pub(crate) fn decode(bytes: &[u8], encoding: Encoding) -> (std::borrow::Cow<'_, str>, bool) {
    match (encoding, std::str::from_utf8(bytes)) {
        (Encoding::Utf8, Ok(text)) => (text.into(), true),
        (Encoding::Windows1252, Ok(text)) if text.is_ascii() => (text.into(), true),
        (Encoding::Windows1252, _) => (encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0, true),
        (Encoding::Utf8, Err(_)) => (encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0, false),
    }
}

impl Table {
    /// Reads the beginning of a file; `whole` says whether it is all of it.
    pub(crate) fn read(
        head: &[u8],
        whole: bool,
        dialect: &Dialect,
        encoding: Encoding,
        header: Option<bool>,
    ) -> Result<Self, ExchangeError> {
        let head = head.get(dialect.preamble..).unwrap_or_default();
        let delimiter = u8::try_from(dialect.delimiter.value).unwrap_or(b',');
        let mut splitter = Splitter::new(head, delimiter, dialect.newline, head.len().max(1));
        let mut rows: Vec<Vec<String>> = Vec::new();
        let mut scratch = Vec::new();
        loop {
            match splitter.next() {
                Ok(Some(record)) if rows.len() < ROWS => {
                    let cells = (0..record.len())
                        .map(|i| decode(record.field(i, &mut scratch).unwrap_or_default(), encoding).0.into_owned())
                        .collect();
                    rows.push(cells);
                }
                Ok(_) => break,
                Err(error) if whole => return Err(error),
                Err(_) => break,
            }
        }
        if !whole && rows.len() < ROWS {
            rows.pop();
        }
        if rows.is_empty() {
            return Err(if whole {
                ExchangeError::Empty { what: "CSV file", needs: "a line of column names and a row for each event" }
            } else {
                ExchangeError::TooLong {
                    line: 1,
                    byte: 0,
                    what: "the first line",
                    limit: SAMPLE,
                    remedy: "is this a text file with one row a line?",
                }
            });
        }
        let header = header_choice(&rows, header);
        let names = if header.value { rows.remove(0) } else { vec![String::new(); rows.first().map_or(0, Vec::len)] };
        let columns = unique(&names);
        let looks =
            columns.iter().enumerate().map(|(i, name)| look(if header.value { name } else { "" }, &rows, i)).collect();
        Ok(Self { columns, header, rows, looks })
    }

    /// The column a name means.
    pub(crate) fn column(&self, flag: &str, name: &str) -> Result<usize, ExchangeError> {
        let exact = self.columns.iter().position(|c| c == name);
        let folded = || self.columns.iter().position(|c| c.to_lowercase() == name.trim().to_lowercase());
        let numbered = || {
            let number =
                name.strip_prefix("column ").or_else(|| name.strip_prefix('#'))?.trim().parse::<usize>().ok()?;
            number.checked_sub(1).filter(|i| *i < self.columns.len())
        };
        exact.or_else(folded).or_else(numbered).ok_or_else(|| ExchangeError::UnknownColumn {
            flag: flag.to_owned(),
            name: name.to_owned(),
            nearest: nearest(name, self.columns.iter().map(String::as_str)),
            columns: self.columns.clone(),
        })
    }

    /// A cell; empty where the row is short.
    pub(crate) fn cell(&self, row: usize, column: usize) -> &str {
        self.rows.get(row).and_then(|r| r.get(column)).map_or("", String::as_str)
    }

    /// In how many of the cases with several rows a column changes, as a share; `None` without such cases.
    pub(crate) fn varies(&self, column: usize, case: usize) -> Option<f64> {
        let mut seen: HashMap<&str, (&str, bool, bool)> = HashMap::new();
        for row in 0..self.rows.len() {
            let (id, cell) = (self.cell(row, case), self.cell(row, column));
            seen.entry(id)
                .and_modify(|(first, several, changed)| {
                    *several = true;
                    *changed |= *first != cell;
                })
                .or_insert((cell, false, false));
        }
        let several = seen.values().filter(|s| s.1).count();
        let changed = seen.values().filter(|s| s.2).count();
        (several > 0).then(|| changed as f64 / several as f64)
    }

    /// Whether no two rows have the same filled value in a column.
    pub(crate) fn is_unique(&self, column: usize) -> bool {
        self.looks.get(column).is_some_and(|p| p.distinct == self.rows.len())
    }
}

/// Names that are all different: the second `Labels` is `Labels#2`, a nameless one `column 3`.
fn unique(names: &[String]) -> Vec<String> {
    let mut taken: HashSet<String> = HashSet::new();
    let mut columns = Vec::new();
    for (i, name) in names.iter().enumerate() {
        let name = name.trim();
        let base = if name.is_empty() { format!("column {}", i + 1) } else { name.to_owned() };
        let mut unique = base.clone();
        let mut n = 2;
        while !taken.insert(unique.clone()) {
            unique = format!("{base}#{n}");
            n += 1;
        }
        columns.push(unique);
    }
    columns
}

/// A first line with a date or a second row's number in it is a row, not a line of names.
fn header_choice(rows: &[Vec<String>], given: Option<bool>) -> Choice<bool> {
    if let Some(given) = given {
        return Choice::given(given);
    }
    let first = rows.first().map_or(&[][..], Vec::as_slice);
    let is_date = |cell: &String| {
        date::parse(cell.as_bytes(), DateOrder::DayFirst)
            .is_some_and(|m| !matches!(m.form, Form::Digits | Form::Serial))
            || date::parse(cell.as_bytes(), DateOrder::MonthFirst)
                .is_some_and(|m| !matches!(m.form, Form::Digits | Form::Serial))
    };
    if first.iter().any(is_date) {
        return Choice::new(false, By::Guessed, 0.8, "the first line has a date in it").or([("true".to_owned(), 0.2)]);
    }
    Choice::new(true, By::Guessed, 0.95, "the first line has no date in it")
}

fn look(name: &str, rows: &[Vec<String>], column: usize) -> Look {
    let words = words(name);
    let mut p = Look { english: english(&words), words, ..Look::default() };
    let mut distinct: HashMap<&str, usize> = HashMap::new();
    let (mut filled, mut dates, mut written, mut numbers, mut length) = (0usize, 0usize, 0usize, 0usize, 0usize);
    for row in rows {
        let cell = row.get(column).map_or("", String::as_str);
        if cell.is_empty() {
            continue;
        }
        filled += 1;
        length += cell.len();
        *distinct.entry(cell).or_default() += 1;
        numbers += usize::from(cell.trim().parse::<f64>().is_ok());
        let day = date::parse(cell.as_bytes(), DateOrder::DayFirst);
        let month = date::parse(cell.as_bytes(), DateOrder::MonthFirst);
        let Some(moment) = day.or(month) else { continue };
        dates += 1;
        written += usize::from(!matches!(moment.form, Form::Digits | Form::Serial));
        p.half_days += usize::from(moment.half_day);
        if let Form::Numbers(a, b) = moment.form {
            p.disputed += 1;
            p.day_first += usize::from(a > 12);
            p.month_first += usize::from(b > 12);
        }
    }
    let share = |n: usize, of: usize| if of == 0 { 0.0 } else { n as f64 / of as f64 };
    p.filled = share(filled, rows.len());
    p.dates = share(dates, filled);
    p.written_dates = share(written, filled);
    p.numbers = share(numbers, filled);
    p.length = share(length, filled);
    p.distinct = distinct.len();
    p.commonest = share(distinct.values().copied().max().unwrap_or(0), filled);
    p
}
