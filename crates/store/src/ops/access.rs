//! Entities, roles, what is granted, and whether an item is seen.

use super::sight::push_sight;
use super::sql::{self, QueryBuilder};
use super::{CHUNK, Connection, Row, Stored, get, parsed, push_in};
use crate::access_record::{Entity, Granted, Role};
use crate::rows::json;
use crate::sight::Sight;
use uuid::Uuid;
use watercourse_core::id::{AccountId, ItemId, PersonId};

/// Says that what somebody sees may have changed.
pub(crate) async fn policy_changed(c: &mut Connection) -> Stored<()> {
    sql::query("UPDATE policy SET version = version + 1").execute(c).await?;
    Ok(())
}

pub(crate) async fn policy_version(c: &mut Connection) -> Stored<i64> {
    Ok(sql::query_scalar("SELECT version FROM policy").fetch_one(c).await?)
}

pub(crate) async fn entities(c: &mut Connection) -> Stored<Vec<Entity>> {
    let entity = |row: &Row| {
        Ok(Entity {
            id: get(row, "id")?,
            parent: get(row, "parent")?,
            name: get(row, "name")?,
            settings: get(row, "settings")?,
        })
    };
    sql::query("SELECT * FROM entity ORDER BY id").fetch_all(c).await?.iter().map(entity).collect()
}

pub(crate) async fn put_entity(c: &mut Connection, entity: &Entity) -> Stored<()> {
    let sql = "INSERT INTO entity (id, parent, name, settings) VALUES ($1, $2, $3, $4)
               ON CONFLICT (id) DO UPDATE SET parent = excluded.parent, name = excluded.name, settings = excluded.settings";
    sql::query(sql)
        .bind(&entity.id)
        .bind(&entity.parent)
        .bind(&entity.name)
        .bind(&entity.settings)
        .execute(&mut *c)
        .await?;
    policy_changed(c).await
}

pub(crate) async fn roles(c: &mut Connection) -> Stored<Vec<Role>> {
    let role = |row: &Row| {
        Ok(Role { id: get(row, "id")?, name: get(row, "name")?, permissions: parsed(row, "role", "permissions")? })
    };
    sql::query("SELECT * FROM role ORDER BY id").fetch_all(c).await?.iter().map(role).collect()
}

pub(crate) async fn put_role(c: &mut Connection, role: &Role) -> Stored<()> {
    let sql = "INSERT INTO role (id, name, permissions) VALUES ($1, $2, $3)
               ON CONFLICT (id) DO UPDATE SET name = excluded.name, permissions = excluded.permissions";
    sql::query(sql).bind(&role.id).bind(&role.name).bind(json(&role.permissions)).execute(&mut *c).await?;
    policy_changed(c).await
}

pub(crate) async fn delete_role(c: &mut Connection, id: &str) -> Stored<bool> {
    sql::query("DELETE FROM granted WHERE role = $1").bind(id).execute(&mut *c).await?;
    let done = sql::query("DELETE FROM role WHERE id = $1").bind(id).execute(&mut *c).await?;
    policy_changed(c).await?;
    Ok(done.rows_affected() == 1)
}

pub(crate) async fn granted_to(c: &mut Connection, account: AccountId) -> Stored<Vec<Granted>> {
    let sql = "SELECT role, scope, source FROM granted WHERE account = $1 ORDER BY role, scope, source";
    let granted =
        |row: &Row| Ok(Granted { role: get(row, "role")?, scope: get(row, "scope")?, source: get(row, "source")? });
    sql::query(sql).bind(account.0).fetch_all(c).await?.iter().map(granted).collect()
}

/// What is granted to all accounts, in the order in which [`granted_to`] has it.
pub(crate) async fn granted(c: &mut Connection) -> Stored<Vec<(AccountId, Granted)>> {
    let sql = "SELECT account, role, scope, source FROM granted ORDER BY role, scope, source";
    let granted = |row: &Row| {
        let one = Granted { role: get(row, "role")?, scope: get(row, "scope")?, source: get(row, "source")? };
        Ok((AccountId(get(row, "account")?), one))
    };
    sql::query(sql).fetch_all(c).await?.iter().map(granted).collect()
}

pub(crate) async fn grant(c: &mut Connection, account: AccountId, source: &str, granted: &[Granted]) -> Stored<()> {
    let sql = "DELETE FROM granted WHERE account = $1 AND source = $2";
    sql::query(sql).bind(account.0).bind(source).execute(&mut *c).await?;
    for one in granted {
        let sql = "INSERT INTO granted (account, role, scope, source) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
        sql::query(sql).bind(account.0).bind(&one.role).bind(&one.scope).bind(source).execute(&mut *c).await?;
    }
    policy_changed(c).await
}

pub(crate) async fn teams_of(c: &mut Connection, person: PersonId) -> Stored<Vec<String>> {
    let sql = "SELECT team FROM team_member WHERE person = $1 ORDER BY team";
    Ok(sql::query_scalar(sql).bind(person.0).fetch_all(c).await?)
}

pub(crate) async fn sees(c: &mut Connection, item: ItemId, sight: &Sight) -> Stored<bool> {
    Ok(!seen_of(c, &[item], sight).await?.is_empty())
}

pub(crate) async fn seen_of(c: &mut Connection, items: &[ItemId], sight: &Sight) -> Stored<Vec<ItemId>> {
    let mut found = Vec::new();
    for chunk in items.chunks(CHUNK) {
        let mut query = QueryBuilder::new("SELECT item.id FROM item WHERE item.id");
        push_in(&mut query, chunk.iter().map(|i| i.0));
        push_sight(&mut query, sight);
        let ids: Vec<Uuid> = query.build_query_scalar().fetch_all(&mut *c).await?;
        found.extend(ids.into_iter().map(ItemId));
    }
    Ok(found)
}

pub(crate) async fn seen_keys(c: &mut Connection, stream: Option<&str>, sight: &Sight) -> Stored<Vec<String>> {
    let mut query = QueryBuilder::new("SELECT item.key FROM item WHERE item.imported = FALSE");
    if let Some(stream) = stream {
        query.push(" AND item.stream = ").push_bind(stream.to_owned());
    }
    push_sight(&mut query, sight);
    Ok(query.build_query_scalar().fetch_all(c).await?)
}
