//! Imports as they stand: listed, looked at, changed, begun, cancelled and taken away.

use super::bringing::Begin;
use super::look::Look;
use super::outcome::Outcome;
use super::reading::{options, unreadable};
use crate::access::{Access, Permission};
use crate::app::App;
use crate::audit::{Action, note};
use crate::context::Context;
use crate::error::AppError;
use crate::importing::check_stream_id;
use crate::items::{boxed, keep_answer};
use crate::streams::owner;
use crate::watch::Progress;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError};
use uuid::Uuid;
use watercourse_exchange::Options;
use watercourse_store::{Conn, ImportJob, ImportState};

/// Imports that are listed.
const LISTED: i64 = 200;

impl App {
    /// The newest imports of entities somebody may publish in.
    ///
    /// # Errors
    /// `Denied`.
    pub async fn imports(&self, access: &Access) -> Result<Vec<ImportJob>, AppError> {
        access.may(Permission::StreamPublish)?;
        let mut jobs = self.store.reader().await?.import_jobs(LISTED).await?;
        jobs.retain(|j| access.may_in(Permission::StreamPublish, &j.entity).is_ok());
        Ok(jobs)
    }

    /// An import.
    ///
    /// # Errors
    /// `Denied`, or `NotFound`.
    pub async fn import_job(&self, access: &Access, id: Uuid) -> Result<ImportJob, AppError> {
        access.may(Permission::StreamPublish)?;
        let job = self.store.reader().await?.import_job(id).await?;
        job.filter(|j| access.may_in(Permission::StreamPublish, &j.entity).is_ok()).ok_or_else(|| no_import(id))
    }

    /// An import, with how its file was read.
    ///
    /// # Errors
    /// As [`App::import_job`].
    pub async fn import_look(&self, access: &Access, id: Uuid) -> Result<(ImportJob, Look), AppError> {
        let job = self.import_job(access, id).await?;
        let look = serde_json::from_str(&job.look).unwrap_or_default();
        Ok((job, look))
    }

    /// How far an import is that runs on this node.
    #[must_use]
    pub fn import_progress(&self, id: Uuid) -> Option<Progress> {
        let running = self.known.imports.lock().unwrap_or_else(PoisonError::into_inner);
        running.get(&id).map(|w| w.progress())
    }

    /// Whether the file of an import is on this node.
    #[must_use]
    pub fn has_file(&self, job: &ImportJob) -> bool {
        self.spool().is_ok_and(|s| s.id() == job.spool && s.log(job.id).is_file())
    }

    /// The file of its rejected rows, where there is one on this node.
    #[must_use]
    pub fn rejected_rows(&self, job: &ImportJob) -> Option<PathBuf> {
        self.spool().ok().filter(|s| s.id() == job.spool).map(|s| s.rejected(job.id)).filter(|p| p.is_file())
    }

    /// How an import is read, whole, as a mapping file: what was said and what was guessed.
    ///
    /// # Errors
    /// As [`App::import_job`].
    pub async fn mapping_of_import(&self, access: &Access, id: Uuid) -> Result<String, AppError> {
        let job = self.import_job(access, id).await?;
        if job.mapping.is_empty() { Ok(Options::default().to_toml()) } else { Ok(job.mapping) }
    }

    /// Says something of a file with the inputs of its page, and reads it again where `read` says so: what is
    /// tried or imported next is read then.
    ///
    /// # Errors
    /// `Invalid` where it cannot be read so: then it stays as it was.
    pub async fn say_of_import(
        &self,
        ctx: &Context,
        id: Uuid,
        inputs: &BTreeMap<String, String>,
        read: bool,
    ) -> Result<ImportJob, AppError> {
        let (job, look) = self.import_look(&ctx.access, id).await?;
        if inputs.get("seen").is_some_and(|seen| *seen != job.changed_at.micros().to_string()) {
            return Err(AppError::invalid(
                "",
                "Somebody else changed how this file is read.",
                "Look at it again, and say it again.",
            ));
        }
        let said = look.said(&options(&job.mapping)?, inputs)?;
        let begin = Begin {
            stream: inputs.get("stream").map_or(&job.stream, |s| s).trim().to_owned(),
            name: inputs.get("name").map_or(&job.name, |s| s).trim().to_owned(),
        };
        let mapping = if said == Options::default() { String::new() } else { said.to_toml() };
        let name = job.mapping_name.clone();
        self.say(job, (mapping, name), begin, read).await
    }

    /// Reads a file again as a mapping file says; an empty one leaves everything to be guessed.
    ///
    /// # Errors
    /// As [`App::say_of_import`].
    pub async fn map_import(&self, ctx: &Context, id: Uuid, mapping: &str, name: &str) -> Result<ImportJob, AppError> {
        let job = self.import_job(&ctx.access, id).await?;
        if !mapping.is_empty() {
            Options::from_toml(mapping).map_err(|e| unreadable(&e))?;
        }
        let begin = Begin { stream: job.stream.clone(), name: job.name.clone() };
        self.say(job, (mapping.to_owned(), name.to_owned()), begin, true).await
    }

    async fn say(
        &self,
        job: ImportJob,
        (mapping, mapping_name): (String, String),
        begin: Begin,
        read: bool,
    ) -> Result<ImportJob, AppError> {
        must_be_open(&job)?;
        check_stream_id(&begin.stream)?;
        let (before, mut job) = ((job.state, job.run), job);
        let is_new = mapping != job.mapping || job.look.is_empty() || !job.wrong.is_empty();
        if is_new && read {
            self.must_have_file(&job)?;
            let reading = self.read_spooled(self.spool()?, job.id, &mapping).await?;
            if let Err(error) = &reading.read {
                return Err(error.clone());
            }
            job.look = serde_json::to_string(&reading.look()).unwrap_or_default();
        }
        (job.mapping, job.mapping_name) = (mapping, mapping_name);
        if is_new || begin.stream != job.stream {
            job.outcome = String::new();
        }
        (job.stream, job.name, job.wrong) = (begin.stream, begin.name, String::new());
        job.changed_at = self.now();
        if is_new || job.outcome.is_empty() {
            job.state = ImportState::Brought;
        }
        self.move_job(before, &job).await?;
        Ok(job)
    }

    /// Begins an import: it runs as soon as no other does.
    ///
    /// # Errors
    /// `Invalid` where it cannot begin.
    pub async fn begin_import(&self, ctx: &Context, id: Uuid) -> Result<ImportJob, AppError> {
        let mut job = self.import_job(&ctx.access, id).await?;
        self.may_begin(&job)?;
        job.entity = self.may_become(&ctx.access, &job.stream).await?;
        let before = (job.state, job.run);
        (job.state, job.cancel, job.ended_at) = (ImportState::Waiting, false, None);
        (job.wrong, job.outcome, job.run) = (String::new(), String::new(), 0);
        job.changed_at = self.now();
        self.move_job(before, &job).await?;
        self.known.import_begun.notify_one();
        Ok(job)
    }

    /// Refuses to begin what is under way or over, or was not read.
    pub(super) fn may_begin(&self, job: &ImportJob) -> Result<(), AppError> {
        must_be_open(job)?;
        check_stream_id(&job.stream)?;
        self.must_have_file(job)?;
        let look: Look = serde_json::from_str(&job.look).unwrap_or_default();
        if look.event_count == 0 {
            return Err(AppError::invalid("", "The file was not read yet.", "Say what was not found in it."));
        }
        Ok(())
    }

    pub(super) fn must_have_file(&self, job: &ImportJob) -> Result<(), AppError> {
        if self.has_file(job) {
            return Ok(());
        }
        let right = "Bring it again, or ask the node that has it.";
        Err(AppError::invalid("", "The file of this import is not here.", right))
    }

    /// The entity of the stream an import becomes; refused where it may not.
    pub(super) async fn may_become(&self, access: &Access, stream: &str) -> Result<String, AppError> {
        check_stream_id(stream)?;
        let mut conn = self.store.reader().await?;
        owner(&mut conn, access, stream).await
    }

    /// Stops an import that is to run or runs; nothing of it is kept.
    ///
    /// # Errors
    /// `Invalid` where it is over.
    pub async fn cancel_import(&self, ctx: &Context, id: Uuid) -> Result<ImportJob, AppError> {
        let job = self.import_job(&ctx.access, id).await?;
        let over = || AppError::invalid("", "This import does not run.", "One that is done can be undone.");
        if !job.state.is_under_way() {
            return Err(over());
        }
        // Here first: what it writes holds up everything else that is written.
        if let Some(watch) = self.known.imports.lock().unwrap_or_else(PoisonError::into_inner).get(&id) {
            watch.stop();
        }
        let (ask, now) = (Arc::new(ctx.clone()), self.now());
        let write = boxed(move |conn: &mut Conn| {
            let ctx = Arc::clone(&ask);
            Box::pin(async move {
                let mut asked = conn.ask_to_cancel_import(id).await?;
                let Some(mut job) = conn.import_job(id).await? else { return Err(no_import(id)) };
                if job.state == ImportState::Waiting {
                    let before = (job.state, job.run);
                    (job.state, job.ended_at, job.changed_at) = (ImportState::Cancelled, Some(now), now);
                    asked = conn.move_import(before.0, before.1, &job).await?;
                } else if job.state == ImportState::Cancelled {
                    asked = true;
                }
                if asked {
                    let detail = serde_json::json!({"stream": job.stream});
                    note(conn, &ctx, Action::ImportCancelled, &id.to_string(), detail, now).await?;
                    keep_answer(conn, &ctx, || serde_json::json!(id).to_string(), now).await?;
                }
                Ok((asked, job))
            })
        });
        match self.store.write(write).await? {
            (true, job) => Ok(job),
            (false, _) => Err(over()),
        }
    }

    /// Takes an import off the list, and its file away. What it brought stays.
    ///
    /// # Errors
    /// `Invalid` where it is under way or what it brought could still be undone.
    pub async fn forget_import(&self, ctx: &Context, id: Uuid) -> Result<(), AppError> {
        let job = self.import_job(&ctx.access, id).await?;
        if job.state.is_under_way() || job.state == ImportState::Done {
            return Err(AppError::invalid("", "This import is not over.", "Cancel or undo it first."));
        }
        let write = boxed(move |conn: &mut Conn| Box::pin(async move { Ok(conn.delete_import_job(id).await?) }));
        self.store.write(write).await?;
        if let Ok(spool) = self.spool() {
            spool.forget(id);
        }
        Ok(())
    }

    /// Writes an import that stands as it was read.
    pub(super) async fn move_job(&self, before: (ImportState, i64), job: &ImportJob) -> Result<(), AppError> {
        if self.moved(before, job).await? {
            return Ok(());
        }
        Err(AppError::invalid("", "This import has moved on.", "Look where it stands now."))
    }

    /// As [`App::move_job`]; false where it moved on.
    pub(super) async fn moved(&self, before: (ImportState, i64), job: &ImportJob) -> Result<bool, AppError> {
        let ask = Arc::new(job.clone());
        let write = boxed(move |conn: &mut Conn| {
            let job = Arc::clone(&ask);
            Box::pin(async move { Ok(conn.move_import(before.0, before.1, &job).await?) })
        });
        self.store.write(write).await
    }
}

/// What came of an import, or would.
#[must_use]
pub fn outcome_of(job: &ImportJob) -> Option<Outcome> {
    serde_json::from_str(&job.outcome).ok()
}

fn must_be_open(job: &ImportJob) -> Result<(), AppError> {
    if job.state.is_open() {
        return Ok(());
    }
    Err(AppError::invalid("", "This import was begun.", "Cancel it, undo it, or bring the file again."))
}

pub(super) fn no_import(id: Uuid) -> AppError {
    AppError::not_found(format!("import “{id}”"), "The list of imports tells which there are.")
}
