//! How far an import is, and whether it is to stop: seen by the pages while it runs.

use crate::error::AppError;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use uuid::Uuid;
use watercourse_store::Conn;

/// What an import is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// It reads the file: bytes.
    Reading,
    /// It works out what the file says.
    Measuring,
    /// It writes events.
    Writing,
}

/// How far an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What it is at.
    pub phase: Phase,
    /// Bytes read, or events written.
    pub done: u64,
    /// Of so many.
    pub of: u64,
}

/// See [`Progress`]; and whether somebody wants it to stop.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    job: Option<Uuid>,
    phase: AtomicU8,
    done: AtomicU64,
    of: AtomicU64,
    stop: AtomicBool,
}

impl Watch {
    pub(crate) fn of(job: Uuid) -> Self {
        Self { job: Some(job), ..Self::default() }
    }
    pub(crate) fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }
    pub(crate) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
    pub(crate) fn enter(&self, phase: Phase, of: u64) {
        self.phase.store(phase as u8, Ordering::Relaxed);
        self.at(0, of);
    }
    pub(crate) fn at(&self, done: u64, of: u64) {
        self.of.store(of, Ordering::Relaxed);
        self.done.store(done, Ordering::Relaxed);
    }
    pub(crate) fn progress(&self) -> Progress {
        let phase = match self.phase.load(Ordering::Relaxed) {
            0 => Phase::Reading,
            1 => Phase::Measuring,
            _ => Phase::Writing,
        };
        Progress { phase, done: self.done.load(Ordering::Relaxed), of: self.of.load(Ordering::Relaxed) }
    }
    /// Refuses to go on where somebody wants it to stop: here, or on another node.
    pub(crate) async fn go_on(&self, conn: &mut Conn) -> Result<(), AppError> {
        let asked = match self.job {
            Some(job) if !self.is_stopped() => conn.import_is_to_stop(job).await?,
            _ => self.is_stopped(),
        };
        if asked {
            self.stop();
            return Err(stopped());
        }
        Ok(())
    }
}

/// What is said where an import was stopped.
pub(crate) fn stopped() -> AppError {
    AppError::invalid("", "The import was cancelled.", "Nothing of it was kept.")
}
