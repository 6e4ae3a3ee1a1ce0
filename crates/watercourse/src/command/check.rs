//! `watercourse check`: stream files, read as a compiler reads.

use crate::arguments::Check;
use crate::exit::Exit;
use crate::screen;
use anyhow::{Context as _, Result};
use std::io::Read as _;
use std::path::Path;
use watercourse_core::stream::{Severity, read, render};

/// Checks every file, says what is wrong in each, and fails when any has an error.
pub(crate) fn run(args: &Check) -> Result<Exit> {
    let (mut errors, mut others) = (0, 0);
    for file in &args.files {
        let text = text(file)?;
        let name = file.display().to_string();
        let checked = read(&text, &watercourse_practices::known::context());
        for diagnostic in &checked.diagnostics {
            match diagnostic.severity {
                Severity::Error => errors += 1,
                Severity::Warning | Severity::Hint => others += 1,
            }
            if args.json {
                let mut line = serde_json::to_value(diagnostic)?;
                if let Some(line) = line.as_object_mut() {
                    line.insert("file".to_owned(), name.clone().into());
                }
                screen::data(&line.to_string());
            }
        }
        if !args.json && !checked.diagnostics.is_empty() {
            screen::tell(render(&name, &text, &checked.diagnostics, screen::colour()).trim_end());
        }
    }
    if !args.json {
        let files = args.files.len();
        screen::tell(&format!("{files} file{} checked: {errors} error{}, {others} hint{} and warnings.", s(files), s(errors), s(others)));
    }
    Ok(if errors > 0 { Exit::Failed } else { Exit::Done })
}

const fn s(n: usize) -> &'static str {
    if n == 1 { "" } else { "s" }
}

/// The text of a file, or of standard input for `-`.
pub(crate) fn text(file: &Path) -> Result<String> {
    let mut bytes = Vec::new();
    if file.as_os_str() == "-" {
        std::io::stdin().lock().read_to_end(&mut bytes)?;
    } else {
        bytes = std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
    }
    String::from_utf8(bytes).with_context(|| format!("{} is not UTF-8 text", file.display()))
}
