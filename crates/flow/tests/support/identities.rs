//! What must hold between the figures of any items, checked against the slow and obvious count.

use serde_json::Value;
use watercourse_core::activity::Activity;
use watercourse_flow::log::NO_TIME;
use watercourse_flow::map::Map;
use watercourse_flow::measures::{self, Cuts, Period, Since, View, Window, cumulative_flow, usual_order};
use watercourse_flow::timeline::Kind;
use watercourse_flow::visits::{Ended, Visits};

/// The times an item was in the flow since it was created.
pub fn stays(visits: &Visits, item: usize, since: i64) -> Vec<(i64, i64)> {
    if since == NO_TIME {
        return Vec::new();
    }
    let end = visits.items.ended[item];
    let end = if end == NO_TIME { i64::MAX } else { end };
    let mut from = since;
    let mut list = Vec::new();
    for parked in visits.parked_of(item).iter().filter(|p| p.until > since && p.from < end) {
        if parked.from >= from {
            list.push((from, parked.from));
        }
        from = parked.until;
    }
    // Begun after it was done for good: it never was in progress.
    if from <= end {
        list.push((from, end));
    }
    list
}

/// Every identity of a view.
pub fn hold(view: &View<'_>) {
    for period in [Period::Day, Period::Week, Period::Month] {
        let cuts = Cuts::of(view, None, period);
        flow_of(view, &cuts);
        for since in [Since::Created, Since::Committed] {
            progress(view, &cuts, since);
        }
        throughput(view, &cuts);
    }
    one_by_one(view);
    coverage(view);
    ways(view.visits);
}

/// What teams did of an activity is what was done of it by anybody whose team is known.
fn coverage(view: &View<'_>) {
    let visits = view.visits;
    let teams = measures::coverage(view);
    for (place, activity) in Activity::ALL.into_iter().enumerate() {
        let is_here = |visit: usize| visits.activity(visit) == Some(activity) && visits.team(visit).is_some();
        let items = || (0..visits.item_count()).filter(|i| view.items.is_none_or(|set| set.has(*i as u32)));
        let here: Vec<usize> = items().flat_map(|i| visits.of_item(i)).filter(|v| is_here(*v)).collect();
        let open = here.iter().filter(|v| visits.ended(**v) == Ended::Open).count();
        let segments = items().flat_map(|i| view.timeline.of_item(i));
        let path: i64 = segments.filter(|s| s.visit.is_some_and(|v| is_here(v as usize))).map(|s| s.long()).sum();
        let sum = |of: fn(&measures::Part) -> i64| teams.iter().map(|t| of(&t.parts[place])).sum::<i64>();
        let told = (sum(|p| p.visits as i64), sum(|p| p.open as i64), sum(|p| p.path_ms));
        assert_eq!(told, (here.len() as i64, open as i64, path), "{activity:?}");
    }
}

/// Numbers are numbers: where a figure says it has a value, it has one.
pub fn is_finite(value: &Value) {
    match value {
        Value::Object(map) => {
            assert!(map.get("state").is_none_or(|s| s != "value") || map["value"].is_number(), "{value}");
            map.values().for_each(is_finite);
        }
        Value::Array(list) => list.iter().for_each(is_finite),
        _ => {}
    }
}

/// When a row ends, for counting: the very instant of looking is in the last row.
fn end_of(visits: &Visits, cuts: &Cuts, row: usize) -> i64 {
    match cuts.from.get(row + 1) {
        Some(next) => *next,
        None if cuts.until == visits.as_of => visits.as_of + 1,
        None => cuts.until,
    }
}

fn begun(visits: &Visits, item: usize, since: Since) -> i64 {
    if since == Since::Created { visits.items.created[item] } else { visits.items.committed[item] }
}

/// When stays begin, and when they end, each ascending.
fn sorted(visits: &Visits, since: Since) -> (Vec<i64>, Vec<i64>) {
    let all = (0..visits.item_count()).flat_map(|item| stays(visits, item, begun(visits, item, since)));
    let (mut from, mut until): (Vec<i64>, Vec<i64>) = all.unzip();
    from.sort_unstable();
    until.sort_unstable();
    (from, until)
}

/// Work in progress is what came less what went, its area the time of all items, both exactly.
fn progress(view: &View<'_>, cuts: &Cuts, since: Since) {
    let visits = view.visits;
    let wip = measures::wip(view, cuts, None, since);
    let little = measures::little(view, None, since);
    is_finite(&serde_json::to_value((&wip, &little)).unwrap());
    let Some(in_progress) = &wip.in_progress else {
        assert!(!visits.source.done || !visits.source.starts);
        return;
    };
    let all: Vec<(i64, i64)> =
        (0..visits.item_count()).flat_map(|item| stays(visits, item, begun(visits, item, since))).collect();
    let (from, until) = sorted(visits, since);
    for (row, now) in in_progress.iter().enumerate() {
        let end = end_of(visits, cuts, row);
        let [came, went] = [&from, &until].map(|list| list.partition_point(|at| *at < end) as u64);
        assert_eq!(*now, came - went, "row {row}");
        if let Some(old) = &wip.old {
            assert!(old[row] <= *now);
        }
    }
    let area: i128 = match Window::told(view) {
        Some(w) => all.iter().map(|s| i128::from((s.1.min(w.until) - s.0.max(w.from)).max(0))).sum(),
        None => 0,
    };
    assert_eq!(wip.area_ms, area);
    let early = (0..visits.item_count()).all(|i| visits.items.until[i] <= visits.as_of);
    if since == Since::Created && early {
        let parked = |s: &watercourse_flow::timeline::Segment| s.kind != Kind::ParkedDone;
        let item_time: i64 =
            (0..visits.item_count()).flat_map(|i| view.timeline.of_item(i).filter(parked)).map(|s| s.long()).sum();
        assert_eq!(wip.area_ms, i128::from(item_time), "the area is the time of all items");
    }
    assert_eq!(wip.now.value().unwrap() as usize, measures::aging(view, since).items.len());
    assert!(wip.neglected.items.len() as f64 <= wip.now.value().unwrap());
}

/// What is in the flow grows by arrivals and shrinks by departures; totals are those of the lead times.
fn throughput(view: &View<'_>, cuts: &Cuts) {
    let visits = view.visits;
    let flowed = measures::throughput(view, cuts);
    is_finite(&serde_json::to_value(&flowed).unwrap());
    let in_time = |at: i64| at <= visits.as_of;
    let n = visits.item_count();
    if !cuts.clipped {
        let came = (0..n).filter(|i| in_time(visits.items.created[*i])).count() as u64;
        assert_eq!(flowed.rows.iter().map(|r| r.arrivals).sum::<u64>(), came);
        let done = (0..n).filter(|i| visits.delivered(*i) && in_time(visits.items.ended[*i])).count() as u64;
        assert_eq!(flowed.rows.iter().map(|r| r.delivered).sum::<u64>(), done);
        let wip = measures::wip(view, cuts, None, Since::Created);
        let mut before = 0;
        for (now, row) in wip.in_progress.iter().flatten().zip(&flowed.rows) {
            assert_eq!(*now as i64 - before, row.net, "ΔWIP = arrivals − departures");
            before = *now as i64;
        }
    }
    for (row, flowed_row) in flowed.rows.iter().enumerate() {
        assert_eq!(flowed.kinds.iter().map(|k| k.delivered[row]).sum::<u64>(), flowed_row.delivered);
        assert!(flowed_row.reported >= flowed_row.delivered);
    }
    if let Some(limits) = &flowed.limits {
        assert!(limits.lower <= limits.centre && limits.centre <= limits.upper && limits.upper.is_finite());
    }
}

fn one_by_one(view: &View<'_>) {
    let scatter = measures::scatter(view);
    let lead = measures::lead_times(view);
    assert_eq!((scatter.dots.len(), scatter.lead.p85), (lead.lead_time.n, lead.lead_time.p85));
    let leads: Vec<i64> = scatter.dots.iter().map(|d| d.lead).collect();
    let bins = measures::histogram(&leads);
    assert_eq!(bins.bins.iter().map(|b| b.count).sum::<usize>() + bins.beyond, leads.len());
    assert!(bins.bins.len() <= 30 && bins.beyond * 20 <= leads.len(), "{bins:?}");
    let aging = measures::aging(view, Since::best(view));
    assert_eq!(
        aging.steps.iter().map(|s| s.open).sum::<usize>(),
        aging.items.iter().filter(|i| i.step.is_some()).count()
    );
    is_finite(&serde_json::to_value((scatter, aging)).unwrap());
    quality(view);
    let efficiency = measures::flow_efficiency(view);
    for figure in [efficiency.at_least, efficiency.at_most] {
        assert!(figure.value().is_none_or(|v| (0.0..=1.0).contains(&v)));
    }
}

fn quality(view: &View<'_>) {
    let complete = measures::complete_accurate(view, 30 * 86_400_000, None);
    let visits = view.visits;
    let mut done = vec![0; visits.steps.len()];
    for visit in (0..visits.len()).filter(|v| visits.ended(*v) == Ended::Done && visits.left(*v).is_some()) {
        done[visits.step[visit] as usize] += 1;
    }
    for step in &complete.steps {
        assert!(step.returned <= step.passed && step.low <= step.high, "{step:?}");
        assert_eq!(step.passed + step.young, done[step.step as usize], "{step:?}");
    }
    let pareto = measures::pareto(&measures::handoffs(view));
    assert!(pareto.pairs.is_sorted_by(|a, b| a.cumulative <= b.cumulative && a.cost >= b.cost));
    let effort = measures::effort(view);
    if let (Some(effort), Some(active)) = (effort.effort.value(), effort.active.value()) {
        assert!(active <= effort);
    }
    let adds = vec![true; view.visits.steps.len()];
    let value = measures::value_adding(view, &adds);
    assert!(value.ratio.value().is_none_or(|v| (0.0..=1.0).contains(&v)), "{value:?}");
    let bottleneck = measures::bottleneck(view, 7, None);
    let first: f64 = bottleneck.candidates.iter().map(|c| c.first).sum();
    assert!(bottleneck.candidates.is_empty() || (first - 1.0).abs() < 1e-9);
    is_finite(&serde_json::to_value((complete, pareto, effort, value, bottleneck)).unwrap());
}

/// Each time a step happened, something else followed or it was the last: ways out and ends are occurrences.
fn ways(visits: &Visits) {
    let map = Map::of_visits(visits, None);
    // With visits the first and last of parallel ways each count: ways in and starts are occurrences.
    for node in &map.nodes {
        let into: u32 = map.edges.iter().filter(|e| e.to == node.step).map(|e| e.count).sum();
        assert_eq!(into + node.starts, node.count, "{node:?}");
    }
}

/// The same of a log, in which ways never part: also out of each step.
pub fn ways_of_log(map: &Map) {
    for node in &map.nodes {
        let into: u32 = map.edges.iter().filter(|e| e.to == node.step).map(|e| e.count).sum();
        let out: u32 = map.edges.iter().filter(|e| e.from == node.step).map(|e| e.count).sum();
        assert_eq!((into + node.starts, out + node.ends), (node.count, node.count), "{node:?}");
    }
    assert_eq!(map.edges.iter().map(|e| u64::from(e.count)).sum::<u64>(), map.transitions);
}

fn flow_of(view: &View<'_>, cuts: &Cuts) {
    let visits = view.visits;
    let flow = cumulative_flow(view, cuts, None);
    assert_eq!(flow.bands.len(), usual_order(view).len());
    assert!(cuts.from.is_sorted() && cuts.whole.len() == cuts.len());
    let (from, until) = sorted(visits, Since::Created);
    let none = vec![0; cuts.len()];
    let departed = flow.departed.as_ref().unwrap_or(&none);
    for row in 0..cuts.len() {
        let end = end_of(visits, cuts, row);
        let [arrived, left] = [&from, &until].map(|list| list.partition_point(|at| *at < end) as u64);
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
