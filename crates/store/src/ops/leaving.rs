//! Receivers of events, and deliveries to them: leased by whoever comes first, in order per item.

use super::fact::numbered;
use super::sql::{self, QueryBuilder};
use super::{CHUNK, Connection, Row, StoreError, Stored, get, parsed, push_in};
use crate::leaving_record::{Attempt, Delivery, DeliveryState, OnTheWay, Receiver};
use crate::record::Numbered;
use crate::rows::json;
use watercourse_core::id::ItemId;
use watercourse_core::time::Instant;

fn receiver(row: &Row) -> Stored<Receiver> {
    Ok(Receiver {
        id: get(row, "id")?,
        name: get(row, "name")?,
        url: get(row, "url")?,
        entity: get(row, "entity")?,
        kinds: parsed(row, "receiver", "kinds")?,
        streams: parsed(row, "receiver", "streams")?,
        active: get(row, "active")?,
        secret: get(row, "secret")?,
        former: get(row, "former")?,
        former_until: Instant(get(row, "former_until")?),
        told: get(row, "told")?,
        changed_at: Instant(get(row, "changed_at")?),
    })
}

pub(crate) async fn receivers(c: &mut Connection) -> Stored<Vec<Receiver>> {
    sql::query("SELECT * FROM receiver ORDER BY id").fetch_all(c).await?.iter().map(receiver).collect()
}

pub(crate) async fn receiver_named(c: &mut Connection, id: &str) -> Stored<Option<Receiver>> {
    let row = sql::query("SELECT * FROM receiver WHERE id = $1").bind(id).fetch_optional(c).await?;
    row.as_ref().map(receiver).transpose()
}

pub(crate) async fn put_receiver(c: &mut Connection, r: &Receiver) -> Stored<()> {
    // How far it was told stays as it is: another node may be moving it on right now.
    let sql = "INSERT INTO receiver (id, name, url, entity, kinds, streams, active, secret, former, former_until, told, changed_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
               ON CONFLICT (id) DO UPDATE SET name = excluded.name, url = excluded.url, entity = excluded.entity,
               kinds = excluded.kinds, streams = excluded.streams, active = excluded.active, secret = excluded.secret,
               former = excluded.former, former_until = excluded.former_until, changed_at = excluded.changed_at";
    sql::query(sql)
        .bind(&r.id)
        .bind(&r.name)
        .bind(&r.url)
        .bind(&r.entity)
        .bind(json(&r.kinds))
        .bind(json(&r.streams))
        .bind(r.active)
        .bind(&r.secret)
        .bind(&r.former)
        .bind(r.former_until.micros())
        .bind(r.told)
        .bind(r.changed_at.micros())
        .execute(c)
        .await?;
    Ok(())
}

pub(crate) async fn delete_receiver(c: &mut Connection, id: &str) -> Stored<bool> {
    let done = sql::query("DELETE FROM receiver WHERE id = $1").bind(id).execute(c).await?;
    Ok(done.rows_affected() == 1)
}

/// Moves on how far a receiver was told; false where it is off, gone, or somebody else did.
pub(crate) async fn move_told(c: &mut Connection, id: &str, from: i64, to: i64) -> Stored<bool> {
    let sql = "UPDATE receiver SET told = $1 WHERE id = $2 AND told = $3 AND active = TRUE";
    let done = sql::query(sql).bind(to).bind(id).bind(from).execute(c).await?;
    Ok(done.rows_affected() == 1)
}

pub(crate) async fn insert_deliveries(
    c: &mut Connection,
    receiver: &str,
    facts: &[(i64, ItemId)],
    now: Instant,
) -> Stored<()> {
    for chunk in facts.chunks(CHUNK) {
        let mut query =
            QueryBuilder::new("INSERT INTO delivery (receiver, seq, item, state, tries, due, leased_until) ");
        query.push_values(chunk, |mut b, (seq, item)| {
            b.push_bind(receiver.to_owned())
                .push_bind(*seq)
                .push_bind(item.0)
                .push_bind(DeliveryState::Waiting.id())
                .push_bind(0_i64)
                .push_bind(now.micros())
                .push_bind(0_i64);
        });
        query.build().execute(&mut *c).await?;
    }
    Ok(())
}

fn delivery(row: &Row) -> Stored<Delivery> {
    let state: String = get(row, "state")?;
    Ok(Delivery {
        id: get(row, "id")?,
        receiver: get(row, "receiver")?,
        seq: get(row, "seq")?,
        item: ItemId(get(row, "item")?),
        state: DeliveryState::named(&state)
            .ok_or_else(|| StoreError::malformed("delivery", format!("“{state}” is no state")))?,
        tries: get(row, "tries")?,
        due: Instant(get(row, "due")?),
        leased_until: Instant(get(row, "leased_until")?),
        ended_at: get::<Option<i64>>(row, "ended_at")?.map(Instant),
    })
}

/// Deliveries that may be tried now: due, nobody at them, and nothing earlier of their item still waiting.
pub(crate) async fn due_deliveries(
    c: &mut Connection,
    receiver: &str,
    now: Instant,
    limit: i64,
) -> Stored<Vec<Delivery>> {
    let sql = "SELECT d.* FROM delivery d JOIN receiver r ON r.id = d.receiver
               WHERE d.receiver = $1 AND r.active = TRUE AND d.state = 'waiting' AND d.due <= $2 AND d.leased_until <= $2
               AND NOT EXISTS (SELECT 1 FROM delivery e WHERE e.receiver = d.receiver AND e.item = d.item
                               AND e.state = 'waiting' AND e.seq < d.seq)
               ORDER BY d.due, d.seq LIMIT $3";
    let rows = sql::query(sql).bind(receiver).bind(now.micros()).bind(limit).fetch_all(c).await?;
    rows.iter().map(delivery).collect()
}

/// Takes a delivery until a moment; false when somebody else has, or its receiver is off.
pub(crate) async fn lease_delivery(c: &mut Connection, id: i64, now: Instant, until: Instant) -> Stored<bool> {
    let sql =
        "UPDATE delivery SET leased_until = $1 WHERE id = $2 AND state = 'waiting' AND due <= $3 AND leased_until <= $3
               AND EXISTS (SELECT 1 FROM receiver r WHERE r.id = delivery.receiver AND r.active = TRUE)";
    let done = sql::query(sql).bind(until.micros()).bind(id).bind(now.micros()).execute(c).await?;
    Ok(done.rows_affected() == 1)
}

/// Writes what became of a delivery, with its attempt. False where the lease had ended and somebody else took it.
pub(crate) async fn end_attempt(c: &mut Connection, now: &Delivery, lease: Instant, attempt: &Attempt) -> Stored<bool> {
    let sql = "UPDATE delivery SET state = $1, tries = $2, due = $3, leased_until = 0, ended_at = $4
               WHERE id = $5 AND state = 'waiting' AND leased_until = $6";
    let done = sql::query(sql)
        .bind(now.state.id())
        .bind(now.tries)
        .bind(now.due.micros())
        .bind(now.ended_at.map(Instant::micros))
        .bind(now.id)
        .bind(lease.micros())
        .execute(&mut *c)
        .await?;
    if done.rows_affected() != 1 {
        return Ok(false);
    }
    sql::query("INSERT INTO attempt (delivery, at, millis, status, said) VALUES ($1, $2, $3, $4, $5)")
        .bind(attempt.delivery)
        .bind(attempt.at.micros())
        .bind(attempt.millis)
        .bind(attempt.status)
        .bind(&attempt.said)
        .execute(c)
        .await?;
    Ok(true)
}

/// Deliveries to a receiver, the newest first; of one state or of all, below a number.
pub(crate) async fn deliveries(
    c: &mut Connection,
    receiver: &str,
    state: Option<DeliveryState>,
    before: i64,
    limit: i64,
) -> Stored<Vec<Delivery>> {
    let mut query = QueryBuilder::new("SELECT * FROM delivery WHERE receiver = ");
    query.push_bind(receiver.to_owned()).push(" AND id < ").push_bind(before);
    if let Some(state) = state {
        query.push(" AND state = ").push_bind(state.id());
    }
    query.push(" ORDER BY id DESC LIMIT ").push_bind(limit);
    query.build().fetch_all(c).await?.iter().map(delivery).collect()
}

/// The attempts of some deliveries, the oldest first.
pub(crate) async fn attempts_of(c: &mut Connection, deliveries: &[i64]) -> Stored<Vec<Attempt>> {
    let mut found = Vec::new();
    for chunk in deliveries.chunks(CHUNK) {
        let mut query = QueryBuilder::new("SELECT * FROM attempt WHERE delivery");
        push_in(&mut query, chunk.iter().copied());
        query.push(" ORDER BY id");
        for row in &query.build().fetch_all(&mut *c).await? {
            found.push(Attempt {
                delivery: get(row, "delivery")?,
                at: Instant(get(row, "at")?),
                millis: get(row, "millis")?,
                status: get(row, "status")?,
                said: get(row, "said")?,
            });
        }
    }
    Ok(found)
}

/// How many deliveries of one receiver, or of every one, stand where.
pub(crate) async fn on_the_way(c: &mut Connection, only: Option<&str>) -> Stored<Vec<(String, OnTheWay)>> {
    let sql = "SELECT r.id AS receiver,
               (SELECT COUNT(*) FROM delivery d WHERE d.receiver = r.id AND d.state = 'waiting') AS waiting,
               (SELECT COUNT(*) FROM delivery d WHERE d.receiver = r.id AND d.state = 'dead') AS dead
               FROM receiver r WHERE CAST($1 AS TEXT) IS NULL OR r.id = $1 ORDER BY r.id";
    let count = |row: &Row| {
        let on = OnTheWay { waiting: get(row, "waiting")?, dead: get(row, "dead")? };
        Ok((get(row, "receiver")?, on))
    };
    sql::query(sql).bind(only).fetch_all(c).await?.iter().map(count).collect()
}

/// Sends one delivery that ended, or all dead ones, again; how many. What is waiting already stays as it is.
pub(crate) async fn replay(c: &mut Connection, receiver: &str, one: Option<i64>, now: Instant) -> Stored<u64> {
    let mut query = QueryBuilder::new(
        "UPDATE delivery SET state = 'waiting', tries = 0, leased_until = 0, ended_at = NULL, due = ",
    );
    query.push_bind(now.micros()).push(" WHERE receiver = ").push_bind(receiver.to_owned());
    match one {
        Some(id) => query.push(" AND state <> 'waiting' AND id = ").push_bind(id),
        None => query.push(" AND state = 'dead'"),
    };
    Ok(query.build().execute(c).await?.rows_affected())
}

/// Forgets deliveries that arrived long ago; how many.
pub(crate) async fn forget_deliveries(c: &mut Connection, before: Instant) -> Stored<u64> {
    let sql = "DELETE FROM delivery WHERE state = 'done' AND ended_at < $1";
    Ok(sql::query(sql).bind(before.micros()).execute(c).await?.rows_affected())
}

/// The fact with a number.
pub(crate) async fn fact_numbered(c: &mut Connection, seq: i64) -> Stored<Option<Numbered>> {
    let row = sql::query("SELECT * FROM fact WHERE seq = $1").bind(seq).fetch_optional(c).await?;
    row.as_ref().map(numbered).transpose()
}
