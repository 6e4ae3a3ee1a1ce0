use crate::figure::{Clock, Figure, Reason, Unit};
use crate::statistics::Interval;
use crate::survival::Curve;
use serde::Serialize;

/// A figure with what it may be at least and at most (95 %). A limit that is missing is not known: it may be any.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimate {
    /// The figure.
    #[serde(flatten)]
    pub figure: Figure,
    /// It is at least this.
    pub at_least: Option<f64>,
    /// It is at most this.
    pub at_most: Option<f64>,
}

impl Estimate {
    /// A figure without limits: it says why it is none.
    #[must_use]
    pub const fn bare(figure: Figure) -> Self {
        Self { figure, at_least: None, at_most: None }
    }
    /// A figure with its limits; a figure that is no value has none.
    #[must_use]
    pub fn within(figure: Figure, interval: Option<Interval>) -> Self {
        let limits = interval.filter(|_| figure.value().is_some());
        Self { figure, at_least: limits.map(|i| i.lower), at_most: limits.map(|i| i.upper) }
    }
    /// The age by which so many of a hundred had ended: said from as many ends as let one expect an end beyond it,
    /// and never where the curve does not reach.
    #[must_use]
    pub(crate) fn of_curve(curve: &Curve, percent: usize, clock: Clock) -> Self {
        let ended = curve.ended();
        // As for all quantiles: 2 for the median, 7 for p85, 20 for p95.
        let needed = 100usize.div_ceil(100usize.saturating_sub(percent).max(1));
        if ended < needed {
            return Self::bare(Figure::too_few(ended, needed, Unit::Ms).on(clock));
        }
        let reached = curve.quantile(percent as f64 / 100.0);
        let none = |reason| Self::bare(Figure { n: curve.n, ..Figure::not_measured(reason, Unit::Ms).on(clock) });
        let Some(at) = reached.at else { return none(Reason::NotReached) };
        if curve.emptied.is_some_and(|age| at >= age) {
            return none(Reason::NobodyAtRisk);
        }
        Self {
            figure: Figure::measured(at as f64, curve.n, Unit::Ms).on(clock),
            at_least: reached.lower.map(|age| age as f64),
            at_most: reached.upper.filter(|age| curve.emptied.is_none_or(|e| *age < e)).map(|age| age as f64),
        }
    }
}
