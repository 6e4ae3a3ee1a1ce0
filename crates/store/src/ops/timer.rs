//! Timers: rows, fired by whoever comes first, exactly once.

use super::sql::{self, QueryBuilder};
use super::{CHUNK, Connection, Row, Stored, get, small};
use crate::record::Timer;
use watercourse_core::id::ItemId;
use watercourse_core::time::Instant;

pub(crate) async fn set_timers(c: &mut Connection, timers: &[Timer]) -> Stored<()> {
    for chunk in timers.chunks(CHUNK) {
        let mut query = QueryBuilder::new("");
        push_timers(&mut query, chunk);
        query.build().execute(&mut *c).await?;
    }
    Ok(())
}

pub(crate) fn push_timers(query: &mut QueryBuilder, timers: &[Timer]) {
    query.push("INSERT INTO timer (item, round, due) ");
    query.push_values(timers, |mut b, t| {
        b.push_bind(t.item.0).push_bind(i64::from(t.round)).push_bind(t.due.micros());
    });
    query.push(" ON CONFLICT DO NOTHING");
}

pub(crate) async fn due_timers(c: &mut Connection, now: Instant, limit: i64) -> Stored<Vec<Timer>> {
    let rows = sql::query("SELECT item, round, due FROM timer WHERE fired IS NULL AND due <= $1 ORDER BY due LIMIT $2")
        .bind(now.micros())
        .bind(limit)
        .fetch_all(c)
        .await?;
    let timer = |row: &Row| {
        Ok(Timer {
            item: ItemId(get(row, "item")?),
            round: small("timer", get(row, "round")?)?,
            due: Instant(get(row, "due")?),
        })
    };
    rows.iter().map(timer).collect()
}

/// Takes a timer to fire it; false when somebody else has.
pub(crate) async fn claim_timer(c: &mut Connection, timer: Timer, now: Instant) -> Stored<bool> {
    let done = sql::query("UPDATE timer SET fired = $1 WHERE item = $2 AND round = $3 AND fired IS NULL")
        .bind(now.micros())
        .bind(timer.item.0)
        .bind(i64::from(timer.round))
        .execute(c)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// When the next timer is due.
pub(crate) async fn next_due(c: &mut Connection) -> Stored<Option<Instant>> {
    let due: Option<i64> = sql::query_scalar("SELECT MIN(due) FROM timer WHERE fired IS NULL").fetch_one(c).await?;
    Ok(due.map(Instant))
}
