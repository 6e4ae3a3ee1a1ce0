//! What was measured beside what is wanted.

/// One figure.
#[derive(Debug, Clone)]
pub struct Figure {
    /// What it is.
    pub what: String,
    /// What is wanted, with its unit.
    pub wanted: String,
    /// The median.
    pub median: f64,
    /// The least and the greatest.
    pub spread: (f64, f64),
    /// What else there is to say.
    pub told: String,
    /// Whether it is as wanted.
    pub reached: bool,
}

impl Figure {
    /// Of the figures of some turns: at least this much is wanted.
    #[must_use]
    pub fn at_least(what: &str, wanted: f64, unit: &str, turns: &[f64], told: String) -> Self {
        Self::of(what, format!("≥ {wanted} {unit}"), turns, told, |median| median >= wanted)
    }
    /// Of the figures of some turns: at most this much is wanted.
    #[must_use]
    pub fn at_most(what: &str, wanted: f64, unit: &str, turns: &[f64], told: String) -> Self {
        Self::of(what, format!("≤ {wanted} {unit}"), turns, told, |median| median <= wanted)
    }
    fn of(what: &str, wanted: String, turns: &[f64], told: String, reached: impl Fn(f64) -> bool) -> Self {
        let mut turns = turns.to_vec();
        turns.sort_by(f64::total_cmp);
        let at = |place: usize| turns.get(place).copied().unwrap_or(f64::NAN);
        let median = at(turns.len() / 2);
        let spread = (at(0), at(turns.len().saturating_sub(1)));
        Self { what: what.to_owned(), wanted, median, spread, told, reached: reached(median) }
    }
    /// As a line.
    #[must_use]
    pub fn shown(&self) -> String {
        let (least, greatest) = self.spread;
        format!(
            "{} {:<44} {:>12} {:>9.2}  ({least:.2}–{greatest:.2})  {}",
            if self.reached { "✓" } else { "✗" },
            self.what,
            self.wanted,
            self.median,
            self.told
        )
    }
}

/// How much the machine's processors are waited for, as Linux tells it.
#[must_use]
pub fn pressure() -> String {
    let text = std::fs::read_to_string("/proc/pressure/cpu").unwrap_or_default();
    let line = text.lines().next().unwrap_or("not told here").to_owned();
    line.split(" total").next().unwrap_or_default().to_owned()
}
