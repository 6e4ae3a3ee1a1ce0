//! The stages of a run, in order: what fails fastest comes first.

use super::browser;
use super::options::Options;
use super::postgres::{Postgres, VARIABLE};
use super::tools::{cargo, find, run as start, run_quietly};
use crate::tidy;
use anyhow::{Context as _, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

/// Runs every stage and says how long each took.
pub fn run(root: &Path, options: &Options) -> Result<()> {
    let begun = Instant::now();
    let mut chromium = None;
    let mut postgres = None;
    stage("tools", || {
        present()?;
        chromium = options.browser.then(browser::chromium).transpose()?;
        postgres = options.postgres.then(|| Postgres::ready(options.private)).transpose()?;
        Ok(())
    })?;
    stage("format", || start(cargo(root).args(["fmt", "--all", "--check"])))?;
    stage("laws", || tidy::run(root))?;
    stage("lints", || {
        start(cargo(root).args(["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"]))
    })?;
    stage("tests", || tests(root, postgres.as_ref()))?;
    stage("doc tests", || start(cargo(root).args(["test", "--workspace", "--doc", "--quiet"])))?;
    if let Some(chromium) = &chromium {
        stage("browser tests", || {
            start(cargo(root).args(["build", "--quiet", "--package", "watercourse"]))?;
            browser::test(root, chromium)
        })?;
    }
    let private = postgres.as_ref().is_some_and(Postgres::is_private);
    drop(postgres);
    if private {
        println!("    the private PostgreSQL is stopped and removed");
    }
    let left_out: Vec<&str> = [(options.browser, "browser tests"), (options.postgres, "PostgreSQL")]
        .iter()
        .filter(|(on, _)| !on)
        .map(|(_, n)| *n)
        .collect();
    let without = if left_out.is_empty() { String::new() } else { format!(", without {}", left_out.join(" and ")) };
    println!("all passed in {:.0} s{without}", begun.elapsed().as_secs_f64());
    Ok(())
}

fn stage(name: &str, work: impl FnOnce() -> Result<()>) -> Result<()> {
    println!("▶ {name}");
    let begun = Instant::now();
    work().with_context(|| format!("stage “{name}” failed after {:.1} s", begun.elapsed().as_secs_f64()))?;
    println!("✓ {name}  {:.1} s", begun.elapsed().as_secs_f64());
    Ok(())
}

/// What must be there before it is worth beginning.
fn present() -> Result<()> {
    let missing: Vec<String> =
        [(&["node"][..], "Node 20 or newer"), (&["npm"], "npm"), (&["cc", "gcc", "clang", "cl.exe"], "a C compiler")]
            .iter()
            .filter(|(names, _)| find(names, &[]).is_none())
            .map(|(_, what)| (*what).to_owned())
            .collect();
    if !missing.is_empty() {
        bail!("missing on the PATH: {}", missing.join(", "));
    }
    for part in ["fmt", "clippy"] {
        if run_quietly(Command::new("cargo").args([part, "--version"])).is_err() {
            bail!("`cargo {part}` is missing: rustup component add rustfmt clippy");
        }
    }
    Ok(())
}

/// All tests of the workspace, by nextest where it is installed. Tests on PostgreSQL have it in their name.
fn tests(root: &Path, postgres: Option<&Postgres>) -> Result<()> {
    let nextest = run_quietly(cargo(root).args(["nextest", "--version"])).is_ok();
    let mut command = cargo(root);
    if nextest {
        command.args(["nextest", "run", "--workspace", "--no-fail-fast"]);
        if postgres.is_none() {
            command.args(["-E", "not test(postgres)"]);
        }
    } else {
        command.args(["test", "--workspace", "--lib", "--bins", "--tests", "--no-fail-fast", "--quiet"]);
        if postgres.is_none() {
            command.args(["--", "--skip", "postgres"]);
        }
    }
    if let Some(data) = shared_data(root) {
        println!("    real logs: {}", data.display());
    } else {
        println!("    real logs: none beside the repository; the committed fixtures are tested");
    }
    if let Some(postgres) = postgres {
        command.env(VARIABLE, &postgres.url);
    }
    start(&mut command)
}

/// The folder with logs of other tools, where somebody has them.
fn shared_data(root: &Path) -> Option<PathBuf> {
    let named = std::env::var_os("WATERCOURSE_SHARED_DATA").map(PathBuf::from);
    Some(named.unwrap_or_else(|| root.join("../shared/data"))).filter(|folder| folder.is_dir())
}
