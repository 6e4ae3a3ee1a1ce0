//! Imports and the mappings kept for them.

use super::sql;
use super::{Connection, Row, Stored, get, parsed, small, word};
use crate::import_record::{ImportJob, ImportMapping, ImportState};
use crate::rows::json;
use uuid::Uuid;
use watercourse_core::time::Instant;

fn job(row: &Row) -> Stored<ImportJob> {
    Ok(ImportJob {
        id: get(row, "id")?,
        file: get(row, "file")?,
        size: get(row, "size")?,
        spool: get(row, "spool")?,
        entity: get(row, "entity")?,
        stream: get(row, "stream")?,
        name: get(row, "name")?,
        state: word("import_job", &get::<String>(row, "state")?)?,
        cancel: get(row, "cancel")?,
        mapping: get(row, "mapping")?,
        mapping_name: get(row, "mapping_name")?,
        look: get(row, "look")?,
        outcome: get(row, "outcome")?,
        wrong: get(row, "wrong")?,
        run: get(row, "run")?,
        version: get::<Option<i64>>(row, "version")?.map(|v| small("import_job", v)).transpose()?,
        actor: parsed(row, "import_job", "actor")?,
        account: get(row, "account")?,
        made_at: Instant(get(row, "made_at")?),
        changed_at: Instant(get(row, "changed_at")?),
        ended_at: get::<Option<i64>>(row, "ended_at")?.map(Instant),
    })
}

pub(crate) async fn insert_import(c: &mut Connection, j: &ImportJob) -> Stored<()> {
    let sql =
        "INSERT INTO import_job (id, file, size, spool, entity, stream, name, state, cancel, mapping, mapping_name,
               look, outcome, wrong, run, version, actor, account, made_at, changed_at, ended_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)";
    sql::query(sql)
        .bind(j.id)
        .bind(&j.file)
        .bind(j.size)
        .bind(&j.spool)
        .bind(&j.entity)
        .bind(&j.stream)
        .bind(&j.name)
        .bind(j.state.id())
        .bind(j.cancel)
        .bind(&j.mapping)
        .bind(&j.mapping_name)
        .bind(&j.look)
        .bind(&j.outcome)
        .bind(&j.wrong)
        .bind(j.run)
        .bind(j.version.map(i64::from))
        .bind(json(&j.actor))
        .bind(&j.account)
        .bind(j.made_at.micros())
        .bind(j.changed_at.micros())
        .bind(j.ended_at.map(Instant::micros))
        .execute(c)
        .await?;
    Ok(())
}

/// Writes an import that stood so and was begun so often; false where it moved on.
pub(crate) async fn move_import(c: &mut Connection, from: ImportState, run: i64, j: &ImportJob) -> Stored<bool> {
    let sql = "UPDATE import_job SET entity = $1, stream = $2, name = $3, state = $4, cancel = $5, mapping = $6,
               mapping_name = $7, look = $8, outcome = $9, wrong = $10, run = $11, version = $12, changed_at = $13,
               ended_at = $14 WHERE id = $15 AND state = $16 AND run = $17";
    let done = sql::query(sql)
        .bind(&j.entity)
        .bind(&j.stream)
        .bind(&j.name)
        .bind(j.state.id())
        .bind(j.cancel)
        .bind(&j.mapping)
        .bind(&j.mapping_name)
        .bind(&j.look)
        .bind(&j.outcome)
        .bind(&j.wrong)
        .bind(j.run)
        .bind(j.version.map(i64::from))
        .bind(j.changed_at.micros())
        .bind(j.ended_at.map(Instant::micros))
        .bind(j.id)
        .bind(from.id())
        .bind(run)
        .execute(c)
        .await?;
    Ok(done.rows_affected() == 1)
}

pub(crate) async fn import_job(c: &mut Connection, id: Uuid) -> Stored<Option<ImportJob>> {
    let row = sql::query("SELECT * FROM import_job WHERE id = $1").bind(id).fetch_optional(c).await?;
    row.as_ref().map(job).transpose()
}

/// The newest imports, without how they were read.
pub(crate) async fn import_jobs(c: &mut Connection, limit: i64) -> Stored<Vec<ImportJob>> {
    let sql =
        "SELECT id, file, size, spool, entity, stream, name, state, cancel, '' AS mapping, mapping_name, '' AS look,
               outcome, wrong, run, version, actor, account, made_at, changed_at, ended_at
               FROM import_job ORDER BY made_at DESC, id DESC LIMIT $1";
    sql::query(sql).bind(limit).fetch_all(c).await?.iter().map(job).collect()
}

/// The imports of one node that are to run or run, the oldest first.
pub(crate) async fn imports_under_way(c: &mut Connection, spool: &str) -> Stored<Vec<ImportJob>> {
    let sql =
        "SELECT * FROM import_job WHERE spool = $1 AND state IN ('waiting', 'running') ORDER BY made_at, id LIMIT 100";
    sql::query(sql).bind(spool).fetch_all(c).await?.iter().map(job).collect()
}

/// Asks an import that is to run or runs to stop; false where it does neither.
pub(crate) async fn ask_to_cancel_import(c: &mut Connection, id: Uuid) -> Stored<bool> {
    let sql = "UPDATE import_job SET cancel = TRUE WHERE id = $1 AND state IN ('waiting', 'running')";
    Ok(sql::query(sql).bind(id).execute(c).await?.rows_affected() == 1)
}

pub(crate) async fn import_is_to_stop(c: &mut Connection, id: Uuid) -> Stored<bool> {
    let found: Option<bool> =
        sql::query_scalar("SELECT cancel FROM import_job WHERE id = $1").bind(id).fetch_optional(c).await?;
    Ok(found.unwrap_or(true))
}

pub(crate) async fn delete_import_job(c: &mut Connection, id: Uuid) -> Stored<bool> {
    let sql = "DELETE FROM import_job WHERE id = $1 AND state NOT IN ('waiting', 'running')";
    Ok(sql::query(sql).bind(id).execute(c).await?.rows_affected() == 1)
}

/// The greatest version an import ever made of a stream: numbers of versions that were undone are not used again.
pub(crate) async fn last_imported_version(c: &mut Connection, stream: &str) -> Stored<Option<u32>> {
    let found: Option<i64> =
        sql::query_scalar("SELECT MAX(version) FROM import_job WHERE stream = $1").bind(stream).fetch_one(c).await?;
    found.map(|v| small("import_job", v)).transpose()
}

/// Relations between items of an imported stream and items that are not of it.
pub(crate) async fn links_into_import(c: &mut Connection, stream: &str) -> Stored<i64> {
    let sql = "SELECT COUNT(*) FROM link l JOIN item s ON s.id = l.source JOIN item t ON t.id = l.target
               WHERE (s.stream = $1 OR t.stream = $1) AND s.stream <> t.stream";
    Ok(sql::query_scalar(sql).bind(stream).fetch_one(c).await?)
}

fn mapping(row: &Row) -> Stored<ImportMapping> {
    Ok(ImportMapping {
        name: get(row, "name")?,
        entity: get(row, "entity")?,
        header: get(row, "header")?,
        mapping: get(row, "mapping")?,
        actor: parsed(row, "import_mapping", "actor")?,
        changed_at: Instant(get(row, "changed_at")?),
    })
}

pub(crate) async fn put_import_mapping(c: &mut Connection, m: &ImportMapping) -> Stored<()> {
    let sql = "INSERT INTO import_mapping (name, entity, header, mapping, actor, changed_at)
               VALUES ($1, $2, $3, $4, $5, $6)
               ON CONFLICT (name) DO UPDATE SET header = excluded.header, mapping = excluded.mapping,
                 actor = excluded.actor, changed_at = excluded.changed_at";
    sql::query(sql)
        .bind(&m.name)
        .bind(&m.entity)
        .bind(&m.header)
        .bind(&m.mapping)
        .bind(json(&m.actor))
        .bind(m.changed_at.micros())
        .execute(c)
        .await?;
    Ok(())
}

pub(crate) async fn import_mappings(c: &mut Connection) -> Stored<Vec<ImportMapping>> {
    sql::query("SELECT * FROM import_mapping ORDER BY changed_at DESC, name")
        .fetch_all(c)
        .await?
        .iter()
        .map(mapping)
        .collect()
}
