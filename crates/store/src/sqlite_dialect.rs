//! What only SQLite says this way.

use crate::error::StoreError;

/// Statements: put together, given values, asked.
pub(crate) use crate::here as sql;
/// One connection.
pub type Connection = sql::Connection;
/// One row.
pub type Row = sql::Row;

/// The value of a column, by its name or place.
pub(crate) fn value<T: sql::Got>(row: &Row, at: impl sql::At) -> Result<T, StoreError> {
    row.try_get(at)
}

/// Takes each row that is found, without keeping all of them.
pub(crate) async fn each(
    c: &mut Connection,
    query: sql::Query,
    take: impl FnMut(&Row) -> Result<(), StoreError> + Send,
) -> Result<(), StoreError> {
    query.each(c, take)
}

/// Reading a whole table, some rows at a time.
pub struct Reading {
    first: String,
    next: String,
    width: usize,
    last: Option<Row>,
}

impl Reading {
    /// Begins with a table. `columns`: with commas between them.
    ///
    /// # Errors
    /// As `StoreError` says.
    pub async fn begin(c: &mut Connection, table: &str, columns: &str, some: usize) -> Result<Self, StoreError> {
        let sql = "SELECT name FROM pragma_table_info($1) WHERE pk > 0 ORDER BY pk";
        let keys: Vec<String> = sql::query_scalar(sql).bind(table).fetch_all(c).await?;
        let keys: Vec<String> =
            if keys.is_empty() { vec!["rowid".to_owned()] } else { keys.iter().map(|k| format!("\"{k}\"")).collect() };
        let (width, keys) = (keys.len(), keys.join(", "));
        let all = format!("SELECT {columns}, {keys} FROM \"{table}\"");
        let marks = vec!["?"; width].join(", ");
        Ok(Self {
            first: format!("{all} ORDER BY {keys} LIMIT {some}"),
            next: format!("{all} WHERE ({keys}) > ({marks}) ORDER BY {keys} LIMIT {some}"),
            width,
            last: None,
        })
    }
    /// The next rows; none at the end.
    ///
    /// # Errors
    /// As `StoreError` says.
    pub async fn next(&mut self, c: &mut Connection) -> Result<Vec<Row>, StoreError> {
        let text = if self.last.is_some() { &self.next } else { &self.first };
        let mut query = sql::query(sql::AssertSqlSafe(text.clone()));
        if let Some(last) = &self.last {
            query = last.tail(self.width).iter().cloned().fold(query, sql::Query::bind);
        }
        let rows = query.fetch_all(c).await?;
        self.last = rows.last().cloned();
        Ok(rows)
    }
    /// Ends.
    ///
    /// # Errors
    /// None.
    pub async fn end(self, _: &mut Connection) -> Result<(), StoreError> {
        Ok(())
    }
}

/// How a transaction that writes begins.
pub const BEGIN: &str = "BEGIN IMMEDIATE";
/// Locks a row that was read. The one writer needs none.
pub const LOCK: &str = "";
/// Facts whose order can no longer change. The one writer numbers them in the order of their commits.
pub const SETTLED: &str = "TRUE";
/// The order in which facts become final.
pub const ORDER: &str = "fact.seq";
/// The same, the last first.
pub const LAST: &str = "fact.seq DESC";
/// What comes after a fact in that order: its number is asked for twice.
pub const AFTER: (&str, &str, &str) = (" AND fact.seq > MAX(", ", ", ")");
/// Whether the database is another process: then each statement costs a way there and back.
pub const AWAY: bool = false;
/// What the words in braces of a migration become.
pub const WORDS: [(&str, &str); 9] = [
    ("{id}", "BLOB"),
    ("{bytes}", "BLOB"),
    ("{word}", "TEXT"),
    ("{serial}", "INTEGER PRIMARY KEY AUTOINCREMENT"),
    ("{rowless}", " WITHOUT ROWID"),
    ("{settled}", ""),
    ("{settled_index}", ""),
    // The words are folded and parted already: the tokenizer has nothing to decide. Positions are not kept, since
    // phrases are looked up in the words themselves.
    (
        "{text_index}",
        "CREATE VIRTUAL TABLE search_index USING fts5 (words, content='search', content_rowid='number', \
         tokenize='ascii', prefix='2 3', detail=none, columnsize=0);
         CREATE TRIGGER search_insert AFTER INSERT ON search BEGIN
           INSERT INTO search_index (rowid, words) VALUES (new.number, new.words);
         END;
         CREATE TRIGGER search_delete AFTER DELETE ON search BEGIN
           INSERT INTO search_index (search_index, rowid, words) VALUES ('delete', old.number, old.words);
         END;
         CREATE TRIGGER search_update AFTER UPDATE OF words ON search BEGIN
           INSERT INTO search_index (search_index, rowid, words) VALUES ('delete', old.number, old.words);
           INSERT INTO search_index (rowid, words) VALUES (new.number, new.words);
         END;",
    ),
    // Beginnings of words are looked up among the words themselves: tables of beginnings made every write dearer by
    // more than they saved a search.
    (
        "{text_index_again}",
        "DROP TABLE search_index;
         CREATE VIRTUAL TABLE search_index USING fts5 (words, content='search', content_rowid='number', \
         tokenize='ascii', detail=none, columnsize=0);
         INSERT INTO search_index (search_index) VALUES ('rebuild');",
    ),
];

/// Keeps the planner from an index on the column that follows: the order of the list is worth more there.
pub const SCAN: &str = "+";
/// Where a piece of text stands in a longer one, from 1.
pub const POSITION: &str = "instr";
/// The items whose words an index query finds: what stands before it, and after it.
pub const FOUND: (&str, &str) = (
    "SELECT search.item AS id FROM search_index CROSS JOIN search WHERE search.number = search_index.rowid AND search_index MATCH ",
    "",
);

/// The same without the items themselves, to see how many there are.
pub const COUNTED: (&str, &str) = ("SELECT 1 FROM search_index WHERE search_index MATCH ", "");
/// How an index query says “and”, and how it says “or”.
pub const JOINS: (&str, &str) = (" AND ", " OR ");

/// A word of an index query; `prefix`: it may go on. Words hold letters and digits only.
pub fn index_word(word: &str, prefix: bool) -> String {
    format!("\"{word}\"{}", if prefix { "*" } else { "" })
}

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
