//! Finding and running the programs a stage needs.

use anyhow::{Context as _, Result, bail};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The first of these programs that is on the PATH or in one of the further folders.
pub fn find(names: &[&str], further: &[PathBuf]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).chain(further.iter().cloned()).collect();
    names.iter().find_map(|name| folders.iter().map(|f| f.join(name)).find(|file| file.is_file()))
}

/// Runs a command with its output shown.
pub fn run(command: &mut Command) -> Result<()> {
    let shown = shown(command);
    let status = command.status().with_context(|| format!("cannot start `{shown}`"))?;
    if !status.success() {
        bail!("`{shown}` ended with {status}");
    }
    Ok(())
}

/// Runs a command quietly; its output is told only if it fails.
pub fn run_quietly(command: &mut Command) -> Result<String> {
    let shown = shown(command);
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("cannot start `{shown}`"))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        bail!("`{shown}` ended with {}\n{text}{}", output.status, String::from_utf8_lossy(&output.stderr));
    }
    Ok(text)
}

fn shown(command: &Command) -> String {
    let parts = std::iter::once(command.get_program()).chain(command.get_args());
    parts.map(|p| p.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

/// Whether we run as root.
pub fn is_root() -> bool {
    run_quietly(Command::new("id").arg("-u")).is_ok_and(|text| text.trim() == "0")
}

/// Installs a package with apt-get where that is possible. Says whether it did.
pub fn apt_install(package: &str) -> Result<bool> {
    let Some(apt) = find(&["apt-get"], &[]).filter(|_| is_root()) else { return Ok(false) };
    println!("    installing {package} with apt-get");
    let apt = |arguments: &[&str]| {
        let mut command = Command::new(&apt);
        command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
        command
    };
    let install = ["install", "-y", "--no-install-recommends", package];
    // The lists may be missing or old on a fresh machine: fetch them only where the first try fails.
    if run_quietly(&mut apt(&install)).is_err() {
        run_quietly(&mut apt(&["update"]))?;
        run_quietly(&mut apt(&install))?;
    }
    Ok(true)
}

/// The cargo that runs this task.
pub fn cargo(root: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root);
    command
}
