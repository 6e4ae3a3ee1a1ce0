//! A connection, and how it is opened.

use crate::error::StoreError;
use rusqlite::OpenFlags;
use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::{Handle, RuntimeFlavor};

/// Prepared statements kept per connection: multi-row statements of different lengths are different ones.
const STATEMENTS: usize = 400;
/// How long another program's lock is waited for.
const WAIT: Duration = Duration::from_secs(10);
/// A statement that takes as long, time and again, lets other requests go on beside it.
const SLOW: Duration = Duration::from_micros(500);
/// How often it must have taken that long, beyond the times when it did not.
const SLOW_TIMES: u8 = 2;
/// Statements of which something is remembered, at most.
const REMEMBERED: usize = 2000;
/// What SQLite's log is cut to after a checkpoint, bytes.
const MOST_LOG: u32 = 32 << 20;
/// Pages in the log when it is brought into the database: what is written again and again goes there once.
const LOG_PAGES: u32 = 4000;
/// What is kept in memory of the database, KiB: by the writer, and by each reader.
const CACHES: (i64, i64) = (16 << 10, 6 << 10);

/// How a file is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Opening {
    /// To be written and read at once; made where it is not there.
    Shared,
    /// To be read beside whoever writes it.
    Read,
    /// To be filled by nobody else; made where it is not there. It is only good once it was closed well.
    Filled,
    /// To be read by nobody else, and left as it is.
    Still,
}

/// A connection.
pub(crate) struct Connection {
    raw: rusqlite::Connection,
    known: HashMap<u64, Known>,
    hash: RandomState,
}

/// What is remembered of a statement.
#[derive(Default)]
pub(super) struct Known {
    slow: u8,
    /// The names of its columns.
    pub(super) names: Option<Arc<[Box<str>]>>,
}

impl Connection {
    /// Opens a file.
    pub(crate) fn open(path: &Path, opening: Opening) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_NO_MUTEX
            | match opening {
                Opening::Shared | Opening::Filled => OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
                Opening::Read => OpenFlags::SQLITE_OPEN_READ_ONLY,
                Opening::Still => OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI,
            };
        let raw = match opening {
            Opening::Still => rusqlite::Connection::open_with_flags(still(path), flags)?,
            _ => rusqlite::Connection::open_with_flags(path, flags)?,
        };
        raw.busy_timeout(WAIT)?;
        raw.set_prepared_statement_cache_capacity(STATEMENTS);
        match opening {
            Opening::Shared => {
                raw.pragma_update(None, "journal_mode", "WAL")?;
                raw.pragma_update(None, "synchronous", "FULL")?;
                raw.pragma_update(None, "journal_size_limit", MOST_LOG)?;
                raw.pragma_update(None, "wal_autocheckpoint", LOG_PAGES)?;
                raw.pragma_update(None, "cache_size", -CACHES.0)?;
                raw.pragma_update(None, "foreign_keys", true)?;
            }
            Opening::Filled => {
                raw.pragma_update(None, "journal_mode", "DELETE")?;
                raw.pragma_update(None, "synchronous", "OFF")?;
                raw.pragma_update(None, "foreign_keys", false)?;
            }
            // The file may be none of SQLite's: opening alone does not look at it.
            Opening::Read | Opening::Still => {
                raw.pragma_update(None, "cache_size", -CACHES.1)?;
                raw.pragma_query(None, "schema_version", |_| Ok(()))?;
            }
        }
        Ok(Self { raw, known: HashMap::new(), hash: RandomState::new() })
    }

    /// Asks something. Where the same took long before, other tasks of this thread go on elsewhere meanwhile.
    pub(super) fn ask<T>(
        &mut self,
        sql: &str,
        ask: impl FnOnce(&rusqlite::Connection, &mut Known) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if self.known.len() >= REMEMBERED {
            self.known.clear();
        }
        let known = self.known.entry(self.hash.hash_one(sql)).or_default();
        let begun = Instant::now();
        let answer = if known.slow >= SLOW_TIMES && others_wait() {
            tokio::task::block_in_place(|| ask(&self.raw, known))
        } else {
            ask(&self.raw, known)
        };
        // One that waited for the disk once is not slow for that.
        known.slow = match begun.elapsed() > SLOW {
            true => SLOW_TIMES.min(known.slow + 1),
            false => known.slow.saturating_sub(1),
        };
        answer
    }

    /// Ends what was begun and not ended.
    pub(super) fn tidy(&self) -> bool {
        self.raw.is_autocommit() || self.raw.prepare_cached("ROLLBACK").is_ok_and(|mut s| s.execute(()).is_ok())
    }

    /// Closes it.
    pub(crate) fn close(self) -> Result<(), StoreError> {
        self.raw.flush_prepared_statement_cache();
        self.raw.close().map_err(|(_, error)| error.into())
    }
}

/// Whether this thread has other tasks that could go on elsewhere.
fn others_wait() -> bool {
    Handle::try_current().is_ok_and(|handle| handle.runtime_flavor() == RuntimeFlavor::MultiThread)
}

/// A path as the address of a file that nobody changes.
fn still(path: &Path) -> String {
    use std::fmt::Write as _;
    let mut address = "file:".to_owned();
    for byte in path.as_os_str().as_encoded_bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.~".contains(byte) {
            address.push(char::from(*byte));
        } else {
            // A text takes all that is written to it.
            let _ = write!(address, "%{byte:02X}");
        }
    }
    address.push_str("?immutable=1");
    address
}
