//! `watercourse check`: stream files, read as a compiler reads.

use super::text::{is_standard_input, text};
use crate::arguments::Check;
use crate::exit::Exit;
use crate::screen;
use anyhow::{Context as _, Result};
use serde_json::json;
use std::path::PathBuf;
use watercourse_core::stream::{Severity, read, render};

/// Checks every file, says what is wrong in each, and fails when any has an error or cannot be read.
pub(crate) fn run(args: &Check) -> Result<Exit> {
    let (mut files, mut errors, mut others) = (0, 0, 0);
    for file in args.files.iter().flat_map(listed) {
        files += 1;
        let read = file.and_then(|file| Ok((file.display().to_string(), text(&file)?)));
        match read {
            Ok((name, text)) => {
                let (wrong, other) = one(&name, &text, args.json)?;
                errors += wrong;
                others += other;
            }
            Err(error) => {
                errors += 1;
                if args.json {
                    screen::data(
                        &json!({"severity": "error", "code": "unreadable", "message": format!("{error:#}")})
                            .to_string(),
                    );
                } else {
                    screen::warn(&format!("{error:#}"));
                }
            }
        }
    }
    if !args.json {
        screen::tell(&format!(
            "{}: {}, {}.",
            n(files, "file") + " checked",
            n(errors, "error"),
            n(others, "warning or hint")
        ));
    }
    Ok(if errors > 0 { Exit::Failed } else { Exit::Done })
}

/// Checks one text: how many errors, how many other findings.
fn one(name: &str, text: &str, json: bool) -> Result<(usize, usize)> {
    let checked = read(text, &watercourse_practices::known::context());
    for diagnostic in checked.diagnostics.iter().filter(|_| json) {
        let mut line = serde_json::to_value(diagnostic)?;
        if let Some(line) = line.as_object_mut() {
            line.insert("file".to_owned(), name.into());
        }
        screen::data(&line.to_string());
    }
    if !json && !checked.diagnostics.is_empty() {
        screen::tell(render(name, text, &checked.diagnostics, screen::colour()).trim_end());
    }
    let errors = checked.diagnostics.iter().filter(|d| d.severity == Severity::Error).count();
    Ok((errors, checked.diagnostics.len() - errors))
}

/// A file; of a folder every `.toml` file in it, by name.
fn listed(file: &PathBuf) -> Vec<Result<PathBuf>> {
    if is_standard_input(file) || !file.is_dir() {
        return vec![Ok(file.clone())];
    }
    let entries = match std::fs::read_dir(file).with_context(|| format!("{} cannot be read", file.display())) {
        Ok(entries) => entries,
        Err(error) => return vec![Err(error)],
    };
    let mut files: Vec<PathBuf> =
        entries.filter_map(|e| Some(e.ok()?.path())).filter(|p| p.extension().is_some_and(|e| e == "toml")).collect();
    files.sort();
    if files.is_empty() {
        return vec![Err(anyhow::anyhow!("{} has no .toml file in it", file.display()))];
    }
    files.into_iter().map(Ok).collect()
}

fn n(count: usize, what: &str) -> String {
    match (count, what) {
        (1, _) => format!("1 {what}"),
        (_, "warning or hint") => format!("{count} warnings or hints"),
        _ => format!("{count} {what}s"),
    }
}
