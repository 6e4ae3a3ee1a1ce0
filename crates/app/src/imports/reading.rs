//! Reading a file that was brought, as it was said.

use super::look::{Look, SHOWN};
use crate::analysis::meaning;
use crate::error::AppError;
use crate::off_thread::off_thread;
use crate::watch::{Phase, Watch};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use watercourse_core::time::Instant;
use watercourse_exchange::{ExchangeError, Glance, Imported, Options, RejectedRows, glance, read_path_keeping};
use watercourse_flow::hygiene::{Finding, hygiene};
use watercourse_flow::order::Ordered;

/// A file that was read, or why it was not, with what could be seen of it.
pub(super) struct Reading {
    pub(super) glance: Option<Glance>,
    pub(super) read: Result<Box<Imported>, AppError>,
    /// What looks wrong with the log.
    findings: Vec<Finding>,
    /// Whether saying something else of the file may help.
    pub(super) can_be_said: bool,
}

impl Reading {
    /// How it was read; what could be seen of it where it was not.
    pub(super) fn look(&self) -> Look {
        match (&self.read, &self.glance) {
            (Ok(imported), glance) => Look::of(imported, glance.as_ref(), &self.findings),
            (Err(_), Some(glance)) => Look::unread(glance),
            (Err(_), None) => Look::default(),
        }
    }
}

/// Options as a mapping file says them; an empty text says nothing.
pub(super) fn options(mapping: &str) -> Result<Options, AppError> {
    if mapping.is_empty() { Ok(Options::default()) } else { Options::from_toml(mapping).map_err(|e| unreadable(&e)) }
}

/// Reads a file, and writes its rejected rows beside it.
pub(super) async fn read(
    path: PathBuf,
    rejected: PathBuf,
    mapping: &str,
    watch: Arc<Watch>,
    now: Instant,
) -> Result<Reading, AppError> {
    let options = options(mapping)?;
    off_thread("reading", move || read_now(&path, &rejected, &options, &watch, now)).await
}

fn read_now(path: &Path, rejected: &Path, options: &Options, watch: &Watch, now: Instant) -> Reading {
    watch.enter(Phase::Reading, 0);
    let seen = glance(path, options, SHOWN).ok().flatten();
    let kept = RejectedRows::to_file(rejected.to_owned());
    match read_path_keeping(path, options, &mut |done, of| watch.at(done, of), &kept) {
        Ok(imported) => {
            if imported.rows.rejected == 0 {
                drop(std::fs::remove_file(rejected));
            }
            let log = &imported.log;
            let meaning = meaning(&imported.mapping, log, imported.evidence, None);
            let findings = hygiene(log, &Ordered::of(log), &meaning, now.millis());
            Reading { glance: seen, read: Ok(Box::new(imported)), findings, can_be_said: true }
        }
        Err(error) => {
            drop(std::fs::remove_file(rejected));
            let about_columns = error.is_usage()
                || matches!(error, ExchangeError::NoColumn { .. } | ExchangeError::NothingUsable { .. });
            let can_be_said = about_columns && seen.as_ref().is_some_and(|g| g.columns.len() > 1);
            Reading { glance: seen, read: Err(unreadable(&error)), findings: Vec::new(), can_be_said }
        }
    }
}

/// What is said of a file that cannot be read so.
pub(super) fn unreadable(error: &ExchangeError) -> AppError {
    let (wrong, right) = match error {
        ExchangeError::NoColumn { role, why, .. } => {
            (format!("No {role} was found: {why}"), "Choose the column.".to_owned())
        }
        ExchangeError::UnknownColumn { name, .. } => {
            (format!("“{name}” is no column of this file"), "Choose one of its columns.".to_owned())
        }
        ExchangeError::Io { what, .. } => {
            tracing::error!(%error, "a file that was brought cannot be read");
            (format!("{what} cannot be read"), "The log of the server has the details.".to_owned())
        }
        other if other.is_usage() => (other.to_string(), "Say something else.".to_owned()),
        other => (other.to_string(), "Mend the file, or bring another.".to_owned()),
    };
    AppError::invalid("", sentence(&wrong), right)
}

fn sentence(text: &str) -> String {
    let mut chars = text.trim_end_matches('.').chars();
    let first = chars.next().map(char::to_uppercase).into_iter().flatten();
    first.chain(chars).chain(['.']).collect()
}
