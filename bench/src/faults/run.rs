//! The list of faults, and running them.

use super::setting::{Row, Setting, Size};
use super::{clock, disk, flood, kill, planted, postgres, power, proxy};
use anyhow::{Context as _, Result, bail};
use std::path::PathBuf;

/// Every fault: its name, and what is done.
pub const FAULTS: &[(&str, &str)] = &[
    ("kill", "SIGKILL of the server on SQLite at any moment (R01)"),
    ("node", "SIGKILL of one of two nodes on one PostgreSQL; clients go to the other (R02)"),
    ("postgres", "immediate stop and restart of PostgreSQL under the server (R03)"),
    ("commit", "the connection is cut between COMMIT and its answer, or before COMMIT (R05)"),
    ("power", "what was not synced to the disk is gone; without fsync the check must find the loss (R06)"),
    ("fsync", "fsync or pwrite fails, once or for good (R07)"),
    ("full", "the disk is full for a while (R08)"),
    ("clock", "the clock jumps, and the hour of summer time is left out (R21)"),
    ("slow", "2,000 clients that never finish their request (R47)"),
    ("flood", "connections and requests far above what can be done (R48)"),
    ("planted", "losses, repetitions and gaps that were put there: the check must find each"),
];

/// Runs one fault.
///
/// # Errors
/// Where it cannot be run. What it found is in the row.
pub fn one(name: &str, setting: &Setting) -> Result<Row> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        match name {
            "kill" => kill::sqlite(setting).await,
            "node" => kill::node(setting).await,
            "postgres" => postgres::restarted(setting).await,
            "commit" => proxy::cut(setting).await,
            "power" => power::lost(setting).await,
            "fsync" => disk::failing(setting).await,
            "full" => disk::full(setting).await,
            "clock" => clock::jumping(setting).await,
            "slow" => flood::slow(setting).await,
            "flood" => flood::many(setting).await,
            "planted" => planted::found(setting).await,
            _ => bail!("there is no fault “{name}”; there are {}", names().join(", ")),
        }
    })
}

fn names() -> Vec<&'static str> {
    FAULTS.iter().map(|(name, _)| *name).collect()
}

/// Runs faults as a command line names them: `[--quick|--long] [NAME…]`, all where none is named.
///
/// # Errors
/// Where one finds something, or cannot be run.
pub fn command(arguments: &[&str]) -> Result<()> {
    let mut size = Size::Usual;
    let mut wanted = Vec::new();
    for argument in arguments {
        match *argument {
            "--quick" => size = Size::Quick,
            "--long" => size = Size::Long,
            "--list" => {
                FAULTS.iter().for_each(|(name, what)| println!("{name:<10} {what}"));
                return Ok(());
            }
            name if names().contains(&name) => wanted.push(name),
            other => bail!("there is no fault “{other}”; there are {}", names().join(", ")),
        }
    }
    if wanted.is_empty() {
        wanted = names();
    }
    let setting = Setting::of(&program()?, size);
    println!("{}", Row::head());
    let mut failed = Vec::new();
    for name in wanted {
        match one(name, &setting) {
            Ok(row) => {
                println!("{}", row.shown());
                if !row.is_well() {
                    failed.push(name);
                }
            }
            Err(error) => {
                println!("{name:<10} could not be run: {error:#}");
                failed.push(name);
            }
        }
    }
    if !failed.is_empty() {
        bail!("not as it must be: {}", failed.join(", "));
    }
    Ok(())
}

/// The program under test: what `WATERCOURSE_PROGRAM` names, else the one beside this one.
///
/// # Errors
/// Where it is not there.
pub fn program() -> Result<PathBuf> {
    let named = std::env::var_os("WATERCOURSE_PROGRAM").map(PathBuf::from);
    let beside = std::env::current_exe()?.with_file_name("watercourse");
    let program = named.unwrap_or(beside);
    let there = program.canonicalize();
    there.with_context(|| format!("{} is not there: cargo build --release", program.display()))
}
