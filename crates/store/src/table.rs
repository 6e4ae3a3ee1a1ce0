//! Tables as they are copied from one database to another, whatever is in them.

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holds {
    Int,
    Real,
    Bool,
    Text,
    Bytes,
    /// An id, which SQLite keeps as bytes.
    Id,
    /// Something this program does not write.
    Other,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Table {
    pub(crate) name: String,
    pub(crate) columns: Vec<(String, Holds)>,
}

/// A value of a column.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    Null,
    Int(i64),
    Real(f64),
    Bool(bool),
    Text(String),
    Bytes(Vec<u8>),
}

/// Rows on their way.
pub(crate) type Rows = Vec<Vec<Cell>>;

impl Table {
    /// This table with only the columns another has too, in its order.
    pub(crate) fn like(&self, other: &Self) -> Self {
        let find = |name: &String| self.columns.iter().find(|(own, _)| own == name).cloned();
        Self { name: self.name.clone(), columns: other.columns.iter().filter_map(|(n, _)| find(n)).collect() }
    }
}
