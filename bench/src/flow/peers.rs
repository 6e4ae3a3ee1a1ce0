//! DuckDB and Polars from PyPI, in a Python environment under `target/`.

use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The versions beside which we measure.
const PINNED: [&str; 2] = ["duckdb==2.0.1", "polars==2.1.0"];

/// A Python that has the peers.
pub(super) struct Peers {
    python: PathBuf,
}

impl Peers {
    /// The engines that are asked.
    pub(super) const ENGINES: [&'static str; 2] = ["duckdb", "polars"];

    /// Makes the environment, unless it is there.
    pub(super) fn ready() -> Result<Self> {
        let home = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("target").join("flow-peers");
        let python = home.join("bin/python");
        let has =
            || Command::new(&python).args(["-c", "import duckdb, polars"]).output().is_ok_and(|o| o.status.success());
        if has() {
            return Ok(Self { python });
        }
        println!("installing {} into {}", PINNED.join(" and "), home.display());
        let made = Command::new("python3").args(["-m", "venv"]).arg(&home).status().context("python3 is needed")?;
        if !made.success() {
            bail!("python3 -m venv failed: the package python3-venv may be missing");
        }
        let install = Command::new(&python).args(["-m", "pip", "install", "--quiet"]).args(PINNED).status()?;
        if !install.success() || !has() {
            bail!(
                "the peers could not be installed: PyPI cannot be reached, or has no {} for this machine. \
                 “flow alone” measures without them",
                PINNED.join(" or ")
            );
        }
        Ok(Self { python })
    }
    /// Asks an engine; the answers are written to a file.
    pub(super) fn ask(&self, engine: &str, log: &Path, to: &Path) -> Result<()> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/flow_peers.py");
        let status = Command::new(&self.python).arg(script).arg(engine).args([log, to]).status()?;
        if !status.success() {
            bail!("{engine} did not answer");
        }
        Ok(())
    }
}
