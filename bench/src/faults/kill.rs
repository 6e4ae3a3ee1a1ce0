//! SIGKILL of the server under load.

use super::check::check;
use super::load::Load;
use super::postgres::Database;
use super::setting::{Row, Setting, chance};
use crate::program::Program;
use anyhow::Result;
use std::time::{Duration, Instant};

/// How long it may take until writes are acknowledged again.
const BACK: Duration = Duration::from_secs(30);
/// Acknowledged writes the long run must have.
const LONG_WRITES: u64 = 200_000;

/// R01: the only server, on SQLite.
pub(crate) async fn sqlite(setting: &Setting) -> Result<Row> {
    let folder = tempfile::tempdir()?;
    let database = folder.path().join("killed.db").display().to_string();
    let program = Program::on(&setting.program, &database)?;
    let kills = setting.pick(5, 30, 200);
    let longest = setting.pick(400, 2000, 2000);
    let mut running = tokio::task::block_in_place(|| program.start())?;
    let load = Load::begin(vec![program.url()], 32).await?;
    let mut times = 0;
    let mut slowest = Duration::ZERO;
    let (at_least, begun) = (setting.pick(0, 0, LONG_WRITES), Instant::now());
    let patience = Duration::from_secs(1800);
    while times < kills || (load.acknowledged() < at_least && begun.elapsed() < patience) {
        load.more(1, BACK).await?;
        tokio::time::sleep(Duration::from_millis(chance(longest))).await;
        tokio::task::block_in_place(|| running.kill())?;
        times += 1;
        running = tokio::task::block_in_place(|| program.start())?;
        slowest = slowest.max(running.ready_after);
    }
    load.more(1, BACK).await?;
    let seen = load.end().await;
    tokio::task::block_in_place(|| running.stop())?;
    let found = check(&setting.program, &database, &seen).await?;
    let mut row = Row::of("kill", times, &seen, &found);
    row.tell(format!("ready again {:.0} ms after its start at the latest", slowest.as_secs_f64() * 1e3));
    row.demand(row.unknown == 0, "writes were given up");
    row.demand(row.acknowledged >= at_least, format!("fewer than {at_least} writes were acknowledged"));
    Ok(row)
}

/// R02: one of two, on PostgreSQL.
pub(crate) async fn node(setting: &Setting) -> Result<Row> {
    let database = Database::fresh(setting.postgres.as_deref()).await?;
    let programs = [Program::on(&setting.program, &database.url)?, Program::on(&setting.program, &database.url)?];
    let mut running = Vec::new();
    for program in &programs {
        running.push(Some(tokio::task::block_in_place(|| program.start())?));
    }
    let load = Load::begin(programs.iter().map(Program::url).collect(), 16).await?;
    let kills = setting.pick(3, 20, 100);
    let longest = setting.pick(400, 2000, 2000);
    let mut longest_silence = Duration::ZERO;
    for _ in 0..kills {
        load.more(1, BACK).await?;
        tokio::time::sleep(Duration::from_millis(chance(longest))).await;
        let victim = usize::try_from(chance(2))?;
        let (Some(place), Some(program)) = (running.get_mut(victim), programs.get(victim)) else { continue };
        if let Some(killed) = place.take() {
            tokio::task::block_in_place(|| killed.kill())?;
        }
        // The other goes on alone before this one comes back.
        longest_silence = longest_silence.max(load.more(1, BACK).await?);
        *place = Some(tokio::task::block_in_place(|| program.start())?);
    }
    load.more(1, BACK).await?;
    let seen = load.end().await;
    for one in running.into_iter().flatten() {
        tokio::task::block_in_place(|| one.stop())?;
    }
    let found = check(&setting.program, &database.url, &seen).await?;
    let mut row = Row::of("node", kills, &seen, &found);
    row.tell(format!(
        "the other node acknowledged {:.0} ms after a kill at the latest",
        longest_silence.as_secs_f64() * 1e3
    ));
    row.demand(row.unknown == 0, "writes were given up");
    row.demand(longest_silence <= Duration::from_secs(2), "the other node took longer than 2 s");
    database.drop().await?;
    Ok(row)
}
