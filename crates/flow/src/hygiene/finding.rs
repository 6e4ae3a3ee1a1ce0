use crate::log::Log;
use serde::Serialize;
use watercourse_core::time::Instant;

/// What is striking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Code {
    /// Cases were chosen by when they ended.
    SampledByCompletion,
    /// Cases were chosen by when they began.
    SampledByStart,
    /// Nothing happened anywhere for long.
    Hole,
    /// Times after the instant of looking.
    Future,
    /// Times before 1990.
    Ancient,
    /// Times that are days only.
    WholeDays,
    /// Events of a case at the same instant.
    Ties,
    /// Many cases changed within the same second.
    BulkUpdates,
    /// Cases in which nothing happened for very long.
    Gaps,
    /// The same event more than once.
    Duplicates,
    /// Events that stand before earlier ones of their case.
    OutOfOrder,
    /// No teams at all.
    NoTeams,
    /// Events without a team.
    MissingTeams,
    /// One time per event.
    OneTime,
}

/// A measure, or a group of them, that a finding bears on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Affected {
    /// Arrivals, net flow and their trends.
    Arrivals,
    /// Items finished by period.
    Throughput,
    /// Work in progress, cumulative flow, Little's ratio.
    Wip,
    /// Trends of any figure by period.
    Trends,
    /// Lead times and case durations.
    LeadTime,
    /// Cycle time: needs the beginning of work.
    CycleTime,
    /// Age of open work.
    Aging,
    /// Time queued, worked on and waiting by step.
    StepTimes,
    /// Flow efficiency, effort, value-adding ratio.
    FlowEfficiency,
    /// Hand-offs, ping-pong, the hand-off matrix.
    HandOffs,
    /// Map and variants: what came after what.
    Order,
    /// Rework, complete and accurate.
    Rework,
    /// Conformance and discovery.
    Conformance,
    /// The bottleneck.
    Bottleneck,
}

/// How much it bears.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// The figure would mislead: it is not to be shown.
    Disables,
    /// The figure may be shown, with this beside it.
    Weakens,
}

/// What a finding does to a measure, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Impact {
    /// The measure.
    pub measure: Affected,
    /// How much.
    pub effect: Effect,
    /// Why, in half a sentence.
    pub why: &'static str,
}

/// Something striking about a log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What.
    pub code: Code,
    /// A sentence with numbers, for people.
    pub text: String,
    /// How many events or cases.
    pub count: usize,
    /// Of how many.
    pub of: usize,
    /// A case in which it can be seen.
    pub example: Option<String>,
    /// What it bears on.
    pub affects: Vec<Impact>,
}

impl Finding {
    /// Whether it disables a measure.
    #[must_use]
    pub fn disables(&self, measure: Affected) -> bool {
        self.affects.iter().any(|a| a.measure == measure && a.effect == Effect::Disables)
    }
}

/// `(measure, why)` pairs that are all weakened.
pub(super) fn weakens<const N: usize>(list: [(Affected, &'static str); N]) -> Vec<Impact> {
    list.map(|(measure, why)| Impact { measure, effect: Effect::Weakens, why }).to_vec()
}

/// `(measure, why)` pairs that are all disabled.
pub(super) fn disables<const N: usize>(list: [(Affected, &'static str); N]) -> Vec<Impact> {
    list.map(|(measure, why)| Impact { measure, effect: Effect::Disables, why }).to_vec()
}

/// A day as people read it.
pub(super) fn day(at: i64) -> String {
    let text = Instant::from_millis(at).to_string();
    text.split('T').next().unwrap_or_default().to_owned()
}

/// A part as people read it: whole percents, and one place where that would be 0 or 100.
pub(super) fn percent(part: usize, whole: usize) -> String {
    let share = 100.0 * part as f64 / whole.max(1) as f64;
    if (1.0..=99.0).contains(&share) || part == 0 || part == whole {
        format!("{share:.0} %")
    } else {
        format!("{share:.1} %")
    }
}

/// A length of time as people read it.
pub(super) fn days(ms: i64) -> String {
    match ms / 86_400_000 {
        0 => format!("{} hours", ms / 3_600_000),
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    }
}

/// The case of an event.
pub(super) fn case_of(log: &Log, event: usize) -> Option<String> {
    log.case.get(event).map(|case| log.cases.name(*case).to_owned())
}
