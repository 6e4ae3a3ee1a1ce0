//! How long things last when some of them are not over yet: Kaplan–Meier and Aalen–Johansen.
//!
//! Both say the share of items that had come to their end by an age. Open items count for as long as they were
//! watched (right censoring); items that were already under way when watching began count from then on (delayed
//! entry, left truncation). The interval is Greenwood's on the log-log scale, 95 %.
//!
//! Ties are those of lifelines: at an age, what ends is counted before what is censored, and both before what
//! enters; who is watched from the beginning is at risk from the beginning, events at age 0 included.
//! Three differences: a quantile allows 1e-12 for rounding; its upper limit is never read off where nothing is
//! left (there the interval is a point and says nothing); what enters at the age at which it leaves was never seen.

use crate::statistics::Z95;

/// How long one item was watched, as ages in ms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Observation {
    /// Its age when watching began; 0 where it was watched from its beginning.
    pub entered: i64,
    /// Its age at its end, or its age so far.
    pub until: i64,
    /// What ended it; none while it is open.
    pub cause: Option<u8>,
}

impl Observation {
    /// Watched from the beginning up to its end.
    #[must_use]
    pub const fn ended(until: i64, cause: u8) -> Self {
        Self { entered: 0, until, cause: Some(cause) }
    }
    /// Watched from the beginning, and not over.
    #[must_use]
    pub const fn open(until: i64) -> Self {
        Self { entered: 0, until, cause: None }
    }
    /// The same, watched only from this age on.
    #[must_use]
    pub const fn since(self, entered: i64) -> Self {
        Self { entered, ..self }
    }
    /// Whether there was any time in which its end could have been seen.
    #[must_use]
    pub const fn seen(&self) -> bool {
        self.entered <= 0 || self.entered < self.until
    }
}

/// What is known at an age at which something ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// The age, ms.
    pub at: i64,
    /// Items that could have ended then.
    pub at_risk: usize,
    /// Items that did.
    pub ended: usize,
    /// The share of items that had ended by then.
    pub share: f64,
    /// Its variance (Greenwood's; for causes by the delta method).
    pub variance: f64,
    /// The share is at least this (95 %).
    pub lower: f64,
    /// The share is at most this (95 %).
    pub upper: f64,
}

/// A quantile of ages: none of its parts is a number where the curve does not reach that far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reached {
    /// The first age by which the share had ended.
    pub at: Option<i64>,
    /// The age is at least this (95 %).
    pub lower: Option<i64>,
    /// The age is at most this (95 %); none: it may be any.
    pub upper: Option<i64>,
}

/// The share of items that had ended, by age.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Curve {
    /// The ages at which something ended, ascending.
    pub steps: Vec<Step>,
    /// Items that were seen at all.
    pub n: usize,
    /// The highest age watched.
    pub last: i64,
    /// The age from which on the curve says nothing any more, though items were watched later: with delayed
    /// entry all those at risk had ended while others had not been seen yet.
    pub emptied: Option<i64>,
}

/// Rounding of the share when a quantile is looked for.
const ROUNDING: f64 = 1e-12;

impl Curve {
    /// The age by which this share had ended.
    #[must_use]
    pub fn quantile(&self, share: f64) -> Reached {
        let first = |value: fn(&Step) -> f64| self.steps.iter().find(|s| value(s) >= share - ROUNDING);
        let told = |step: Option<&Step>| step.map(|s| s.at);
        Reached {
            at: told(first(|s| s.share)),
            lower: told(first(|s| s.upper)),
            upper: told(first(|s| s.lower).filter(|s| s.share < 1.0)),
        }
    }
    /// The share that had ended by an age, with its limits; none where nobody was watched that long.
    #[must_use]
    pub fn by(&self, age: i64) -> Option<(f64, f64, f64)> {
        let passed = self.steps.partition_point(|s| s.at <= age);
        let step = passed.checked_sub(1).map(|i| self.steps[i]);
        let (share, lower, upper) = step.map_or((0.0, 0.0, 0.0), |s| (s.share, s.lower, s.upper));
        (self.n > 0 && (age <= self.last || share >= 1.0)).then_some((share, lower, upper))
    }
    /// How many ended.
    #[must_use]
    pub fn ended(&self) -> usize {
        self.steps.iter().map(|s| s.ended).sum()
    }
}

/// Kaplan–Meier: the share that had ended by a cause that counts; whatever else ended an item only ends watching it.
/// Sorting is what it costs.
#[must_use]
pub fn kaplan_meier(observations: &[Observation], counts: impl Fn(u8) -> bool) -> Curve {
    let table = Table::of(observations, |cause| (counts(cause), false));
    let (mut log, mut sum) = (0.0, 0.0);
    let steps = table.rows.iter().map(|row| {
        let (n, d) = (row.at_risk as f64, row.ended as f64);
        log += (n - d).ln() - n.ln();
        if row.ended < row.at_risk {
            sum += d / (n * (n - d));
        }
        let left = f64::exp(log);
        let (lower, upper) = log_log(left, sum.sqrt() / log.abs());
        Step {
            at: row.at,
            at_risk: row.at_risk,
            ended: row.ended,
            share: 1.0 - left,
            variance: left * left * sum,
            lower: 1.0 - upper,
            upper: 1.0 - lower,
        }
    });
    Curve { steps: steps.collect(), n: table.n, last: table.last, emptied: table.emptied }
}

/// Aalen–Johansen: the share that had ended by one cause, where the others compete with it. Its limit is the
/// share that ever ends that way, below 1 wherever something else ends items.
#[must_use]
pub fn aalen_johansen(observations: &[Observation], cause: u8) -> Curve {
    let table = Table::of(observations, |found| (true, found == cause));
    let (mut left, mut share) = (1.0f64, 0.0f64);
    // The sums of the variance as polynomials of the share they are asked at.
    let (mut square, mut constant, mut linear) = ((0.0, 0.0, 0.0), 0.0, (0.0, 0.0));
    let mut steps = Vec::new();
    for row in &table.rows {
        let (n, d, own) = (row.at_risk as f64, row.ended as f64, row.own as f64);
        share += own / n * left;
        if row.ended < row.at_risk {
            let weight = d / n / (n - d);
            square = (square.0 + weight, square.1 + weight * share, square.2 + weight * share * share);
        }
        constant += left * left * own * (n - own) / (n * n * n);
        let weight = left * own / (n * n);
        linear = (linear.0 + weight, linear.1 + weight * share);
        left *= (n - d) / n;
        if row.own == 0 {
            continue;
        }
        let spread = square.0 * share * share - 2.0 * square.1 * share + square.2;
        let variance = (spread + constant - 2.0 * (linear.0 * share - linear.1)).max(0.0);
        let (lower, upper) = log_log(share, variance.sqrt() / (share * share.ln()).abs());
        steps.push(Step { at: row.at, at_risk: row.at_risk, ended: row.own, share, variance, lower, upper });
    }
    Curve { steps, n: table.n, last: table.last, emptied: table.emptied }
}

/// The limits of a share whose log-log has this standard error; a point at 0 and 1.
fn log_log(share: f64, error: f64) -> (f64, f64) {
    if share <= 0.0 || share >= 1.0 {
        return (share, share);
    }
    let middle = (-share.ln()).ln();
    let limit = |z: f64| f64::exp(-f64::exp(z.mul_add(error, middle)));
    (limit(Z95), limit(-Z95))
}

struct Row {
    at: i64,
    at_risk: usize,
    ended: usize,
    /// Those of the ended that the question is about.
    own: usize,
}

/// Who was at risk at each age at which something ended.
struct Table {
    rows: Vec<Row>,
    n: usize,
    last: i64,
    emptied: Option<i64>,
}

impl Table {
    /// `counts` says of a cause whether it is an end, and whether it is the one asked about.
    fn of(observations: &[Observation], counts: impl Fn(u8) -> (bool, bool)) -> Self {
        let seen = || observations.iter().filter(|o| o.seen());
        let mut entries: Vec<i64> = seen().map(|o| o.entered).filter(|entered| *entered > 0).collect();
        entries.sort_unstable();
        let mut exits: Vec<(i64, bool, bool)> = seen()
            .map(|o| {
                let (ended, own) = o.cause.map_or((false, false), &counts);
                (o.until, ended, own)
            })
            .collect();
        exits.sort_unstable_by_key(|exit| exit.0);
        let n = exits.len();
        let early = n - entries.len();
        let mut table = Self { rows: Vec::new(), n, last: exits.last().map_or(0, |exit| exit.0), emptied: None };
        let (mut left, mut late) = (0, 0);
        for same in exits.chunk_by(|a, b| a.0 == b.0) {
            let at = same[0].0;
            late += entries[late..].partition_point(|entered| *entered < at);
            let ended = same.iter().filter(|exit| exit.1).count();
            let at_risk = early + late - left;
            if ended > 0 {
                let own = same.iter().filter(|exit| exit.2).count();
                table.rows.push(Row { at, at_risk, ended, own });
                if ended == at_risk && left + same.len() < n {
                    table.emptied = table.emptied.or(Some(at));
                }
            }
            left += same.len();
        }
        table
    }
}
