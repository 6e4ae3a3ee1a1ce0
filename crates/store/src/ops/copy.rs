//! Copying whole tables, whatever is in them.

use super::sql::{self, AssertSqlSafe, Query};
use super::{BEGIN, COLUMNS, Connection, NUMBERED, RULES, Reading, Row, StoreError, Stored, get, value};
use crate::table::{Cell, Holds, Rows, Table};
use tokio::sync::mpsc;
use uuid::Uuid;

/// Rows that are handed on at once.
const AT_ONCE: usize = 500;
/// Parameters of one statement at most: below the most either database takes.
const PARAMETERS: usize = 30_000;

fn holds(declared: &str) -> Holds {
    match declared.to_ascii_lowercase().as_str() {
        "bigint" | "integer" | "int8" => Holds::Int,
        "double precision" | "float8" => Holds::Real,
        "boolean" | "bool" => Holds::Bool,
        "text" => Holds::Text,
        "blob" | "bytea" => Holds::Bytes,
        "uuid" => Holds::Id,
        _ => Holds::Other,
    }
}

pub(crate) async fn tables(c: &mut Connection) -> Stored<Vec<Table>> {
    let mut tables: Vec<Table> = Vec::new();
    for row in &sql::query(COLUMNS).fetch_all(c).await? {
        let (name, column): (String, String) = (get(row, "of_table")?, get(row, "named")?);
        let declared: String = get(row, "type")?;
        let holds = holds(&declared);
        match tables.last_mut().filter(|t| t.name == name) {
            Some(table) => table.columns.push((column, holds)),
            None => tables.push(Table { name, columns: vec![(column, holds)] }),
        }
    }
    Ok(tables)
}

fn listed(table: &Table) -> String {
    table.columns.iter().map(|(name, _)| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
}

fn cell(row: &Row, at: usize, holds: Holds) -> Stored<Cell> {
    Ok(match holds {
        Holds::Int => value::<Option<i64>>(row, at)?.map(Cell::Int),
        Holds::Real => value::<Option<f64>>(row, at)?.map(Cell::Real),
        Holds::Bool => value::<Option<bool>>(row, at)?.map(Cell::Bool),
        Holds::Text => value::<Option<String>>(row, at)?.map(Cell::Text),
        Holds::Bytes => value::<Option<Vec<u8>>>(row, at)?.map(Cell::Bytes),
        Holds::Id => value::<Option<Uuid>>(row, at)?.map(|id| Cell::Bytes(id.as_bytes().to_vec())),
        Holds::Other => return Err(StoreError::Other("a column is of a type that is not copied".to_owned())),
    }
    .unwrap_or(Cell::Null))
}

/// Sends all rows of a table.
pub(crate) async fn read_table(c: &mut Connection, table: &Table, to: mpsc::Sender<Rows>) -> Stored<()> {
    let mut reading = Reading::begin(c, &table.name, &listed(table), AT_ONCE).await?;
    loop {
        let rows = reading.next(c).await?;
        if rows.is_empty() {
            return reading.end(c).await;
        }
        let cells =
            |row: &Row| table.columns.iter().enumerate().map(|(at, (_, holds))| cell(row, at, *holds)).collect();
        let ready = rows.iter().map(cells).collect::<Stored<Rows>>()?;
        if to.send(ready).await.is_err() {
            // Whoever wrote them has failed and says why.
            return Ok(());
        }
    }
}

fn bound(query: Query, holds: Holds, cell: &Cell) -> Stored<Query> {
    let id = |bytes: &[u8]| Uuid::from_slice(bytes).map_err(|_| StoreError::Other("an id is not 16 bytes long".into()));
    Ok(match (holds, cell) {
        (Holds::Int, Cell::Int(v)) => query.bind(*v),
        (Holds::Real, Cell::Real(v)) => query.bind(*v),
        (Holds::Bool, Cell::Bool(v)) => query.bind(*v),
        (Holds::Text, Cell::Text(v)) => query.bind(v.clone()),
        (Holds::Bytes, Cell::Bytes(v)) => query.bind(v.clone()),
        (Holds::Id, Cell::Bytes(v)) => query.bind(id(v)?),
        (Holds::Int, Cell::Null) => query.bind(None::<i64>),
        (Holds::Real, Cell::Null) => query.bind(None::<f64>),
        (Holds::Bool, Cell::Null) => query.bind(None::<bool>),
        (Holds::Text, Cell::Null) => query.bind(None::<String>),
        (Holds::Bytes, Cell::Null) => query.bind(None::<Vec<u8>>),
        (Holds::Id, Cell::Null) => query.bind(None::<Uuid>),
        (holds, cell) => return Err(StoreError::Other(format!("{cell:?} does not fit a column of {holds:?}"))),
    })
}

/// Writes rows to a table.
pub(crate) async fn write_rows(c: &mut Connection, table: &Table, rows: &Rows) -> Stored<()> {
    let width = table.columns.len();
    for chunk in rows.chunks((PARAMETERS / width.max(1)).clamp(1, AT_ONCE)) {
        let marks = |row: usize| {
            let marks: Vec<String> = (1..=width).map(|n| format!("${}", row * width + n)).collect();
            format!("({})", marks.join(", "))
        };
        let values: Vec<String> = (0..chunk.len()).map(marks).collect();
        let sql = format!("INSERT INTO \"{}\" ({}) VALUES {}", table.name, listed(table), values.join(", "));
        let mut query = sql::query(AssertSqlSafe(sql));
        for row in chunk {
            for ((_, holds), cell) in table.columns.iter().zip(row) {
                query = bound(query, *holds, cell)?;
            }
        }
        query.execute(&mut *c).await?;
    }
    Ok(())
}

/// Begins filling an empty database: what the migrations put there is taken away, and rules between tables are
/// looked at in the end.
pub(crate) async fn begin_filling(c: &mut Connection, tables: &[Table]) -> Stored<()> {
    sql::raw_sql(BEGIN).execute(&mut *c).await?;
    for (table, rule) in rules(c).await? {
        let sql = format!("ALTER TABLE \"{table}\" ALTER CONSTRAINT \"{rule}\" DEFERRABLE INITIALLY DEFERRED");
        sql::raw_sql(AssertSqlSafe(sql)).execute(&mut *c).await?;
    }
    for table in tables {
        let sql = AssertSqlSafe(format!("DELETE FROM \"{}\"", table.name));
        sql::raw_sql(sql).execute(&mut *c).await?;
    }
    Ok(())
}

async fn rules(c: &mut Connection) -> Stored<Vec<(String, String)>> {
    let Some(sql) = RULES else { return Ok(Vec::new()) };
    Ok(sql::query_as(sql).fetch_all(c).await?)
}

/// Ends filling: looks at the rules between tables, and lets new numbers follow those that were copied.
pub(crate) async fn end_filling(c: &mut Connection) -> Stored<()> {
    if let Some(sql) = NUMBERED {
        sql::raw_sql("SET CONSTRAINTS ALL IMMEDIATE").execute(&mut *c).await?;
        let numbered: Vec<(String, String)> = sql::query_as(sql).fetch_all(&mut *c).await?;
        for (table, column) in numbered {
            let sql = format!(
                "SELECT setval(pg_get_serial_sequence('\"{table}\"', '{column}'), COALESCE(MAX(\"{column}\"), 1), MAX(\"{column}\") IS NOT NULL)
                 FROM \"{table}\""
            );
            sql::raw_sql(AssertSqlSafe(sql)).execute(&mut *c).await?;
        }
    }
    for (table, rule) in rules(c).await? {
        let sql = format!("ALTER TABLE \"{table}\" ALTER CONSTRAINT \"{rule}\" NOT DEFERRABLE");
        sql::raw_sql(AssertSqlSafe(sql)).execute(&mut *c).await?;
    }
    sql::raw_sql("COMMIT").execute(c).await?;
    Ok(())
}

pub(crate) async fn count_rows(c: &mut Connection, table: &str) -> Stored<i64> {
    let sql = AssertSqlSafe(format!("SELECT COUNT(*) FROM \"{table}\""));
    Ok(sql::query_scalar(sql).fetch_one(c).await?)
}
