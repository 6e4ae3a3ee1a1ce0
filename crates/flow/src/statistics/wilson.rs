use super::{Interval, Z95};

/// Wilson's score interval of a share, 95 %: `part` of `whole`. It never leaves 0 to 1 and is honest at both ends,
/// where the usual one is a point. None of nothing.
#[must_use]
pub fn wilson(part: usize, whole: usize) -> Option<Interval> {
    if whole == 0 || part > whole {
        return None;
    }
    let (n, share) = (whole as f64, part as f64 / whole as f64);
    let z2 = Z95 * Z95;
    let middle = (share + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = Z95 / (1.0 + z2 / n) * (share * (1.0 - share) / n + z2 / (4.0 * n * n)).sqrt();
    // At the ends rounding must not take the limit away from the share.
    let lower = if part == 0 { 0.0 } else { middle - half };
    let upper = if part == whole { 1.0 } else { middle + half };
    Some(Interval { lower, upper })
}
