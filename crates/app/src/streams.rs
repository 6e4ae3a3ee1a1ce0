//! Streams: checking, publishing, reading them back.

use crate::access::{Access, Permission};
use crate::app::{App, Change};
use crate::audit::{self, Action};
use crate::context::{Context, hex};
use crate::entities::Tree;
use crate::error::AppError;
use crate::items::keep_answer;
use crate::off_thread::off_thread;
use crate::published::Published;
use std::sync::{Arc, PoisonError};
use watercourse_core::check::{MOST_MARKINGS, QUICK_MARKINGS, check};
use watercourse_core::stream::{Checked, Context as Around, Severity};
use watercourse_store::{Conn, StreamVersion};

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
    pub async fn around(&self, access: &Access) -> Result<Around, AppError> {
        let mut conn = self.store.reader().await?;
        let teams = conn.teams().await?.into_iter().filter(|t| access.horizon.holds(&t.entity)).map(|t| t.id).collect();
        let streams = conn.latest_streams().await?.into_iter();
        let streams = streams.filter(|s| access.horizon.holds(&s.entity)).map(|s| s.id).collect();
        Ok(Around { teams: Some(teams), streams: Some(streams), ..watercourse_practices::context() })
    }

    /// Checks a stream file, thoroughly: with a search for deadlocks that may take seconds. `quick`: as while
    /// somebody types.
    ///
    /// # Errors
    /// The store's. What is wrong with the text is in the answer.
    pub async fn check(&self, access: &Access, text: &str, quick: bool) -> Result<Checked, AppError> {
        let around = self.around(access).await?;
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
        let around = self.around(&ctx.access).await?;
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
        ctx.access.may(Permission::StreamPublish)?;
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
            entity: String::new(),
        };
        let (ctx, now) = (Arc::new(ctx.clone()), self.now());
        let (version, unchanged) = self
            .store
            .write(move |conn| {
                let (new, ctx) = (new.clone(), Arc::clone(&ctx));
                Box::pin(async move {
                    let (version, unchanged) = keep(conn, &ctx.access, new, expected).await?;
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
    pub async fn streams(&self, access: &Access) -> Result<Vec<Arc<Published>>, AppError> {
        let heads = self.store.reader().await?.latest_streams().await?;
        heads.into_iter().filter(|head| access.horizon.holds(&head.entity)).map(|head| self.compiled(head)).collect()
    }

    /// A stream, in its current version or another.
    ///
    /// # Errors
    /// `NotFound` where there is no such stream or version.
    pub async fn stream(&self, access: &Access, id: &str, version: Option<u32>) -> Result<Arc<Published>, AppError> {
        let mut conn = self.store.reader().await?;
        let current = self.known_to(&mut conn, access, id).await?;
        match version {
            Some(version) => self.published(&mut conn, id, version).await,
            None => Ok(current),
        }
    }

    /// All versions of a stream, newest first.
    ///
    /// # Errors
    /// `NotFound` where there is no such stream.
    pub async fn versions(&self, access: &Access, id: &str) -> Result<Vec<StreamVersion>, AppError> {
        let mut conn = self.store.reader().await?;
        self.known_to(&mut conn, access, id).await?;
        Ok(conn.stream_versions(id).await?)
    }

    /// The current version of a stream, as if it were not there where somebody does not know of it.
    pub(crate) async fn known_to(
        &self,
        conn: &mut Conn,
        access: &Access,
        id: &str,
    ) -> Result<Arc<Published>, AppError> {
        let current = self.current(conn, id).await?;
        if access.horizon.holds(&current.head.entity) { Ok(current) } else { Err(no_stream(id)) }
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

    /// One version of a stream, where it was compiled already.
    pub(crate) fn remembered(&self, id: &str, version: u32) -> Option<Arc<Published>> {
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
    off_thread("the check", move || check(&text, &around, most)).await
}

async fn keep(
    conn: &mut Conn,
    access: &Access,
    mut new: StreamVersion,
    expected: Option<u32>,
) -> Result<(StreamVersion, bool), AppError> {
    new.entity = owner(conn, access, &new.id).await?;
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

/// The entity a stream belongs to: the one it belongs to already, else the one its id begins with, else the
/// root. Refused where somebody may not publish there.
pub(crate) async fn owner(conn: &mut Conn, access: &Access, id: &str) -> Result<String, AppError> {
    let old = match conn.latest_version(id).await? {
        Some(latest) => conn.stream_version(id, latest).await?.map(|v| v.entity),
        None => None,
    };
    let entity = match old {
        Some(entity) => entity,
        None => Tree::load(conn).await?.owner_of(id),
    };
    access.may_in(Permission::StreamPublish, &entity)?;
    Ok(entity)
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
