use super::{Interval, Z95, bootstrap::quantile};

/// The interval of a median by ranks, at least 95 %: no assumption about how values spread. None below six values,
/// where no two ranks are that far apart.
///
/// Ranks are exact (binomial) up to 1,000 values, by the normal approximation beyond.
#[must_use]
pub fn median_interval(values: &[f64]) -> Option<(f64, Interval)> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let n = sorted.len();
    let below = if n <= 1_000 { exact_rank(n) } else { rank_of(n as f64 / 2.0 - Z95 * (n as f64).sqrt() / 2.0) }?;
    let interval = Interval { lower: sorted[below], upper: sorted[n - 1 - below] };
    Some((quantile(&sorted, 0.5), interval))
}

/// The largest number of values that may be left out at each end: the chance that the median is among those of one
/// end is at most 2.5 %.
fn exact_rank(n: usize) -> Option<usize> {
    let (mut log, mut sum, mut below) = (-(n as f64) * std::f64::consts::LN_2, 0.0, None);
    for k in 0..n / 2 {
        sum += f64::exp(log);
        if sum > 0.025 {
            break;
        }
        below = Some(k);
        log += ((n - k) as f64).ln() - ((k + 1) as f64).ln();
    }
    below
}

/// The values to leave out, of a rank that is counted from one.
fn rank_of(place: f64) -> Option<usize> {
    (place >= 1.0).then(|| (place.floor() as usize).saturating_sub(1))
}
