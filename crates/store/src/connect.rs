//! From an address to a connection.

use crate::conn::Conn;
use crate::error::StoreError;
use crate::here::{Connection, Opening};
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use std::path::Path;
use std::str::FromStr as _;
use std::time::Duration;

/// Prepared statements kept per connection: multi-row statements of different lengths are different ones.
const STATEMENTS: usize = 400;
/// How long a connection to PostgreSQL is waited for. The first write after it is back follows within this.
const WAIT_FOR_CONNECTION: Duration = Duration::from_secs(4);

/// What an address leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place<'a> {
    /// A file of SQLite.
    File(&'a Path),
    Postgres(&'a str),
}

/// Where an address leads.
///
/// # Errors
/// `BadAddress` when nothing that can be used is there.
pub(crate) fn place(address: &str) -> Result<Place<'_>, StoreError> {
    if address.starts_with("postgres://") || address.starts_with("postgresql://") {
        return Ok(Place::Postgres(address));
    }
    let path = address.strip_prefix("sqlite://").or_else(|| address.strip_prefix("sqlite:")).unwrap_or(address);
    if path.is_empty() || path.starts_with(":memory:") || path.contains("://") {
        return Err(StoreError::BadAddress {
            address: hidden(address),
            wrong: "give postgres://user@host/database or the path of a file".to_owned(),
        });
    }
    Ok(Place::File(Path::new(path)))
}

/// The file an address leads to; none where it leads to PostgreSQL or nowhere.
#[must_use]
pub fn file_of(address: &str) -> Option<&Path> {
    if let Ok(Place::File(path)) = place(address) { Some(path) } else { None }
}

/// Opens a file nobody else writes: a backup. To be filled, or to be read and left as it is.
pub(crate) fn alone(path: &Path, fill: bool) -> Result<Conn, StoreError> {
    let opening = if fill { Opening::Filled } else { Opening::Still };
    Connection::open(path, opening).map(Conn::writer).map_err(|e| opening_failed(path, e))
}

/// Connections to PostgreSQL.
pub(crate) async fn pool(address: &str, most: u32) -> Result<PgPool, StoreError> {
    let bad = |e: sqlx::Error| StoreError::BadAddress { address: hidden(address), wrong: e.to_string() };
    // Compiling a long filter to machine code takes many times as long as asking it.
    let options = PgConnectOptions::from_str(address)
        .map_err(bad)?
        .options([("jit", "off")])
        .statement_cache_capacity(STATEMENTS);
    let pool = PgPoolOptions::new().max_connections(most).acquire_timeout(WAIT_FOR_CONNECTION);
    pool.connect_with(options).await.map_err(|e| match StoreError::from(e) {
        StoreError::Busy => StoreError::Unreachable(hidden(address)),
        other => other,
    })
}

/// An error while opening, with the path in it.
pub(crate) fn opening_failed(path: &Path, error: StoreError) -> StoreError {
    let path = path.display();
    match error {
        StoreError::Other(wrong) | StoreError::Unreachable(wrong) => {
            StoreError::Unreachable(format!("{path}: {wrong}"))
        }
        StoreError::Damaged(wrong) => StoreError::Damaged(format!("{path}: {wrong}")),
        other => other,
    }
}

/// The address without its password.
fn hidden(address: &str) -> String {
    match (address.find("://"), address.rfind('@')) {
        (Some(scheme), Some(at)) if at > scheme => {
            let user = address.get(scheme + 3..at).and_then(|u| u.split(':').next()).unwrap_or_default();
            format!(
                "{}{user}@{}",
                address.get(..scheme + 3).unwrap_or_default(),
                address.get(at + 1..).unwrap_or_default()
            )
        }
        _ => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::hidden;

    #[test]
    fn passwords_are_not_shown() {
        assert_eq!(hidden("postgres://u:secret@h/d"), "postgres://u@h/d");
        assert_eq!(hidden("postgres://u@h/d"), "postgres://u@h/d");
    }
}
