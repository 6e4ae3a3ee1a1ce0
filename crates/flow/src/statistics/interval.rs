use serde::Serialize;

/// The 95 % limits of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Interval {
    /// At least this.
    pub lower: f64,
    /// At most this.
    pub upper: f64,
}

impl Interval {
    /// Between these two, whichever is the lower.
    #[must_use]
    pub const fn between(a: f64, b: f64) -> Self {
        Self { lower: a.min(b), upper: a.max(b) }
    }
    /// Whether it holds a value.
    #[must_use]
    pub const fn holds(&self, value: f64) -> bool {
        self.lower <= value && value <= self.upper
    }
}
