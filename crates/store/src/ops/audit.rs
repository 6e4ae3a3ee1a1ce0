//! The trail of changes that are no facts of items.

use super::sql;
use super::{Connection, Row, Stored, get, parsed};
use crate::chain::AuditRow;
use crate::rows::json;
use watercourse_core::time::Instant;

pub(crate) async fn insert_audit(c: &mut Connection, row: &AuditRow) -> Stored<()> {
    sql::query("INSERT INTO audit (at, actor, action, object, detail) VALUES ($1, $2, $3, $4, $5)")
        .bind(row.at.micros())
        .bind(json(&row.actor))
        .bind(&row.action)
        .bind(&row.object)
        .bind(&row.detail)
        .execute(c)
        .await?;
    Ok(())
}

/// Rows with smaller numbers, newest first, of one object or action where that is said.
pub(crate) async fn audit_before(
    c: &mut Connection,
    seq: i64,
    action: Option<&str>,
    object: Option<&str>,
    limit: i64,
) -> Stored<Vec<AuditRow>> {
    let sql = "SELECT seq, at, actor, action, object, detail FROM audit
               WHERE seq < $1 AND (CAST($2 AS TEXT) IS NULL OR action = $2) AND (CAST($3 AS TEXT) IS NULL OR object = $3)
               ORDER BY seq DESC LIMIT $4";
    let rows = sql::query(sql).bind(seq).bind(action).bind(object).bind(limit).fetch_all(c).await?;
    let read = |row: &Row| {
        Ok(AuditRow {
            seq: get(row, "seq")?,
            at: Instant(get(row, "at")?),
            actor: parsed(row, "audit", "actor")?,
            action: get(row, "action")?,
            object: get(row, "object")?,
            detail: get(row, "detail")?,
        })
    };
    rows.iter().map(read).collect()
}

/// When the first change with a greater number was written.
pub(crate) async fn first_change(c: &mut Connection, after: i64) -> Stored<Option<Instant>> {
    let sql = "SELECT at FROM audit WHERE seq > $1 ORDER BY seq LIMIT 1";
    let found: Option<i64> = sql::query_scalar(sql).bind(after).fetch_optional(c).await?;
    Ok(found.map(Instant))
}
