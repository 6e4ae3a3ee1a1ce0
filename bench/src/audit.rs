//! How fast the audit chain is sealed and verified: the demo organisation, its facts several times over.

use anyhow::{Context as _, Result, ensure};
use sqlx::{ConnectOptions as _, Connection as _, Executor as _};
use std::time::{Duration, Instant};
use watercourse_app::audit::{Sealer, verify};
use watercourse_app::demo::move_in;
use watercourse_app::{App, Context, Store};
use watercourse_core::actor::Actor;

/// Fills a database until it has this many facts, seals all of it, and verifies it.
pub fn run(facts: i64) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(measure(facts))
}

async fn measure(facts: i64) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("audit.db");
    let address = path.to_str().context("a readable path")?;
    let app = open(address).await?;
    app.seed(&Context::of(Actor::Rule("bench".to_owned()))).await?;
    let there = move_in(&app, 4).await?.facts;
    app.store().close().await;
    let times = facts / i64::try_from(there)?.max(1);
    several_times(&path, times).await?;

    let app = open(address).await?;
    let begun = Instant::now();
    let sealed = Sealer::default().seal(&app).await?;
    tell("sealed", sealed, begun.elapsed());
    let size = std::fs::metadata(&path)?.len();
    println!("the database has {} MB", size / 1_000_000);
    for at_once in [1, 2] {
        let begun = Instant::now();
        let verified = verify(app.store(), &[], at_once).await?;
        ensure!(verified.findings.is_empty() && verified.unsealed == 0, "{:?}", verified.findings.first());
        tell(&format!("verified by {at_once}"), usize::try_from(verified.links)?, begun.elapsed());
    }
    app.store().close().await;
    Ok(())
}

async fn open(address: &str) -> Result<App> {
    let clock = App::system_clock();
    Ok(App::new(Store::open(address, clock().micros()).await?, clock))
}

/// Repeats all facts of every item with the revisions that follow.
async fn several_times(path: &std::path::Path, times: i64) -> Result<()> {
    let mut c = sqlx::sqlite::SqliteConnectOptions::new().filename(path).connect().await?;
    let columns =
        "happened_at, recorded_at, actor, cause, note, stream, version, step, activity, phase, team, what, event";
    c.execute("BEGIN").await?;
    for time in 1..times {
        let sql = format!(
            "INSERT INTO fact (item, revision, {columns})
             SELECT f.item, f.revision + {time} * i.revision, {} FROM fact f JOIN item i ON i.id = f.item
             WHERE f.revision <= i.revision ORDER BY f.seq",
            columns.split(", ").map(|c| format!("f.{c}")).collect::<Vec<_>>().join(", ")
        );
        c.execute(sqlx::AssertSqlSafe(sql)).await?;
    }
    c.execute(sqlx::AssertSqlSafe(format!("UPDATE item SET revision = revision * {times}"))).await?;
    c.execute("COMMIT").await?;
    c.close().await?;
    Ok(())
}

fn tell(what: &str, count: usize, took: Duration) {
    #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
    let rate = count as f64 / took.as_secs_f64();
    println!("{what}: {count} entries in {:.2} s, {rate:.0} a second", took.as_secs_f64());
}
