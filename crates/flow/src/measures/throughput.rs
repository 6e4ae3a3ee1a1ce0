use super::cuts::Cuts;
use super::stays::{Since, each_stay};
use super::view::View;
use crate::figure::{Figure, Reason, Spread, Unit};
use crate::log::{NO_TIME, NONE};
use crate::quantile::Groups;
use serde::Serialize;

/// Limits are said from so many whole rows on.
const ENOUGH: usize = 12;
/// So many in a row on one side of the centre are more than chance.
const RUN: usize = 8;

/// What came and what was finished in a row.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Flowed {
    /// The row begins, UTC ms.
    pub from: i64,
    /// Whether the source tells all of it.
    pub whole: bool,
    /// Items created.
    pub arrivals: u64,
    /// Items that had been done and were taken up again.
    pub again: u64,
    /// Items delivered, as it stands now: a reopened item counts when it was delivered last.
    pub delivered: u64,
    /// Items done, as it was reported at the time: also what was taken up again since.
    pub reported: u64,
    /// Items that ended otherwise: failed, declined, cancelled.
    pub otherwise: u64,
    /// `arrivals + again − departures`: by so much what is in the flow grew.
    pub net: i64,
    /// Lead time of the items delivered.
    pub lead_time: Spread,
}

/// How much of one kind was delivered.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct KindShare {
    /// The kind; [`NONE`] where unknown.
    pub kind: u32,
    /// Its name; empty where unknown.
    pub name: String,
    /// By row: items delivered.
    pub delivered: Vec<u64>,
    /// The part of all delivered in these rows.
    pub share: Figure,
}

/// Natural process limits of a series: what to expect as long as nothing changes (XmR chart).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Limits {
    /// How many values.
    pub n: usize,
    /// Their mean.
    pub centre: f64,
    /// Centre − 2.66 × mean moving range, not below 0.
    pub lower: f64,
    /// Centre + 2.66 × mean moving range.
    pub upper: f64,
    /// Mean difference between a value and the next.
    pub moving_range: f64,
    /// Places of values outside the limits.
    pub outside: Vec<usize>,
    /// Places at which eight values running were on one side of the centre.
    pub runs: Vec<usize>,
}

impl Limits {
    /// Of values that are never below 0, in order of time. None of fewer than twelve.
    #[must_use]
    pub fn of(values: &[f64]) -> Option<Self> {
        let n = values.len();
        if n < ENOUGH {
            return None;
        }
        let centre = values.iter().sum::<f64>() / n as f64;
        let moving_range = values.windows(2).map(|w| (w[1] - w[0]).abs()).sum::<f64>() / (n - 1) as f64;
        let (lower, upper) = ((centre - 2.66 * moving_range).max(0.0), centre + 2.66 * moving_range);
        let outside = (0..n).filter(|v| values[*v] < lower || values[*v] > upper).collect();
        let (mut runs, mut side, mut length) = (Vec::new(), 0.0, 0);
        for (place, value) in values.iter().enumerate() {
            let now = if *value == centre { 0.0 } else { (value - centre).signum() };
            length = if now != 0.0 && now == side { length + 1 } else { usize::from(now != 0.0) };
            side = now;
            if length >= RUN {
                runs.push(place);
            }
        }
        Some(Self { n, centre, lower, upper, moving_range, outside, runs })
    }
}

/// Throughput, arrivals and net flow.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Throughput {
    /// The rows.
    pub cuts: Cuts,
    /// What came and went in each.
    pub rows: Vec<Flowed>,
    /// By kind of item, the most delivered first.
    pub kinds: Vec<KindShare>,
    /// Items delivered in a row: the median of the whole rows.
    pub median: Figure,
    /// Natural limits of the whole rows, their places counted among the whole rows only; none of fewer than 12.
    pub limits: Option<Limits>,
    /// Why nothing is said of what was finished.
    pub not_measured: Option<Reason>,
}

/// What came and was finished of the items in view, by row. Rows the source tells only in part are in `rows`,
/// and in neither median nor limits.
#[must_use]
pub fn throughput(view: &View<'_>, cuts: &Cuts) -> Throughput {
    let visits = view.visits;
    let rows = cuts.len();
    let mut list: Vec<Flowed> = (0..rows).map(|row| empty(cuts, row)).collect();
    each_stay(view, Since::Created, |stay| {
        if let Some(row) = cuts.row(stay.from) {
            let row = &mut list[row];
            if stay.again {
                row.again += 1
            } else {
                row.arrivals += 1
            }
            row.net += 1;
        }
        if stay.until == NO_TIME {
            return;
        }
        let Some(row) = cuts.row(stay.until) else { return };
        let row = &mut list[row];
        row.net -= 1;
        let last = stay.until == visits.items.ended[stay.item].max(stay.from);
        if !last || visits.delivered(stay.item) {
            row.reported += 1;
        }
    });
    let kinds = visits.kinds.len();
    let mut by_kind = vec![vec![0u64; rows]; kinds + 1];
    let (mut lead_row, mut leads) = (Vec::new(), Vec::new());
    view.each(|item| {
        let end = visits.items.ended[item];
        if end == NO_TIME {
            return;
        }
        let Some(row) = cuts.row(end.max(visits.items.created[item])) else { return };
        if !visits.delivered(item) {
            list[row].otherwise += 1;
            return;
        }
        list[row].delivered += 1;
        by_kind[(visits.items.kind[item] as usize).min(kinds)][row] += 1;
        lead_row.push(row as u32);
        leads.extend(visits.lead_time(item));
    });
    let done = visits.source.done;
    let mut leads = Groups::of(rows, &lead_row, &leads);
    for (row, flowed) in list.iter_mut().enumerate() {
        let spread = Spread::of(leads.quantiles(row));
        flowed.lead_time = if done { spread } else { Spread::not_measured(Reason::NoDoneLabel) };
    }
    let whole: Vec<f64> = list.iter().filter(|r| r.whole).map(|r| r.delivered as f64).collect();
    Throughput {
        cuts: cuts.clone(),
        kinds: shares(view, by_kind),
        median: if done { median(&whole) } else { Figure::not_measured(Reason::NoDoneLabel, Unit::Count) },
        limits: if done { Limits::of(&whole) } else { None },
        not_measured: (!done).then_some(Reason::NoDoneLabel),
        rows: list,
    }
}

fn empty(cuts: &Cuts, row: usize) -> Flowed {
    Flowed {
        from: cuts.from[row],
        whole: cuts.whole[row],
        arrivals: 0,
        again: 0,
        delivered: 0,
        reported: 0,
        otherwise: 0,
        net: 0,
        lead_time: Spread::of(None),
    }
}

fn shares(view: &View<'_>, by_kind: Vec<Vec<u64>>) -> Vec<KindShare> {
    let names = &view.visits.kinds;
    let whole: u64 = by_kind.iter().flatten().sum();
    let mut list: Vec<(u64, KindShare)> = Vec::new();
    for (kind, delivered) in by_kind.into_iter().enumerate() {
        let sum: u64 = delivered.iter().sum();
        if sum == 0 {
            continue;
        }
        let kind = if kind < names.len() { kind as u32 } else { NONE };
        let share = Figure::ratio(sum as f64, whole as f64, whole as usize, Unit::Share);
        list.push((sum, KindShare { kind, name: names.name(kind).to_owned(), delivered, share }));
    }
    list.sort_by_key(|(sum, share)| (std::cmp::Reverse(*sum), share.kind));
    list.into_iter().map(|(_, share)| share).collect()
}

fn median(values: &[f64]) -> Figure {
    let n = values.len();
    if n < 2 {
        return Figure::too_few(n, 2, Unit::Count);
    }
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    Figure::measured(f64::midpoint(sorted[(n - 1) / 2], sorted[n / 2]), n, Unit::Count)
}
