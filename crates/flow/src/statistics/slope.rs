use super::{Interval, Z95, bootstrap::quantile};
use serde::Serialize;

/// How steeply a series rises.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Slope {
    /// The median of the slopes between all pairs of points (Theil and Sen).
    pub slope: f64,
    /// Where the line crosses 0: the median of what is left of the values without the slope.
    pub at_zero: f64,
    /// The limits of the slope (Sen, 95 %); none where there are too few points.
    pub interval: Option<Interval>,
}

/// The Theil–Sen slope of points (x, y) that do not depend on each other; pairs at the same x say nothing. None where
/// no two differ in x. Every pair is looked at: meant for up to some thousand points.
#[must_use]
pub fn theil_sen(points: &[(f64, f64)]) -> Option<Slope> {
    slope(points, |_| 1.0)
}

/// The Theil–Sen slope of a series, one value after the other. Its interval is widened for the likeness of one value
/// to the next: the variance by (1 + ρ) ÷ (1 − ρ), where ρ is the autocorrelation without the trend, corrected for
/// bias and never below 0.
#[must_use]
pub fn theil_sen_of_series(values: &[f64]) -> Option<Slope> {
    let points: Vec<(f64, f64)> = values.iter().enumerate().map(|(x, y)| (x as f64, *y)).collect();
    slope(&points, |rest| {
        let n = rest.len() as f64;
        let mean = rest.iter().sum::<f64>() / n;
        let spread: f64 = rest.iter().map(|v| (v - mean).powi(2)).sum();
        let alike: f64 = rest.windows(2).map(|w| (w[0] - mean) * (w[1] - mean)).sum();
        let first = if spread > 0.0 { alike / spread } else { 0.0 };
        let rho = ((first + 2.0 / n) / (1.0 - 4.0 / n)).clamp(0.0, 0.95);
        (1.0 + rho) / (1.0 - rho)
    })
}

/// `widened` says by how much the variance is larger, of what is left of the values without the trend.
fn slope(points: &[(f64, f64)], widened: impl Fn(&[f64]) -> f64) -> Option<Slope> {
    let pairs = points.iter().enumerate().flat_map(|(i, a)| points[i + 1..].iter().map(move |b| (a, b)));
    let mut slopes: Vec<f64> =
        pairs.filter(|(a, b)| a.0 != b.0).map(|(a, b)| (b.1 - a.1) / (b.0 - a.0)).filter(|s| s.is_finite()).collect();
    if slopes.is_empty() {
        return None;
    }
    slopes.sort_unstable_by(f64::total_cmp);
    let slope = quantile(&slopes, 0.5);
    let mut rest: Vec<f64> = points.iter().map(|(x, y)| y - slope * x).collect();
    let widened = widened(&rest);
    rest.sort_unstable_by(f64::total_cmp);
    let n = points.len() as f64;
    let kendall = Z95 * (n * (n - 1.0) * (2.0 * n + 5.0) / 18.0 * widened).sqrt();
    let outside = ((slopes.len() as f64 - kendall) / 2.0).floor();
    let interval = (outside >= 1.0).then(|| {
        let rank = outside as usize - 1;
        Interval { lower: slopes[rank], upper: slopes[slopes.len() - 1 - rank] }
    });
    Some(Slope { slope, at_zero: quantile(&rest, 0.5), interval })
}
