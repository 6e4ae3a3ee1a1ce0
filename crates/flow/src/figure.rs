//! A number that says what it is: measured, a measured zero, not measured, or too few to say.

use crate::quantile::Quantiles;
use serde::Serialize;

/// Why something was not measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// No label of being done is known: the log does not say when an item is finished.
    NoDoneLabel,
    /// One time per event: the log does not tell working from waiting.
    NoWorkingTime,
    /// So much of the time is unclassified that a ratio would mislead.
    MostlyUnclassified,
    /// The source does not say when work was paused.
    NoPauses,
    /// The source does not say when work began.
    NoStart,
    /// The source does not say which team held the work.
    NoTeams,
    /// Steps are not mapped to the six activities.
    NoActivities,
    /// Too many items are still open, or ended otherwise, for the share asked about to be reached.
    NotReached,
    /// At some age all items under watch had ended while others were not seen yet.
    NobodyAtRisk,
    /// Nobody said how much a team can work.
    NoCapacity,
    /// No deployments are known.
    NoDeployments,
    /// No incidents are known.
    NoIncidents,
    /// Deployments do not say whether they were made to repair.
    NoReworkMarked,
}

impl Reason {
    /// A sentence for people.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::NoDoneLabel => {
                "Not in this source: nothing says which activity or status means done. Name it to get lead times and open work."
            }
            Self::NoWorkingTime => "Not in this source: one time per event, so working cannot be told from waiting.",
            Self::MostlyUnclassified => "Not told: part of the time is neither known as working nor as waiting.",
            Self::NoPauses => "Not in this source: it does not say when work was paused.",
            Self::NoStart => "Not in this source: it does not say when work began.",
            Self::NoTeams => "Not in this source: it names no teams.",
            Self::NoActivities => "Not mapped: no step says which of the six activities it belongs to.",
            Self::NotReached => "Not reached: too many items are still open, or ended otherwise, to say.",
            Self::NobodyAtRisk => {
                "Not told: at one age every item under watch had ended while others were not seen yet. Choose an earlier start."
            }
            Self::NoCapacity => "Not known: nobody said how many people work in this team.",
            Self::NoDeployments => "Not in this source: it names no deployments.",
            Self::NoIncidents => "Not in this source: it names no incidents.",
            Self::NoReworkMarked => "Not in this source: deployments do not say whether they were made to repair.",
        }
    }
}

/// What is known of a figure. Never mixed: an unknown is not a zero.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum State {
    /// Measured.
    Value {
        /// In the figure's unit.
        value: f64,
    },
    /// Measured, and nothing.
    Zero,
    /// Not measured.
    NotMeasured {
        /// Why.
        reason: Reason,
    },
    /// Measured on too few to say.
    TooFew {
        /// How many would do.
        needed: usize,
    },
}

/// The unit of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// Milliseconds.
    Ms,
    /// A number of things.
    Count,
    /// A part of one.
    Share,
    /// So many for each item.
    PerItem,
    /// So many in a week.
    PerWeek,
}

/// Which clock durations were taken with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Clock {
    /// Every hour counts.
    Calendar,
    /// Only working hours count, by the calendar of the team, else the stream, else the organisation.
    Business,
}

/// One figure.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Figure {
    /// What is known.
    #[serde(flatten)]
    pub state: State,
    /// How many observations it rests on.
    pub n: usize,
    /// Its unit.
    pub unit: Unit,
    /// The clock of its durations.
    pub clock: Clock,
}

impl Figure {
    /// A measured number, which may be zero.
    #[must_use]
    pub const fn measured(value: f64, n: usize, unit: Unit) -> Self {
        let state = if value == 0.0 { State::Zero } else { State::Value { value } };
        Self { state, n, unit, clock: Clock::Calendar }
    }
    /// A count of `n` things.
    #[must_use]
    pub const fn count(value: usize, n: usize) -> Self {
        Self::measured(value as f64, n, Unit::Count)
    }
    /// A part of a whole; too few to say of nothing.
    #[must_use]
    pub const fn ratio(part: f64, whole: f64, n: usize, unit: Unit) -> Self {
        if whole > 0.0 { Self::measured(part / whole, n, unit) } else { Self::too_few(n, 1, unit) }
    }
    /// Not measured.
    #[must_use]
    pub const fn not_measured(reason: Reason, unit: Unit) -> Self {
        Self { state: State::NotMeasured { reason }, n: 0, unit, clock: Clock::Calendar }
    }
    /// Too few to say.
    #[must_use]
    pub const fn too_few(n: usize, needed: usize, unit: Unit) -> Self {
        Self { state: State::TooFew { needed }, n, unit, clock: Clock::Calendar }
    }
    /// The same, its durations taken with this clock.
    #[must_use]
    pub const fn on(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }
    /// The number, where there is one.
    #[must_use]
    pub const fn value(&self) -> Option<f64> {
        match self.state {
            State::Value { value } => Some(value),
            State::Zero => Some(0.0),
            State::NotMeasured { .. } | State::TooFew { .. } => None,
        }
    }
}

/// How durations spread: three quantiles in ms.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Spread {
    /// How many durations.
    pub n: usize,
    /// The median.
    pub p50: Figure,
    /// 85 of 100 are no longer.
    pub p85: Figure,
    /// 95 of 100 are no longer.
    pub p95: Figure,
    /// The plain numbers, given also where they are too few to say anything.
    #[serde(skip)]
    pub exact: Option<Quantiles>,
}

impl Spread {
    /// Of measured durations.
    #[must_use]
    pub fn of(quantiles: Option<Quantiles>) -> Self {
        let n = quantiles.map_or(0, |q| q.n);
        // A quantile is said only where at least one observation can be expected to lie beyond it.
        let figure = |needed: usize, value: fn(&Quantiles) -> f64| match &quantiles {
            Some(q) if n >= needed => Figure::measured(value(q), n, Unit::Ms),
            _ => Figure::too_few(n, needed, Unit::Ms),
        };
        Self { n, p50: figure(2, |q| q.p50), p85: figure(7, |q| q.p85), p95: figure(20, |q| q.p95), exact: quantiles }
    }
    /// Not measured.
    #[must_use]
    pub const fn not_measured(reason: Reason) -> Self {
        let figure = Figure::not_measured(reason, Unit::Ms);
        Self { n: 0, p50: figure, p85: figure, p95: figure, exact: None }
    }
    /// The same, taken with this clock.
    #[must_use]
    pub const fn on(self, clock: Clock) -> Self {
        Self { p50: self.p50.on(clock), p85: self.p85.on(clock), p95: self.p95.on(clock), ..self }
    }
}
