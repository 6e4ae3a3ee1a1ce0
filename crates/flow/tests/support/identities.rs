//! What must hold between the figures of any items, checked against the slow and obvious count.

use watercourse_flow::log::NO_TIME;
use watercourse_flow::measures::{Cuts, Period, View, cumulative_flow, usual_order};
use watercourse_flow::visits::Visits;

/// The times an item was in the flow since it was created.
pub fn stays(visits: &Visits, item: usize, since: i64) -> Vec<(i64, i64)> {
    if since == NO_TIME {
        return Vec::new();
    }
    let end = visits.items.ended[item];
    let end = if end == NO_TIME { i64::MAX } else { end };
    let mut from = since;
    let mut list = Vec::new();
    for parked in visits.parked_of(item).iter().filter(|p| p.until > since) {
        if parked.from >= from {
            list.push((from, parked.from));
        }
        from = parked.until;
    }
    list.push((from, end));
    list
}

/// Every identity of a view.
pub fn hold(view: &View<'_>) {
    for period in [Period::Day, Period::Week, Period::Month] {
        let cuts = Cuts::of(view, None, period);
        flow_of(view, &cuts);
    }
}

fn flow_of(view: &View<'_>, cuts: &Cuts) {
    let visits = view.visits;
    let flow = cumulative_flow(view, cuts, None);
    assert_eq!(flow.bands.len(), usual_order(view).len());
    assert!(cuts.from.is_sorted() && cuts.whole.len() == cuts.len());
    let all: Vec<(usize, i64, i64)> = (0..visits.item_count())
        .flat_map(|item| stays(visits, item, visits.items.created[item]).into_iter().map(move |s| (item, s.0, s.1)))
        .collect();
    let none = vec![0; cuts.len()];
    let departed = flow.departed.as_ref().unwrap_or(&none);
    for row in 0..cuts.len() {
        // Of a row that ends where the looking ends the very instant counts.
        let end = match cuts.from.get(row + 1) {
            Some(next) => *next,
            None if cuts.until == visits.as_of => visits.as_of + 1,
            None => cuts.until,
        };
        let arrived = all.iter().filter(|s| s.1 < end).count() as u64;
        let left = all.iter().filter(|s| s.2 < end).count() as u64;
        assert_eq!((flow.arrived[row], departed[row]), (arrived, left), "row {row} of {cuts:?}");
        let there = flow.bands.iter().map(|b| b.at[row]).sum::<u64>() + flow.at_none[row];
        assert_eq!(there, arrived - left, "everything in the flow is somewhere");
        let mut above = arrived;
        for band in &flow.bands {
            assert!(band.reached[row] <= above && band.reached[row] >= left, "bands lie one in the other");
            above = band.reached[row];
        }
        if let Some(started) = &flow.started {
            assert!(started[row] <= arrived && started[row] >= left);
        }
    }
    let lines = flow.bands.iter().map(|b| &b.reached).chain([&flow.arrived, departed]).chain(&flow.started);
    for line in lines {
        assert!(line.is_sorted() && line.len() == cuts.len(), "bands never fall");
    }
}
