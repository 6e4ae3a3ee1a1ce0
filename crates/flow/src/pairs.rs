//! Pairs of small numbers, numbered in the order they first appear.

use crate::log::NONE;
use std::collections::HashMap;

/// Up to this many numbers pairs are found in a matrix, beyond it in a hash table.
const DENSE: usize = 1024;

/// Pairs of numbers, numbered.
pub(crate) struct Pairs {
    numbers: usize,
    table: Table,
    list: Vec<(u32, u32)>,
}

enum Table {
    Matrix(Vec<u32>),
    Hash(HashMap<(u32, u32), u32>),
}

impl Pairs {
    /// None yet, of numbers below this one.
    pub(crate) fn below(numbers: usize) -> Self {
        let dense = numbers <= DENSE;
        let table = if dense { Table::Matrix(vec![NONE; numbers * numbers]) } else { Table::Hash(HashMap::new()) };
        Self { numbers, table, list: Vec::new() }
    }
    /// The number of a pair, given now if it is new.
    pub(crate) fn number(&mut self, from: u32, to: u32) -> usize {
        let next = self.list.len() as u32;
        let number = match &mut self.table {
            Table::Matrix(matrix) => {
                let number = &mut matrix[from as usize * self.numbers + to as usize];
                if *number == NONE {
                    *number = next;
                }
                *number
            }
            Table::Hash(table) => *table.entry((from, to)).or_insert(next),
        };
        if number == next {
            self.list.push((from, to));
        }
        number as usize
    }
    /// The pairs, in order of their numbers.
    pub(crate) fn list(&self) -> &[(u32, u32)] {
        &self.list
    }
}
