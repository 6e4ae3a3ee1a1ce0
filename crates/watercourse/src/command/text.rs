//! Files as they are given on the command line, `-` being standard input.

use crate::exit::{Exit, ended, usage};
use anyhow::{Context as _, Result};
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// Whether a path means standard input.
pub(crate) fn is_standard_input(file: &Path) -> bool {
    file.as_os_str() == "-"
}

/// The text of a file.
pub(crate) fn text(file: &Path) -> Result<String> {
    let mut bytes = Vec::new();
    let name = if is_standard_input(file) { "Standard input".to_owned() } else { file.display().to_string() };
    if is_standard_input(file) {
        std::io::stdin().lock().read_to_end(&mut bytes).with_context(|| format!("{name} cannot be read"))?;
    } else {
        bytes = std::fs::read(file).with_context(|| format!("{name} cannot be read"))?;
    }
    String::from_utf8(bytes).map_err(|e| {
        let valid = e.utf8_error().valid_up_to();
        let line = 1 + e.as_bytes().iter().take(valid).filter(|b| **b == b'\n').count();
        ended(Exit::Failed, format!("{name} is not UTF-8 text: line {line} has bytes that are none. Save it as UTF-8."))
    })
}

/// A log on the command line: a path, and what is kept of standard input as long as it is read.
#[derive(Debug)]
pub(crate) struct Given {
    /// Where it can be read.
    pub(crate) path: PathBuf,
    /// What it is called.
    pub(crate) name: String,
    _kept: Option<tempfile::NamedTempFile>,
}

/// The log that was named. `--done A B FILE` gives FILE to the labels; where no log is named, the last of them is it.
pub(crate) fn log(file: Option<&Path>, done: &mut Vec<String>) -> Result<Given> {
    let path = match file {
        Some(file) => file.to_owned(),
        None => match done.pop() {
            Some(last) if !done.is_empty() && (last == "-" || Path::new(&last).exists()) => PathBuf::from(last),
            _ => return Err(usage("No log is named. Put the file before --done LABEL…, or -- between them.")),
        },
    };
    if !is_standard_input(&path) {
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        return Ok(Given { path, name, _kept: None });
    }
    let mut kept = tempfile::NamedTempFile::new().context("Standard input cannot be kept while it is read")?;
    std::io::copy(&mut std::io::stdin().lock(), &mut kept).context("Standard input cannot be kept while it is read")?;
    Ok(Given { path: kept.path().to_owned(), name: "standard input".to_owned(), _kept: Some(kept) })
}
