//! The map as a stream defines it, and what its steps say about themselves.

use super::model::{Edge, Kind, Map, Node};
use crate::chart::drawn::{Cell, Table};
use watercourse_core::activity::Activity;
use watercourse_core::stream::{DoneOn, Point, Reference, Rule, Step, Stream};

/// The map as designed. `link` says what a step opens.
#[must_use]
pub fn designed(stream: &Stream, link: &dyn Fn(&Step) -> Option<String>) -> Map {
    let nodes = stream.steps.iter().map(|step| Node {
        name: step.name.clone(),
        activity: Some(step.activity),
        team: step.team.clone(),
        remarks: remarks(step),
        optional: step.optional,
        link: link(step),
        title: format!(
            "{} ({}){}",
            step.name,
            step.activity.name(),
            step.team.as_ref().map_or(String::new(), |t| format!(", {t}"))
        ),
        ..Node::default()
    });
    let mut map = Map { nodes: nodes.collect(), edges: Vec::new() };
    for (to, step) in stream.steps.iter().enumerate() {
        for group in &step.after {
            for reference in group {
                let either = if group.len() > 1 { "or " } else { "" };
                add(&mut map, stream, *reference, to, Kind::After, either, "");
            }
        }
    }
    for rule in &stream.rules {
        match rule {
            Rule::Response { on, then, within } => {
                let within = within.map_or(String::new(), |w| format!(" within {w}"));
                for reference in &on.0 {
                    add(&mut map, stream, *reference, usize::from(*then), Kind::Response, "", &within);
                }
            }
            Rule::Hold { hold, until } => {
                let reference = Reference { step: *until, point: Point::Done };
                add(&mut map, stream, reference, usize::from(*hold), Kind::Response, "holds until ", "");
            }
            Rule::Stop { .. } | Rule::Resume { .. } | Rule::Choice { .. } => {}
        }
    }
    for (from, step) in stream.steps.iter().enumerate() {
        for &activity in &step.feeds {
            feed(&mut map, stream, from, activity);
        }
    }
    map
}

fn add(map: &mut Map, stream: &Stream, reference: Reference, to: usize, kind: Kind, before: &str, after: &str) {
    let from = usize::from(reference.step);
    let label = match reference.point {
        Point::Done => "",
        Point::Start => "start",
        Point::Failed => "failed",
        Point::Outcome(o) => stream.outcome_id(reference.step, o).unwrap_or("?"),
    };
    let kind = if kind == Kind::After && reference.point == Point::Start { Kind::Overlap } else { kind };
    let label = format!("{before}{label}{after}").trim().to_owned();
    let name = |at: usize| stream.steps.get(at).map_or("?", |s| s.name.as_str());
    let title = match kind {
        Kind::After => format!("{} comes after {} {label}", name(to), name(from)),
        Kind::Overlap => format!("{} may start once {} has started", name(to), name(from)),
        Kind::Response => format!("rule: {} {label} → {}", name(from), name(to)),
        Kind::Feeds => format!("{} is to feed back to {}", name(from), name(to)),
    };
    // Two ways between the same two steps are one arrow with both labels.
    if let Some(edge) = map.edges.iter_mut().find(|e| e.from == from && e.to == to && e.kind == kind) {
        if !edge.label.contains(&label) {
            edge.label = format!("{}, {label}", edge.label);
        }
        return;
    }
    map.edges.push(Edge { from, to, kind, label, title: title.trim_end().to_owned(), ..Edge::default() });
}

/// A loop that is expected: to the first step of that activity, or said in the box where there is none.
fn feed(map: &mut Map, stream: &Stream, from: usize, activity: Activity) {
    let target = stream.steps.iter().position(|s| s.activity == activity).filter(|to| *to != from);
    match target {
        Some(to) => {
            let name = |at: usize| stream.steps.get(at).map_or("?", |s| s.name.as_str());
            let title = format!("{} is to feed back to {} ({})", name(from), name(to), activity.name());
            map.edges.push(Edge { from, to, kind: Kind::Feeds, label: "feeds".to_owned(), title, ..Edge::default() });
        }
        None => {
            if let Some(node) = map.nodes.get_mut(from) {
                node.remarks.push(format!("feeds {}", activity.name()));
            }
        }
    }
}

/// What a step says about itself beside name and team.
#[must_use]
pub fn remarks(step: &Step) -> Vec<String> {
    let mut said = Vec::new();
    if step.start {
        said.push("start".to_owned());
    }
    if step.optional {
        said.push("optional".to_owned());
    }
    if step.deliver {
        said.push("delivers".to_owned());
    }
    if let Some(within) = step.within {
        said.push(format!("within {within}"));
    }
    if !step.gates.is_empty() {
        said.push(format!("gate {}", step.gates.join(", ")));
    }
    if let Some(spawn) = &step.spawns {
        said.push(format!("opens {}", spawn.stream));
    }
    match &step.done_on {
        Some(DoneOn::Event(event)) => said.push(format!("done on {event}")),
        Some(DoneOn::After(span)) => said.push(format!("done after {span}")),
        None => {}
    }
    if let Some(when) = &step.when {
        said.push(format!("when {when}"));
    }
    said
}

/// The designed map as a table.
#[must_use]
pub fn table(stream: &Stream) -> Table {
    let after = |step: &Step| {
        let groups = step.after.iter().map(|g| g.iter().map(|r| stream.print(*r)).collect::<Vec<_>>().join(" or "));
        groups.collect::<Vec<_>>().join(" and ")
    };
    let rows = stream.steps.iter().map(|step| {
        vec![
            Cell::text(&step.name),
            Cell::text(step.activity.name()),
            Cell::text(step.team.clone().unwrap_or_default()),
            Cell::text(after(step)),
            Cell::text(remarks(step).join(", ")),
        ]
    });
    Table {
        columns: vec![
            ("Step", "step"),
            ("Activity", "activity"),
            ("Team", "team"),
            ("After", "after"),
            ("Remarks", "remarks"),
        ],
        rows: rows.collect(),
    }
}

/// The activities a stream has steps in.
#[must_use]
pub fn activities(stream: &Stream) -> Vec<Activity> {
    Activity::ALL.into_iter().filter(|a| stream.steps.iter().any(|s| s.activity == *a)).collect()
}
