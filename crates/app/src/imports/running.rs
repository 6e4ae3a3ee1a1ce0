//! Imports run one after the other. The transaction that keeps what one brings ends its job too: one that was
//! interrupted runs again from its beginning, and what was committed does not run again.

use super::jobs::no_import;
use super::look::Look;
use super::outcome::Outcome;
use super::reading::read;
use crate::access::Access;
use crate::analysis::{Study, meaning};
use crate::app::{App, Change};
use crate::context::Context;
use crate::error::AppError;
use crate::importing::{Became, Import, Ready};
use crate::items::boxed;
use crate::off_thread::off_thread;
use crate::spool::KEEP;
use crate::watch::{Phase, Watch, stopped};
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use tokio::time::timeout;
use uuid::Uuid;
use watercourse_core::time::Instant;
use watercourse_store::{Conn, Failure, ImportJob, ImportState, StoreError};

/// The longest time between two looks: another node may have begun an import of a file that is here.
const LOOK_AGAIN: Duration = Duration::from_secs(5);
/// How often an import is begun that is interrupted by the database or the end of the program.
const MOST_RUNS: i64 = 5;

/// An import that was taken to run.
#[derive(Debug)]
pub struct Begun {
    pub(super) job: ImportJob,
    watch: Arc<Watch>,
}

/// An import that is ready to be written.
struct Prepared {
    ready: Ready,
    look: Look,
    outcome: Outcome,
}

/// Why a dry run ended: it did as it should, or it did not.
enum Ended {
    Would(Became),
    Failed(AppError),
}

impl From<StoreError> for Ended {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl Failure for Ended {
    fn store(&self) -> Option<&StoreError> {
        if let Self::Failed(error) = self { error.store() } else { None }
    }
}

impl App {
    /// Does everything an import would do, and rolls it back: what it says is what the import will say.
    ///
    /// # Errors
    /// What the import would fail with; or `Invalid` while another runs.
    pub async fn try_import(&self, ctx: &Context, id: Uuid) -> Result<ImportJob, AppError> {
        let mut job = self.import_job(&ctx.access, id).await?;
        self.may_begin(&job)?;
        self.may_become(&ctx.access, &job.stream).await?;
        let Ok(_alone) = self.known.importing.try_lock() else {
            return Err(AppError::invalid("", "Another import runs now.", "Try again when it has ended."));
        };
        let watch = Arc::new(Watch::of(id));
        let Prepared { ready, look, outcome } = self.prepare(&job, &ctx.actor, &watch).await?;
        let became = self.would_keep(Arc::new(ready), &ctx.access, watch).await?;
        let before = (job.state, job.run);
        job.outcome = said(&Outcome { dry_run: true, ..outcome.of_version(&became) });
        job.look = serde_json::to_string(&look).unwrap_or_default();
        (job.state, job.wrong, job.changed_at) = (ImportState::Brought, String::new(), self.now());
        self.move_job(before, &job).await?;
        Ok(job)
    }

    /// Keeps an import and rolls it back.
    pub(crate) async fn would_keep(
        &self,
        ready: Arc<Ready>,
        access: &Arc<Access>,
        watch: Arc<Watch>,
    ) -> Result<Became, AppError> {
        let access = Arc::clone(access);
        let write = boxed_dry(move |conn: &mut Conn| {
            let (ready, access, watch) = (Arc::clone(&ready), Arc::clone(&access), Arc::clone(&watch));
            Box::pin(async move {
                match ready.keep(conn, &access, &watch).await {
                    // An error, so that nothing of it stays.
                    Ok(became) => Err(Ended::Would(became)),
                    Err(error) => Err(Ended::Failed(error)),
                }
            })
        });
        match self.store.write_much::<(), Ended, _>(write).await {
            Err(Ended::Would(became)) => Ok(became),
            Err(Ended::Failed(error)) => Err(error),
            Ok(()) => Err(StoreError::Other("a dry run was kept; this is a bug".to_owned()).into()),
        }
    }

    /// Takes the next import that is to run here, if there is one. What somebody wants to stop is not run.
    ///
    /// # Errors
    /// The store's.
    pub async fn take_import(&self) -> Result<Option<Begun>, AppError> {
        let Ok(spool) = self.spool() else { return Ok(None) };
        let jobs = self.store.reader().await?.imports_under_way(spool.id()).await?;
        for mut job in jobs.into_iter().filter(|j| j.state == ImportState::Waiting) {
            let before = (job.state, job.run);
            job.changed_at = self.now();
            if job.cancel {
                (job.state, job.ended_at) = (ImportState::Cancelled, Some(job.changed_at));
                self.moved(before, &job).await?;
                continue;
            }
            (job.state, job.run) = (ImportState::Running, job.run + 1);
            let watch = Arc::new(Watch::of(job.id));
            self.known.imports.lock().unwrap_or_else(PoisonError::into_inner).insert(job.id, Arc::clone(&watch));
            if self.moved(before, &job).await? {
                return Ok(Some(Begun { job, watch }));
            }
            self.known.imports.lock().unwrap_or_else(PoisonError::into_inner).remove(&job.id);
        }
        Ok(None)
    }

    /// Runs an import that was taken, to its end, whichever that is.
    ///
    /// # Errors
    /// The store's, where not even its end could be written: then it runs again after the next start.
    pub async fn run_import(&self, begun: Begun) -> Result<ImportJob, AppError> {
        let alone = self.known.importing.lock().await;
        let result = self.carry_out(&begun).await;
        drop(alone);
        let Begun { mut job, watch } = begun;
        self.known.imports.lock().unwrap_or_else(PoisonError::into_inner).remove(&job.id);
        let error = match result {
            Ok(done) => return Ok(done),
            Err(error) => error,
        };
        let before = (job.state, job.run);
        job.changed_at = self.now();
        let is_over = error.store().is_some_and(|e| matches!(e, StoreError::Closed | StoreError::Damaged(_)));
        if is_over {
            return Err(error);
        }
        if watch.is_stopped() {
            (job.state, job.ended_at) = (ImportState::Cancelled, Some(job.changed_at));
        } else if error.store().is_some() && job.run < MOST_RUNS {
            tracing::warn!(%error, import = %job.id, "an import was interrupted and runs again");
            job.state = ImportState::Waiting;
        } else {
            (job.state, job.ended_at, job.wrong) = (ImportState::Failed, Some(job.changed_at), error.to_string());
        }
        if !self.moved(before, &job).await? {
            // It was committed although that could not be told, or somebody else has it.
            return self.store.reader().await?.import_job(job.id).await?.ok_or_else(|| no_import(job.id));
        }
        Ok(job)
    }

    async fn carry_out(&self, begun: &Begun) -> Result<ImportJob, AppError> {
        let Begun { job, watch } = begun;
        let mut access = Access::everything(job.actor.clone());
        access.account = job.account.parse().ok();
        let ctx = Context::by(Arc::new(access));
        self.must_have_file(job)?;
        let Prepared { ready, look, outcome } = self.prepare(job, &ctx.actor, watch).await?;
        let now = self.now();
        let look = serde_json::to_string(&look).unwrap_or_default();
        let ask = Arc::new((ready, ctx, job.clone(), outcome, Arc::clone(watch), look));
        let write = boxed(move |conn: &mut Conn| {
            let ask = Arc::clone(&ask);
            Box::pin(async move {
                let (ready, ctx, job, outcome, watch, look) = &*ask;
                let became = ready.keep(conn, &ctx.access, watch).await?;
                let (outcome, version) = (outcome.of_version(&became), &became.version);
                ready.note(conn, ctx, version, job.id, now).await?;
                let done = ImportJob {
                    state: ImportState::Done,
                    entity: version.entity.clone(),
                    version: Some(version.version),
                    outcome: said(&outcome),
                    look: look.clone(),
                    wrong: String::new(),
                    changed_at: now,
                    ended_at: Some(now),
                    ..job.clone()
                };
                // Cancelled or taken over at the last moment: nothing of it stays.
                watch.go_on(conn).await?;
                if !conn.move_import(ImportState::Running, job.run, &done).await? {
                    return Err(AppError::invalid("", "This import has moved on.", "Look where it stands now."));
                }
                Ok(done)
            })
        });
        let done = self.store.write_much(write).await?;
        self.tell(Change::Stream { id: done.stream.clone(), version: done.version.unwrap_or_default() });
        Ok(done)
    }

    /// Reads the file of an import and works out what it brings.
    async fn prepare(
        &self,
        job: &ImportJob,
        actor: &watercourse_core::actor::Actor,
        watch: &Arc<Watch>,
    ) -> Result<Prepared, AppError> {
        let spool = self.spool()?;
        let (log, rejected) = (spool.log(job.id), spool.rejected(job.id));
        let reading = read(log, rejected, &job.mapping, Arc::clone(watch), self.now()).await?;
        let look = reading.look();
        let imported = reading.read?;
        if watch.is_stopped() {
            return Err(stopped());
        }
        watch.enter(Phase::Measuring, 0);
        let (stream, name, file) = (job.stream.clone(), job.name.clone(), job.file.clone());
        let (actor, now) = (actor.clone(), self.now());
        let note = format!("Imported from {}", job.file);
        let work = off_thread("an import", move || {
            let study = Study::of(&imported, None);
            let meaning = meaning(&imported.mapping, &imported.log, imported.evidence, None);
            let told = serde_json::Map::new();
            let import = Import { stream, name, kind: String::new(), log: imported.log, meaning, note, file, told };
            (Ready::of(&actor, import, &study.visits, now), Outcome::of(&study))
        });
        let (ready, outcome) = work.await?;
        Ok(Prepared { ready, look, outcome })
    }

    /// Finds imports that ran when the program ended, and lets them run again; how many.
    ///
    /// # Errors
    /// The store's.
    pub async fn resume_imports(&self) -> Result<usize, AppError> {
        let Ok(spool) = self.spool() else { return Ok(0) };
        let jobs = self.store.reader().await?.imports_under_way(spool.id()).await?;
        let mut resumed = 0;
        for mut job in jobs.into_iter().filter(|j| j.state == ImportState::Running) {
            // The folder belongs to this program alone: what runs, runs here.
            if self.import_progress(job.id).is_some() {
                continue;
            }
            let before = (job.state, job.run);
            job.changed_at = self.now();
            if job.run >= MOST_RUNS {
                "It was interrupted too often. Look at the log of the server.".clone_into(&mut job.wrong);
                (job.state, job.ended_at) = (ImportState::Failed, Some(job.changed_at));
            } else {
                job.state = ImportState::Waiting;
            }
            resumed += usize::from(self.moved(before, &job).await?);
        }
        Ok(resumed)
    }

    /// Runs imports as they are begun, and those that were interrupted, until it is dropped.
    pub async fn run_imports(&self) {
        if self.spool().is_err() {
            return std::future::pending().await;
        }
        match self.resume_imports().await {
            Ok(0) => {}
            Ok(imports) => tracing::info!(imports, "interrupted imports run again"),
            Err(error) => tracing::error!(%error, "interrupted imports could not be found"),
        }
        let mut tidied = Instant(i64::MIN);
        loop {
            loop {
                let ran = match self.take_import().await {
                    Ok(None) => break,
                    Ok(Some(begun)) => self.run_import(begun).await.map(|_| ()),
                    Err(error) => Err(error),
                };
                if let Err(error) = ran {
                    tracing::error!(%error, "an import could not be run");
                    break;
                }
            }
            let now = self.now();
            if now.micros().saturating_sub(tidied.micros()) > 3_600_000_000 {
                tidied = now;
                if let Err(error) = self.tidy_imports(now).await {
                    tracing::warn!(%error, "files of old imports could not be taken away");
                }
            }
            drop(timeout(LOOK_AGAIN, self.known.import_begun.notified()).await);
        }
    }

    /// Takes away the files of imports with which nothing was done for two weeks, that were undone, or that are not
    /// known any more; how many imports.
    ///
    /// # Errors
    /// The store's.
    pub async fn tidy_imports(&self, now: Instant) -> Result<usize, AppError> {
        let Ok(spool) = self.spool() else { return Ok(0) };
        let keep = i64::try_from(KEEP.as_micros()).unwrap_or(i64::MAX);
        let before = now.plus(-keep);
        let mut taken = 0;
        for id in spool.held() {
            let job = self.store.reader().await?.import_job(id).await?;
            let is_old = match job {
                Some(job) => job.state == ImportState::Undone || (!job.state.is_under_way() && job.changed_at < before),
                // One on its way here is not known yet; its id says when it began.
                None => id.get_timestamp().is_some_and(|t| {
                    i64::try_from(t.to_unix().0).is_ok_and(|s| s.saturating_mul(1_000_000) < before.micros())
                }),
            };
            if is_old {
                spool.forget(id);
                taken += 1;
            }
        }
        Ok(taken)
    }
}

impl Outcome {
    fn of_version(&self, became: &Became) -> Self {
        let Became { version, replaces } = became;
        Self { stream: version.id.clone(), version: version.version, replaces: *replaces, ..self.clone() }
    }
}

fn said(outcome: &Outcome) -> String {
    serde_json::to_string(outcome).unwrap_or_default()
}

/// Helps the compiler to see that a closure takes a connection of any lifetime.
const fn boxed_dry<F>(run: F) -> F
where
    F: for<'c> Fn(&'c mut Conn) -> futures::future::BoxFuture<'c, Result<(), Ended>>,
{
    run
}
