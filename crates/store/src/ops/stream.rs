//! Streams and their versions.

use super::sql;
use super::{Connection, Row, Stored, get, parsed, small};
use crate::record::StreamVersion;
use crate::rows::json;
use watercourse_core::time::Instant;

fn version(row: &Row) -> Stored<StreamVersion> {
    Ok(StreamVersion {
        id: get(row, "id")?,
        version: small("stream", get(row, "version")?)?,
        name: get(row, "name")?,
        kind: get(row, "kind")?,
        definition: get(row, "definition")?,
        published_at: Instant(get(row, "published_at")?),
        actor: parsed(row, "stream", "actor")?,
        note: get(row, "note")?,
        imported: get(row, "imported")?,
        entity: get(row, "entity")?,
    })
}

pub(crate) async fn latest_version(c: &mut Connection, id: &str) -> Stored<Option<u32>> {
    let found: Option<i64> =
        sql::query_scalar("SELECT MAX(version) FROM stream WHERE id = $1").bind(id).fetch_one(c).await?;
    found.map(|v| small("stream", v)).transpose()
}

pub(crate) async fn stream_version(c: &mut Connection, id: &str, number: u32) -> Stored<Option<StreamVersion>> {
    let row = sql::query("SELECT * FROM stream WHERE id = $1 AND version = $2")
        .bind(id)
        .bind(i64::from(number))
        .fetch_optional(c)
        .await?;
    row.as_ref().map(version).transpose()
}

pub(crate) async fn latest_streams(c: &mut Connection) -> Stored<Vec<StreamVersion>> {
    let sql =
        "SELECT * FROM stream s WHERE version = (SELECT MAX(version) FROM stream o WHERE o.id = s.id) ORDER BY id";
    sql::query(sql).fetch_all(c).await?.iter().map(version).collect()
}

pub(crate) async fn stream_versions(c: &mut Connection, id: &str) -> Stored<Vec<StreamVersion>> {
    let rows = sql::query("SELECT * FROM stream WHERE id = $1 ORDER BY version DESC").bind(id).fetch_all(c).await?;
    rows.iter().map(version).collect()
}

pub(crate) async fn insert_stream_version(c: &mut Connection, stream: &StreamVersion) -> Stored<()> {
    let sql = "INSERT INTO stream (id, version, name, kind, definition, published_at, actor, note, imported, entity)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    sql::query(sql)
        .bind(&stream.id)
        .bind(i64::from(stream.version))
        .bind(&stream.name)
        .bind(&stream.kind)
        .bind(&stream.definition)
        .bind(stream.published_at.micros())
        .bind(json(&stream.actor))
        .bind(&stream.note)
        .bind(stream.imported)
        .bind(&stream.entity)
        .execute(c)
        .await?;
    Ok(())
}
