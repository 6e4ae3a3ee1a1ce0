//! Hooks that were refused: kept in memory for whoever looks why nothing arrives, the newest only, so that nobody
//! fills a disk by sending nonsense.

use std::collections::VecDeque;
use watercourse_core::time::Instant;

/// How many are remembered.
const MOST: usize = 100;

/// A hook of a known sender that was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedHook {
    /// The sender it named.
    pub source: String,
    /// When it came.
    pub at: Instant,
    /// What was wrong with it.
    pub wrong: String,
}

/// The newest of them, oldest first.
#[derive(Debug, Default)]
pub(crate) struct RefusedHooks(VecDeque<RefusedHook>);

impl RefusedHooks {
    pub(crate) fn add(&mut self, hook: RefusedHook) {
        if self.0.len() >= MOST {
            self.0.pop_front();
        }
        self.0.push_back(hook);
    }
    pub(crate) fn newest_first(&self) -> Vec<RefusedHook> {
        self.0.iter().rev().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST, RefusedHook, RefusedHooks};
    use watercourse_core::time::Instant;

    #[test]
    fn only_the_newest_are_remembered() {
        let mut hooks = RefusedHooks::default();
        for at in 0..200 {
            hooks.add(RefusedHook { source: "forge".to_owned(), at: Instant(at), wrong: String::new() });
        }
        let found = hooks.newest_first();
        assert_eq!((found.len(), found.first().map(|h| h.at)), (MOST, Some(Instant(199))));
    }
}
