use super::cuts::Cuts;
use super::estimate::Estimate;
use super::view::View;
use crate::figure::{Clock, Figure, Reason, State, Unit};
use crate::log::NO_TIME;
use crate::statistics::{Interval, wilson};
use crate::survival::{Curve, Observation, aalen_johansen, kaplan_meier};
use crate::visits::Standing;
use serde::Serialize;
use watercourse_core::item::Outcome;

/// Where the time of an item begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Begin {
    /// At its creation: lead time.
    Created,
    /// At its commitment: cycle time.
    Committed,
}

impl Begin {
    /// The instant of an item, UTC ms; [`NO_TIME`] where it has none.
    pub(super) fn of(self, view: &View<'_>, item: usize) -> i64 {
        match self {
            Self::Created => view.visits.items.created[item],
            Self::Committed => view.visits.items.committed[item],
        }
    }
    /// Why the source cannot tell durations from there to the end, where it cannot.
    pub(super) const fn untold(self, view: &View<'_>) -> Option<Reason> {
        match (view.visits.source.done, self) {
            (false, _) => Some(Reason::NoDoneLabel),
            (true, Self::Committed) if !view.visits.source.starts => Some(Reason::NoStart),
            _ => None,
        }
    }
}

/// Which items are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cohort {
    /// Those that began from this instant on, UTC ms.
    pub from: Option<i64>,
    /// Those that began before this one.
    pub until: Option<i64>,
    /// The instant from which on the source tells of ends (delayed entry): items that had ended by then are not in
    /// it, items that were under way count from the age they had.
    pub told_since: Option<i64>,
}

/// How open and cancelled items were counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// Cancelled items count as open up to their end: at most 5 % are.
    KaplanMeier,
    /// More than 5 % ended otherwise: that competes with being delivered.
    AalenJohansen,
}

/// Above this share of items that ended otherwise, they compete.
const COMPETING: f64 = 0.05;

/// How long items take that began in the same time, those included that are not done.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FlowTime {
    /// Where it begins.
    pub begin: Begin,
    /// The clock of all its durations.
    pub clock: Clock,
    /// How open and cancelled items were counted.
    pub method: Method,
    /// Items of the cohort that were seen.
    pub items: Figure,
    /// Those of them that were delivered.
    pub delivered: Figure,
    /// Those that are open.
    pub open: Figure,
    /// Those that failed, were declined or cancelled.
    pub otherwise: Figure,
    /// Half of the items are delivered by this age.
    pub p50: Estimate,
    /// 85 of 100 are.
    pub p85: Estimate,
    /// 95 of 100 are.
    pub p95: Estimate,
    /// The share delivered, by age: what a chart draws.
    #[serde(skip)]
    pub curve: Curve,
}

/// The share of items that keep a promise.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WithinPromise {
    /// The promise, ms of the clock.
    pub promise: i64,
    /// The share of items delivered by that age.
    pub share: Estimate,
    /// How it was found.
    pub flow_time: FlowTime,
}

/// Each item of the cohort with how long it was watched, ms of the view's clock. The cause is the outcome's place:
/// delivered is 0.
#[must_use]
pub fn watched(view: &View<'_>, begin: Begin, cohort: Cohort) -> Vec<(u32, Observation)> {
    let items = &view.visits.items;
    let mut found = Vec::new();
    view.each(|item| {
        let from = begin.of(view, item);
        let outside = cohort.from.is_some_and(|at| from < at) || cohort.until.is_some_and(|at| from >= at);
        if from == NO_TIME || outside || items.standing[item] == Standing::Unknown {
            return;
        }
        let cause = match items.standing[item] {
            Standing::Ended(outcome) => Some(cause(outcome)),
            Standing::Open | Standing::Unknown => None,
        };
        let age = |at: i64| view.long_of_item(item, from, at);
        let entered = cohort.told_since.filter(|at| *at > from).map_or(0, |at| age(at).max(1));
        found.push((item as u32, Observation { entered, until: age(items.until[item]), cause }));
    });
    found
}

const fn cause(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Delivered => 0,
        Outcome::Failed => 1,
        Outcome::Declined => 2,
        Outcome::Cancelled => 3,
    }
}

/// How long the items of a cohort take: by Kaplan–Meier, or by Aalen–Johansen where more than 5 % ended otherwise.
/// Open items count; an item that was reopened counts up to its last end.
#[must_use]
pub fn flow_time(view: &View<'_>, begin: Begin, cohort: Cohort) -> FlowTime {
    let clock = view.clock();
    if let Some(reason) = begin.untold(view) {
        return not_measured(reason, begin, clock);
    }
    of_watched(&followed(view, begin, cohort), begin, clock)
}

/// The flow time of the items that began in each row: a series of cohorts. The last ones are mostly open, and say so.
#[must_use]
pub fn flow_times(view: &View<'_>, begin: Begin, told_since: Option<i64>, rows: &Cuts) -> Vec<FlowTime> {
    let clock = view.clock();
    if let Some(reason) = begin.untold(view) {
        return rows.from.iter().map(|_| not_measured(reason, begin, clock)).collect();
    }
    let mut cohorts = vec![Vec::new(); rows.len()];
    for (item, observation) in watched(view, begin, Cohort { told_since, ..Cohort::default() }) {
        let cohort = rows.row(begin.of(view, item as usize)).and_then(|row| cohorts.get_mut(row));
        if let Some(cohort) = cohort.filter(|_| observation.seen()) {
            cohort.push(observation);
        }
    }
    cohorts.iter().map(|watched| of_watched(watched, begin, clock)).collect()
}

fn followed(view: &View<'_>, begin: Begin, cohort: Cohort) -> Vec<Observation> {
    watched(view, begin, cohort).into_iter().map(|(_, o)| o).filter(Observation::seen).collect()
}

fn of_watched(watched: &[Observation], begin: Begin, clock: Clock) -> FlowTime {
    let delivered = watched.iter().filter(|o| o.cause == Some(0)).count();
    let open = watched.iter().filter(|o| o.cause.is_none()).count();
    let n = watched.len();
    let otherwise = n - delivered - open;
    let method = match otherwise as f64 > COMPETING * n as f64 {
        true => Method::AalenJohansen,
        false => Method::KaplanMeier,
    };
    let curve = match method {
        Method::KaplanMeier => kaplan_meier(watched, |cause| cause == 0),
        Method::AalenJohansen => aalen_johansen(watched, 0),
    };
    FlowTime {
        begin,
        clock,
        method,
        items: Figure::count(n, n).on(clock),
        delivered: Figure::count(delivered, n).on(clock),
        open: Figure::count(open, n).on(clock),
        otherwise: Figure::count(otherwise, n).on(clock),
        p50: Estimate::of_curve(&curve, 50, clock),
        p85: Estimate::of_curve(&curve, 85, clock),
        p95: Estimate::of_curve(&curve, 95, clock),
        curve,
    }
}

fn not_measured(reason: Reason, begin: Begin, clock: Clock) -> FlowTime {
    let count = Figure::not_measured(reason, Unit::Count).on(clock);
    let time = Estimate::bare(Figure::not_measured(reason, Unit::Ms).on(clock));
    let (items, delivered, open, otherwise) = (count, count, count, count);
    let (p50, p85, p95) = (time, time, time);
    let (method, curve) = (Method::KaplanMeier, Curve::default());
    FlowTime { begin, clock, method, items, delivered, open, otherwise, p50, p85, p95, curve }
}

/// The share of items delivered within a promise (ms of the view's clock), open ones counted as far as they were
/// watched. Not measured where nobody was watched that long.
#[must_use]
pub fn within_promise(view: &View<'_>, begin: Begin, cohort: Cohort, promise: i64) -> WithinPromise {
    let flow_time = flow_time(view, begin, cohort);
    let (clock, n) = (flow_time.clock, flow_time.curve.n);
    let bare = |figure: Figure| Estimate::bare(figure.on(clock));
    let share = match (flow_time.items.state, flow_time.curve.by(promise)) {
        (State::NotMeasured { reason }, _) => bare(Figure::not_measured(reason, Unit::Share)),
        _ if n == 0 => bare(Figure::too_few(0, 1, Unit::Share)),
        (_, None) => bare(Figure::not_measured(Reason::NotReached, Unit::Share)),
        _ if flow_time.curve.emptied.is_some_and(|age| promise >= age) => {
            bare(Figure::not_measured(Reason::NobodyAtRisk, Unit::Share))
        }
        (_, Some((share, lower, upper))) => {
            let figure = Figure::measured(share, n, Unit::Share).on(clock);
            // None or all of them: the curve's limits are a point, those of counting are not.
            let known =
                followed(view, begin, cohort).iter().filter(|o| o.cause.is_some() || o.until >= promise).count();
            let interval = match share {
                0.0 => wilson(0, known),
                1.0 => wilson(known, known),
                _ => Some(Interval { lower, upper }),
            };
            Estimate::within(figure, interval)
        }
    };
    WithinPromise { promise, share, flow_time }
}
