//! Bringing the schema up to date: forward only, one transaction per migration.

use super::sql::{self, AssertSqlSafe};
use super::{BEGIN, Connection, StoreError, Stored, WORDS};

/// The migrations, oldest first. Add new ones at the end; never change one that was released.
const MIGRATIONS: &[(i64, &str)] = &[
    (1, include_str!("../../migrations/0001_kernel.sql")),
    (2, include_str!("../../migrations/0002_who.sql")),
    (3, include_str!("../../migrations/0003_access.sql")),
    (4, include_str!("../../migrations/0004_kept.sql")),
    (5, include_str!("../../migrations/0005_leaves.sql")),
    (6, include_str!("../../migrations/0006_search.sql")),
    (7, include_str!("../../migrations/0007_through_provider.sql")),
    (8, include_str!("../../migrations/0008_fewer_pages.sql")),
    (9, include_str!("../../migrations/0009_imports.sql")),
];

/// The newest schema this program knows.
pub(crate) fn known() -> i64 {
    MIGRATIONS.last().map_or(0, |m| m.0)
}

/// The schema a database has; 0 where it has none yet.
pub(crate) async fn schema_version(c: &mut Connection) -> Stored<i64> {
    let there = super::copy::tables(c).await?.iter().any(|t| t.name == "schema_version");
    if !there {
        return Ok(0);
    }
    Ok(sql::query_scalar("SELECT COALESCE(MAX(version), 0) FROM schema_version").fetch_one(c).await?)
}

/// Brings the schema up to date. Two programs that start at once: one waits at the unique number and
/// then finds the work done, which the caller sees as a race and tries again.
///
/// # Errors
/// `Newer` when the schema was made by a newer program; `Conflict` after a lost race.
pub(crate) async fn migrate(c: &mut Connection, now: i64) -> Stored<()> {
    migrate_to(c, known(), now).await
}

/// As [`migrate`], no further than one version: what a copy of an older database is made with.
pub(crate) async fn migrate_to(c: &mut Connection, version: i64, now: i64) -> Stored<()> {
    sql::raw_sql(
        "CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL PRIMARY KEY, applied_at BIGINT NOT NULL)",
    )
    .execute(&mut *c)
    .await?;
    let known = known();
    let found: i64 =
        sql::query_scalar("SELECT COALESCE(MAX(version), 0) FROM schema_version").fetch_one(&mut *c).await?;
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    for (version, text) in MIGRATIONS.iter().filter(|m| m.0 > found && m.0 <= version) {
        sql::raw_sql(BEGIN).execute(&mut *c).await?;
        let applied = apply(c, *version, text, now).await;
        let end = if applied.is_ok() { "COMMIT" } else { "ROLLBACK" };
        let ended = sql::raw_sql(end).execute(&mut *c).await;
        applied?;
        ended?;
        tracing::info!(version, "the schema of the database was brought up to date");
    }
    Ok(())
}

async fn apply(c: &mut Connection, version: i64, text: &str, now: i64) -> Stored<()> {
    sql::query("INSERT INTO schema_version (version, applied_at) VALUES ($1, $2)")
        .bind(version)
        .bind(now)
        .execute(&mut *c)
        .await?;
    let mut sql = text.to_owned();
    for (word, meaning) in WORDS {
        sql = sql.replace(word, meaning);
    }
    sql::raw_sql(AssertSqlSafe(sql)).execute(c).await?;
    Ok(())
}
