//! How much one caller may ask, and how much is answered at once: whoever asks more is told when to come again,
//! and everybody else goes on.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;
use tokio::sync::{Semaphore, SemaphorePermit};

/// Requests answered at once; whoever comes then is told to come again.
const AT_ONCE: usize = 512;
/// How many seconds' worth of requests may come at a blow.
const BURST: f64 = 10.0;
/// Callers that are remembered.
const REMEMBERED: usize = 20_000;

/// What one caller has left.
#[derive(Debug, Clone, Copy)]
struct Left {
    requests: f64,
    at: Instant,
}

/// The limits of a server.
#[derive(Debug)]
pub(crate) struct Limits {
    /// Requests of one caller a second; no limit where it is 0.
    rate: f64,
    callers: Mutex<HashMap<String, Left>>,
    under_way: Semaphore,
}

impl Limits {
    /// With so many requests a second for one caller; no limit where it is 0.
    pub(crate) fn of(rate: u32) -> Self {
        Self { rate: f64::from(rate), callers: Mutex::default(), under_way: Semaphore::new(AT_ONCE) }
    }

    /// A place among the requests that are answered at once; none where all are taken.
    pub(crate) fn enter(&self) -> Option<SemaphorePermit<'_>> {
        self.under_way.try_acquire().ok()
    }

    /// Counts a request of a caller.
    ///
    /// # Errors
    /// The seconds until the next is answered.
    pub(crate) fn count(&self, caller: &str, now: Instant) -> Result<(), u64> {
        if self.rate == 0.0 {
            return Ok(());
        }
        let most = self.rate * BURST;
        let mut callers = self.callers.lock().unwrap_or_else(PoisonError::into_inner);
        if callers.len() >= REMEMBERED && !callers.contains_key(caller) {
            // Whoever has all of it left is as good as unknown.
            let rate = self.rate;
            callers.retain(|_, l| l.requests + now.duration_since(l.at).as_secs_f64() * rate < most);
            if callers.len() >= REMEMBERED {
                callers.clear();
            }
        }
        let left = callers.entry(caller.to_owned()).or_insert(Left { requests: most, at: now });
        left.requests = (left.requests + now.duration_since(left.at).as_secs_f64() * self.rate).min(most);
        left.at = now;
        if left.requests < 1.0 {
            return Err(1);
        }
        left.requests -= 1.0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{AT_ONCE, BURST, Limits, REMEMBERED};
    use std::time::{Duration, Instant};

    #[test]
    fn a_caller_who_asks_too_much_waits_and_nobody_else() {
        let (limits, begun) = (Limits::of(5), Instant::now());
        let many = (0..200).filter(|_| limits.count("a", begun).is_ok()).count();
        assert_eq!(many as f64, 5.0 * BURST);
        assert_eq!(limits.count("b", begun), Ok(()), "another caller");
        assert_eq!(limits.count("a", begun), Err(1));
        let later = begun + Duration::from_secs(1);
        let more = (0..200).filter(|_| limits.count("a", later).is_ok()).count();
        assert_eq!(more, 5, "as many as a second is worth");
        assert!((0..1000).all(|_| Limits::of(0).count("a", begun).is_ok()), "0 is no limit");
    }

    #[test]
    fn many_callers_take_no_more_memory_than_is_set() {
        let (limits, begun) = (Limits::of(1), Instant::now());
        for n in 0..REMEMBERED * 2 {
            assert_eq!(limits.count(&n.to_string(), begun), Ok(()));
        }
        assert!(limits.callers.lock().is_ok_and(|c| c.len() <= REMEMBERED));
    }

    #[test]
    fn so_many_are_answered_at_once() {
        let limits = Limits::of(0);
        let places: Vec<_> = (0..AT_ONCE).map(|_| limits.enter()).collect();
        assert!(places.iter().all(Option::is_some) && limits.enter().is_none());
        drop(places);
        assert!(limits.enter().is_some());
    }
}
