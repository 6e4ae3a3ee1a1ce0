//! The browser tests: a real Chromium against the real program.

use super::tools::{apt_install, find, run};
use anyhow::{Context as _, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

const NAMES: &[&str] = &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
/// Tells the browser tests which Chromium to drive.
const CHROMIUM: &str = "CHROMIUM";
/// Tells them which program to start.
const PROGRAM: &str = "WATERCOURSE_BIN";

/// Where Chromium is; installed where we may.
pub fn chromium() -> Result<PathBuf> {
    if let Some(named) = std::env::var_os(CHROMIUM).filter(|v| !v.is_empty()) {
        let named = PathBuf::from(named);
        if !named.is_file() {
            bail!("{CHROMIUM} names {}, which is not there", named.display());
        }
        return Ok(named);
    }
    let further = [PathBuf::from("/Applications/Google Chrome.app/Contents/MacOS"), PathBuf::from("/snap/bin")];
    let look = || find(NAMES, &further);
    match look() {
        Some(file) => Ok(file),
        None if apt_install("chromium")? => look().context("apt-get installed chromium, but it is nowhere"),
        None => bail!("Chromium is missing: install it, set {CHROMIUM}, or leave it out with --no-browser"),
    }
}

/// Checks the scripts' types, then drives the pages.
pub fn test(root: &Path, chromium: &Path) -> Result<()> {
    let web = root.join("web");
    // `npm ci` ran when the pages were built, unless the build was told to go without Node.
    if !web.join("node_modules/playwright-core").is_dir() {
        run(Command::new("npm").args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(&web))?;
    }
    run(Command::new("npm").args(["run", "--silent", "check"]).current_dir(&web))?;
    let program = target(root).join("debug").join(format!("watercourse{}", std::env::consts::EXE_SUFFIX));
    let mut tests = Command::new("npm");
    tests.args(["test", "--silent"]).current_dir(&web).env(CHROMIUM, chromium).env(PROGRAM, program);
    run(&mut tests)
}

fn target(root: &Path) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from)
}
