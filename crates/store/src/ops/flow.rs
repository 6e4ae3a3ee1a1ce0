//! Everything that was visited, for measuring: native items whole, imported logs event by event.

use super::item::{ROUNDS, ROUNDS_ORDER, add_spell, kept};
use super::sql::{self, AssertSqlSafe, QueryBuilder};
use super::{CHUNK, Connection, Row, Stored, each, get};
use crate::record::LogEvent;
use std::collections::HashMap;
use uuid::Uuid;
use watercourse_core::item::Item;

pub(crate) async fn native_items(c: &mut Connection) -> Stored<Vec<Item>> {
    let mut items: Vec<Item> = Vec::new();
    let sql = "SELECT * FROM item WHERE imported = FALSE ORDER BY created, id";
    for row in &sql::query(sql).fetch_all(&mut *c).await? {
        items.push(kept(row)?.item);
    }
    let places: HashMap<Uuid, usize> = items.iter().enumerate().map(|(i, item)| (item.id.0, i)).collect();
    let sql =
        "SELECT f.item, f.name, f.value FROM item_field f JOIN item ON item.id = f.item WHERE item.imported = FALSE";
    each(c, sql::query(sql), |row| {
        if let Some(item) = places.get(&get::<Uuid>(row, "item")?).and_then(|i| items.get_mut(*i)) {
            item.fields.insert(get(row, "name")?, get(row, "value")?);
        }
        Ok(())
    })
    .await?;
    let sql =
        AssertSqlSafe(format!("{ROUNDS} JOIN item ON item.id = r.item WHERE item.imported = FALSE{ROUNDS_ORDER}"));
    each(c, sql::query(sql), |row| match places.get(&get::<Uuid>(row, "item")?).and_then(|i| items.get_mut(*i)) {
        Some(item) => add_spell(&mut item.rounds, row),
        None => Ok(()),
    })
    .await?;
    Ok(items)
}

pub(crate) async fn append_events(
    c: &mut Connection,
    stream: &str,
    version: u32,
    from: i64,
    events: &[LogEvent],
) -> Stored<()> {
    let mut number = from;
    for chunk in events.chunks(CHUNK) {
        let mut query = QueryBuilder::new(
            "INSERT INTO log_event (stream, version, number, case_id, activity, at, start_at, team, lifecycle) ",
        );
        query.push_values(chunk, |mut b, e| {
            b.push_bind(stream)
                .push_bind(i64::from(version))
                .push_bind(number)
                .push_bind(e.case.as_str())
                .push_bind(e.activity.as_str())
                .push_bind(e.at)
                .push_bind(e.start)
                .push_bind(e.team.as_deref())
                .push_bind(e.lifecycle.as_deref());
            number += 1;
        });
        query.build().execute(&mut *c).await?;
    }
    Ok(())
}

fn event(row: &Row) -> Stored<LogEvent> {
    Ok(LogEvent {
        case: get(row, "case_id")?,
        activity: get(row, "activity")?,
        at: get(row, "at")?,
        start: get(row, "start_at")?,
        team: get(row, "team")?,
        lifecycle: get(row, "lifecycle")?,
    })
}

pub(crate) async fn events_of_case(
    c: &mut Connection,
    stream: &str,
    version: u32,
    case: &str,
) -> Stored<Vec<LogEvent>> {
    let sql = "SELECT case_id, activity, at, start_at, team, lifecycle FROM log_event
               WHERE stream = $1 AND version = $2 AND case_id = $3 ORDER BY at, number";
    let rows = sql::query(sql).bind(stream).bind(i64::from(version)).bind(case).fetch_all(c).await?;
    rows.iter().map(event).collect()
}

pub(crate) async fn delete_import(c: &mut Connection, stream: &str, but: u32) -> Stored<()> {
    sql::query("DELETE FROM item WHERE stream = $1 AND imported = TRUE").bind(stream).execute(&mut *c).await?;
    let sql = "DELETE FROM log_event WHERE stream = $1 AND version <> $2";
    sql::query(sql).bind(stream).bind(i64::from(but)).execute(c).await?;
    Ok(())
}

pub(crate) async fn delete_import_version(c: &mut Connection, stream: &str, version: u32) -> Stored<()> {
    let version = i64::from(version);
    for sql in [
        "DELETE FROM item WHERE stream = $1 AND version = $2 AND imported = TRUE",
        "DELETE FROM log_event WHERE stream = $1 AND version = $2",
        "DELETE FROM stream WHERE id = $1 AND version = $2 AND imported = TRUE",
    ] {
        sql::query(sql).bind(stream).bind(version).execute(&mut *c).await?;
    }
    Ok(())
}

pub(crate) async fn count_log_events(c: &mut Connection, stream: &str, version: u32) -> Stored<i64> {
    let sql = "SELECT COUNT(*) FROM log_event WHERE stream = $1 AND version = $2";
    Ok(sql::query_scalar(sql).bind(stream).bind(i64::from(version)).fetch_one(c).await?)
}

pub(crate) async fn log_events(c: &mut Connection, stream: &str, version: u32) -> Stored<Vec<LogEvent>> {
    let sql = "SELECT case_id, activity, at, start_at, team, lifecycle FROM log_event WHERE stream = $1 AND version = $2 ORDER BY number";
    let mut events = Vec::new();
    each(c, sql::query(sql).bind(stream).bind(i64::from(version)), |row| {
        events.push(event(row)?);
        Ok(())
    })
    .await?;
    Ok(events)
}
