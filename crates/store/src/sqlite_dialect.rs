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
/// What the words in braces of a migration become.
pub const WORDS: [(&str, &str); 6] = [
    ("{id}", "BLOB"),
    ("{bytes}", "BLOB"),
    ("{word}", "TEXT"),
    ("{serial}", "INTEGER PRIMARY KEY AUTOINCREMENT"),
    ("{rowless}", " WITHOUT ROWID"),
    ("{settled}", ""),
];
/// A number above that of every transaction that has begun. Here numbers are given in the order of commits.
pub const BEGUN: &str = "SELECT 0";
/// Every transaction with a smaller number has ended.
pub const FINISHED: &str = "SELECT 0";
/// The tables and their columns in order, with the types they were declared with. What an index of words keeps
/// for itself is none of them.
pub const COLUMNS: &str = "SELECT m.name AS of_table, p.name AS named, p.type AS type FROM pragma_table_list m \
     JOIN pragma_table_info(m.name) p WHERE m.schema = 'main' AND m.type = 'table' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
     ORDER BY m.name, p.cid";
/// Columns whose values the database gives: table and column.
pub const NUMBERED: Option<&str> = None;
/// Rules between tables: table and name.
pub const RULES: Option<&str> = None;
/// Rows that point to rows that are not there.
pub const ORPHANS: Option<&str> =
    Some("SELECT \"table\" AS of_table, COUNT(*) AS count FROM pragma_foreign_key_check GROUP BY 1");
/// Says `ok`, or what is damaged.
pub const INTEGRITY: Option<&str> = Some("PRAGMA integrity_check(5)");
/// Microseconds since 1970 by the clock of the database, where it has one of its own.
pub const CLOCK: Option<&str> = None;

/// An id or bytes as text; nothing where there is nothing, of which HEX would make an empty text.
pub fn hex(column: &str) -> String {
    format!("CASE WHEN {column} IS NOT NULL THEN LOWER(HEX({column})) END")
}
