//! Sealing what was committed into the chain: shortly afterwards, so that nobody who writes waits for it.

use crate::app::App;
use crate::error::AppError;
use crate::items::boxed;
use std::sync::Arc;
use std::time::Duration;
use watercourse_store::{Conn, Sealed, Source};

/// Links that are appended in one transaction.
const AT_ONCE: i64 = 2000;
/// How long the sealer rests between two looks.
const REST: Duration = Duration::from_secs(1);

/// How far the sources went at some time, and what tells that nothing below can still come: on PostgreSQL
/// numbers are taken before the commit, so a smaller one may become visible after a greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Mark {
    facts: i64,
    changes: i64,
    begun: i64,
}

/// Seals entries in the order of their numbers. Several programs may do this on one database: a number of the
/// chain is given once, and whoever comes second looks again.
#[derive(Debug, Default)]
pub struct Sealer {
    mark: Option<Mark>,
}

impl Sealer {
    /// Seals what is settled by now; how many entries this call sealed.
    ///
    /// # Errors
    /// The store's. Nothing is lost by that: the next call goes on.
    pub async fn seal(&mut self, app: &App) -> Result<usize, AppError> {
        let mut conn = app.store.reader().await?;
        let mut end = conn.chain_end().await?.unwrap_or_else(Sealed::beginning);
        let mark = match self.mark.take() {
            Some(mark) => mark,
            None => {
                let (facts, changes) = conn.newest_entries().await?;
                if facts <= end.last(Source::Fact) && changes <= end.last(Source::Audit) {
                    return Ok(0);
                }
                Mark { facts, changes, begun: conn.begun().await? }
            }
        };
        if mark.begun > conn.finished().await? {
            self.mark = Some(mark);
            return Ok(0);
        }
        let mut count = 0;
        for (source, until) in [(Source::Fact, mark.facts), (Source::Audit, mark.changes)] {
            loop {
                let entries = conn.entries(source, end.last(source), until, AT_ONCE).await?;
                let mut links = Vec::with_capacity(entries.len());
                let before = end.clone();
                for entry in &entries {
                    end = end.then(source, entry);
                    links.push(end.clone());
                }
                if links.is_empty() {
                    break;
                }
                let sealed = links.len();
                if !append(app, before, links).await? {
                    return Ok(count);
                }
                count += sealed;
            }
        }
        Ok(count)
    }
}

/// Appends links after one that must be the last; false when it no longer is.
async fn append(app: &App, before: Sealed, links: Vec<Sealed>) -> Result<bool, AppError> {
    let ready = Arc::new((before, links));
    let write = boxed(move |conn: &mut Conn| {
        let ready = Arc::clone(&ready);
        Box::pin(async move {
            let end = conn.chain_end().await?.unwrap_or_else(Sealed::beginning);
            if end != ready.0 {
                return Ok(false);
            }
            conn.append_chain(&ready.1).await?;
            Ok(true)
        })
    });
    app.store.write(write).await
}

impl App {
    /// Seals what is committed, again and again, until it is dropped.
    pub async fn run_sealer(&self) {
        let mut sealer = Sealer::default();
        loop {
            match sealer.seal(self).await {
                Ok(0) => {}
                Ok(count) => tracing::debug!(count, "entries were sealed"),
                Err(error) => tracing::warn!(%error, "the audit chain could not be sealed; it is tried again"),
            }
            tokio::time::sleep(REST).await;
        }
    }
}
