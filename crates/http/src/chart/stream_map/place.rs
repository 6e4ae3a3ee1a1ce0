//! Which row each step stands in, and how large its box is.

use super::columns::columns;
use super::model::{Map, Node};
use crate::chart::text::{width, width_strong, wrap};
use watercourse_core::activity::Activity;

/// Names are broken at this width.
const NAME: f64 = 150.0;
/// No box is narrower.
const LEAST: f64 = 112.0;

/// The texts of a box and its size.
#[derive(Debug, Clone, PartialEq)]
pub struct Face {
    /// The name's lines.
    pub name: Vec<String>,
    /// The team.
    pub team: String,
    /// The remarks' lines.
    pub remarks: Vec<String>,
    /// Width.
    pub w: f64,
    /// Height of the texts.
    pub h: f64,
}

/// A node's place in the grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    /// Column, from the left.
    pub column: usize,
    /// Row over all lanes, from the top.
    pub row: usize,
}

/// One lane: its activity, its first row, and how many rows it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lane {
    /// The activity; none for labels that are not mapped.
    pub activity: Option<Activity>,
    /// Its first row.
    pub first: usize,
    /// Its rows.
    pub rows: usize,
}

/// The grid.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    /// Each node's cell.
    pub cells: Vec<Cell>,
    /// Each node's face.
    pub faces: Vec<Face>,
    /// The lanes in use, from the top.
    pub lanes: Vec<Lane>,
    /// Columns in all.
    pub columns: usize,
    /// Rows in all.
    pub rows: usize,
}

/// Measures a node's texts.
fn face(node: &Node) -> Face {
    let queue = if node.wip.is_some() { 44.0 } else { 0.0 };
    let name = wrap(&node.name, 13.0, NAME, 2);
    let team = node.team.clone().unwrap_or_default();
    let remarks = wrap(&node.remarks.join(" · "), 11.0, NAME + 20.0, 2);
    let widest = |lines: &[String], size: f64| lines.iter().map(|l| width(l, size)).fold(0.0, f64::max);
    let names = name.iter().map(|l| width_strong(l, 13.0)).fold(0.0, f64::max);
    let figures = if node.slow { width_strong(&node.figures, 12.0) } else { width(&node.figures, 12.0) };
    let w = [names + queue, width(&team, 11.0), figures, widest(&remarks, 11.0), LEAST - 26.0]
        .into_iter()
        .fold(0.0, f64::max)
        + 26.0;
    let lines = |count: usize| f64::from(u16::try_from(count).unwrap_or(u16::MAX));
    let h = 14.0
        + lines(name.len()) * 17.0
        + if team.is_empty() { 0.0 } else { 15.0 }
        + if node.figures.is_empty() { 0.0 } else { 17.0 }
        + lines(remarks.len()) * 14.0;
    Face { name, team, remarks, w: w.ceil(), h: h.max(44.0) }
}

/// Places every node: column by the longest way, lane by activity, row where its predecessor stands if that is free.
#[must_use]
pub fn place(map: &Map) -> Grid {
    let column = columns(map);
    let count = column.iter().max().map_or(0, |c| c + 1);
    let order: Vec<Option<Activity>> = Activity::LANES.into_iter().map(Some).chain([None]).collect();
    let lane_of =
        |n: usize| order.iter().position(|a| map.nodes.get(n).is_some_and(|node| node.activity == *a)).unwrap_or(0);
    // taken[lane][column] lists the rows in use; row[n] is the node's row within its lane.
    let mut taken = vec![vec![Vec::<usize>::new(); count]; order.len()];
    let mut row: Vec<Option<usize>> = vec![None; map.nodes.len()];
    for c in 0..count {
        let mut here: Vec<usize> = (0..map.nodes.len()).filter(|&n| column.get(n) == Some(&c)).collect();
        let wish = |n: usize, row: &[Option<usize>]| {
            let mut before = map.edges.iter().filter(|e| e.to == n && lane_of(e.from) == lane_of(n));
            before.find_map(|e| row.get(e.from).copied().flatten())
        };
        here.sort_by_key(|&n| (wish(n, &row).unwrap_or(usize::MAX), n));
        for n in here {
            let wished = wish(n, &row).unwrap_or(0);
            let Some(used) = taken.get_mut(lane_of(n)).and_then(|l| l.get_mut(c)) else { continue };
            let free = (wished..).chain(0..wished).find(|r| !used.contains(r)).unwrap_or(0);
            used.push(free);
            if let Some(slot) = row.get_mut(n) {
                *slot = Some(free);
            }
        }
    }
    let mut lanes = Vec::new();
    let mut first = vec![0; order.len()];
    let mut rows = 0;
    for (l, activity) in order.iter().enumerate() {
        let high = taken.get(l).into_iter().flatten().flatten().max().map_or(0, |r| r + 1);
        if let Some(slot) = first.get_mut(l) {
            *slot = rows;
        }
        if high > 0 {
            lanes.push(Lane { activity: *activity, first: rows, rows: high });
        }
        rows += high;
    }
    let cells = (0..map.nodes.len())
        .map(|n| Cell {
            column: column.get(n).copied().unwrap_or(0),
            row: first.get(lane_of(n)).copied().unwrap_or(0) + row.get(n).copied().flatten().unwrap_or(0),
        })
        .collect();
    Grid { cells, faces: map.nodes.iter().map(face).collect(), lanes, columns: count, rows }
}
