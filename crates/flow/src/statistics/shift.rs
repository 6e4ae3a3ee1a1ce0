use super::{Interval, Z95};
use serde::Serialize;

/// By how much one group lies above another.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Shift {
    /// The median of all differences, second minus first (Hodges and Lehmann).
    pub shift: f64,
    /// Its limits (Moses, 95 %); none where the groups are too small for any.
    pub interval: Option<Interval>,
}

/// The Hodges–Lehmann shift from the first group to the second: the median of all differences between an item of
/// the second and one of the first. Differences are not listed but counted, so groups may be large.
/// Values are whole (ms). None where a group is empty.
///
/// The limits are order statistics of the differences, by the normal approximation of the rank sum without
/// continuity correction; ties make them wider, never narrower.
#[must_use]
pub fn hodges_lehmann(first: &[i64], second: &[i64]) -> Option<Shift> {
    let sorted = |values: &[i64]| {
        let mut sorted = values.to_vec();
        sorted.sort_unstable();
        sorted
    };
    let differences = Differences { first: sorted(first), second: sorted(second) };
    let pairs = first.len() as u64 * second.len() as u64;
    if pairs == 0 {
        return None;
    }
    let (m, n) = (first.len() as f64, second.len() as f64);
    let shift = f64::midpoint(differences.nth((pairs - 1) / 2) as f64, differences.nth(pairs / 2) as f64);
    let outside = (m * n / 2.0 - Z95 * (m * n * (m + n + 1.0) / 12.0).sqrt()).floor();
    let interval = (outside >= 1.0).then(|| {
        let rank = outside as u64 - 1;
        Interval { lower: differences.nth(rank) as f64, upper: differences.nth(pairs - 1 - rank) as f64 }
    });
    Some(Shift { shift, interval })
}

struct Differences {
    first: Vec<i64>,
    second: Vec<i64>,
}

impl Differences {
    /// The difference with this many smaller or equal ones before it, by halving the range it can lie in.
    fn nth(&self, rank: u64) -> i64 {
        let ends = |values: &[i64]| values.first().copied().zip(values.last().copied()).unwrap_or_default();
        let ((first_low, first_high), (second_low, second_high)) = (ends(&self.first), ends(&self.second));
        let (mut low, mut high) = (second_low.saturating_sub(first_high), second_high.saturating_sub(first_low));
        while low < high {
            let middle = low + ((high as i128 - low as i128) / 2) as i64;
            if self.up_to(middle) > rank { high = middle } else { low = middle + 1 }
        }
        low
    }
    /// How many differences are no larger.
    fn up_to(&self, most: i64) -> u64 {
        let mut passed = 0;
        let mut sum = 0;
        for from in &self.first {
            while passed < self.second.len() && self.second[passed].saturating_sub(*from) <= most {
                passed += 1;
            }
            sum += passed as u64;
        }
        sum
    }
}
