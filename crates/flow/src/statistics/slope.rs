use super::{Interval, Z95, bootstrap::quantile};
use serde::Serialize;

/// How steeply a series rises.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Slope {
    /// The median of the slopes between all pairs of points (Theil and Sen).
    pub slope: f64,
    /// Where the line crosses 0: the median of what is left of the values without the slope.
    pub at_zero: f64,
    /// The limits of the slope (Sen, 95 %); none where there are too few points. They hold for points that do not
    /// depend on each other: a series of weeks usually does, so a trend needs its own test.
    pub interval: Option<Interval>,
}

/// The Theil–Sen slope of points (x, y); pairs at the same x say nothing. None where no two differ in x.
/// Every pair is looked at: meant for series, of up to some thousand points.
#[must_use]
pub fn theil_sen(points: &[(f64, f64)]) -> Option<Slope> {
    let pairs = points.iter().enumerate().flat_map(|(i, a)| points[i + 1..].iter().map(move |b| (a, b)));
    let mut slopes: Vec<f64> =
        pairs.filter(|(a, b)| a.0 != b.0).map(|(a, b)| (b.1 - a.1) / (b.0 - a.0)).filter(|s| s.is_finite()).collect();
    if slopes.is_empty() {
        return None;
    }
    slopes.sort_unstable_by(f64::total_cmp);
    let slope = quantile(&slopes, 0.5);
    let mut rest: Vec<f64> = points.iter().map(|(x, y)| y - slope * x).collect();
    rest.sort_unstable_by(f64::total_cmp);
    let n = points.len() as f64;
    let kendall = Z95 * (n * (n - 1.0) * (2.0 * n + 5.0) / 18.0).sqrt();
    let outside = ((slopes.len() as f64 - kendall) / 2.0).floor();
    let interval = (outside >= 1.0).then(|| {
        let rank = outside as usize - 1;
        Interval { lower: slopes[rank], upper: slopes[slopes.len() - 1 - rank] }
    });
    Some(Slope { slope, at_zero: quantile(&rest, 0.5), interval })
}
