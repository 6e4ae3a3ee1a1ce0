//! OCEL 2.0 as an SQLite database, out.

use std::collections::BTreeSet;
use std::path::Path;

use rusqlite::{Connection, Statement, params};
use watercourse_flow::log::NONE;

use super::json_write::type_name;
use super::model::{Declared, Ocel, Types, Value, ValueKind, Values};
use super::sqlite_read::{OWN, quoted};
use super::values;
use crate::date::rfc3339;

/// Why a database could not be written.
#[derive(Debug, thiserror::Error)]
pub enum SqliteError {
    /// SQLite's own reason.
    #[error("the database cannot be written: {0}")]
    Failed(#[from] rusqlite::Error),
    /// A log that SQLite has no room for.
    #[error("{0}")]
    Unfit(String),
}

/// Writes OCEL 2.0 as an SQLite database. `path` must not exist yet or be an empty file. Values that hold from 1970 are
/// the first row of their object, every later one is a row of its own.
///
/// # Errors
/// Those of the database; also where two attributes of a type differ in upper and lower case only, which SQLite's
/// columns cannot.
pub fn write_sqlite(ocel: &Ocel, path: &Path) -> Result<(), SqliteError> {
    let mut c = Connection::open(path)?;
    // Nobody sees the file before it is whole; a crash leaves one to throw away.
    c.execute_batch("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA locking_mode=EXCLUSIVE;")?;
    let t = c.transaction()?;
    t.execute_batch(
        "CREATE TABLE event_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT);
         CREATE TABLE object_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT);
         CREATE TABLE event (ocel_id TEXT PRIMARY KEY, ocel_type TEXT);
         CREATE TABLE object (ocel_id TEXT PRIMARY KEY, ocel_type TEXT);
         CREATE TABLE event_object (ocel_event_id TEXT, ocel_object_id TEXT, ocel_qualifier TEXT);
         CREATE TABLE object_object (ocel_source_id TEXT, ocel_target_id TEXT, ocel_qualifier TEXT);",
    )?;
    let mixed = mixed(&ocel.event_types, &ocel.event_type, &ocel.event_values);
    let event_tables = tables(&t, ocel, &ocel.event_types, "event", &mixed)?;
    events(&t, ocel, &event_tables, &mixed)?;
    let mixed = self::mixed(&ocel.object_types, &ocel.object_type, &ocel.object_values);
    let object_tables = tables(&t, ocel, &ocel.object_types, "object", &mixed)?;
    objects(&t, ocel, &object_tables, &mixed)?;
    t.commit()?;
    c.close().map_err(|(_, e)| e)?;
    Ok(())
}

/// Attributes of types that have values of another kind than they declare.
type Mixed = BTreeSet<(u32, u32)>;

fn mixed(types: &Types, of: &[u32], values: &Values) -> Mixed {
    let mut found = Mixed::new();
    for (owner, &of) in (0u32..).zip(of) {
        for place in values.of(owner) {
            if let (Some(&name), Some(&kind)) = (values.name.get(place), values.kind.get(place))
                && types.kind(of, name) != Some(kind)
            {
                found.insert((of, name));
            }
        }
    }
    found
}

/// Makes a table for each type; returns their names.
fn tables(c: &Connection, ocel: &Ocel, types: &Types, side: &str, mixed: &Mixed) -> Result<Vec<String>, SqliteError> {
    let mut taken: BTreeSet<String> = ["map_type", "object"].into_iter().map(str::to_owned).collect();
    let mut names = Vec::new();
    let mut map = c.prepare(&format!("INSERT INTO {side}_map_type VALUES (?1, ?2)"))?;
    for (n, of) in (0u32..).zip(types.names.iter()) {
        let plain: String = of.chars().filter(|c| c.is_alphanumeric() || *c == '_').collect();
        let plain = if plain.is_empty() { "type".to_owned() } else { plain };
        let mut mapped = plain.clone();
        let mut again = 2;
        // SQLite does not tell upper from lower case in names.
        while !taken.insert(mapped.to_lowercase()) {
            mapped = format!("{plain}_{again}");
            again += 1;
        }
        let mut columns = vec!["\"ocel_id\" TEXT".to_owned(), "\"ocel_time\" TIMESTAMP".to_owned()];
        let mut seen: BTreeSet<String> = OWN.iter().map(|c| (*c).to_owned()).collect();
        for declared in types.of(n) {
            let name = ocel.attributes.name(declared.name);
            if !seen.insert(name.to_lowercase()) {
                return Err(SqliteError::Unfit(format!(
                    "the type {of:?} has a second attribute that SQLite cannot tell from {name:?}; write JSON or XML"
                )));
            }
            columns.push(format!("{} {}", quoted(name), column(declared.kind, mixed.contains(&(n, declared.name)))));
        }
        if side == "object" {
            columns.push("\"ocel_changed_field\" TEXT".to_owned());
        }
        let table = format!("{side}_{mapped}");
        c.execute_batch(&format!("CREATE TABLE {} ({});", quoted(&table), columns.join(", ")))?;
        map.execute(params![of, mapped])?;
        names.push(table);
    }
    Ok(names)
}

/// The type of a column. SQLite makes numbers of texts that look like one, unless the type says TEXT: so it does where
/// some values are texts although the attribute declares another kind.
const fn column(kind: ValueKind, mixed: bool) -> &'static str {
    match (kind, mixed) {
        (ValueKind::String, _) => "TEXT",
        (ValueKind::Time, false) => "TIMESTAMP",
        (ValueKind::Time, true) => "TIMESTAMP TEXT",
        (ValueKind::Integer, false) => "INTEGER",
        (ValueKind::Integer, true) => "WHOLE TEXT",
        (ValueKind::Float, false) => "REAL",
        (ValueKind::Float, true) => "REAL TEXT",
        (ValueKind::Boolean, false) => "BOOLEAN",
        (ValueKind::Boolean, true) => "BOOLEAN TEXT",
    }
}

/// Statements that fill the tables of the types.
fn fillers<'c>(
    c: &'c Connection,
    types: &Types,
    tables: &[String],
    more: usize,
) -> Result<Vec<Statement<'c>>, SqliteError> {
    (0u32..)
        .zip(tables)
        .map(|(n, table)| {
            let marks = vec!["?"; types.of(n).len() + more].join(", ");
            Ok(c.prepare(&format!("INSERT INTO {} VALUES ({marks})", quoted(table)))?)
        })
        .collect()
}

fn events(c: &Connection, ocel: &Ocel, tables: &[String], mixed: &Mixed) -> Result<(), SqliteError> {
    let mut fill = fillers(c, &ocel.event_types, tables, 2)?;
    let mut event = c.prepare("INSERT INTO event VALUES (?1, ?2)")?;
    let mut relation = c.prepare("INSERT INTO event_object VALUES (?1, ?2, ?3)")?;
    for n in ocel.event_numbers() {
        let id = ocel.event_ids.name(n);
        let of = ocel.event_type.get(n as usize).copied().unwrap_or(NONE);
        event.execute(params![id, ocel.event_types.names.name(of)])?;
        for (object, qualifier) in ocel.e2o.of(n) {
            relation.execute(params![id, ocel.object_ids.name(object), ocel.qualifiers.name(qualifier)])?;
        }
        let Some(row) = fill.get_mut(of as usize) else { continue };
        let at = rfc3339(ocel.at.get(n as usize).copied().unwrap_or_default());
        row.raw_bind_parameter(1, id)?;
        row.raw_bind_parameter(2, &at)?;
        let declared = ocel.event_types.of(of);
        nothing(row, 3, declared.len())?;
        let mut filled = BTreeSet::new();
        for place in ocel.event_values.of(n) {
            let Some(slot) = slot(declared, &ocel.event_values, place) else { continue };
            if !filled.insert(slot) {
                return Err(SqliteError::Unfit(format!(
                    "the event {id:?} has an attribute twice, which a row of a table cannot; write JSON or XML"
                )));
            }
            let as_text = ocel.event_values.name.get(place).is_some_and(|name| mixed.contains(&(of, *name)));
            bind(row, slot + 3, ocel.value(&ocel.event_values, place), as_text)?;
        }
        row.raw_execute()?;
    }
    Ok(())
}

fn objects(c: &Connection, ocel: &Ocel, tables: &[String], mixed: &Mixed) -> Result<(), SqliteError> {
    let mut fill = fillers(c, &ocel.object_types, tables, 3)?;
    let mut object = c.prepare("INSERT INTO object VALUES (?1, ?2)")?;
    let mut relation = c.prepare("INSERT INTO object_object VALUES (?1, ?2, ?3)")?;
    let start = rfc3339(0);
    for n in ocel.object_numbers() {
        let id = ocel.object_ids.name(n);
        for (to, qualifier) in ocel.o2o.of(n) {
            relation.execute(params![id, ocel.object_ids.name(to), ocel.qualifiers.name(qualifier)])?;
        }
        if !ocel.is_described(n) {
            continue;
        }
        object.execute(params![id, type_name(ocel, n)])?;
        let of = ocel.type_of(n);
        let Some(row) = fill.get_mut(of as usize) else { continue };
        let declared = ocel.object_types.of(of);
        let values = &ocel.object_values;
        let changed = declared.len() + 3;
        let as_text = |place| values.name.get(place).is_some_and(|name| mixed.contains(&(of, *name)));
        // What holds from the start makes the first row; every object has one, so that every reader finds it.
        row.raw_bind_parameter(1, id)?;
        row.raw_bind_parameter(2, &start)?;
        nothing(row, 3, declared.len() + 1)?;
        let mut filled = BTreeSet::new();
        let mut later = Vec::new();
        for place in values.of(n) {
            let Some(slot) = slot(declared, values, place) else { continue };
            if values.at.get(place) == Some(&0) && filled.insert(slot) {
                bind(row, slot + 3, ocel.value(values, place), as_text(place))?;
            } else {
                later.push((slot, place));
            }
        }
        row.raw_execute()?;
        for (slot, place) in later {
            nothing(row, 3, declared.len() + 1)?;
            row.raw_bind_parameter(1, id)?;
            row.raw_bind_parameter(2, rfc3339(values.at.get(place).copied().unwrap_or_default()))?;
            bind(row, slot + 3, ocel.value(values, place), as_text(place))?;
            row.raw_bind_parameter(changed, ocel.attributes.name(values.name.get(place).copied().unwrap_or(NONE)))?;
            row.raw_execute()?;
        }
    }
    Ok(())
}

/// The column of a value among those its type declares.
fn slot(declared: &[Declared], values: &Values, place: usize) -> Option<usize> {
    let name = *values.name.get(place)?;
    declared.iter().position(|d| d.name == name)
}

fn nothing(row: &mut Statement<'_>, from: usize, count: usize) -> rusqlite::Result<()> {
    (from..from + count).try_for_each(|place| row.raw_bind_parameter(place, rusqlite::types::Null))
}

fn bind(row: &mut Statement<'_>, place: usize, value: Option<Value<'_>>, as_text: bool) -> rusqlite::Result<()> {
    let Some(value) = value else { return row.raw_bind_parameter(place, rusqlite::types::Null) };
    match value {
        Value::Integer(n) if !as_text => row.raw_bind_parameter(place, n),
        Value::Float(x) if !as_text => row.raw_bind_parameter(place, x),
        Value::Boolean(yes) if !as_text => row.raw_bind_parameter(place, i64::from(yes)),
        value => row.raw_bind_parameter(place, values::text(value)),
    }
}
