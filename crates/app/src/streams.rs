//! Streams: checking, publishing, reading them back.

use crate::app::{App, Change};
use crate::audit::{self, Action};
use crate::context::{Context, hex};
use crate::error::AppError;
use crate::items::keep_answer;
use crate::published::Published;
use std::sync::{Arc, PoisonError};
use watercourse_core::check::{MOST_MARKINGS, QUICK_MARKINGS, check};
use watercourse_core::stream::{Checked, Context as Around, Severity};
use watercourse_store::{Conn, StoreError, StreamVersion};

/// What came of publishing.
#[derive(Debug, Clone)]
pub struct Publication {
    /// The version that is current now.
    pub version: StreamVersion,
    /// Whether this text was the current version already: then nothing was done.
    pub unchanged: bool,
    /// Warnings and hints.
    pub checked: Checked,
}

impl App {
    /// What is known around a stream: kinds, practices, the teams and streams there are.
    ///
    /// # Errors
    /// The store's.
    pub async fn around(&self) -> Result<Around, AppError> {
        let mut conn = self.store.reader().await?;
        let teams = conn.teams().await?.into_iter().map(|t| t.id).collect();
        let streams = conn.latest_streams().await?.into_iter().map(|s| s.id).collect();
        Ok(Around { teams: Some(teams), streams: Some(streams), ..watercourse_practices::context() })
    }

    /// Checks a stream file, thoroughly: with a search for deadlocks that may take seconds. `quick`: as while
    /// somebody types.
    ///
    /// # Errors
    /// The store's. What is wrong with the text is in the answer.
    pub async fn check(&self, text: &str, quick: bool) -> Result<Checked, AppError> {
        let around = self.around().await?;
        examine(text.to_owned(), around, quick).await
    }

    /// Publishes a stream file as its stream's next version. A text that is the current version already stays
    /// that version. `expected`: the version the caller has seen (0: none); publishing over another is refused.
    /// With a key, id and version are kept as its answer in the same transaction.
    ///
    /// # Errors
    /// `BadStream` with everything that is wrong with it; `Changed` when the current version is not the
    /// expected one.
    pub async fn publish(
        &self,
        ctx: &Context,
        text: &str,
        note: &str,
        expected: Option<u32>,
    ) -> Result<Publication, AppError> {
        let around = self.around().await?;
        self.publish_around(ctx, text, note, expected, around).await
    }

    pub(crate) async fn publish_around(
        &self,
        ctx: &Context,
        text: &str,
        note: &str,
        expected: Option<u32>,
        around: Around,
    ) -> Result<Publication, AppError> {
        let checked = examine(text.to_owned(), around, false).await?;
        let Some(stream) = &checked.stream else {
            return Err(AppError::BadStream(checked.diagnostics));
        };
        let new = StreamVersion {
            id: stream.id.clone(),
            version: 0,
            name: stream.name.clone(),
            kind: stream.kind.clone(),
            definition: text.to_owned(),
            published_at: ctx.at.unwrap_or_else(|| self.now()),
            actor: ctx.actor.clone(),
            note: note.to_owned(),
            imported: false,
        };
        let (ctx, now) = (Arc::new(ctx.clone()), self.now());
        let (version, unchanged) = self
            .store
            .write(move |conn| {
                let (new, ctx) = (new.clone(), Arc::clone(&ctx));
                Box::pin(async move {
                    let (version, unchanged) = keep(conn, new, expected).await?;
                    if !unchanged {
                        let detail = serde_json::json!({
                            "version": version.version,
                            "sha256": hex(&watercourse_store::digest(&version.definition)),
                        });
                        audit::note(conn, &ctx, Action::StreamPublished, &version.id, detail, now).await?;
                    }
                    let answer = || serde_json::json!({ "id": version.id, "version": version.version }).to_string();
                    keep_answer(conn, &ctx, answer, now).await?;
                    Ok::<_, AppError>((version, unchanged))
                })
            })
            .await?;
        if !unchanged {
            self.tell(Change::Stream { id: version.id.clone(), version: version.version });
        }
        Ok(Publication { version, unchanged, checked })
    }

    /// The current version of every stream, by id.
    ///
    /// # Errors
    /// The store's.
    pub async fn streams(&self) -> Result<Vec<Arc<Published>>, AppError> {
        let heads = self.store.reader().await?.latest_streams().await?;
        heads.into_iter().map(|head| self.compiled(head)).collect()
    }

    /// A stream, in its current version or another.
    ///
    /// # Errors
    /// `NotFound` where there is no such stream or version.
    pub async fn stream(&self, id: &str, version: Option<u32>) -> Result<Arc<Published>, AppError> {
        let mut conn = self.store.reader().await?;
        match version {
            Some(version) => self.published(&mut conn, id, version).await,
            None => self.current(&mut conn, id).await,
        }
    }

    /// All versions of a stream, newest first.
    ///
    /// # Errors
    /// `NotFound` where there is no such stream.
    pub async fn versions(&self, id: &str) -> Result<Vec<StreamVersion>, AppError> {
        let found = self.store.reader().await?.stream_versions(id).await?;
        if found.is_empty() { Err(no_stream(id)) } else { Ok(found) }
    }

    /// The current version of a stream.
    pub(crate) async fn current(&self, conn: &mut Conn, id: &str) -> Result<Arc<Published>, AppError> {
        let version = conn.latest_version(id).await?.ok_or_else(|| no_stream(id))?;
        self.published(conn, id, version).await
    }

    /// One version of a stream: from memory, since versions never change, or compiled from what is kept.
    pub(crate) async fn published(&self, conn: &mut Conn, id: &str, version: u32) -> Result<Arc<Published>, AppError> {
        if let Some(found) = self.remembered(id, version) {
            return Ok(found);
        }
        let head = conn.stream_version(id, version).await?.ok_or_else(|| no_version(id, version))?;
        self.compiled(head)
    }

    fn remembered(&self, id: &str, version: u32) -> Option<Arc<Published>> {
        let streams = self.known.streams.read().unwrap_or_else(PoisonError::into_inner);
        streams.get(&(id.to_owned(), version)).cloned()
    }

    fn compiled(&self, head: StreamVersion) -> Result<Arc<Published>, AppError> {
        if let Some(found) = self.remembered(&head.id, head.version) {
            return Ok(found);
        }
        let key = (head.id.clone(), head.version);
        let published = Arc::new(Published::compile(head)?);
        self.known.streams.write().unwrap_or_else(PoisonError::into_inner).insert(key, Arc::clone(&published));
        Ok(published)
    }
}

/// The search for deadlocks is work for a processor, not for the threads that answer requests.
async fn examine(text: String, around: Around, quick: bool) -> Result<Checked, AppError> {
    let most = if quick { QUICK_MARKINGS } else { MOST_MARKINGS };
    let checked = tokio::task::spawn_blocking(move || check(&text, &around, most)).await;
    checked.map_err(|e| AppError::Store(StoreError::Other(format!("the check broke off: {e}"))))
}

async fn keep(
    conn: &mut Conn,
    mut new: StreamVersion,
    expected: Option<u32>,
) -> Result<(StreamVersion, bool), AppError> {
    let latest = conn.latest_version(&new.id).await?;
    let found = latest.unwrap_or(0);
    if let Some(expected) = expected.filter(|e| *e != found) {
        return Err(AppError::Changed { key: new.id, expected: u64::from(expected), found: u64::from(found) });
    }
    if let Some(latest) = latest
        && let Some(old) = conn.stream_version(&new.id, latest).await?
    {
        if old.imported {
            let wrong = format!("“{}” is an imported log.", new.id);
            return Err(AppError::invalid("/stream", wrong, "Give the stream another id."));
        }
        if old.definition == new.definition {
            return Ok((old, true));
        }
    }
    new.version = found + 1;
    conn.insert_stream_version(&new).await?;
    Ok((new, false))
}

fn no_stream(id: &str) -> AppError {
    let shown: String = id.chars().take(60).collect();
    AppError::not_found(format!("stream “{shown}”"), "The list of streams tells which there are.")
}

fn no_version(id: &str, version: u32) -> AppError {
    AppError::not_found(
        format!("version {version} of the stream “{id}”"),
        "The list of its versions tells which there are.",
    )
}

/// Whether a check found anything that keeps a stream from being published.
#[must_use]
pub fn has_errors(checked: &Checked) -> bool {
    checked.stream.is_none() || checked.diagnostics.iter().any(|d| d.severity == Severity::Error)
}
