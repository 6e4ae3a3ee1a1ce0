//! Reading a file that was brought, as it was said.

use super::look::{Look, SHOWN};
use crate::error::AppError;
use crate::watch::{Phase, Watch};
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use watercourse_exchange::{ExchangeError, Glance, Imported, Options, glance, read_path, write_rejected};
use watercourse_store::StoreError;

/// Rejected rows that the file of them holds; there may be more.
const LISTED: usize = 100_000;

/// A file that was read, or why it was not, with what could be seen of it.
pub(super) struct Reading {
    pub(super) glance: Option<Glance>,
    pub(super) read: Result<Box<Imported>, AppError>,
    /// Whether saying something else of the file may help.
    pub(super) can_be_said: bool,
}

impl Reading {
    /// How it was read; what could be seen of it where it was not.
    pub(super) fn look(&self) -> Look {
        match (&self.read, &self.glance) {
            (Ok(imported), glance) => Look::of(imported, glance.as_ref()),
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
) -> Result<Reading, AppError> {
    let mut options = options(mapping)?;
    options.limits.listed = LISTED;
    let reading = tokio::task::spawn_blocking(move || read_now(&path, &rejected, &options, &watch));
    Ok(reading.await.map_err(|e| StoreError::Other(format!("reading broke off: {e}")))?)
}

fn read_now(path: &Path, rejected: &Path, options: &Options, watch: &Watch) -> Reading {
    watch.enter(Phase::Reading, 0);
    let seen = glance(path, options, SHOWN).ok().flatten();
    match read_path(path, options, &mut |done, of| watch.at(done, of)) {
        Ok(imported) => {
            write_beside(path, rejected, options, &imported);
            Reading { glance: seen, read: Ok(Box::new(imported)), can_be_said: true }
        }
        Err(error) => {
            drop(std::fs::remove_file(rejected));
            let about_columns = error.is_usage()
                || matches!(error, ExchangeError::NoColumn { .. } | ExchangeError::NothingUsable { .. });
            let can_be_said = about_columns && seen.as_ref().is_some_and(|g| g.columns.len() > 1);
            Reading { glance: seen, read: Err(unreadable(&error)), can_be_said }
        }
    }
}

/// Writes the rejected rows. What is lost of them is no reason not to import the others.
fn write_beside(path: &Path, rejected: &Path, options: &Options, imported: &Imported) {
    if imported.rejected.is_empty() {
        drop(std::fs::remove_file(rejected));
        return;
    }
    let written = File::create(rejected)
        .map_err(|source| ExchangeError::Io { what: "the file of rejected rows".to_owned(), source })
        .and_then(|file| write_rejected(path, options, &imported.rejected, &mut BufWriter::new(file)));
    if let Err(error) = written {
        tracing::warn!(%error, "the rejected rows of an import could not be written");
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
