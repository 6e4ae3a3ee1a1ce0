//! Saved views: filters with a name.

use super::sql;
use super::{Connection, Row, Stored, get, word};
use crate::view::SavedView;
use watercourse_core::time::Instant;

fn view(row: &Row) -> Stored<SavedView> {
    Ok(SavedView {
        owner: get(row, "owner")?,
        id: get(row, "id")?,
        name: get(row, "name")?,
        entity: get(row, "entity")?,
        q: get(row, "q")?,
        sort: word("saved_view", &get::<String>(row, "sort")?)?,
        changed_at: Instant(get(row, "changed_at")?),
    })
}

pub(crate) async fn put_view(c: &mut Connection, view: &SavedView) -> Stored<()> {
    let sql =
        "INSERT INTO saved_view (owner, id, name, entity, q, sort, changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
               ON CONFLICT (owner, id) DO UPDATE SET name = excluded.name, entity = excluded.entity, q = excluded.q,
                 sort = excluded.sort, changed_at = excluded.changed_at";
    sql::query(sql)
        .bind(&view.owner)
        .bind(&view.id)
        .bind(&view.name)
        .bind(&view.entity)
        .bind(&view.q)
        .bind(view.sort.id())
        .bind(view.changed_at.micros())
        .execute(c)
        .await?;
    Ok(())
}

pub(crate) async fn views_of(c: &mut Connection, owner: &str) -> Stored<Vec<SavedView>> {
    let sql = "SELECT * FROM saved_view WHERE owner = $1 OR owner = '' ORDER BY name, id, owner DESC";
    sql::query(sql).bind(owner).fetch_all(c).await?.iter().map(view).collect()
}

pub(crate) async fn delete_view(c: &mut Connection, owner: &str, id: &str) -> Stored<bool> {
    let sql = "DELETE FROM saved_view WHERE owner = $1 AND id = $2";
    Ok(sql::query(sql).bind(owner).bind(id).execute(c).await?.rows_affected() > 0)
}
