//! What can go wrong with the database, in one closed list.

/// A database that did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// A row that must be unique is there already, or another writer was first.
    #[error("another writer was first: {0}")]
    Conflict(String),
    /// The database is busy; the same request may succeed in a moment.
    #[error("the database is busy; try again in a moment")]
    Busy,
    /// No room is left where the database lies.
    #[error("no room is left for the database; nothing was written, and writing goes on when there is room again")]
    Full,
    /// The database cannot be written.
    #[error("the database is read-only: {0}")]
    ReadOnly(String),
    /// The schema was made by a newer program.
    #[error("the database has schema {found}, and this program knows up to {known}: start a newer Watercourse")]
    Newer {
        /// The schema's number.
        found: i64,
        /// The newest number known here.
        known: i64,
    },
    /// The schema is older than this program, and it was opened to be read only.
    #[error(
        "the database has schema {found}, and this program reads {known}: start `watercourse serve` on it once, which brings it up to date"
    )]
    Older {
        /// The schema's number.
        found: i64,
        /// The number known here.
        known: i64,
    },
    /// Another program writes this file.
    #[error("{0} is in use by another Watercourse; stop that one first, or give this one another database")]
    InUse(String),
    /// A backup that was not made or cannot be used.
    #[error("{0}")]
    Backup(String),
    /// The SQLite inside is one that can damage a database.
    #[error("SQLite {0} can damage a database that is written and read at once; 3.51.3 or newer is needed")]
    UnsafeSqlite(String),
    /// The database cannot be reached or opened.
    #[error("the database cannot be reached: {0}")]
    Unreachable(String),
    /// The answer to a COMMIT was lost: it may have happened.
    #[error(
        "the connection broke while saving, so it is not known whether this was saved; repeat it with the same Idempotency-Key"
    )]
    CommitUnknown,
    /// The database is damaged or its disk failed. Nothing more is written.
    #[error("the database or its disk is damaged, and nothing more is written: {0}")]
    Damaged(String),
    /// The store is being closed.
    #[error("the database is closed")]
    Closed,
    /// A row does not have the form this program writes.
    #[error("a row of {table} cannot be read: {wrong}")]
    Malformed {
        /// The table.
        table: &'static str,
        /// What is wrong with it.
        wrong: String,
    },
    /// The address names no database that can be used.
    #[error("“{address}” is no database that can be used: {wrong}")]
    BadAddress {
        /// The address, without a password.
        address: String,
        /// What is wrong with it and what would be right.
        wrong: String,
    },
    /// Anything else.
    #[error("the database said: {0}")]
    Other(String),
}

impl StoreError {
    /// Whether running the same transaction again may succeed: a lost race, a deadlock, a busy database.
    #[must_use]
    pub const fn is_race(&self) -> bool {
        matches!(self, Self::Conflict(_) | Self::Busy)
    }
    pub(crate) fn malformed(table: &'static str, wrong: impl std::fmt::Display) -> Self {
        Self::Malformed { table, wrong: wrong.to_string() }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::Database(database) => {
                let code = database.code().unwrap_or_default().into_owned();
                let message = database.message().to_owned();
                of_postgres(&code, message)
            }
            sqlx::Error::Io(e) => Self::Unreachable(e.to_string()),
            sqlx::Error::Tls(e) => Self::Unreachable(e.to_string()),
            // An answer that is cut off in the middle: the other end is going away.
            sqlx::Error::Protocol(e) => Self::Unreachable(e),
            sqlx::Error::PoolTimedOut => Self::Busy,
            sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => Self::Closed,
            other => Self::Other(other.to_string()),
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error {
            rusqlite::Error::SqliteFailure(failure, message) => {
                of_sqlite(failure.extended_code, message.unwrap_or_else(|| failure.to_string()))
            }
            other => Self::Other(other.to_string()),
        }
    }
}

/// SQLite's `SQLITE_IOERR_SHMSIZE`.
const SHM_SIZE: i32 = 4874;

/// SQLite's extended result codes; the low byte is the primary code.
fn of_sqlite(extended: i32, message: String) -> StoreError {
    match extended & 0xff {
        5 | 6 => StoreError::Busy,
        8 => StoreError::ReadOnly(message),
        // The index of the log cannot grow: SQLite calls it an error of the disk, and it is a full one.
        10 if extended == SHM_SIZE => StoreError::Full,
        10 | 11 | 26 => StoreError::Damaged(message),
        13 => StoreError::Full,
        14 => StoreError::Unreachable(message),
        19 if matches!(extended, 1555 | 2067) => StoreError::Conflict(message),
        _ => StoreError::Other(message),
    }
}

/// PostgreSQL's SQLSTATE.
fn of_postgres(code: &str, message: String) -> StoreError {
    match code {
        // The last two: another program made the same table at the same time (IF NOT EXISTS does not help then).
        "40001" | "40P01" | "23505" | "42710" | "42P07" => StoreError::Conflict(message),
        "55P03" => StoreError::Busy,
        "25006" => StoreError::ReadOnly(message),
        "53100" => StoreError::Full,
        // Too many connections, no memory, a statement that was cancelled.
        "53300" | "53200" | "53000" | "57014" => StoreError::Busy,
        "XX001" | "XX002" => StoreError::Damaged(message),
        code if code.starts_with("08") || code.starts_with("57P") || code.starts_with("28") || code == "3D000" => {
            StoreError::Unreachable(message)
        }
        _ => StoreError::Other(message),
    }
}

#[cfg(test)]
mod tests {
    use super::{StoreError, of_postgres, of_sqlite};

    #[test]
    fn codes_become_words() {
        let m = String::new;
        assert_eq!(of_sqlite(5, m()), StoreError::Busy);
        assert_eq!(of_sqlite(13, m()), StoreError::Full);
        assert_eq!(of_sqlite(1034, m()), StoreError::Damaged(m()), "a failed fsync");
        assert_eq!(of_sqlite(4874, m()), StoreError::Full, "no room for the index of the log");
        assert_eq!(of_sqlite(2067, m()), StoreError::Conflict(m()));
        assert_eq!(of_sqlite(787, m()), StoreError::Other(m()), "a foreign key is no race");
        assert_eq!(of_postgres("40001", m()), StoreError::Conflict(m()));
        assert_eq!(of_postgres("57P01", m()), StoreError::Unreachable(m()));
        assert_eq!(of_postgres("53100", m()), StoreError::Full);
    }
}
