//! A small reader of CSV without line breaks in cells.

use super::xes::shared;

/// A file of the shared data, or none, said in one line.
pub struct Table {
    names: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl Table {
    pub fn read(file: &str) -> Option<Self> {
        let text = std::fs::read_to_string(shared(file)?).unwrap();
        let mut lines = text.lines().map(cells);
        let names = lines.next().unwrap();
        Some(Self { names, rows: lines.collect() })
    }
    pub fn column(&self, name: &str) -> usize {
        self.names.iter().position(|n| n == name).unwrap()
    }
}

fn cells(line: &str) -> Vec<String> {
    let (mut cells, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(std::mem::take(&mut cell)),
            c => cell.push(c),
        }
    }
    cells.push(cell);
    cells
}
