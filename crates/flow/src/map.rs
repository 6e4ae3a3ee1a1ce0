//! The directly-follows map: which step came after which, how often, and how long it took.

use crate::log::{Log, NO_TIME, NONE};
use crate::order::Ordered;
use crate::pairs::Pairs;
use crate::quantile::{Groups, Quantiles};
use crate::selection::{ItemSet, each};
use crate::visits::Visits;
use serde::Serialize;

/// A step on the map.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Node {
    /// The step.
    pub step: u32,
    /// How often it happened.
    pub count: u32,
    /// In how many items.
    pub items: u32,
    /// How many items began with it.
    pub starts: u32,
    /// How many items ended with it.
    pub ends: u32,
}

/// A way from one step to the next.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Edge {
    /// From this step.
    pub from: u32,
    /// To this one.
    pub to: u32,
    /// How often it was taken.
    pub count: u32,
    /// By how many items.
    pub items: u32,
    /// Milliseconds between the end of the one and the beginning of the next; none where the source does not
    /// tell. In a log with one time per event: between the two events.
    pub time: Option<Quantiles>,
}

/// What happened after what.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Map {
    /// The steps that happened, by number.
    pub nodes: Vec<Node>,
    /// The ways taken, the most frequent first.
    pub edges: Vec<Edge>,
    /// How often any way was taken.
    pub transitions: u64,
}

/// A part of a map that can be looked at.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Shown {
    /// How many of the edges, from the front, are shown.
    pub edges: usize,
    /// The part of all transitions that they are.
    pub coverage: f64,
}

impl Map {
    /// Of the events of a log by activity: every event counts, by time within its case, ties as in the file.
    /// Times that would be negative, as of work that overlaps, count as none.
    #[must_use]
    pub fn of_log(log: &Log, ordered: &Ordered, cases: Option<&ItemSet>) -> Self {
        let mut count = Counting::new(log.activities.len());
        let steps = &ordered.activity[..];
        each(ordered.cases(), cases, |case| {
            let events = &steps[ordered.of_case(case)];
            for step in events {
                count.node(case as u32, *step);
            }
            for way in events.windows(2) {
                count.edge(case as u32, way[0], way[1], true);
            }
            if let (Some(first), Some(last)) = (events.first(), events.last()) {
                count.starts[*first as usize] += 1;
                count.ends[*last as usize] += 1;
            }
        });
        let at = &ordered.at[..];
        let begin = |place: usize| match log.start.get(ordered.event[place] as usize) {
            Some(start) if *start != NO_TIME => (*start).min(at[place]),
            _ => at[place],
        };
        let mut times = count.rooms();
        each(ordered.cases(), cases, |case| {
            let range = ordered.of_case(case);
            for place in range.start + 1..range.end {
                let way = count.ways.number(steps[place - 1], steps[place]);
                times.add(way, (begin(place) - at[place - 1]).max(0));
            }
        });
        count.finish(times)
    }

    /// Of visits: a round follows the one that released it, so parallel work shows as such. A way's time is
    /// how long the next round was queueing. Where the source tells only ends it is the time between the two
    /// ends, where it tells only entries into a status the time between the two entries.
    #[must_use]
    pub fn of_visits(visits: &Visits, items: Option<&ItemSet>) -> Self {
        let mut count = Counting::new(visits.steps.len());
        let (mut ways, mut times) = (Vec::new(), Vec::new());
        let mut ends: Vec<bool> = Vec::new();
        each(visits.item_count(), items, |item| {
            let range = visits.of_item(item);
            ends.clear();
            ends.resize(range.len(), true);
            for visit in range.clone() {
                let step = visits.step[visit];
                if !visits.opens_round(visit) {
                    // Handed over: the round went on here.
                    ends[visit - range.start - 1] = false;
                    continue;
                }
                count.node(item as u32, step);
                let Some(before) = visits.before(visit) else {
                    count.starts[step as usize] += 1;
                    continue;
                };
                ends[before - range.start] = false;
                let (from, to) = if visits.source.entries {
                    (visits.entered(before), visits.entered(visit))
                } else if visits.phased(visit) {
                    (visits.entered(visit), visits.started(visit))
                } else {
                    (visits.entered(visit), visits.left(visit))
                };
                let time = from.zip(to).map(|(from, to)| (to - from).max(0));
                let way = count.edge(item as u32, visits.step[before], step, time.is_some());
                if let Some(time) = time {
                    ways.push(way);
                    times.push(time);
                }
            }
            for (visit, ends) in range.zip(&ends) {
                if *ends {
                    count.ends[visits.step[visit] as usize] += 1;
                }
            }
        });
        let mut sorted = count.rooms();
        for (way, time) in ways.iter().zip(&times) {
            sorted.add(*way, *time);
        }
        count.finish(sorted)
    }

    /// As many of the most frequent ways as cover this part of all transitions.
    #[must_use]
    pub fn most_used(&self, share: f64) -> Shown {
        let all = self.transitions as f64;
        let mut sum = 0u64;
        let mut shown = 0;
        for edge in &self.edges {
            if shown > 0 && sum as f64 >= share * all {
                break;
            }
            sum += u64::from(edge.count);
            shown += 1;
        }
        Shown { edges: shown, coverage: if all > 0.0 { sum as f64 / all } else { 1.0 } }
    }
    /// The way between two steps.
    #[must_use]
    pub fn edge(&self, from: u32, to: u32) -> Option<&Edge> {
        self.edges.iter().find(|e| (e.from, e.to) == (from, to))
    }
    /// The node of a step.
    #[must_use]
    pub fn node(&self, step: u32) -> Option<&Node> {
        self.nodes.binary_search_by_key(&step, |n| n.step).ok().map(|n| &self.nodes[n])
    }
}

struct Counting {
    nodes: Vec<u32>,
    /// For each step the item that was there last, and how many were.
    node_items: Vec<(u32, u32)>,
    starts: Vec<u32>,
    ends: Vec<u32>,
    ways: Pairs,
    taken: Vec<Taken>,
}

/// How a way was taken.
#[derive(Clone, Copy)]
struct Taken {
    count: u32,
    timed: u32,
    items: u32,
    last_item: u32,
}

impl Counting {
    fn new(steps: usize) -> Self {
        Self {
            nodes: vec![0; steps],
            node_items: vec![(NONE, 0); steps],
            starts: vec![0; steps],
            ends: vec![0; steps],
            ways: Pairs::below(steps),
            taken: Vec::new(),
        }
    }
    fn node(&mut self, item: u32, step: u32) {
        self.nodes[step as usize] += 1;
        let seen = &mut self.node_items[step as usize];
        if seen.0 != item {
            *seen = (item, seen.1 + 1);
        }
    }
    fn edge(&mut self, item: u32, from: u32, to: u32, timed: bool) -> usize {
        let way = self.ways.number(from, to);
        if way == self.taken.len() {
            self.taken.push(Taken { count: 0, timed: 0, items: 0, last_item: NONE });
        }
        let taken = &mut self.taken[way];
        taken.count += 1;
        taken.timed += u32::from(timed);
        if taken.last_item != item {
            (taken.last_item, taken.items) = (item, taken.items + 1);
        }
        way
    }
    /// Room for the times of each way.
    fn rooms(&self) -> Groups {
        Groups::with_room(self.taken.iter().map(|t| t.timed as usize))
    }
    fn finish(self, mut times: Groups) -> Map {
        let nodes = (0..self.nodes.len()).filter(|s| self.nodes[*s] > 0);
        let nodes = nodes.map(|s| Node {
            step: s as u32,
            count: self.nodes[s],
            items: self.node_items[s].1,
            starts: self.starts[s],
            ends: self.ends[s],
        });
        let edges = self.ways.list().iter().zip(&self.taken).enumerate();
        let mut edges: Vec<Edge> = edges
            .map(|(way, ((from, to), taken))| Edge {
                from: *from,
                to: *to,
                count: taken.count,
                items: taken.items,
                time: times.quantiles(way),
            })
            .collect();
        edges.sort_by_key(|e| (std::cmp::Reverse(e.count), e.from, e.to));
        Map { nodes: nodes.collect(), transitions: edges.iter().map(|e| u64::from(e.count)).sum(), edges }
    }
}
