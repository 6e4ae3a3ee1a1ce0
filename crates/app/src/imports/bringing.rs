//! A file is brought: kept in the spool, and read for the first time.

use super::reading::{Reading, read};
use crate::access::{Access, Permission};
use crate::app::App;
use crate::audit::{Action, note};
use crate::context::{Context, hex};
use crate::error::AppError;
use crate::items::{boxed, keep_answer};
use crate::spool::{LARGEST_FILE, Spool};
use crate::watch::Watch;
use sha2::{Digest as _, Sha256};
use std::sync::Arc;
use tokio::io::AsyncWriteExt as _;
use uuid::Uuid;
use watercourse_store::{Conn, ImportJob, ImportState, ROOT};

/// What an import becomes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Begin {
    /// The id of the stream.
    pub stream: String,
    /// What people call it; from its id where empty.
    pub name: String,
}

/// A file on its way here. One that is dropped leaves nothing.
#[derive(Debug)]
pub struct Upload {
    id: Uuid,
    file: tokio::fs::File,
    size: u64,
    hash: Sha256,
    spool: Arc<Spool>,
    kept: bool,
}

impl Upload {
    /// Takes the next bytes.
    ///
    /// # Errors
    /// `TooLarge`, or where the disk does not take them.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), AppError> {
        self.size = self.size.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        if self.size > LARGEST_FILE {
            let right = "Send it compressed (gzip or zip), or in parts to several streams.".to_owned();
            return Err(AppError::TooLarge { wrong: "The file is larger than 4 GiB.".to_owned(), right });
        }
        self.hash.update(bytes);
        self.file.write_all(bytes).await.map_err(|e| lost(&e))
    }
    /// A digest of what came so far.
    #[must_use]
    pub fn digest(&self) -> String {
        hex(&self.hash.clone().finalize())
    }
    async fn finish(&mut self) -> Result<(), AppError> {
        self.file.flush().await.map_err(|e| lost(&e))?;
        self.file.sync_all().await.map_err(|e| lost(&e))?;
        let (from, to) = (self.spool.part(self.id), self.spool.log(self.id));
        tokio::fs::rename(from, to).await.map_err(|e| lost(&e))
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        if !self.kept {
            self.spool.forget(self.id);
        }
    }
}

fn lost(error: &std::io::Error) -> AppError {
    tracing::error!(%error, "an upload cannot be kept");
    AppError::invalid("", "The file cannot be kept.", "Look whether the disk of the server is full.")
}

impl App {
    /// Begins to take a file.
    ///
    /// # Errors
    /// `Denied`, or `Invalid` where this server keeps no files or has no room.
    pub async fn upload(&self, access: &Access) -> Result<Upload, AppError> {
        home(access)?;
        let spool = Arc::clone(self.spool()?);
        if !spool.has_room() {
            let right = "Take away imports that are not needed any more.";
            return Err(AppError::invalid("", "There is no room for another file.", right));
        }
        let id = Uuid::now_v7();
        let file = tokio::fs::File::create(spool.part(id)).await.map_err(|e| lost(&e))?;
        Ok(Upload { id, file, size: 0, hash: Sha256::new(), spool, kept: false })
    }

    /// Keeps a file that is all here and reads it: as a kept mapping says where one was made for the same columns,
    /// unless something is said. Where something is said of the stream too, the import begins.
    ///
    /// # Errors
    /// `Invalid` where it is no log; nothing of it is kept then.
    pub async fn bring(
        &self,
        ctx: &Context,
        mut upload: Upload,
        file: &str,
        mapping: Option<String>,
        begin: Option<Begin>,
    ) -> Result<ImportJob, AppError> {
        let mut entity = home(&ctx.access)?;
        upload.finish().await?;
        let (spool, id) = (Arc::clone(&upload.spool), upload.id);
        let mut said = (mapping.unwrap_or_default(), String::new());
        let mut reading = self.read_spooled(&spool, id, &said.0).await?;
        if said.0.is_empty()
            && let Some(kept) = self.mapping_for(&ctx.access, &reading.look().header).await?
        {
            let again = self.read_spooled(&spool, id, &kept.mapping).await?;
            if again.read.is_ok() {
                (reading, said) = (again, (kept.mapping, kept.name));
            }
        }
        let look = reading.look();
        let wrong = match &reading.read {
            Err(error) if !reading.can_be_said || begin.is_some() => return Err(error.clone()),
            Err(error) => error.to_string(),
            Ok(_) => String::new(),
        };
        let stream = match &begin {
            Some(begin) => {
                entity = self.may_become(&ctx.access, &begin.stream).await?;
                begin.clone()
            }
            None => Begin { stream: stream_id_of(file), name: stem(file).to_owned() },
        };
        let now = self.now();
        let job = ImportJob {
            id,
            file: file.chars().filter(|c| !c.is_control()).take(200).collect(),
            size: i64::try_from(upload.size).unwrap_or(i64::MAX),
            spool: spool.id().to_owned(),
            entity,
            stream: stream.stream,
            name: stream.name,
            state: if begin.is_some() { ImportState::Waiting } else { ImportState::Brought },
            cancel: false,
            mapping: said.0,
            mapping_name: said.1,
            look: serde_json::to_string(&look).unwrap_or_default(),
            outcome: String::new(),
            wrong,
            run: 0,
            version: None,
            actor: ctx.actor.clone(),
            account: ctx.access.account.map(|a| a.to_string()).unwrap_or_default(),
            made_at: now,
            changed_at: now,
            ended_at: None,
        };
        let ask = Arc::new((job.clone(), ctx.clone()));
        let write = boxed(move |conn: &mut Conn| {
            let ask = Arc::clone(&ask);
            Box::pin(async move {
                let (job, ctx) = &*ask;
                conn.insert_import(job).await?;
                let detail = serde_json::json!({"file": job.file, "bytes": job.size});
                note(conn, ctx, Action::LogBrought, &job.id.to_string(), detail, now).await?;
                keep_answer(conn, ctx, || serde_json::json!(job.id).to_string(), now).await
            })
        });
        self.store.write(write).await?;
        upload.kept = true;
        self.known.import_begun.notify_one();
        Ok(job)
    }

    pub(super) async fn read_spooled(&self, spool: &Spool, id: Uuid, mapping: &str) -> Result<Reading, AppError> {
        read(spool.log(id), spool.rejected(id), mapping, Arc::new(Watch::of(id)), self.now()).await
    }
}

/// The entity that what somebody brings belongs to: their own, where they may publish there.
pub(super) fn home(access: &Access) -> Result<String, AppError> {
    let permission = Permission::StreamPublish;
    let reach = access.reach(permission).ok_or(AppError::Denied(permission.id()))?;
    if reach.covers(&access.home) {
        return Ok(access.home.clone());
    }
    let first = reach.entities.first().cloned().or_else(|| reach.all.then(|| ROOT.to_owned()));
    first.ok_or(AppError::Denied(permission.id()))
}

fn stem(file: &str) -> &str {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    name.split('.').next().unwrap_or(name)
}

/// The id of a stream from the name of a file.
#[must_use]
pub fn stream_id_of(file: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let slug: String = stem(file).chars().map(plain).take(60).collect();
    let slug = slug.split('-').filter(|p| !p.is_empty()).collect::<Vec<_>>().join("-");
    if slug.is_empty() { "imported".to_owned() } else { slug }
}
