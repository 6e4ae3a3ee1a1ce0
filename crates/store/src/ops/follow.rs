//! Following what other programs write to the same database.

use super::sql;
use super::{Connection, Row, Stored, get, parsed, revision};
use crate::glimpse::{Glimpse, Others};
use watercourse_core::fact::Event;
use watercourse_core::id::ItemId;
use watercourse_core::item::Outcome;

/// Facts with greater numbers, settled or not.
pub(crate) async fn glimpses_after(c: &mut Connection, seq: i64, limit: i64) -> Stored<Vec<Glimpse>> {
    let sql = "SELECT fact.seq, fact.item, fact.revision, fact.stream, fact.event, item.key, item.result FROM fact \
               JOIN item ON item.id = fact.item WHERE fact.seq > $1 ORDER BY fact.seq LIMIT $2";
    let rows = sql::query(sql).bind(seq).bind(limit).fetch_all(c).await?;
    rows.iter().map(glimpse).collect()
}

fn glimpse(row: &Row) -> Stored<Glimpse> {
    Ok(Glimpse {
        seq: get(row, "seq")?,
        item: ItemId(get(row, "item")?),
        key: get(row, "key")?,
        stream: get(row, "stream")?,
        revision: revision("fact", get(row, "revision")?)?,
        what: parsed::<Event>(row, "fact", "event")?.id(),
        result: get::<Option<String>>(row, "result")?.and_then(|word| Outcome::parse(&word)),
    })
}

/// What else can change, small enough to be compared again and again.
pub(crate) async fn others(c: &mut Connection) -> Stored<Others> {
    let (streams, deployments): (i64, i64) =
        sql::query_as("SELECT (SELECT COUNT(*) FROM stream), (SELECT COUNT(*) FROM deployment)")
            .fetch_one(&mut *c)
            .await?;
    let people = "SELECT (SELECT COUNT(*) FROM person), (SELECT COUNT(*) FROM team_member), \
                  (SELECT COUNT(*) FROM service)";
    let counted: (i64, i64, i64) = sql::query_as(people).fetch_one(&mut *c).await?;
    let teams: Vec<(String, String, Option<f64>, Option<String>)> =
        sql::query_as("SELECT id, name, capacity, calendar FROM team ORDER BY id").fetch_all(&mut *c).await?;
    Ok(Others { streams, deployments, counted, teams })
}
