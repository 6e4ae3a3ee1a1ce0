//! R06, by an image of a file system: a cut of the power leaves what reached the disk. The database lies in a
//! file system of its own, kept in a file; that file at a moment is what the disk held at that moment, and
//! what was written and not synced is not in it. A copy of it is mounted elsewhere and looked at.
//!
//! The same with a library that makes `fsync` do nothing must lose writes, and the check must find that.

use super::check::{Found, check};
use super::disk::Small;
use super::load::Load;
use super::setting::{Row, Setting, chance};
use crate::program::Program;
use anyhow::{Context as _, Result};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long it may take until writes are acknowledged.
const BACK: Duration = Duration::from_secs(30);

/// The library that makes syncing do nothing.
fn careless() -> Result<PathBuf> {
    let folders = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib", "/usr/local/lib"];
    let found = folders.iter().map(|f| Path::new(f).join("libeatmydata.so")).find(|p| p.is_file());
    found.context("libeatmydata is not installed: apt-get install eatmydata")
}

/// Cuts of the power, with syncing and without.
pub(crate) async fn lost(setting: &Setting) -> Result<Row> {
    let times = setting.pick(1, 5, 30);
    let mut row = Row { name: "power", times, ..Row::default() };
    for _ in 0..times {
        let (found, acknowledged) = cut(setting, None).await?;
        row.acknowledged += acknowledged;
        row.lost += found.lost;
        row.duplicated += found.duplicated;
        row.demand(found.is_well(), format!("after a cut: {}", found.said.join("; ")));
    }
    let (found, acknowledged) = cut(setting, Some(&careless()?)).await?;
    row.tell(format!(
        "without fsync: {} of {acknowledged} acknowledged writes lost in one cut, and the check found it",
        found.lost
    ));
    row.demand(found.lost > 0, "without fsync nothing was lost: the test proves nothing");
    Ok(row)
}

/// One cut: what the disk held, compared with what was acknowledged by then.
async fn cut(setting: &Setting, preload: Option<&Path>) -> Result<(Found, u64)> {
    let folder = tempfile::tempdir()?;
    let disk = Small::new(folder.path(), "disk", 96)?;
    let database = disk.place.join("powered.db").display().to_string();
    let mut program = Program::on(&setting.program, &database)?;
    // The schema and the streams are there before the power can go.
    let first = tokio::task::block_in_place(|| program.start())?;
    super::load::publish(&super::load::client()?, &program.url(), super::load::STREAM).await?;
    tokio::task::block_in_place(|| first.stop())?;
    crate::program::run(std::process::Command::new("sync").arg("-f").arg(&disk.place))?;
    if let Some(library) = preload {
        program = program.with("LD_PRELOAD", library.display().to_string());
    }
    let running = tokio::task::block_in_place(|| program.start())?;
    let load = Load::begin(vec![program.url()], 16).await?;
    load.more(200 + chance(800), BACK).await?;
    // Everything acknowledged up to here was on the disk by then, whatever is acknowledged while it is copied.
    running.signal("STOP")?;
    let seen = load.now();
    let image = folder.path().join("after.ext4");
    std::fs::copy(&disk.image, &image)?;
    running.signal("CONT")?;
    tokio::task::block_in_place(|| running.kill())?;
    load.break_off();
    let after = Small::mounted(&image, &folder.path().join("after"))?;
    let database = after.place.join("powered.db").display().to_string();
    let found = check(&setting.program, &database, &seen).await?;
    Ok((found, seen.acknowledged()))
}
