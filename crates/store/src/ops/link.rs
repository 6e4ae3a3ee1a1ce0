//! Relations between items.

use super::sql::{self, QueryBuilder};
use super::{CHUNK, Connection, Row, Stored, get, maybe_word, word};
use crate::record::Linked;
use uuid::Uuid;
use watercourse_core::id::ItemId;
use watercourse_core::link::Link;
use watercourse_core::time::Instant;

pub(crate) async fn insert_link(
    c: &mut Connection,
    source: ItemId,
    link: Link,
    target: ItemId,
    at: Instant,
) -> Stored<()> {
    sql::query("INSERT INTO link (source, kind, target, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING")
        .bind(source.0)
        .bind(link.id())
        .bind(target.0)
        .bind(at.micros())
        .execute(c)
        .await?;
    Ok(())
}

pub(crate) async fn insert_links(c: &mut Connection, links: &[(ItemId, Link, ItemId, Instant)]) -> Stored<()> {
    for chunk in links.chunks(CHUNK) {
        let mut query = QueryBuilder::new("INSERT INTO link (source, kind, target, at) ");
        query.push_values(chunk, |mut b, (source, link, target, at)| {
            b.push_bind(source.0).push_bind(link.id()).push_bind(target.0).push_bind(at.micros());
        });
        query.push(" ON CONFLICT DO NOTHING");
        query.build().execute(&mut *c).await?;
    }
    Ok(())
}

pub(crate) async fn delete_link(c: &mut Connection, source: ItemId, link: Link, target: ItemId) -> Stored<()> {
    sql::query("DELETE FROM link WHERE source = $1 AND kind = $2 AND target = $3")
        .bind(source.0)
        .bind(link.id())
        .bind(target.0)
        .execute(c)
        .await?;
    Ok(())
}

pub(crate) async fn has_link(c: &mut Connection, source: ItemId, link: Link, target: ItemId) -> Stored<bool> {
    let found: Option<i64> = sql::query_scalar("SELECT at FROM link WHERE source = $1 AND kind = $2 AND target = $3")
        .bind(source.0)
        .bind(link.id())
        .bind(target.0)
        .fetch_optional(c)
        .await?;
    Ok(found.is_some())
}

pub(crate) async fn links_of(c: &mut Connection, item: ItemId) -> Stored<Vec<Linked>> {
    let sql = "SELECT link.kind, link.at, 1 AS forward, item.id, item.key, item.title, item.result
                 FROM link JOIN item ON item.id = link.target WHERE link.source = $1
               UNION ALL
               SELECT link.kind, link.at, 0 AS forward, item.id, item.key, item.title, item.result
                 FROM link JOIN item ON item.id = link.source WHERE link.target = $1
               ORDER BY 2, 5";
    let linked = |row: &Row| {
        let result = maybe_word("item", get::<Option<String>>(row, "result")?.as_deref())?;
        Ok(Linked {
            link: word("link", &get::<String>(row, "kind")?)?,
            forward: flag(row)?,
            other: ItemId(get(row, "id")?),
            key: get(row, "key")?,
            title: get(row, "title")?,
            result,
            is_closed: result.is_some(),
        })
    };
    sql::query(sql).bind(item.0).fetch_all(c).await?.iter().map(linked).collect()
}

/// A literal 0 or 1: int4 on one database, 64 bits on the other.
fn flag(row: &Row) -> Stored<bool> {
    Ok(get::<i32>(row, "forward")? != 0)
}

/// The items a step of which opened this one.
pub(crate) async fn parents_of(c: &mut Connection, child: ItemId) -> Stored<Vec<ItemId>> {
    let found: Vec<Uuid> = sql::query_scalar("SELECT target FROM link WHERE source = $1 AND kind = $2")
        .bind(child.0)
        .bind(Link::SpawnedBy.id())
        .fetch_all(c)
        .await?;
    Ok(found.into_iter().map(ItemId).collect())
}
