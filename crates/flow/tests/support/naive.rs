//! The same answers, found the slow and obvious way.

use std::collections::BTreeMap;
use watercourse_flow::log::Log;

/// The events of each case as (time, place in the file), in order.
pub fn cases(log: &Log) -> Vec<Vec<usize>> {
    (0..log.cases.len() as u32)
        .map(|case| {
            let mut events: Vec<usize> = (0..log.len()).filter(|e| log.case[*e] == case).collect();
            events.sort_by_key(|e| (log.at[*e], *e));
            events
        })
        .collect()
}

/// For each pair of activities the times between them.
pub fn edges(log: &Log, chosen: impl Fn(usize) -> bool) -> BTreeMap<(u32, u32), Vec<i64>> {
    let mut edges: BTreeMap<(u32, u32), Vec<i64>> = BTreeMap::new();
    for (_, events) in cases(log).iter().enumerate().filter(|(case, _)| chosen(*case)) {
        for pair in events.windows(2) {
            let begin = log
                .start
                .get(pair[1])
                .copied()
                .filter(|s| *s != i64::MIN)
                .map_or(log.at[pair[1]], |s| s.min(log.at[pair[1]]));
            let key = (log.activity[pair[0]], log.activity[pair[1]]);
            edges.entry(key).or_default().push((begin - log.at[pair[0]]).max(0));
        }
    }
    edges
}

/// How many cases took each sequence of activities.
pub fn variants(log: &Log) -> BTreeMap<Vec<u32>, u32> {
    let mut variants = BTreeMap::new();
    for events in cases(log) {
        *variants.entry(events.iter().map(|e| log.activity[*e]).collect()).or_default() += 1;
    }
    variants
}

/// Linear interpolation between the two nearest of the sorted values.
pub fn quantile(values: &[i64], q: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let place = q * (sorted.len() - 1) as f64;
    let low = sorted[place.floor() as usize] as f64;
    let high = sorted[place.ceil() as usize] as f64;
    low + (high - low) * (place - place.floor())
}
