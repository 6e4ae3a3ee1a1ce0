//! OCEL 2.0 as an SQLite database, copied to a file of its own and opened read-only. Nothing in it is run: no trigger,
//! no view, no function its schema names.

use std::collections::BTreeMap;
use std::io::{self, Read};

use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};
use watercourse_flow::log::{NO_TIME, NONE};

use super::builder::{Builder, Side, timed};
use super::columns::{RelationRows, ValueRows};
use super::values::Raw;
use crate::error::ExchangeError;
use crate::options::Options;
use crate::source::failed;

/// The tables every such database has, with the columns that are read.
const TABLES: [(&str, &[&str]); 6] = [
    ("event", &["ocel_id", "ocel_type"]),
    ("object", &["ocel_id", "ocel_type"]),
    ("event_map_type", &["ocel_type", "ocel_type_map"]),
    ("object_map_type", &["ocel_type", "ocel_type_map"]),
    ("event_object", &["ocel_event_id", "ocel_object_id", "ocel_qualifier"]),
    ("object_object", &["ocel_source_id", "ocel_target_id", "ocel_qualifier"]),
];

/// Reads a database into columns.
pub(crate) fn read(mut database: impl Read, options: &Options, b: &mut Builder) -> Result<(), ExchangeError> {
    let mut copy = tempfile::NamedTempFile::new().map_err(failed)?;
    io::copy(&mut database, &mut copy).map_err(failed)?;
    let wal = write_ahead(copy.path()).map_err(failed)?;
    let c = open(copy.path(), options).map_err(|e| broken(&e))?;
    let tables = tables(&c).map_err(|e| broken(&e))?;
    check(&tables)?;
    if wal {
        b.collector.warn(
            "write-ahead",
            "the database keeps recent changes in a file beside it (-wal), which is not read; close it in its program first",
        );
    }
    load(&c, &tables, b)
}

fn write_ahead(path: &std::path::Path) -> io::Result<bool> {
    let mut header = [0; 20];
    let got = crate::source::fill(&mut std::fs::File::open(path)?, &mut header)?;
    Ok(got == header.len() && header.get(18..) == Some(&[2, 2]))
}

fn open(path: &std::path::Path, options: &Options) -> rusqlite::Result<Connection> {
    let name = path.to_string_lossy().replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let c = Connection::open_with_flags(format!("file:{name}?immutable=1"), flags)?;
    c.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    c.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    c.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
    c.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false)?;
    c.execute_batch("PRAGMA query_only=ON; PRAGMA cell_size_check=ON; PRAGMA mmap_size=0;")?;
    let length = i32::try_from(options.limits.record).unwrap_or(i32::MAX);
    for (limit, most) in [
        (Limit::SQLITE_LIMIT_LENGTH, length),
        (Limit::SQLITE_LIMIT_ATTACHED, 0),
        (Limit::SQLITE_LIMIT_EXPR_DEPTH, 50),
        (Limit::SQLITE_LIMIT_VDBE_OP, 100_000),
        (Limit::SQLITE_LIMIT_WORKER_THREADS, 0),
    ] {
        c.set_limit(limit, most)?;
    }
    Ok(c)
}

/// A column with the type it declares.
type Column = (String, String);

/// The ordinary tables with their columns; views and virtual tables are none.
fn tables(c: &Connection) -> rusqlite::Result<BTreeMap<String, Vec<Column>>> {
    let mut found = BTreeMap::new();
    let mut names = c.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0")?;
    let names = names.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
    for name in names {
        let mut columns = c.prepare(&format!("PRAGMA table_xinfo({})", quoted(&name)))?;
        // Hidden and generated columns would run what the schema says.
        let columns = columns
            .query_map([], |row| Ok((row.get::<_, String>(1)?, row.get::<_, String>(2)?, row.get::<_, i64>(6)?)))?
            .collect::<Result<Vec<_>, _>>()?;
        found.insert(name, columns.into_iter().filter(|c| c.2 == 0).map(|c| (c.0, c.1)).collect());
    }
    Ok(found)
}

/// All that is missing, in one answer.
fn check(tables: &BTreeMap<String, Vec<Column>>) -> Result<(), ExchangeError> {
    let mut missing = Vec::new();
    for (table, columns) in TABLES {
        match tables.get(table) {
            None => missing.push(format!("no table \u{201c}{table}\u{201d} ({})", columns.join(", "))),
            Some(there) => missing.extend(
                columns
                    .iter()
                    .filter(|column| !there.iter().any(|(name, _)| name == *column))
                    .map(|column| format!("no column \u{201c}{column}\u{201d} in \u{201c}{table}\u{201d}")),
            ),
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    let first = ["EVENTS", "OBJECTS", "RELATIONS"].iter().all(|t| tables.contains_key(*t));
    Err(ExchangeError::NotALog {
        found: "an SQLite database that is not OCEL 2.0".to_owned(),
        remedy: if first {
            "it has the tables of OCEL 1.0; export it as JSON or XML, which are read".to_owned()
        } else {
            format!("it has {}; export the events as CSV if it is no object-centric log", missing.join(", "))
        },
    })
}

fn broken(error: &rusqlite::Error) -> ExchangeError {
    ExchangeError::NotALog {
        found: format!("an SQLite database that cannot be read ({error})"),
        remedy: "it may be damaged or cut off: export or copy it again, with its program closed".to_owned(),
    }
}

/// A name as SQL has it.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A cell as text; nothing where it is empty.
fn text(value: ValueRef<'_>, into: &mut String) -> bool {
    into.clear();
    match value {
        ValueRef::Null => return false,
        ValueRef::Integer(n) => into.push_str(&n.to_string()),
        ValueRef::Real(x) => into.push_str(&format!("{x:?}")),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => into.push_str(&String::from_utf8_lossy(bytes)),
    }
    true
}

/// Hands every row of a table to `each`, its cells in the order of `columns`, with its number.
fn rows(
    c: &Connection,
    table: &str,
    columns: &[&str],
    mut each: impl FnMut(&rusqlite::Row<'_>, u64) -> Result<(), ExchangeError>,
) -> Result<(), ExchangeError> {
    let names: Vec<String> = columns.iter().map(|c| quoted(c)).collect();
    // Of a table without row numbers the order is its key's.
    let sql = format!("SELECT {} FROM {}", names.join(", "), quoted(table));
    let mut statement = c.prepare(&sql).map_err(|e| broken(&e))?;
    let mut rows = statement.query([]).map_err(|e| broken(&e))?;
    let mut number = 0;
    while let Some(row) = rows.next().map_err(|e| broken(&e))? {
        number += 1;
        each(row, number)?;
    }
    Ok(())
}

fn cell<'r>(row: &'r rusqlite::Row<'_>, place: usize) -> Result<ValueRef<'r>, ExchangeError> {
    row.get_ref(place).map_err(|e| broken(&e))
}

fn load(c: &Connection, tables: &BTreeMap<String, Vec<Column>>, b: &mut Builder) -> Result<(), ExchangeError> {
    let events = kinds(c, tables, Side::Event, b)?;
    let objects = kinds(c, tables, Side::Object, b)?;
    let (mut id, mut of, mut other) = (String::new(), String::new(), String::new());
    let most = b.most_events();
    rows(c, "event", &["ocel_id", "ocel_type"], |row, n| {
        text(cell(row, 0)?, &mut id);
        text(cell(row, 1)?, &mut of);
        if b.ocel.event_type.len() >= most {
            return Err(ExchangeError::TooMuch { what: format!("more than {most} events") });
        }
        b.collector.rows.read += 1;
        b.event_number(&id, n);
        let of = b.used_type(Side::Event, &of, n);
        b.ocel.event_type.push(of);
        Ok(())
    })?;
    rows(c, "object", &["ocel_id", "ocel_type"], |row, n| {
        text(cell(row, 0)?, &mut id);
        text(cell(row, 1)?, &mut of);
        let number = b.ocel.object_ids.intern(&id);
        b.describe(number, &id, &of, n);
        Ok(())
    })?;
    b.ocel.at = vec![NO_TIME; b.ocel.event_type.len()];
    let mut values = ValueRows::default();
    for (_, table) in &events {
        event_rows(c, tables, table, b, &mut values)?;
    }
    for (_, table) in &objects {
        object_rows(c, tables, table, b)?;
    }
    let mut relations = RelationRows::default();
    rows(c, "event_object", &["ocel_event_id", "ocel_object_id", "ocel_qualifier"], |row, n| {
        text(cell(row, 0)?, &mut id);
        text(cell(row, 1)?, &mut other);
        text(cell(row, 2)?, &mut of);
        let Some(event) = b.ocel.event_ids.get(&id) else {
            b.odd.without_event.add(n, &id);
            return Ok(());
        };
        relations.push(event, b.ocel.object_ids.intern(&other), b.ocel.qualifiers.intern(&of));
        Ok(())
    })?;
    rows(c, "object_object", &["ocel_source_id", "ocel_target_id", "ocel_qualifier"], |row, _| {
        text(cell(row, 0)?, &mut id);
        text(cell(row, 1)?, &mut other);
        text(cell(row, 2)?, &mut of);
        let (source, target) = (b.ocel.object_ids.intern(&id), b.ocel.object_ids.intern(&other));
        b.o2o.push(source, target, b.ocel.qualifiers.intern(&of));
        Ok(())
    })?;
    let n = b.ocel.event_type.len();
    b.ocel.e2o = relations.columns(n)?;
    b.ocel.event_values = values.columns(n)?;
    b.ocel.event_values.at = Vec::new();
    untimed(b)
}

/// Declares the types of one side; returns each with its table.
fn kinds(
    c: &Connection,
    tables: &BTreeMap<String, Vec<Column>>,
    side: Side,
    b: &mut Builder,
) -> Result<Vec<(String, String)>, ExchangeError> {
    let (map, start) = match side {
        Side::Event => ("event_map_type", "event_"),
        Side::Object => ("object_map_type", "object_"),
    };
    let mut found = Vec::new();
    rows(c, map, &["ocel_type", "ocel_type_map"], |row, _| {
        let (mut of, mut mapped) = (String::new(), String::new());
        text(cell(row, 0)?, &mut of);
        text(cell(row, 1)?, &mut mapped);
        found.push((of, format!("{start}{mapped}")));
        Ok(())
    })?;
    let missing: Vec<&str> =
        found.iter().filter(|(_, t)| !tables.contains_key(t)).map(|(_, table)| table.as_str()).take(10).collect();
    if !missing.is_empty() {
        return Err(ExchangeError::NotALog {
            found: "an OCEL 2.0 database that lacks tables of its types".to_owned(),
            remedy: format!("\u{201c}{map}\u{201d} speaks of {}, which are not there", missing.join(", ")),
        });
    }
    for (of, table) in &found {
        let number = b.declare_type(side, of);
        for (name, kind) in tables.get(table).into_iter().flatten() {
            if !OWN.contains(&name.as_str()) {
                b.declare(side, number, name, declared_kind(kind), 0);
            }
        }
    }
    Ok(found)
}

/// Columns that are no attributes.
pub(crate) const OWN: [&str; 3] = ["ocel_id", "ocel_time", "ocel_changed_field"];

/// The kind that a declared column type means.
fn declared_kind(column: &str) -> &'static str {
    let column = column.to_ascii_uppercase();
    let has = |words: &[&str]| words.iter().any(|w| column.contains(w));
    if has(&["TIME", "DATE"]) {
        "time"
    } else if has(&["BOOL"]) {
        "boolean"
    } else if has(&["INT", "WHOLE"]) {
        "integer"
    } else if has(&["REAL", "FLOA", "DOUB", "NUMERIC", "DECIMAL"]) {
        "float"
    } else {
        "string"
    }
}

/// The columns of a table that are attributes.
fn attributes(columns: &[Column]) -> Vec<&str> {
    columns.iter().map(|c| c.0.as_str()).filter(|c| !OWN.contains(c)).collect()
}

fn lacks(table: &str, column: &str) -> ExchangeError {
    ExchangeError::NotALog {
        found: "an OCEL 2.0 database that lacks a column".to_owned(),
        remedy: format!("no column \u{201c}{column}\u{201d} in \u{201c}{table}\u{201d}"),
    }
}

fn event_rows(
    c: &Connection,
    tables: &BTreeMap<String, Vec<Column>>,
    table: &str,
    b: &mut Builder,
    values: &mut ValueRows,
) -> Result<(), ExchangeError> {
    let columns = tables.get(table).map_or(&[][..], Vec::as_slice);
    for needed in ["ocel_id", "ocel_time"] {
        if !columns.iter().any(|c| c.0 == needed) {
            return Err(lacks(table, needed));
        }
    }
    let names = attributes(columns);
    let wanted: Vec<&str> = ["ocel_id", "ocel_time"].into_iter().chain(names.iter().copied()).collect();
    let (mut id, mut other) = (String::new(), String::new());
    rows(c, table, &wanted, |row, n| {
        text(cell(row, 0)?, &mut id);
        let Some(event) = b.ocel.event_ids.get(&id) else {
            b.unknown(n, &format!("{table}: {id}"));
            return Ok(());
        };
        if text(cell(row, 1)?, &mut other)
            && let Some(at) = b.clock.read(other.as_bytes(), n)
            && let Some(slot) = b.ocel.at.get_mut(event as usize)
        {
            *slot = at;
        }
        let of = b.ocel.event_type.get(event as usize).copied().unwrap_or_default();
        for (place, name) in names.iter().enumerate() {
            let value = cell(row, place + 2)?;
            if text(value, &mut other) {
                let name = b.ocel.attributes.intern(name);
                let kind = b.ocel.event_types.kind(of, name);
                let (kind, bits) = b.reading.keep(&mut b.ocel.texts, raw(value, &other), kind);
                values.push(event, name, kind, bits, 0);
            }
        }
        Ok(())
    })
}

const fn raw<'t>(value: ValueRef<'_>, text: &'t str) -> Raw<'t> {
    match value {
        ValueRef::Integer(_) | ValueRef::Real(_) => Raw::Number(text),
        _ => Raw::Text(text),
    }
}

fn object_rows(
    c: &Connection,
    tables: &BTreeMap<String, Vec<Column>>,
    table: &str,
    b: &mut Builder,
) -> Result<(), ExchangeError> {
    let columns = tables.get(table).map_or(&[][..], Vec::as_slice);
    if !columns.iter().any(|c| c.0 == "ocel_id") {
        return Err(lacks(table, "ocel_id"));
    }
    let names = attributes(columns);
    let extra: Vec<&str> =
        ["ocel_time", "ocel_changed_field"].into_iter().filter(|e| columns.iter().any(|c| c.0 == *e)).collect();
    let wanted: Vec<&str> =
        std::iter::once("ocel_id").chain(names.iter().copied()).chain(extra.iter().copied()).collect();
    let place = |name: &str| wanted.iter().position(|w| *w == name).filter(|_| extra.contains(&name));
    let (time, changed) = (place("ocel_time"), place("ocel_changed_field"));
    let (mut id, mut other, mut field) = (String::new(), String::new(), String::new());
    rows(c, table, &wanted, |row, n| {
        text(cell(row, 0)?, &mut id);
        let object = b.ocel.object_ids.intern(&id);
        let of = b.ocel.object_type.get(object as usize).copied().unwrap_or(NONE);
        let at = match time {
            Some(place) if text(cell(row, place)?, &mut other) => b.clock.read(other.as_bytes(), n),
            _ => None,
        };
        let is_change = changed.map(|p| Ok(text(cell(row, p)?, &mut field))).transpose()?.unwrap_or(false);
        for (place, name) in names.iter().enumerate() {
            let value = cell(row, place + 1)?;
            if !text(value, &mut other) {
                if is_change && *name == field {
                    b.odd.no_value.add(n, name);
                }
                continue;
            }
            if is_change && *name != field {
                b.odd.besides_change.add(n, name);
                continue;
            }
            if at.is_none() {
                b.odd.untimed.add(n, name);
            }
            let name = b.ocel.attributes.intern(name);
            let kind = b.ocel.object_types.kind(of, name);
            let (kind, bits) = b.reading.keep(&mut b.ocel.texts, raw(value, &other), kind);
            b.object_values.push(object, name, kind, bits, at.unwrap_or(0));
        }
        Ok(())
    })
}

/// Events without a readable time are rejected, as they are in every format.
fn untimed(b: &mut Builder) -> Result<(), ExchangeError> {
    if b.ocel.at.iter().all(|at| timed(*at)) {
        return Ok(());
    }
    let old = std::mem::take(&mut b.ocel.event_ids);
    let mut values = ValueRows::default();
    let mut relations = RelationRows::default();
    let (mut of, mut times) = (Vec::new(), Vec::new());
    for number in b.ocel.event_numbers() {
        let (id, at) = (old.name(number), b.ocel.at.get(number as usize).copied().unwrap_or(NO_TIME));
        if !timed(at) {
            let line = u64::from(number) + 1;
            b.collector.reject(
                line,
                || format!("event {} has no readable time in the table of its type", crate::names::short(id)),
                || id.to_owned(),
            );
            continue;
        }
        let event = b.ocel.event_ids.intern(id);
        of.push(b.ocel.event_type.get(number as usize).copied().unwrap_or_default());
        times.push(at);
        let kept = &b.ocel.event_values;
        for place in kept.of(number) {
            if let (Some(&name), Some(&kind), Some(&bits)) =
                (kept.name.get(place), kept.kind.get(place), kept.bits.get(place))
            {
                values.push(event, name, kind, bits, 0);
            }
        }
        for (object, qualifier) in b.ocel.e2o.of(number) {
            relations.push(event, object, qualifier);
        }
    }
    b.ocel.e2o = relations.columns(of.len())?;
    b.ocel.event_values = values.columns(of.len())?;
    b.ocel.event_values.at = Vec::new();
    (b.ocel.event_type, b.ocel.at) = (of, times);
    Ok(())
}
