//! Looking at a database for faults.

use super::sql;
use super::{CLOCK, Connection, INTEGRITY, ORPHANS, Row, Stored, get};
use uuid::Uuid;
use watercourse_core::id::ItemId;
use watercourse_core::time::Instant;

/// What is damaged; empty where nothing is.
pub(crate) async fn damage(c: &mut Connection) -> Stored<Vec<String>> {
    let Some(sql) = INTEGRITY else { return Ok(Vec::new()) };
    let found: Vec<String> = sql::query_scalar(sql).fetch_all(c).await?;
    Ok(found.into_iter().filter(|line| line != "ok").collect())
}

/// Tables with rows that point to rows that are not there, and how many.
pub(crate) async fn orphans(c: &mut Connection) -> Stored<Vec<(String, i64)>> {
    let Some(sql) = ORPHANS else { return Ok(Vec::new()) };
    let rows = sql::query(sql).fetch_all(c).await?;
    rows.iter().map(|row: &Row| Ok((get(row, "of_table")?, get(row, "count")?))).collect()
}

/// What time it is by the clock of the database, where it has one of its own.
pub(crate) async fn database_clock(c: &mut Connection) -> Stored<Option<Instant>> {
    let Some(sql) = CLOCK else { return Ok(None) };
    Ok(Some(Instant(sql::query_scalar(sql).fetch_one(c).await?)))
}

/// How many timers should have fired before a time.
pub(crate) async fn overdue_timers(c: &mut Connection, before: Instant) -> Stored<i64> {
    let sql = "SELECT COUNT(*) FROM timer WHERE fired IS NULL AND due < $1";
    Ok(sql::query_scalar(sql).bind(before.micros()).fetch_one(c).await?)
}

/// Native items, those touched last first.
pub(crate) async fn touched_last(c: &mut Connection, limit: i64) -> Stored<Vec<ItemId>> {
    let sql = "SELECT id FROM item WHERE imported = FALSE ORDER BY touched DESC, id LIMIT $1";
    let found: Vec<Uuid> = sql::query_scalar(sql).bind(limit).fetch_all(c).await?;
    Ok(found.into_iter().map(ItemId).collect())
}
