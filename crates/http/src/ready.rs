//! Figures that were made, as they are kept for every page that asks.

use std::any::Any;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant as Clocked};
use watercourse_core::time::Instant;

/// Figures that are kept.
const MOST: usize = 64;

/// What figures are of.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Of {
    /// Which figures.
    pub(crate) what: &'static str,
    /// The stream; none: all native ones.
    pub(crate) stream: Option<String>,
    /// Everything else that they depend on.
    pub(crate) asked: String,
}

/// Figures with the number of visits they were made from.
pub(crate) struct Made<T> {
    pub(crate) figures: T,
    pub(crate) visits: usize,
}

/// Figures as a page gets them.
pub(crate) struct Given<T> {
    pub(crate) figures: Arc<T>,
    /// When they were made.
    pub(crate) at: Instant,
    /// Whether there is so much that they may be older than this moment.
    pub(crate) is_much: bool,
}

/// Figures with all that decides whether they are given.
#[derive(Clone)]
pub(crate) struct Kept {
    pub(crate) figures: Arc<dyn Any + Send + Sync>,
    pub(crate) at: Instant,
    /// How often what they are of had changed.
    pub(crate) turn: u64,
    pub(crate) is_much: bool,
    pub(crate) begun: Clocked,
    pub(crate) took: Duration,
}

/// Where figures are kept.
#[derive(Default)]
pub(crate) struct Slot {
    pub(crate) kept: Option<Kept>,
    /// One makes them, others wait for it.
    pub(crate) making: Arc<tokio::sync::Mutex<()>>,
    /// Whether somebody is about to.
    pub(crate) is_due: bool,
}

/// What figures are of, and who sees them.
pub(crate) type Key = (Of, String);

/// All figures that are ready.
#[derive(Default)]
pub(crate) struct Ready {
    slots: Mutex<HashMap<Key, Slot>>,
}

impl std::fmt::Debug for Ready {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ready").finish_non_exhaustive()
    }
}

impl Ready {
    /// Keeps figures.
    pub(crate) fn keep(&self, key: Key, kept: Kept) {
        let mut slots = self.slots();
        if slots.len() >= MOST {
            slots.clear();
        }
        slots.entry(key).or_default().kept = Some(kept);
    }
    pub(crate) fn slots(&self) -> MutexGuard<'_, HashMap<Key, Slot>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
