use super::cuts::{Cuts, running};
use super::stays::{Since, Stay, each_stay};
use super::view::View;
use crate::figure::Reason;
use crate::log::{NO_TIME, NONE};
use serde::Serialize;

/// A band of a cumulative flow: one step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Band {
    /// The step.
    pub step: u32,
    /// Its name.
    pub name: String,
    /// By row: stays that had reached this step or a later one, or had departed. Never falls in time, never
    /// above the band before it.
    pub reached: Vec<u64>,
    /// By row: items that are at this step at the end of the row, each counted once, at the visit its critical
    /// path goes through.
    pub at: Vec<u64>,
}

/// What had come, reached each step and left, by row; and what is where. Counts are at the end of a row.
///
/// What is counted are stays: an item that was done and is taken up again arrives once more, so that nothing
/// ever falls and what is in the flow is arrivals − departures exactly, without the time it was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CumulativeFlow {
    /// The rows.
    pub cuts: Cuts,
    /// By row: arrived (created, or taken up again).
    pub arrived: Vec<u64>,
    /// Of all arrivals in the last row those of items taken up again.
    pub again: u64,
    /// By row: committed to or departed; none where the source does not tell starts.
    pub started: Option<Vec<u64>>,
    /// By step, the first on the way first.
    pub bands: Vec<Band>,
    /// By row: departed, however they ended; none where the source does not say when items are done.
    pub departed: Option<Vec<u64>>,
    /// By row: in the flow and at no step, as far as is known.
    pub at_none: Vec<u64>,
    /// Why there are no departures.
    pub no_departures: Option<Reason>,
    /// Whether a step is reached when it was entered; where the source tells only ends, when it ended.
    pub by_entry: bool,
}

/// The steps in the order items reach them: by their mean place among the steps of an item, each at its first
/// visit. Steps that no item in view reached are left out.
#[must_use]
pub fn usual_order(view: &View<'_>) -> Vec<u32> {
    let visits = view.visits;
    let mut sums = vec![(0.0f64, 0u32); visits.steps.len()];
    let mut seen: Vec<(i64, u32)> = Vec::new();
    view.each(|item| {
        seen.clear();
        for visit in visits.of_item(item) {
            let step = visits.step[visit];
            if !visits.again(visit) && !seen.iter().any(|(_, s)| *s == step) {
                seen.push((reached(view, visit), step));
            }
        }
        seen.sort_by_key(|(at, _)| *at);
        let most = seen.len().saturating_sub(1).max(1) as f64;
        for (place, (_, step)) in seen.iter().enumerate() {
            let sum = &mut sums[*step as usize];
            *sum = (sum.0 + place as f64 / most, sum.1 + 1);
        }
    });
    let mut order: Vec<(f64, u32)> = (0u32..)
        .zip(&sums)
        .filter(|(_, (_, count))| *count > 0)
        .map(|(step, (sum, count))| (sum / f64::from(*count), step))
        .collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    order.into_iter().map(|(_, step)| step).collect()
}

/// When a visit's step was reached: at its entry; where the source tells only ends, at its end.
fn reached(view: &View<'_>, visit: usize) -> i64 {
    let visits = view.visits;
    let known = if by_entry(view) { visits.entered(visit) } else { None };
    known.or_else(|| visits.left(visit)).unwrap_or_else(|| visits.entered[visit])
}

fn by_entry(view: &View<'_>) -> bool {
    view.visits.source.entries || view.visits.source.phases
}

/// The cumulative flow of the items in view. `order` says which step comes after which; [`usual_order`] where
/// none is given. Costs visits + segments + rows × steps.
#[must_use]
pub fn cumulative_flow(view: &View<'_>, cuts: &Cuts, order: Option<&[u32]>) -> CumulativeFlow {
    let visits = view.visits;
    let order = order.map_or_else(|| usual_order(view), <[u32]>::to_vec);
    let rows = cuts.len();
    let mut rank = vec![NONE; visits.steps.len()];
    for (place, step) in (0u32..).zip(&order) {
        if let Some(rank) = rank.get_mut(*step as usize) {
            *rank = place;
        }
    }
    let line = || vec![0i64; rows + 1];
    let (mut arrived, mut departed, mut started) = (line(), line(), line());
    let mut bands = vec![line(); order.len()];
    let mut again = 0;
    let mut steps: Vec<(i64, u32)> = Vec::new();
    each_stay(view, Since::Created, |stay| {
        let row = cuts.by(stay.from);
        arrived[row] += 1;
        again += u64::from(stay.again && row < rows);
        let out = if stay.until == NO_TIME { rows } else { cuts.by(stay.until) };
        departed[out] += 1;
        started[start_row(view, cuts, &stay).min(out)] += 1;
        furthest(view, &stay, &rank, &mut steps);
        let mut next = 0;
        for (at, rank) in &steps {
            let row = cuts.by(*at).max(row).min(out);
            for band in &mut bands[next as usize..=*rank as usize] {
                band[row] += 1;
            }
            next = rank + 1;
        }
        for band in &mut bands[next as usize..] {
            band[out] += 1;
        }
    });
    let (at, at_none) = now_at(view, cuts, &rank, order.len());
    let bands = order.iter().zip(bands).zip(at).map(|((step, band), at)| Band {
        step: *step,
        name: visits.steps.name(*step).to_owned(),
        reached: running(band),
        at: running(at),
    });
    CumulativeFlow {
        arrived: running(arrived),
        again,
        started: visits.source.starts.then(|| running(started)),
        bands: bands.collect(),
        departed: visits.source.done.then(|| running(departed)),
        at_none: running(at_none),
        no_departures: (!visits.source.done).then_some(Reason::NoDoneLabel),
        by_entry: by_entry(view),
        cuts: cuts.clone(),
    }
}

fn start_row(view: &View<'_>, cuts: &Cuts, stay: &Stay) -> usize {
    match view.visits.items.committed[stay.item] {
        NO_TIME => cuts.len(),
        at => cuts.by(at.max(stay.from)),
    }
}

/// The times at which a stay got further along the way than ever before, and how far.
fn furthest(view: &View<'_>, stay: &Stay, rank: &[u32], steps: &mut Vec<(i64, u32)>) {
    let visits = view.visits;
    steps.clear();
    let until = stay.end_or(i64::MAX);
    for visit in visits.of_item(stay.item) {
        let (at, rank) = (reached(view, visit), rank[visits.step[visit] as usize]);
        if rank != NONE && at <= until && (at >= stay.from || !stay.again) {
            steps.push((at, rank));
        }
    }
    steps.sort_unstable();
    let mut most = None;
    steps.retain(|(_, rank)| {
        let further = most.is_none_or(|most| *rank > most);
        most = most.max(Some(*rank));
        further
    });
}

/// By step and row the change in how many items are there; and of those that are nowhere.
fn now_at(view: &View<'_>, cuts: &Cuts, rank: &[u32], bands: usize) -> (Vec<Vec<i64>>, Vec<i64>) {
    let visits = view.visits;
    let rows = cuts.len();
    let mut at = vec![vec![0i64; rows + 1]; bands];
    let mut none = vec![0i64; rows + 1];
    each_stay(view, Since::Created, |stay| {
        none[cuts.by(stay.from)] += 1;
        if stay.until != NO_TIME {
            none[cuts.by(stay.until)] -= 1;
        }
    });
    view.each(|item| {
        for segment in view.timeline.of_item(item) {
            let Some(visit) = segment.visit else { continue };
            let rank = rank[visits.step[visit as usize] as usize];
            let Some(line) = at.get_mut(rank as usize) else { continue };
            let last = segment.until == visits.items.until[item] && visits.items.ended[item] == NO_TIME;
            // A stretch that lasts goes on up to the last row, as its item does.
            let (from, until) = (cuts.by(segment.from), if last { rows } else { cuts.by(segment.until) });
            for (row, change) in [(from, 1), (until, -1)] {
                line[row] += change;
                none[row] -= change;
            }
        }
    });
    (at, none)
}
