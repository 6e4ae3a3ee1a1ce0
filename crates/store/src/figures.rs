//! What the store counts about itself: for operators, and without names of anything.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The upper bounds of times, in seconds.
const SECONDS: &[f64] = &[0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
/// The upper bounds of how many requests share a transaction.
const TOGETHER: &[f64] = &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];
/// A sum is kept in millionths.
const PARTS: f64 = 1_000_000.0;

/// How values are spread, in buckets with fixed upper bounds. Recording takes no lock.
#[derive(Debug)]
pub struct Histogram {
    bounds: &'static [f64],
    buckets: Vec<AtomicU64>,
    sum: AtomicU64,
}

/// What a histogram held at a moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Spread {
    /// Upper bounds and how many values were at most that, ascending.
    pub below: Vec<(f64, u64)>,
    /// How many values there were.
    pub count: u64,
    /// Their sum.
    pub sum: f64,
}

impl Histogram {
    /// For times in seconds.
    #[must_use]
    pub fn of_seconds() -> Self {
        Self::with(SECONDS)
    }
    /// For how many share a transaction.
    #[must_use]
    pub fn of_batches() -> Self {
        Self::with(TOGETHER)
    }
    fn with(bounds: &'static [f64]) -> Self {
        Self { bounds, buckets: (0..=bounds.len()).map(|_| AtomicU64::new(0)).collect(), sum: AtomicU64::new(0) }
    }
    /// Records a value that is not negative.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "as much as a counter can hold")]
    pub fn record(&self, value: f64) {
        let place = self.bounds.iter().position(|bound| value <= *bound).unwrap_or(self.bounds.len());
        if let Some(bucket) = self.buckets.get(place) {
            bucket.fetch_add(1, Ordering::Relaxed);
        }
        self.sum.fetch_add((value * PARTS) as u64, Ordering::Relaxed);
    }
    /// Records a time.
    pub fn record_time(&self, took: Duration) {
        self.record(took.as_secs_f64());
    }
    /// What it holds now.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    pub fn spread(&self) -> Spread {
        let mut count = 0;
        let mut below = Vec::with_capacity(self.bounds.len());
        for (place, bucket) in self.buckets.iter().enumerate() {
            count += bucket.load(Ordering::Relaxed);
            if let Some(bound) = self.bounds.get(place) {
                below.push((*bound, count));
            }
        }
        Spread { below, count, sum: self.sum.load(Ordering::Relaxed) as f64 / PARTS }
    }
}

/// What is counted of writing.
#[derive(Debug)]
pub struct Figures {
    /// How many requests shared a transaction.
    pub together: Histogram,
    /// How long COMMIT took.
    pub commit: Histogram,
    /// Transactions that were rolled back.
    pub undone: AtomicU64,
}

impl Default for Figures {
    fn default() -> Self {
        Self { together: Histogram::of_batches(), commit: Histogram::of_seconds(), undone: AtomicU64::new(0) }
    }
}

/// How busy the connections are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connections {
    /// Open connections: on SQLite those that read.
    pub open: u32,
    /// Of these, how many nobody uses.
    pub idle: u32,
    /// The most there may be.
    pub most: u32,
    /// Writes that wait for the writer of SQLite.
    pub waiting: usize,
}

#[cfg(test)]
mod tests {
    use super::Histogram;

    #[test]
    fn a_value_is_counted_in_every_bucket_that_holds_it() {
        let held = Histogram::of_batches();
        for value in [1.0, 3.0, 3.0, 1000.0] {
            held.record(value);
        }
        let spread = held.spread();
        assert_eq!(spread.below.get(..4), Some(&[(1.0, 1), (2.0, 1), (4.0, 3), (8.0, 3)][..]));
        assert_eq!((spread.count, spread.sum), (4, 1007.0));
    }
}
