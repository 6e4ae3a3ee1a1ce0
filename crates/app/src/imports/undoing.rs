//! Undoing an import: its version goes, and the one before it is current again.

use super::jobs::no_import;
use crate::app::{App, Change};
use crate::audit::{Action, note};
use crate::context::Context;
use crate::error::AppError;
use crate::importing::keep_items;
use crate::items::{boxed, keep_answer};
use crate::published::Published;
use crate::streams::owner;
use std::sync::Arc;
use uuid::Uuid;
use watercourse_core::item::Item;
use watercourse_store::{Conn, ImportJob, ImportState, StreamVersion, Words};

/// Items that are written at once.
const AT_ONCE: usize = 5000;

/// The version before an import, with the items that were taken away for it.
struct Before {
    head: StreamVersion,
    items: Vec<(Words, Item)>,
}

impl App {
    /// Takes away what an import brought. What it replaced is current again, with the same items.
    ///
    /// # Errors
    /// `Invalid` where it brought nothing, something was imported over it, items of others are linked to its
    /// items, or what it replaced is not kept any more.
    pub async fn undo_import(&self, ctx: &Context, id: Uuid) -> Result<ImportJob, AppError> {
        let job = self.import_job(&ctx.access, id).await?;
        let (stream, version) = made(&job)?;
        let before = {
            let mut conn = self.store.reader().await?;
            owner(&mut conn, &ctx.access, &stream).await?;
            newest(&mut conn, &stream, version).await?;
            let versions = conn.stream_versions(&stream).await?;
            versions.into_iter().find(|v| v.version < version)
        };
        let before = match before {
            Some(head) => Some(self.before(head, version).await?),
            None => None,
        };
        let current = before.as_ref().map(|b| b.head.version);
        let (ask, now) = (Arc::new((ctx.clone(), before)), self.now());
        let write = boxed(move |conn: &mut Conn| {
            let ask = Arc::clone(&ask);
            Box::pin(async move {
                let (ctx, before) = &*ask;
                let Some(mut job) = conn.import_job(id).await? else { return Err(no_import(id)) };
                let (stream, version) = made(&job)?;
                newest(conn, &stream, version).await?;
                let links = conn.links_into_import(&stream).await?;
                if links > 0 {
                    let wrong = format!("{links} relations lead from other items to items of this import.");
                    return Err(AppError::invalid("", wrong, "Take them away first."));
                }
                conn.delete_import_version(&stream, version).await?;
                if let Some(before) = before {
                    let compiled = Published::compile(before.head.clone())?.stream;
                    for chunk in before.items.chunks(AT_ONCE) {
                        keep_items(conn, chunk, &before.head, &compiled).await?;
                    }
                }
                let from = (job.state, job.run);
                (job.state, job.changed_at, job.ended_at) = (ImportState::Undone, now, Some(now));
                if !conn.move_import(from.0, from.1, &job).await? {
                    return Err(gone_on());
                }
                let detail = serde_json::json!({
                    "version": version, "current": before.as_ref().map(|b| b.head.version), "import": id,
                });
                note(conn, ctx, Action::ImportUndone, &stream, detail, now).await?;
                keep_answer(conn, ctx, || serde_json::json!(id).to_string(), now).await?;
                Ok(job)
            })
        });
        let job = self.store.write_much(write).await?;
        if let Ok(spool) = self.spool() {
            spool.forget(id);
        }
        self.known.measured.lock().await.imported.remove(&stream);
        self.tell(Change::Stream { id: stream, version: current.unwrap_or(version) });
        Ok(job)
    }

    async fn before(&self, head: StreamVersion, undone: u32) -> Result<Before, AppError> {
        let events = self.store.reader().await?.count_log_events(&head.id, head.version).await?;
        if events == 0 {
            let wrong = format!("Version {undone} replaced version {}, which is not kept any more.", head.version);
            return Err(AppError::invalid("", wrong, "Only the last import of a stream can be undone."));
        }
        let items = self.items_of_import(head.clone()).await?;
        Ok(Before { head, items })
    }
}

/// The stream and version an import made; refused where it made none.
fn made(job: &ImportJob) -> Result<(String, u32), AppError> {
    match (job.state, job.version) {
        (ImportState::Done, Some(version)) => Ok((job.stream.clone(), version)),
        (ImportState::Undone, _) => {
            Err(AppError::invalid("", "This import was undone already.", "There is nothing left of it."))
        }
        _ => Err(AppError::invalid("", "This import brought nothing.", "There is nothing to undo.")),
    }
}

/// Refuses where something was imported or published over a version.
async fn newest(conn: &mut Conn, stream: &str, version: u32) -> Result<(), AppError> {
    match conn.latest_version(stream).await? {
        Some(latest) if latest == version => Ok(()),
        Some(latest) => {
            let wrong = format!("Version {latest} was imported over version {version} of “{stream}”.");
            Err(AppError::invalid("", wrong, "Undo that import first."))
        }
        None => Err(gone_on()),
    }
}

fn gone_on() -> AppError {
    AppError::invalid("", "This import has moved on.", "Look where it stands now.")
}
