//! Lists of items, and how much stands where.

use super::item::{ROW, fields_of, item_row};
use super::sight::push_sight;
use super::{Connection, Db, Row, Stored, get, word};
use crate::record::{After, Cut, ItemRow, Listed, Sort, Standing};
use crate::sight::Sight;
use sqlx::QueryBuilder;
use watercourse_core::id::ItemId;
use watercourse_core::time::Instant;

pub(crate) async fn list_items(
    c: &mut Connection,
    cut: &Cut,
    sort: Sort,
    after: Option<After>,
    limit: i64,
) -> Stored<Vec<Listed>> {
    let mut query = QueryBuilder::<Db>::new(format!("SELECT {ROW}, item.description FROM item WHERE TRUE"));
    narrow(&mut query, cut);
    let (column, direction, sign) = match sort {
        Sort::Touched => ("item.touched", "DESC", "<"),
        Sort::Newest => ("item.created", "DESC", "<"),
        Sort::Oldest => ("item.created", "ASC", ">"),
    };
    if let Some(after) = after {
        query
            .push(format_args!(" AND ({column}, item.id) {sign} ("))
            .push_bind(after.at)
            .push(", ")
            .push_bind(after.id.0)
            .push(")");
    }
    query.push(format_args!(" ORDER BY {column} {direction}, item.id {direction} LIMIT ")).push_bind(limit);
    let rows = query.build().fetch_all(&mut *c).await?;
    let listed = |row: &Row| Ok(Listed { row: item_row(row)?, description: get(row, "description")? });
    let mut found: Vec<Listed> = rows.iter().map(listed).collect::<Stored<_>>()?;
    let ids: Vec<ItemId> = found.iter().map(|l| l.row.id).collect();
    let mut fields = std::collections::HashMap::new();
    for chunk in ids.chunks(super::CHUNK) {
        fields.extend(fields_of(c, chunk).await?);
    }
    for listed in &mut found {
        listed.row.fields = fields.remove(&listed.row.id).unwrap_or_default();
    }
    Ok(found)
}

pub(crate) async fn count_items(c: &mut Connection, cut: &Cut, most: i64) -> Stored<i64> {
    let mut query = QueryBuilder::<Db>::new("SELECT COUNT(*) FROM (SELECT 1 FROM item WHERE TRUE");
    narrow(&mut query, cut);
    query.push(" LIMIT ").push_bind(most).push(") AS found");
    Ok(query.build_query_scalar().fetch_one(c).await?)
}

fn narrow(query: &mut QueryBuilder<Db>, cut: &Cut) {
    push_sight(query, &cut.sight);
    for (column, values) in
        [("item.kind", &cut.kind), ("item.stream", &cut.stream), ("item.key", &cut.key), ("item.result", &cut.result)]
    {
        any_of(query, column, values);
    }
    match cut.open {
        Some(true) => query.push(" AND item.closed IS NULL"),
        Some(false) => query.push(" AND item.closed IS NOT NULL"),
        None => query,
    };
    if let Some(imported) = cut.imported {
        query.push(" AND item.imported = ").push_bind(imported);
    }
    for (column, values) in
        [("r.step", &cut.step), ("r.team", &cut.team), ("r.activity", &cut.activity), ("r.phase", &cut.phase)]
    {
        if !values.is_empty() {
            query.push(" AND EXISTS (SELECT 1 FROM round r WHERE r.item = item.id AND r.ended IS NULL");
            any_of(query, column, values);
            query.push(")");
        }
    }
    for text in &cut.text {
        let escaped = text.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        let pattern = format!("%{escaped}%");
        query
            .push(" AND (lower(item.title) LIKE ")
            .push_bind(pattern.clone())
            .push(" ESCAPE '\\' OR lower(item.description) LIKE ");
        query
            .push_bind(pattern.clone())
            .push(" ESCAPE '\\' OR lower(item.key) LIKE ")
            .push_bind(pattern)
            .push(" ESCAPE '\\')");
    }
}

fn any_of(query: &mut QueryBuilder<Db>, column: &str, values: &[String]) {
    if values.is_empty() {
        return;
    }
    query.push(format_args!(" AND {column} IN ("));
    let mut list = query.separated(", ");
    for value in values {
        list.push_bind(value.as_str());
    }
    query.push(")");
}

/// Rows of several items, in no order, without their fields.
pub(crate) async fn rows_of(c: &mut Connection, items: &[ItemId]) -> Stored<Vec<ItemRow>> {
    if items.is_empty() {
        return Ok(Vec::new());
    }
    let mut query = QueryBuilder::<Db>::new(format!("SELECT {ROW} FROM item WHERE item.id IN ("));
    let mut list = query.separated(", ");
    for item in items {
        list.push_bind(item.0);
    }
    query.push(")");
    query.build().fetch_all(c).await?.iter().map(item_row).collect()
}

pub(crate) async fn where_it_stands(c: &mut Connection, sight: &Sight) -> Stored<Vec<Standing>> {
    let mut query = QueryBuilder::<Db>::new(
        "SELECT item.stream, r.step, r.activity, r.team, r.phase, COUNT(*) AS count, MIN(r.opened) AS oldest
               FROM round r JOIN item ON item.id = r.item
               WHERE r.ended IS NULL AND item.closed IS NULL",
    );
    push_sight(&mut query, sight);
    query.push(
        " GROUP BY item.stream, r.step, r.activity, r.team, r.phase
               ORDER BY item.stream, r.step, r.phase",
    );
    let standing = |row: &Row| {
        Ok(Standing {
            stream: get(row, "stream")?,
            step: get(row, "step")?,
            activity: word("round", &get::<String>(row, "activity")?)?,
            team: get(row, "team")?,
            phase: word("round", &get::<String>(row, "phase")?)?,
            count: super::revision("round", get(row, "count")?)?,
            oldest: Instant(get(row, "oldest")?),
        })
    };
    query.build().fetch_all(c).await?.iter().map(standing).collect()
}
