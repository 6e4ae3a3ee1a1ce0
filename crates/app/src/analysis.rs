//! The analysis of another tool's log: what `analyze` prints, `import` reports and the report page draws.

use serde::Serialize;
use std::collections::BTreeMap;
use watercourse_core::item::Outcome;
use watercourse_core::time::Instant;
use watercourse_exchange::{Evidence, FlowState, Imported, Mapping, NextStep, Rejected, Rows, Warning, next_step};
use watercourse_flow::alignment::{Fit, Net};
use watercourse_flow::figure::{Reason, Spread};
use watercourse_flow::from_log::from_log;
use watercourse_flow::hygiene::{Finding, hygiene};
use watercourse_flow::log::Log;
use watercourse_flow::map::Map;
use watercourse_flow::meaning::{LogMeaning, StatePhase};
use watercourse_flow::measures::{
    FlowEfficiency, Group, HandOffs, LeadTimes, OpenWork, Rework, TimeUse, View, by_activity, by_step, by_team,
    case_durations, flow_efficiency, handoffs, lead_times, open_work, rework, time_use,
};
use watercourse_flow::order::Ordered;
use watercourse_flow::quantile::Quantiles;
use watercourse_flow::timeline::Timeline;
use watercourse_flow::variants::Variants;
use watercourse_flow::visits::Visits;

/// How many open items are listed, the oldest first.
const OLDEST: usize = 20;

/// How many states the search for the alignment of one variant may take: seconds at most, and some 100 MB.
const STATES: usize = 1_000_000;

/// What a log means, as its mapping says. Labels of being done count as soon as they are known; what is
/// merely suggested about working and waiting is left alone until a mapping file says it.
#[must_use]
pub fn meaning(mapping: &Mapping, log: &Log, evidence: Evidence, as_of: Option<i64>) -> LogMeaning {
    let mut meaning = LogMeaning { time: mapping.time_means.value, evidence, as_of, ..LogMeaning::of(log) };
    meaning.done = mapping.done.value.iter().map(|l| (l.clone(), Outcome::Delivered)).collect();
    for label in &mapping.labels {
        if let Some(activity) = label.activity {
            meaning.activities.insert(label.name.clone(), activity);
        }
        if label.why != GIVEN {
            continue;
        }
        match label.state {
            Some(FlowState::New) => drop(meaning.phases.insert(label.name.clone(), StatePhase::Queued)),
            Some(FlowState::Waiting) => {
                drop(meaning.phases.insert(label.name.clone(), StatePhase::Waiting(label.name.clone())))
            }
            Some(FlowState::Active) => drop(meaning.phases.insert(label.name.clone(), StatePhase::Active)),
            Some(FlowState::Cancelled) => drop(meaning.done.insert(label.name.clone(), Outcome::Cancelled)),
            Some(FlowState::Done) | None => {}
        }
    }
    meaning
}

/// What a mapping file says of a label, in the words of the exchange.
const GIVEN: &str = "given";

/// A log with everything that was computed from it, for drawing.
#[derive(Debug)]
pub struct Study {
    /// The log in the order of its cases.
    pub ordered: Ordered,
    /// Its visits.
    pub visits: Visits,
    /// Where their time went.
    pub timeline: Timeline,
    /// What followed what, by event.
    pub map: Map,
    /// The ways there are, by event.
    pub variants: Variants,
    /// The figures.
    pub analysis: Analysis,
}

/// The contract of `analyze --json`: stable, described in `docs/reference/analyze.md`.
#[derive(Debug, Clone, Serialize)]
pub struct Analysis {
    /// What became of the rows.
    pub rows: Rows,
    /// Events used.
    pub events: usize,
    /// Cases.
    pub cases: usize,
    /// Different activities.
    pub activities: usize,
    /// Different orders of activities, every event counted.
    pub variants: usize,
    /// The first event, RFC 3339 UTC.
    pub first: String,
    /// The last event.
    pub last: String,
    /// From the first to the last event of a case.
    pub duration_ms: Option<Milliseconds>,
    /// From arrival to being done; null with its reason in `not_measured`.
    pub lead_time_ms: Option<Milliseconds>,
    /// Work that is not done; null with its reason in `not_measured`.
    pub open: Option<OpenWork>,
    /// Why what is null is null: one entry for each.
    pub not_measured: BTreeMap<&'static str, NotMeasured>,
    /// How much of the story the log can tell.
    pub evidence: Evidence,
    /// What the next level would give, and how to get it out of the tool.
    pub next_evidence: Option<NextStep>,
    /// Lead and cycle times with their counts.
    pub lead_times: LeadTimes,
    /// Where the time goes, step by step.
    pub steps: Vec<Group>,
    /// The same by team; empty where no team is known.
    pub teams: Vec<Group>,
    /// The same by the six activities, where the activities of the log were mapped.
    pub by_activity: Vec<Group>,
    /// Where the time of all items together goes.
    pub time: Vec<TimeUse>,
    /// How much of the time somebody works.
    pub flow_efficiency: FlowEfficiency,
    /// Who gives work to whom.
    pub handoffs: HandOffs,
    /// What is done again.
    pub rework: Rework,
    /// How the cases went compared with a model; null where none was given.
    pub alignment: Option<Fit>,
    /// What was guessed, with alternatives.
    pub mapping: Mapping,
    /// What to know before believing the figures.
    pub warnings: Vec<Warning>,
    /// What looks wrong with the log itself, and which measures that disables or weakens.
    pub hygiene: Vec<Finding>,
    /// Rows that could not be used, the first of them.
    pub rejected: Vec<Rejected>,
}

/// Quantiles in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Milliseconds {
    /// How many.
    pub n: usize,
    /// Half took no longer.
    pub p50: f64,
    /// 85 of 100 took no longer.
    pub p85: f64,
    /// 95 of 100 took no longer.
    pub p95: f64,
}

impl From<Quantiles> for Milliseconds {
    fn from(q: Quantiles) -> Self {
        Self { n: q.n, p50: q.p50, p85: q.p85, p95: q.p95 }
    }
}

/// Why something is null.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct NotMeasured {
    /// A stable word.
    pub reason: Reason,
    /// A sentence.
    pub text: &'static str,
}

impl Study {
    /// Computes everything about a log. `as_of` (UTC ms) is what counts as now; the last event where none is given.
    #[must_use]
    pub fn of(imported: &Imported, as_of: Option<i64>) -> Self {
        let log = &imported.log;
        let ordered = Ordered::of(log);
        let visits = from_log(log, &ordered, &meaning(&imported.mapping, log, imported.evidence, as_of));
        let timeline = Timeline::of(&visits);
        let map = Map::of_log(log, &ordered, None);
        let variants = Variants::of_log(&ordered, &visits, None);
        let analysis = Analysis::of(imported, &ordered, &View::of(&visits, &timeline), &variants);
        Self { ordered, visits, timeline, map, variants, analysis }
    }
    /// Looks the log, which must be the one of this study, over: what looks wrong with it `now` (UTC ms).
    pub fn look_over(&mut self, imported: &Imported, as_of: Option<i64>, now: i64) {
        let log = &imported.log;
        let meaning = meaning(&imported.mapping, log, imported.evidence, as_of);
        self.analysis.hygiene = hygiene(log, &self.ordered, &meaning, now);
    }
    /// Compares the log, which must be the one of this study, with a model.
    pub fn compare(&mut self, log: &Log, net: &Net) {
        self.analysis.alignment = Some(Fit::of(net, &self.variants, &log.activities, STATES));
    }
}

impl Analysis {
    fn of(imported: &Imported, ordered: &Ordered, view: &View<'_>, variants: &Variants) -> Self {
        let log = &imported.log;
        let lead_times = lead_times(view);
        let handoffs = handoffs(view);
        let knows_done = !imported.mapping.done.value.is_empty();
        let mut not_measured = BTreeMap::new();
        let mut missing = |what: &'static str, reason: Reason| {
            not_measured.insert(what, NotMeasured { reason, text: reason.text() });
        };
        if !knows_done {
            missing("lead_time_ms", Reason::NoDoneLabel);
            missing("open", Reason::NoDoneLabel);
        }
        if log.team.is_empty() {
            missing("handoffs", Reason::NoTeams);
            missing("teams", Reason::NoTeams);
        }
        if !view.visits.source.phases {
            missing("active", Reason::NoWorkingTime);
        }
        let mut warnings = imported.warnings.clone();
        let suggested = imported.mapping.labels.iter().filter(|l| l.activity.is_some() && l.why != GIVEN).count();
        if suggested > 0 {
            warnings.push(Warning {
                code: "activities-suggested",
                text: format!(
                    "{suggested} of {} activities were put into the six activities by their names, as a suggestion. \
                     See `mapping.labels`; --write-mapping FILE lets you change it.",
                    log.activities.len()
                ),
            });
        }
        let ends = |pick: fn(i64, i64) -> i64| {
            let at = log.at.iter().copied().reduce(pick).unwrap_or(0);
            Instant::from_millis(at).to_string()
        };
        Self {
            rows: imported.rows,
            events: log.len(),
            cases: log.cases.len(),
            activities: log.activities.len(),
            variants: variants.list.len(),
            first: ends(i64::min),
            last: ends(i64::max),
            duration_ms: case_durations(ordered).map(Into::into),
            lead_time_ms: if knows_done { exact(&lead_times.lead_time) } else { None },
            open: knows_done.then(|| open_work(view, OLDEST)),
            not_measured,
            evidence: imported.evidence,
            next_evidence: next_step(imported.evidence, imported.mapping.profile.value.as_deref()),
            steps: by_step(view),
            teams: if log.team.is_empty() { Vec::new() } else { by_team(view) },
            by_activity: by_activity(view),
            time: time_use(view),
            flow_efficiency: flow_efficiency(view),
            handoffs,
            rework: rework(view),
            alignment: None,
            lead_times,
            mapping: imported.mapping.clone(),
            warnings,
            hygiene: Vec::new(),
            rejected: imported.rejected.clone(),
        }
    }
}

fn exact(spread: &Spread) -> Option<Milliseconds> {
    spread.exact.map(Into::into)
}
