//! The rounds: every engine in turn, its answers compared with ours.

use super::answers::Answers;
use super::peers::Peers;
use super::table;
use crate::synthetic;
use anyhow::{Context, Result, bail};
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::process::Command;

/// How often every engine is asked.
const ROUNDS: usize = 3;

/// Measures logs of so many events beside the peers, or alone, and writes the tables to `target/flow-figures.md`.
pub fn run(sizes: &[usize], alone: bool) -> Result<()> {
    let peers = if alone { None } else { Some(Peers::ready()?) };
    let mut text = String::new();
    let mut curve = Vec::new();
    for events in sizes {
        let log = generated(*events)?;
        let mut rounds = Vec::new();
        for round in 1..=ROUNDS {
            println!("{events} events, round {round} of {ROUNDS}");
            rounds.push(ask_all(&log, peers.as_ref())?);
        }
        let table = table::of_rounds(&rounds);
        println!("{table}");
        text.push_str(&table);
        curve.push(rounds);
    }
    let table = table::curve(&curve);
    println!("{table}");
    text.push_str(&table);
    let to = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("target").join("flow-figures.md");
    std::fs::write(&to, text).with_context(|| format!("cannot write {}", to.display()))
}

/// The answers of one round: ours first, then those of the peers, which must be the same.
fn ask_all(log: &Path, peers: Option<&Peers>) -> Result<Vec<Answers>> {
    let folder = tempfile::tempdir()?;
    let to = folder.path().join("answers.json");
    let own = Command::new(std::env::current_exe()?).args(["flow", "own"]).args([log, &to]).status()?;
    if !own.success() {
        bail!("our own answers failed");
    }
    let mut all = vec![Answers::read(&to)?];
    let Some(peers) = peers else { return Ok(all) };
    for engine in Peers::ENGINES {
        peers.ask(engine, log, &to)?;
        let answers = Answers::read(&to)?;
        all[0].compare(&answers)?;
        all.push(answers);
    }
    Ok(all)
}

/// The log, made unless it is there.
fn generated(events: usize) -> Result<PathBuf> {
    let path = std::env::temp_dir().join(format!("watercourse-bench-{events}.csv"));
    if !path.exists() {
        let part = path.with_extension("part");
        let file = File::create(&part).with_context(|| format!("cannot write {}", part.display()))?;
        synthetic::write(&mut BufWriter::new(file), events, 1)?;
        std::fs::rename(&part, &path)?;
    }
    Ok(path)
}
