//! What is measured: native items whole, imported logs event by event, both in parts.

use super::item::{ROUNDS, ROUNDS_ORDER, add_spell, fields_of, kept};
use super::sight::push_sight;
use super::sql::{self, QueryBuilder};
use super::{CHUNK, Connection, Row, Stored, each, get, push_in};
use crate::record::{Kept, LogEvent};
use crate::sight::Sight;
use std::collections::HashMap;
use uuid::Uuid;
use watercourse_core::id::ItemId;
use watercourse_core::time::Instant;

pub(crate) async fn native_items(
    c: &mut Connection,
    after: Option<(Instant, ItemId)>,
    limit: i64,
) -> Stored<Vec<Kept>> {
    let mut query = QueryBuilder::new("SELECT * FROM item WHERE imported = FALSE");
    if let Some((created, id)) = after {
        query.push(" AND (created, id) > (").push_bind(created.micros()).push(", ").push_bind(id.0).push(")");
    }
    query.push(" ORDER BY created, id LIMIT ").push_bind(limit);
    let rows = query.build().fetch_all(&mut *c).await?;
    whole(c, &rows).await
}

pub(crate) async fn moving_items(c: &mut Connection, since: Instant) -> Stored<Vec<Kept>> {
    let open = "SELECT * FROM item WHERE closed IS NULL AND imported = FALSE";
    let mut rows = sql::query(open).fetch_all(&mut *c).await?;
    let lately = "SELECT * FROM item WHERE touched >= $1 AND closed IS NOT NULL AND imported = FALSE";
    rows.extend(sql::query(lately).bind(since.micros()).fetch_all(&mut *c).await?);
    whole(c, &rows).await
}

pub(crate) async fn items_to_replay(
    c: &mut Connection,
    version: (&str, u32),
    since: Instant,
    sight: &Sight,
) -> Stored<Vec<Kept>> {
    let mut query = QueryBuilder::new("SELECT item.* FROM item WHERE imported = FALSE AND item.stream = ");
    query.push_bind(version.0.to_owned()).push(" AND item.version = ").push_bind(i64::from(version.1));
    query.push(" AND (item.closed IS NULL OR item.closed >= ").push_bind(since.micros()).push(")");
    push_sight(&mut query, sight);
    query.push(" ORDER BY item.created, item.id");
    let rows = query.build().fetch_all(&mut *c).await?;
    whole(c, &rows).await
}

/// Items with their fields and rounds, in the order of their rows.
async fn whole(c: &mut Connection, rows: &[Row]) -> Stored<Vec<Kept>> {
    let mut items = rows.iter().map(kept).collect::<Stored<Vec<Kept>>>()?;
    for chunk in items.chunks_mut(CHUNK) {
        let ids: Vec<ItemId> = chunk.iter().map(|k| k.item.id).collect();
        let mut fields = fields_of(c, &ids).await?;
        let places: HashMap<Uuid, usize> = ids.iter().enumerate().map(|(place, id)| (id.0, place)).collect();
        let mut query = QueryBuilder::new(ROUNDS);
        query.push(" WHERE r.item");
        push_in(&mut query, ids.iter().map(|id| id.0));
        query.push(ROUNDS_ORDER);
        for row in &query.build().fetch_all(&mut *c).await? {
            if let Some(kept) = places.get(&get::<Uuid>(row, "item")?).and_then(|place| chunk.get_mut(*place)) {
                add_spell(&mut kept.item.rounds, row)?;
            }
        }
        for kept in chunk {
            kept.item.fields = fields.remove(&kept.item.id).unwrap_or_default();
        }
    }
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

pub(crate) async fn log_events(
    c: &mut Connection,
    stream: &str,
    version: u32,
    from: i64,
    limit: i64,
) -> Stored<Vec<LogEvent>> {
    let sql = "SELECT case_id, activity, at, start_at, team, lifecycle FROM log_event
               WHERE stream = $1 AND version = $2 AND number >= $3 ORDER BY number LIMIT $4";
    let query = sql::query(sql).bind(stream).bind(i64::from(version)).bind(from).bind(limit);
    let mut events = Vec::new();
    each(c, query, |row| {
        events.push(event(row)?);
        Ok(())
    })
    .await?;
    Ok(events)
}
