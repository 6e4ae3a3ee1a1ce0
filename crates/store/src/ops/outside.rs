//! What comes from outside: requests that may come twice, deliveries of hooks, deployments.

use super::sql;
use super::{Connection, Row, Stored, get};
use crate::record::{Answer, Deployment, HookSource};
use uuid::Uuid;
use watercourse_core::id::ItemId;
use watercourse_core::time::Instant;

pub(crate) async fn answer_to(c: &mut Connection, principal: &str, key: &str) -> Stored<Option<Answer>> {
    let row = sql::query("SELECT request, response FROM answer WHERE principal = $1 AND key = $2")
        .bind(principal)
        .bind(key)
        .fetch_optional(c)
        .await?;
    row.map(|r| Ok(Answer { request: get(&r, "request")?, response: get(&r, "response")? })).transpose()
}

pub(crate) async fn keep_answer(
    c: &mut Connection,
    principal: &str,
    key: &str,
    answer: &Answer,
    at: Instant,
) -> Stored<()> {
    sql::query("INSERT INTO answer (principal, key, request, response, at) VALUES ($1, $2, $3, $4, $5)")
        .bind(principal)
        .bind(key)
        .bind(&answer.request)
        .bind(&answer.response)
        .bind(at.micros())
        .execute(c)
        .await?;
    Ok(())
}

pub(crate) async fn forget_answers(c: &mut Connection, before: Instant) -> Stored<u64> {
    // They are numbered as they came: whoever is younger ends the look for those that are old.
    let sql = "DELETE FROM answer WHERE number < COALESCE(
                 (SELECT a.number FROM answer a WHERE a.at >= $1 ORDER BY a.number LIMIT 1),
                 (SELECT MAX(a.number) + 1 FROM answer a))";
    let done = sql::query(sql).bind(before.micros()).execute(c).await?;
    Ok(done.rows_affected())
}

/// What was answered to a delivery, if it came before.
pub(crate) async fn delivered_before(c: &mut Connection, source: &str, delivery: &str) -> Stored<Option<String>> {
    let found = sql::query_scalar("SELECT response FROM inbox WHERE source = $1 AND delivery = $2")
        .bind(source)
        .bind(delivery)
        .fetch_optional(c)
        .await?;
    Ok(found)
}

pub(crate) async fn keep_delivery(
    c: &mut Connection,
    source: &str,
    delivery: &str,
    response: &str,
    at: Instant,
) -> Stored<()> {
    sql::query("INSERT INTO inbox (source, delivery, at, response) VALUES ($1, $2, $3, $4)")
        .bind(source)
        .bind(delivery)
        .bind(at.micros())
        .bind(response)
        .execute(c)
        .await?;
    Ok(())
}

pub(crate) async fn insert_deployment(c: &mut Connection, d: &Deployment) -> Stored<()> {
    let sql =
        "INSERT INTO deployment (id, service, environment, version, commit_id, outcome, item, at, recorded_at, entity)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    sql::query(sql)
        .bind(d.id)
        .bind(&d.service)
        .bind(&d.environment)
        .bind(&d.version)
        .bind(&d.commit)
        .bind(&d.outcome)
        .bind(d.item.map(|i| i.0))
        .bind(d.at.micros())
        .bind(d.recorded_at.micros())
        .bind(&d.entity)
        .execute(c)
        .await?;
    Ok(())
}

pub(crate) async fn deployments(c: &mut Connection, limit: i64) -> Stored<Vec<Deployment>> {
    let deployment = |row: &Row| {
        Ok(Deployment {
            id: get(row, "id")?,
            service: get(row, "service")?,
            environment: get(row, "environment")?,
            version: get(row, "version")?,
            commit: get(row, "commit_id")?,
            outcome: get(row, "outcome")?,
            item: get::<Option<Uuid>>(row, "item")?.map(ItemId),
            at: Instant(get(row, "at")?),
            recorded_at: Instant(get(row, "recorded_at")?),
            entity: get(row, "entity")?,
        })
    };
    let rows =
        sql::query("SELECT * FROM deployment ORDER BY at DESC, id DESC LIMIT $1").bind(limit).fetch_all(c).await?;
    rows.iter().map(deployment).collect()
}

fn hook_source(row: &Row) -> Stored<HookSource> {
    let changed_at = Instant(get(row, "changed_at")?);
    Ok(HookSource { name: get(row, "name")?, secret: get(row, "secret")?, mapping: get(row, "mapping")?, changed_at })
}

pub(crate) async fn put_hook_source(c: &mut Connection, source: &HookSource) -> Stored<()> {
    let sql = "INSERT INTO hook_source (name, secret, mapping, changed_at) VALUES ($1, $2, $3, $4)
               ON CONFLICT (name) DO UPDATE SET secret = excluded.secret, mapping = excluded.mapping, changed_at = excluded.changed_at";
    sql::query(sql)
        .bind(&source.name)
        .bind(&source.secret)
        .bind(&source.mapping)
        .bind(source.changed_at.micros())
        .execute(c)
        .await?;
    Ok(())
}

pub(crate) async fn hook_sources(c: &mut Connection) -> Stored<Vec<HookSource>> {
    sql::query("SELECT * FROM hook_source ORDER BY name").fetch_all(c).await?.iter().map(hook_source).collect()
}
