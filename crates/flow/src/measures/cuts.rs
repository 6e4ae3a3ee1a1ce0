use super::view::View;
use serde::Serialize;

const DAY: i64 = 86_400_000;
/// 1970-01-01 was a Thursday: the Monday before it.
const MONDAY: i64 = -3 * DAY;
/// At most so many rows: a log with a date in the year 10 is not a chart. The earliest are left out.
const MOST: usize = 4_000;

/// A stretch of time, half open, UTC ms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Window {
    /// From this instant.
    pub from: i64,
    /// Up to this one.
    pub until: i64,
}

impl Window {
    /// All that is told: from the first creation of an item in view to the instant of looking. None of no items.
    #[must_use]
    pub fn told(view: &View<'_>) -> Option<Self> {
        let mut from = i64::MAX;
        view.each(|item| from = from.min(view.visits.items.created[item]));
        let until = view.visits.as_of;
        (from < i64::MAX).then_some(Self { from: from.min(until), until })
    }
    /// The told part of a window; all that is told where none is given.
    pub(super) fn within_told(view: &View<'_>, window: Option<Self>) -> Option<Self> {
        let told = Self::told(view)?;
        let window = window.unwrap_or(told);
        Some(Self { from: window.from.max(told.from), until: window.until.min(told.until) })
    }
    /// Its length, ms.
    #[must_use]
    pub const fn long(&self) -> i64 {
        self.until.saturating_sub(self.from)
    }
    /// How much of an interval lies in it, ms.
    #[must_use]
    pub fn part(&self, from: i64, until: i64) -> i64 {
        until.min(self.until).saturating_sub(from.max(self.from)).max(0)
    }
}

/// How long a row of a series is. Days, weeks and months are UTC; weeks begin on Monday.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Period {
    /// A day.
    Day,
    /// Monday to Sunday.
    Week,
    /// A calendar month.
    Month,
}

impl Period {
    /// When the period of an instant begins.
    #[must_use]
    pub const fn start(self, at: i64) -> i64 {
        match self {
            Self::Day => at.div_euclid(DAY) * DAY,
            Self::Week => at.saturating_sub(MONDAY).div_euclid(7 * DAY) * (7 * DAY) + MONDAY,
            Self::Month => at - at.rem_euclid(DAY) - (day_of_month(at.div_euclid(DAY)) - 1) * DAY,
        }
    }
    /// When the period after the one that begins there begins.
    #[must_use]
    pub const fn next(self, start: i64) -> i64 {
        match self {
            Self::Day => start.saturating_add(DAY),
            Self::Week => start.saturating_add(7 * DAY),
            Self::Month => self.start(start.saturating_add(31 * DAY)),
        }
    }
}

/// Which day of its month a day since 1970 is. Counted in years that begin in March, in eras of 400 years.
const fn day_of_month(day: i64) -> i64 {
    let day_of_era = (day + 719_468).rem_euclid(146_097);
    let year = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * day_of_year + 2) / 153;
    day_of_year - (153 * month + 2) / 5 + 1
}

/// The rows of a series: stretches of time side by side. Nothing is told beyond the instant of looking; an event
/// at that very instant belongs to the last row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cuts {
    /// How long the rows are; none where their boundaries were given.
    pub period: Option<Period>,
    /// When each row begins, UTC ms, ascending.
    pub from: Vec<i64>,
    /// When the last row ends: the window's end or the instant of looking.
    pub until: i64,
    /// Whether the source tells all of each row: not where it begins or the looking ends within it.
    pub whole: Vec<bool>,
    /// Whether earlier rows were left out because there are more than 4,000.
    pub clipped: bool,
    /// Events before this instant are counted in the last row.
    #[serde(skip)]
    end: i64,
}

impl Cuts {
    /// The periods that a window touches; all that is told where none is given. No rows where nothing is told.
    #[must_use]
    pub fn of(view: &View<'_>, window: Option<Window>, period: Period) -> Self {
        let Some(told) = Window::told(view) else { return Self::at(view, Vec::new(), 0, Some(period)) };
        let window = window.unwrap_or(told);
        let until = window.until.min(told.until);
        let last = if until == told.until { until } else { until.saturating_sub(1) };
        let mut from = period.start(window.from.max(told.from));
        // The first row of those that are shown, found from the end: what is left out is never walked through.
        let spans: i64 = if matches!(period, Period::Month) { 31 * DAY } else { period.next(0) - period.start(0) };
        let earliest = period.start(last.saturating_sub(spans.saturating_mul(MOST as i64 - 1)));
        let clipped = earliest > from;
        from = from.max(earliest);
        let mut starts = Vec::new();
        while from <= last && window.from <= last {
            starts.push(from);
            from = period.next(from);
        }
        let end = if until == told.until { until } else { until.min(from) };
        Self { clipped, ..Self::at(view, starts, end, Some(period)) }
    }
    /// Rows between given boundaries, ascending: one row fewer than there are boundaries.
    #[must_use]
    pub fn given(view: &View<'_>, boundaries: &[i64]) -> Self {
        let mut starts = boundaries.to_vec();
        let until = starts.pop().unwrap_or(0);
        starts.retain(|from| *from <= view.visits.as_of);
        Self::at(view, starts, until.min(view.visits.as_of), None)
    }
    fn at(view: &View<'_>, from: Vec<i64>, until: i64, period: Option<Period>) -> Self {
        let as_of = view.visits.as_of;
        let begins = Window::told(view).map_or(as_of, |told| told.from);
        let ends = from.iter().skip(1).copied().chain([match (period, from.last()) {
            (Some(period), Some(last)) => period.next(*last),
            _ => until,
        }]);
        let whole = from.iter().zip(ends).map(|(from, next)| *from >= begins && next <= as_of).collect();
        let end = if until == as_of { until.saturating_add(1) } else { until };
        Self { period, from, until, whole, clipped: false, end }
    }
    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.from.len()
    }
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.from.is_empty()
    }
    /// The time of all rows; none where there are none.
    #[must_use]
    pub fn window(&self) -> Option<Window> {
        Some(Window { from: *self.from.first()?, until: self.until })
    }
    /// The row at whose end an event has happened for the first time: 0 for what was before, `len` for what is
    /// after all rows.
    #[must_use]
    pub fn by(&self, at: i64) -> usize {
        if at >= self.end { self.len() } else { self.from.partition_point(|from| *from <= at).saturating_sub(1) }
    }
    /// The row an event is in.
    #[must_use]
    pub fn row(&self, at: i64) -> Option<usize> {
        let row = self.by(at);
        (row < self.len() && self.from[row] <= at).then_some(row)
    }
}

/// Counts that go up and down at rows, summed up from the first on.
pub(super) fn running(mut changes: Vec<i64>) -> Vec<u64> {
    let mut sum = 0;
    changes.pop();
    changes
        .iter()
        .map(|change| {
            sum += change;
            u64::try_from(sum).unwrap_or(0)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{DAY, Period, day_of_month};

    #[test]
    fn months_begin_on_their_first_day() {
        // 1970-01-01, 2000-02-29, 2000-03-01, 1968-12-31, 0010-06-15.
        let days = [(0, 1), (11_016, 29), (11_017, 1), (-366, 31), (-715_710, 15)];
        for (day, of_month) in days {
            assert_eq!(day_of_month(day), of_month, "{day}");
        }
        let february = Period::Month.start(11_016 * DAY + 5);
        assert_eq!((february, Period::Month.next(february)), (10_988 * DAY, 11_017 * DAY));
        assert_eq!(Period::Week.start(0), -3 * DAY);
    }
}
