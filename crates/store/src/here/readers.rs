//! Connections to read with: a few, made as they are needed.

use super::connection::{Connection, Opening};
use crate::error::StoreError;
use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// How long one is waited for.
const WAIT: Duration = Duration::from_secs(10);

/// Connections to read with.
#[derive(Clone)]
pub(crate) struct Readers {
    path: Arc<Path>,
    opening: Opening,
    most: u32,
    free: Arc<Semaphore>,
    idle: Arc<Mutex<Vec<Connection>>>,
}

impl std::fmt::Debug for Readers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Readers").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Readers {
    /// So many of one file, of which one is opened at once.
    pub(crate) fn open(path: &Path, opening: Opening, most: u32) -> Result<Self, StoreError> {
        let first = Connection::open(path, opening)?;
        Ok(Self {
            path: PathBuf::from(path).into(),
            opening,
            most,
            free: Arc::new(Semaphore::new(most as usize)),
            idle: Arc::new(Mutex::new(vec![first])),
        })
    }
    /// One of them.
    pub(crate) async fn acquire(&self) -> Result<Reader, StoreError> {
        let place = timeout(WAIT, Arc::clone(&self.free).acquire_owned()).await;
        let place = place.map_err(|_| StoreError::Busy)?.map_err(|_| StoreError::Closed)?;
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => Connection::open(&self.path, self.opening)?,
        };
        Ok(Reader { connection: Some(connection), idle: Arc::clone(&self.idle), _place: place })
    }
    /// How many there are, and how many of them nobody uses.
    pub(crate) fn standing(&self) -> (u32, usize) {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).len();
        let used = (self.most as usize).saturating_sub(self.free.available_permits());
        (u32::try_from(idle + used).unwrap_or(self.most), idle)
    }
    /// Closes them; those that are in use when they come back.
    pub(crate) async fn close(&self) {
        // Whoever reads comes to an end.
        let all = timeout(WAIT, self.free.acquire_many(self.most)).await;
        self.free.close();
        drop(all);
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// One of them, until it is dropped.
pub(crate) struct Reader {
    connection: Option<Connection>,
    idle: Arc<Mutex<Vec<Connection>>>,
    // After the connection is back.
    _place: OwnedSemaphorePermit,
}

impl Drop for Reader {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take()
            && connection.tidy()
            && !self._place.semaphore().is_closed()
        {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        }
    }
}

impl Deref for Reader {
    type Target = Connection;

    #[expect(clippy::expect_used, reason = "it is there until it is dropped")]
    fn deref(&self) -> &Connection {
        self.connection.as_ref().expect("a connection")
    }
}

impl DerefMut for Reader {
    #[expect(clippy::expect_used, reason = "it is there until it is dropped")]
    fn deref_mut(&mut self) -> &mut Connection {
        self.connection.as_mut().expect("a connection")
    }
}
