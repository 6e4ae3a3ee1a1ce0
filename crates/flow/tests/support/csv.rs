//! A small reader of the shared CSV files, written apart from the product's on purpose.

use super::xes::{millis, shared};
use std::path::Path;
use watercourse_flow::log::{Event, Log};

/// Names of the columns: case, activity, time, start, team.
pub type Columns = [&'static str; 5];

/// A table of the shared data, cell by cell.
pub struct Table {
    names: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// The file, or none, said in one line.
    pub fn read(file: &str) -> Option<Self> {
        let text = std::fs::read_to_string(shared(file)?).unwrap();
        let mut lines = text.lines().map(|line| cells(line, ','));
        let names = lines.next().unwrap();
        Some(Self { names, rows: lines.collect() })
    }
    pub fn column(&self, name: &str) -> usize {
        self.names.iter().position(|n| n == name).unwrap()
    }
}

pub fn read(path: &Path, columns: Columns) -> Log {
    let bytes = std::fs::read(path).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    let mut lines = text.lines();
    let head = lines.next().unwrap().trim_start_matches('\u{feff}');
    let delimiter = if head.contains(';') { ';' } else { ',' };
    let names = cells(head, delimiter);
    let places = columns.map(|c| names.iter().position(|n| n == c));
    let mut log = Log::default();
    for line in lines.filter(|l| !l.is_empty()) {
        let cells = cells(line, delimiter);
        let cell = |column: usize| places[column].map(|p| cells[p].as_str());
        log.push(Event {
            case: cell(0).unwrap(),
            activity: cell(1).unwrap(),
            at: instant(cell(2).unwrap()),
            start: cell(3).map(instant),
            team: cell(4).filter(|t| !t.is_empty() && *t != "?"),
            lifecycle: None,
        });
    }
    log
}

fn cells(line: &str, delimiter: char) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            c if c == delimiter && !quoted => cells.push(String::new()),
            c => cells.last_mut().unwrap().push(c),
        }
    }
    cells
}

/// `2012-04-03 16:55:38`, `2014/10/22 11:15:41.000`, `29/2/2016 08:51`, with or without an offset.
fn instant(text: &str) -> i64 {
    let (date, time) = text.split_once(' ').unwrap();
    let parts: Vec<&str> = date.split(['-', '/']).collect();
    let (year, month, day) =
        if parts[0].len() == 4 { (parts[0], parts[1], parts[2]) } else { (parts[2], parts[1], parts[0]) };
    let time = if time.len() == 5 { format!("{time}:00") } else { time.to_owned() };
    let zone = if time[8..].contains(['+', '-', 'Z']) { "" } else { "Z" };
    millis(&format!("{year}-{month:0>2}-{day:0>2}T{time}{zone}"))
}
