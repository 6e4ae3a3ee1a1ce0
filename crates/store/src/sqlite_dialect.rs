//! What only SQLite says this way.

/// The driver.
pub type Db = sqlx::Sqlite;
/// One connection.
pub type Connection = sqlx::SqliteConnection;
/// One row.
pub type Row = sqlx::sqlite::SqliteRow;

/// How a transaction that writes begins.
pub const BEGIN: &str = "BEGIN IMMEDIATE";
/// Locks a row that was read. The one writer needs none.
pub const LOCK: &str = "";
/// Facts whose order can no longer change. The one writer numbers them in the order of their commits.
pub const SETTLED: &str = "TRUE";
/// Whether statements that go as one are parts of the last, or stand one after the other.
pub const WITH: bool = false;
/// What the words in braces of a migration become.
pub const WORDS: [(&str, &str); 5] = [
    ("{id}", "BLOB"),
    ("{word}", "TEXT"),
    ("{serial}", "INTEGER PRIMARY KEY AUTOINCREMENT"),
    ("{rowless}", " WITHOUT ROWID"),
    ("{settled}", ""),
];
