//! The map as it really ran, and its difference from the definition.

use super::designed::designed;
use super::model::{Edge, Kind, Map, Node, Standing};
use crate::chart::drawn::{Cell, Table};
use crate::chart::scope::{Scope, ms, quoted};
use crate::view::say;
use watercourse_flow::map::{Edge as Way, Map as Flow};
use watercourse_flow::measures::{Group, by_step};
use watercourse_flow::quantile::Quantiles;

/// More steps than this are not drawn: the rarest are left out, and the page says so.
const MOST_STEPS: usize = 30;
/// So few ways need no thinning out.
const FEW_WAYS: usize = 14;
/// More ways than this are a thicket.
const MOST_WAYS: usize = 40;

/// A map with what was left out of it.
#[derive(Debug, Clone, Default)]
pub struct Actual {
    /// What is drawn.
    pub map: Map,
    /// Steps that happened.
    pub steps: usize,
    /// Steps drawn.
    pub steps_shown: usize,
    /// Ways taken.
    pub ways: usize,
    /// Ways drawn.
    pub ways_shown: usize,
    /// The part of all moves that they are, in percent.
    pub coverage: String,
}

impl Actual {
    /// What is shown and what is not, in a sentence.
    #[must_use]
    pub fn shown(&self) -> String {
        let steps = if self.steps_shown < self.steps {
            format!("{} of {} steps and ", self.steps_shown, self.steps)
        } else {
            String::new()
        };
        if steps.is_empty() && self.ways_shown == self.ways {
            return "All ways that were taken are drawn.".to_owned();
        }
        format!("Drawn: {steps}{} of {} ways, {} of all moves.", self.ways_shown, self.ways, self.coverage)
    }
}

/// What happened, drawn. `share` is the part of all moves that should be covered, in percent; the ways
/// that are taken most often come first.
#[must_use]
pub fn actual(scope: &Scope<'_>, flow: &Flow, share: u32) -> Actual {
    let groups = by_step(&scope.view);
    let slowest = slowest(&groups);
    // Steps: those of the definition in its order, then the others, the most frequent first.
    let mut steps = scope.order();
    steps.retain(|s| flow.node(*s).is_some());
    let all = steps.len();
    if steps.len() > MOST_STEPS {
        let count = |s: &u32| flow.node(*s).map_or(0, |n| n.count);
        let mut by_count: Vec<u32> = steps.clone();
        by_count.sort_by_key(|s| (std::cmp::Reverse(count(s)), *s));
        by_count.truncate(MOST_STEPS);
        steps.retain(|s| by_count.contains(s));
    }
    let place = |step: u32| steps.iter().position(|s| *s == step);
    let nodes = steps
        .iter()
        .map(|&step| node(scope, flow, step, groups.iter().find(|g| g.number == step), slowest == Some(step)));
    let mut map = Map { nodes: nodes.collect(), edges: Vec::new() };
    // A map that is easy to read is drawn whole, whatever the share.
    let share = if flow.edges.len() <= FEW_WAYS { 100 } else { share };
    let mut covered = 0u64;
    let mut shown = 0;
    for way in &flow.edges {
        let enough = covered * 100 >= u64::from(share.min(100)) * flow.transitions && shown > 0 && share < 100;
        let (Some(from), Some(to)) = (place(way.from), place(way.to)) else { continue };
        if enough || map.edges.len() >= MOST_WAYS {
            break;
        }
        covered += u64::from(way.count);
        shown += 1;
        if from != to {
            map.edges.push(edge(scope, way, from, to));
        }
    }
    // Where ways are left out, so are the steps that no drawn way leads to; those of a definition stay.
    if shown < flow.edges.len() && scope.stream.is_none_or(|s| s.steps.iter().all(|s| s.start)) {
        map = only_connected(map);
    }
    Actual {
        steps: all,
        steps_shown: map.nodes.len(),
        ways: flow.edges.len(),
        ways_shown: shown,
        coverage: say::share(covered, flow.transitions.max(1)),
        map,
    }
}

/// The map without steps that no edge leads to or from.
fn only_connected(map: Map) -> Map {
    let mut place = Vec::new();
    let mut nodes = Vec::new();
    for (at, node) in map.nodes.into_iter().enumerate() {
        place.push(nodes.len());
        if map.edges.iter().any(|e| e.from == at || e.to == at) {
            nodes.push(node);
        }
    }
    let new = |old: usize| place.get(old).copied().unwrap_or(0);
    let edges = map.edges.into_iter().map(|e| Edge { from: new(e.from), to: new(e.to), ..e }).collect();
    Map { nodes, edges }
}

/// The step that most of the critical time goes to, if that is a third of it or more.
fn slowest(groups: &[Group]) -> Option<u32> {
    let most = groups.iter().max_by_key(|g| g.path_ms)?;
    most.share.value().is_some_and(|share| share >= 0.3).then_some(most.number)
}

fn node(scope: &Scope<'_>, flow: &Flow, step: u32, group: Option<&Group>, slow: bool) -> Node {
    let visits = scope.visits();
    let id = visits.steps.name(step);
    let defined = scope.stream.and_then(|s| s.index(id).and_then(|i| s.step(i)));
    let seen = flow.node(step);
    let mut figures: Vec<String> = Vec::new();
    if let Some(group) = group {
        for (name, figure) in [("p50", &group.sojourn.p50), ("p85", &group.sojourn.p85)] {
            figures.extend(ms(figure).map(|v| format!("{name} {}", say::short(v))));
        }
    }
    if slow {
        figures.push("! most time".to_owned());
    }
    let mut remarks = Vec::new();
    if let Some(again) = group.map(|g| g.repeated).filter(|n| *n > 0) {
        remarks.push(format!("↻ {} again", say::count(again as u64)));
    }
    if let Some(seen) = seen.filter(|_| scope.stream.is_none_or(|s| s.steps.iter().all(|s| s.start))) {
        // An imported log has no defined beginning and end: say where items begin and end.
        let tenth = u32::try_from(scope.view.len() / 10).unwrap_or(u32::MAX).max(1);
        remarks.extend((seen.starts >= tenth).then(|| format!("begins {}", say::count(seen.starts.into()))));
        remarks.extend((seen.ends >= tenth).then(|| format!("ends {}", say::count(seen.ends.into()))));
    }
    let name = scope.step_name(step);
    let count = seen.map_or(0, |n| n.count);
    let items = seen.map_or(0, |n| n.items);
    Node {
        activity: scope.activity(step),
        team: defined.and_then(|s| s.team.clone()),
        wip: group.filter(|_| visits.source.done).map(|g| g.open as u64),
        figures: figures.join(" · "),
        slow,
        remarks,
        optional: defined.is_some_and(|s| s.optional && !s.start),
        standing: if scope.stream.is_some() && defined.is_none() { Standing::Extra } else { Standing::Plain },
        link: scope.links.items(&format!("step:{}", quoted(id))),
        title: format!("{name}: {} times in {}", say::count(count.into()), say::counted(items.into(), "item", "items")),
        name,
    }
}

fn edge(scope: &Scope<'_>, way: &Way, from: usize, to: usize) -> Edge {
    let wait = way.time.filter(|q| q.n >= 2).map(|q| median(&q));
    let label = match wait {
        Some(wait) => format!("{} · {}", say::count(way.count.into()), say::short(wait)),
        None => say::count(way.count.into()),
    };
    let what = if scope.visits().source.phases { "waited" } else { "took" };
    let time = wait.map_or(String::new(), |w| format!(", half of them {what} up to {}", say::long(w)));
    let (a, b) = (scope.step_name(way.from), scope.step_name(way.to));
    Edge {
        from,
        to,
        kind: Kind::After,
        label,
        weight: way.count.into(),
        standing: Standing::Plain,
        title: format!(
            "{a} → {b}: {} times in {}{time}",
            say::count(way.count.into()),
            say::counted(way.items.into(), "item", "items")
        ),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "durations are far below 2^53 ms")]
fn median(q: &Quantiles) -> i64 {
    q.p50.round() as i64
}

/// The definition and what happened on one another: what is missing and what is extra.
#[must_use]
pub fn difference(scope: &Scope<'_>, ran: &Actual) -> Option<Map> {
    let stream = scope.stream?;
    let mut map = designed(stream, &|_| None);
    // Where each drawn step of the actual map stands in the designed one.
    let mut place = Vec::new();
    for node in &ran.map.nodes {
        let at = stream.steps.iter().position(|s| s.name == node.name && Some(s.activity) == node.activity);
        place.push(at.unwrap_or_else(|| {
            map.nodes.push(Node { standing: Standing::Extra, ..node.clone() });
            map.nodes.len() - 1
        }));
        if let Some(found) = at.and_then(|at| map.nodes.get_mut(at)) {
            (found.wip, found.figures, found.link) = (node.wip, node.figures.clone(), node.link.clone());
        }
    }
    for (at, node) in map.nodes.iter_mut().enumerate() {
        if !place.contains(&at) {
            node.standing = Standing::Missing;
        }
    }
    for edge in &mut map.edges {
        edge.standing = Standing::Missing;
        edge.weight = 0;
    }
    for moved in &ran.map.edges {
        let (Some(&from), Some(&to)) = (place.get(moved.from), place.get(moved.to)) else { continue };
        let mut found = false;
        for edge in map.edges.iter_mut().filter(|e| e.from == from && e.to == to) {
            edge.standing = Standing::Plain;
            edge.weight = moved.weight;
            edge.label.clone_from(&moved.label);
            edge.title.clone_from(&moved.title);
            found = true;
        }
        if !found {
            map.edges.push(Edge { from, to, standing: Standing::Extra, ..moved.clone() });
        }
    }
    Some(map)
}

/// The ways taken, as a table: all of them, drawn or not.
#[must_use]
pub fn table(scope: &Scope<'_>, flow: &Flow) -> Table {
    let quantile = |q: Option<Quantiles>, value: fn(&Quantiles) -> f64| {
        let found = q.as_ref().map(value);
        found.map_or_else(Cell::absent, |v| {
            #[expect(clippy::cast_possible_truncation, reason = "durations are far below 2^53 ms")]
            let whole = v.round() as i64;
            Cell::figure(say::short(whole), whole)
        })
    };
    let rows = flow.edges.iter().map(|way| {
        vec![
            Cell::text(scope.step_name(way.from)),
            Cell::text(scope.step_name(way.to)),
            Cell::count(way.count.into()),
            Cell::count(way.items.into()),
            quantile(way.time, |q| q.p50),
            quantile(way.time, |q| q.p85),
        ]
    });
    Table {
        columns: vec![
            ("From", "from"),
            ("To", "to"),
            ("Moves", "moves"),
            ("Items", "items"),
            ("p50 between", "p50_ms"),
            ("p85 between", "p85_ms"),
        ],
        rows: rows.collect(),
    }
}
