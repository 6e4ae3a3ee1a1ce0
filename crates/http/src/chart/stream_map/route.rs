//! Where the edges run. Every edge leaves its source on the right, enters its target on the left, and
//! bends only in the gutters between columns and between rows, each in a track of its own: so edges
//! never cross a box and never lie on one another.

use super::model::Map;
use super::place::{Cell, Grid};
use crate::chart::text::width;

/// Least distance between two ports, so that the labels on them stay apart.
const PORT: f64 = 18.0;
/// Distance between two tracks.
const TRACK: f64 = 9.0;
/// Room left of the first column, for the lanes' names.
pub const HEAD: f64 = 92.0;

/// A box on the drawing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Box {
    /// Left.
    pub x: f64,
    /// Top.
    pub y: f64,
    /// Width.
    pub w: f64,
    /// Height.
    pub h: f64,
}

/// An edge on the drawing.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Its place in [`Map::edges`].
    pub edge: usize,
    /// Its corners, from the source to the target.
    pub points: Vec<(f64, f64)>,
    /// Right end of its label's baseline.
    pub label: (f64, f64),
}

/// The whole drawing, in pixels.
#[derive(Debug, Clone, PartialEq)]
pub struct Layout {
    /// The boxes, by node.
    pub boxes: Vec<Box>,
    /// The edges that are drawn.
    pub lines: Vec<Line>,
    /// Top and bottom of each lane.
    pub lanes: Vec<(f64, f64)>,
    /// Width and height.
    pub size: (f64, f64),
}

/// How an edge gets past the columns between its ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Passage {
    /// There are none.
    Direct,
    /// Straight on in its source's row.
    SourceRow,
    /// In its target's row.
    TargetRow,
    /// In the gutter above this row.
    Gutter(usize),
}

/// An edge while its route is being found. Gutter `c` lies left of column `c`.
#[derive(Debug, Clone)]
struct Route {
    edge: usize,
    from: Cell,
    to: Cell,
    source: usize,
    target: usize,
    passage: Passage,
    out_y: f64,
    in_y: f64,
    pass_y: f64,
    /// Tracks of its first and its last bend.
    bends: [Option<usize>; 2],
}

impl Route {
    /// The gutters where it leaves and where it arrives.
    const fn gutters(&self) -> (usize, usize) {
        (self.from.column + 1, self.to.column)
    }
    /// The rows its two ends turn to, for the order of ports: halves are gutters.
    fn heading(&self, leaving: bool) -> f64 {
        match self.passage {
            Passage::Gutter(row) => real(row) - 0.5,
            Passage::SourceRow => real(if leaving { self.from.row } else { self.to.row }),
            Passage::TargetRow => real(if leaving { self.to.row } else { self.from.row }),
            Passage::Direct => real(if leaving { self.to.row } else { self.from.row }),
        }
    }
    /// Its vertical pieces: gutter, y from, y to.
    fn verticals(&self) -> [Option<(usize, f64, f64)>; 2] {
        let (leave, arrive) = self.gutters();
        let piece = |gutter, a: f64, b: f64| ((a - b).abs() > 0.1).then_some((gutter, a, b));
        match self.passage {
            Passage::Direct => [piece(leave, self.out_y, self.in_y), None],
            Passage::SourceRow => [None, piece(arrive, self.out_y, self.in_y)],
            Passage::TargetRow => [piece(leave, self.out_y, self.in_y), None],
            Passage::Gutter(_) => [piece(leave, self.out_y, self.pass_y), piece(arrive, self.pass_y, self.in_y)],
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "rows and columns are few")]
const fn real(count: usize) -> f64 {
    count as f64
}

/// Lays the map out.
#[must_use]
pub fn layout(map: &Map, grid: &Grid) -> Layout {
    let mut routes = passages(map, grid);
    let heights = ports(grid, &mut routes);
    let (row_y, gutter_y) = rows(grid, &routes, &heights);
    for route in &mut routes {
        let middle = |cell: Cell| row_y.get(cell.row).map_or(0.0, |(top, high)| top + high / 2.0);
        route.out_y += middle(route.from);
        route.in_y += middle(route.to);
    }
    tracks_between_rows(&mut routes, &gutter_y);
    let gutters = tracks_between_columns(map, grid, &mut routes);
    let boxes = boxes(grid, &gutters, &row_y, &heights);
    let lines = routes.iter().map(|r| line(r, &gutters, &boxes)).collect();
    let bottom = row_y.last().map_or(24.0, |(top, high)| top + high) + gutter_y.last().map_or(12.0, |g| g.1);
    let lanes = grid
        .lanes
        .iter()
        .map(|lane| {
            let top = gutter_y.get(lane.first).map_or(0.0, |g| g.0);
            (top, gutter_y.get(lane.first + lane.rows).map_or(bottom, |g| g.0))
        })
        .collect();
    let right = boxes.iter().map(|b| b.x + b.w).fold(HEAD, f64::max);
    let after = gutters.get(grid.columns).map_or(0.0, |g| g.tracks);
    Layout { boxes, lines, lanes, size: (right + after + 16.0, bottom) }
}

/// Chooses each edge's passage: straight on where the cells between are free and nothing passes there yet.
fn passages(map: &Map, grid: &Grid) -> Vec<Route> {
    let filled = |row: usize, a: usize, b: usize| {
        grid.cells.iter().any(|cell| cell.row == row && cell.column >= a && cell.column < b)
    };
    // Rows already passed through: row, first and last column.
    let mut passing: Vec<(usize, usize, usize)> = Vec::new();
    let mut routes = Vec::new();
    for (edge, e) in map.edges.iter().enumerate() {
        let (Some(&from), Some(&to)) = (grid.cells.get(e.from), grid.cells.get(e.to)) else { continue };
        if e.from == e.to {
            continue;
        }
        let (first, last) = (from.column + 1, to.column);
        let free = |row: usize, passing: &[(usize, usize, usize)]| {
            first < last
                && !filled(row, first, last)
                && !passing.iter().any(|&(r, a, b)| r == row && a < last && first < b)
        };
        let passage = if first == last {
            Passage::Direct
        } else if free(from.row, &passing) {
            passing.push((from.row, first, last));
            Passage::SourceRow
        } else if free(to.row, &passing) {
            passing.push((to.row, first, last));
            Passage::TargetRow
        } else if from.row < to.row {
            Passage::Gutter(from.row + 1)
        } else if from.row > to.row {
            Passage::Gutter(from.row)
        } else {
            // Over the heads when going on, under the feet when coming back.
            Passage::Gutter(if first < last { from.row } else { from.row + 1 })
        };
        routes.push(Route {
            edge,
            from,
            to,
            source: e.from,
            target: e.to,
            passage,
            out_y: 0.0,
            in_y: 0.0,
            pass_y: 0.0,
            bends: [None, None],
        });
    }
    routes
}

/// Gives every end of an edge a port, as an offset from its box's middle; answers the boxes' heights.
fn ports(grid: &Grid, routes: &mut [Route]) -> Vec<f64> {
    let mut heights: Vec<f64> = grid.faces.iter().map(|f| f.h).collect();
    for node in 0..grid.cells.len() {
        for leaving in [true, false] {
            let mut ends: Vec<usize> = (0..routes.len())
                .filter(|&i| routes.get(i).is_some_and(|r| if leaving { r.source == node } else { r.target == node }))
                .collect();
            ends.sort_by(|&a, &b| {
                let key = |i: usize| {
                    routes
                        .get(i)
                        .map_or((0.0, 0), |r| (r.heading(leaving), if leaving { r.to.column } else { r.from.column }))
                };
                key(a).partial_cmp(&key(b)).unwrap_or(std::cmp::Ordering::Equal)
            });
            let most = real(ends.len().saturating_sub(1));
            if let Some(height) = heights.get_mut(node) {
                *height = height.max(most * PORT + 24.0);
            }
            for (place, i) in ends.into_iter().enumerate() {
                if let Some(route) = routes.get_mut(i) {
                    let offset = (real(place) - most / 2.0) * PORT;
                    *(if leaving { &mut route.out_y } else { &mut route.in_y }) = offset;
                }
            }
        }
    }
    heights
}

/// Top and height of every row, and top and height of the gutter above each (one more than rows).
#[expect(clippy::type_complexity, reason = "two lists of pairs, used once")]
fn rows(grid: &Grid, routes: &[Route], heights: &[f64]) -> (Vec<(f64, f64)>, Vec<(f64, f64)>) {
    let mut tracks = vec![0usize; grid.rows + 1];
    for (gutter, count) in tracks.iter_mut().enumerate() {
        *count = row_tracks(routes, gutter).1;
    }
    let mut row_y = Vec::new();
    let mut gutter_y = Vec::new();
    let mut y = 0.0;
    for row in 0..=grid.rows {
        let high = 20.0 + real(tracks.get(row).copied().unwrap_or(0)) * TRACK;
        gutter_y.push((y, high));
        y += high;
        if row < grid.rows {
            let nodes = grid.cells.iter().zip(heights).filter(|(cell, _)| cell.row == row);
            let tall = nodes.map(|(_, h)| *h).fold(0.0, f64::max);
            row_y.push((y, tall));
            y += tall;
        }
    }
    (row_y, gutter_y)
}

/// The track of each route that runs in the gutter above a row, and how many tracks that takes.
fn row_tracks(routes: &[Route], gutter: usize) -> (Vec<(usize, usize)>, usize) {
    let mut here: Vec<(usize, usize, usize)> = routes
        .iter()
        .enumerate()
        .filter(|(_, r)| r.passage == Passage::Gutter(gutter))
        .map(|(i, r)| {
            let (a, b) = r.gutters();
            (a.min(b), a.max(b), i)
        })
        .collect();
    here.sort_unstable_by_key(|&(a, b, i)| (b - a, a, i));
    let mut used: Vec<Vec<(usize, usize)>> = Vec::new();
    let mut given = Vec::new();
    for (a, b, i) in here {
        let place = used.iter().position(|track| track.iter().all(|&(c, d)| d < a || b < c)).unwrap_or_else(|| {
            used.push(Vec::new());
            used.len() - 1
        });
        if let Some(track) = used.get_mut(place) {
            track.push((a, b));
        }
        given.push((i, place));
    }
    (given, used.len())
}

fn tracks_between_rows(routes: &mut [Route], gutter_y: &[(f64, f64)]) {
    for (gutter, (top, _)) in gutter_y.iter().enumerate() {
        for (i, track) in row_tracks(routes, gutter).0 {
            if let Some(route) = routes.get_mut(i) {
                route.pass_y = top + 10.0 + (real(track) + 0.5) * TRACK;
            }
        }
    }
}

/// A gutter between columns: where it begins, and the width of its tracks and of its labels.
#[derive(Debug, Clone, Copy, Default)]
struct Gutter {
    tracks: f64,
    labels: f64,
    x: f64,
}

/// Gives every bend its track and every gutter its width. The order keeps crossings few: of the edges
/// going down, the one that goes furthest turns first.
fn tracks_between_columns(map: &Map, grid: &Grid, routes: &mut [Route]) -> Vec<Gutter> {
    let mut gutters = vec![Gutter::default(); grid.columns + 1];
    for (g, gutter) in gutters.iter_mut().enumerate() {
        let mut pieces: Vec<(usize, usize, f64, f64)> = Vec::new();
        for (i, route) in routes.iter().enumerate() {
            for (bend, piece) in route.verticals().into_iter().enumerate() {
                if let Some((at, a, b)) = piece
                    && at == g
                {
                    pieces.push((i, bend, a, b));
                }
            }
        }
        pieces.sort_by(|x, y| {
            let key = |&(_, _, a, b): &(usize, usize, f64, f64)| if b > a { (0, -b) } else { (1, b) };
            key(x).partial_cmp(&key(y)).unwrap_or(std::cmp::Ordering::Equal)
        });
        let mut used: Vec<Vec<(f64, f64)>> = Vec::new();
        for (i, bend, a, b) in pieces {
            let (low, high) = (a.min(b) - 4.0, a.max(b) + 4.0);
            let place = used.iter().position(|t| t.iter().all(|&(c, d)| d < low || high < c)).unwrap_or_else(|| {
                used.push(Vec::new());
                used.len() - 1
            });
            if let Some(track) = used.get_mut(place) {
                track.push((low, high));
            }
            if let Some(slot) = routes.get_mut(i).and_then(|r| r.bends.get_mut(bend)) {
                *slot = Some(place);
            }
        }
        gutter.tracks = real(used.len()) * TRACK + if used.is_empty() { 0.0 } else { 6.0 };
        let arriving = routes.iter().filter(|r| r.to.column == g);
        let label = |r: &Route| map.edges.get(r.edge).map_or(0.0, |e| width(&e.label, 11.0));
        gutter.labels = arriving.map(|r| label(r) + if label(r) > 0.0 { 22.0 } else { 18.0 }).fold(0.0, f64::max);
    }
    let mut x = HEAD;
    for (column, gutter) in gutters.iter_mut().enumerate() {
        gutter.x = x + 8.0;
        x += 8.0 + gutter.tracks + gutter.labels;
        x += column_width(grid, column);
    }
    gutters
}

fn column_width(grid: &Grid, column: usize) -> f64 {
    grid.cells.iter().zip(&grid.faces).filter(|(c, _)| c.column == column).map(|(_, f)| f.w).fold(0.0, f64::max)
}

fn boxes(grid: &Grid, gutters: &[Gutter], row_y: &[(f64, f64)], heights: &[f64]) -> Vec<Box> {
    let cells = grid.cells.iter().zip(&grid.faces).zip(heights);
    cells
        .map(|((cell, _), &h)| {
            let x = gutters.get(cell.column).map_or(0.0, |g| g.x + g.tracks + g.labels);
            let (top, high) = row_y.get(cell.row).copied().unwrap_or((0.0, h));
            Box { x, y: top + (high - h) / 2.0, w: column_width(grid, cell.column), h }
        })
        .collect()
}

fn line(route: &Route, gutters: &[Gutter], boxes: &[Box]) -> Line {
    let x_of = |gutter: usize, track: usize| gutters.get(gutter).map_or(0.0, |g| g.x + (real(track) + 0.5) * TRACK);
    let start = boxes.get(route.source).map_or(0.0, |b| b.x + b.w);
    let end = boxes.get(route.target).map_or(0.0, |b| b.x);
    let mut points = vec![(start, route.out_y)];
    for (piece, track) in route.verticals().into_iter().zip(route.bends) {
        if let (Some((gutter, a, b)), Some(track)) = (piece, track) {
            let x = x_of(gutter, track);
            points.push((x, a));
            points.push((x, b));
        }
    }
    points.push((end, route.in_y));
    Line { edge: route.edge, points, label: (end - 12.0, route.in_y - 4.0) }
}

#[cfg(test)]
mod tests {
    use super::super::model::{Edge, Map, Node};
    use super::super::place::place;
    use super::{Layout, layout};
    use crate::chart::text::width;
    use watercourse_core::activity::Activity;

    /// A small generator of maps, so that the rules below are tried on many of them.
    fn maps() -> impl Iterator<Item = Map> {
        (1u64..200).map(|seed| {
            let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
            let mut next = move |n: u64| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (state >> 33) % n
            };
            let count = usize::try_from(2 + next(14)).unwrap_or(2);
            let nodes = (0..count)
                .map(|i| Node {
                    name: "Check the order with the supplier".chars().take(4 + (i * 7) % 29).collect(),
                    activity: Activity::ALL.get(usize::try_from(next(7)).unwrap_or(0)).copied(),
                    wip: (next(2) == 0).then_some(7),
                    ..Node::default()
                })
                .collect();
            let edges = (0..next(24))
                .map(|_| Edge {
                    from: usize::try_from(next(count as u64)).unwrap_or(0),
                    to: usize::try_from(next(count as u64)).unwrap_or(0),
                    weight: next(100),
                    label: format!("{} · {} d", next(2000), next(9)),
                    ..Edge::default()
                })
                .collect();
            Map { nodes, edges }
        })
    }

    fn crosses(layout: &Layout, a: (f64, f64), b: (f64, f64)) -> bool {
        let (left, right, top, bottom) = (a.0.min(b.0), a.0.max(b.0), a.1.min(b.1), a.1.max(b.1));
        layout
            .boxes
            .iter()
            .any(|k| left < k.x + k.w - 0.5 && k.x + 0.5 < right && top < k.y + k.h - 0.5 && k.y + 0.5 < bottom)
    }

    #[test]
    fn boxes_never_overlap_and_no_edge_crosses_one() {
        for map in maps() {
            let drawn = layout(&map, &place(&map));
            for (i, a) in drawn.boxes.iter().enumerate() {
                for b in drawn.boxes.iter().skip(i + 1) {
                    let apart = a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y;
                    assert!(apart, "{a:?} {b:?}");
                }
            }
            for line in &drawn.lines {
                for pair in line.points.windows(2) {
                    assert!(!crosses(&drawn, pair[0], pair[1]), "{:?} {:?}", line, drawn.boxes);
                }
            }
        }
    }

    #[test]
    fn labels_lie_on_nothing() {
        for map in maps() {
            let drawn = layout(&map, &place(&map));
            let labels: Vec<_> = drawn
                .lines
                .iter()
                .map(|l| (l.label.0 - width(&map.edges[l.edge].label, 11.0), l.label.0, l.label.1 - 9.0, l.label.1))
                .collect();
            for (i, a) in labels.iter().enumerate() {
                assert!(!crosses(&drawn, (a.0, a.2), (a.1, a.3)), "a label on a box");
                for b in labels.iter().skip(i + 1) {
                    assert!(a.1 <= b.0 || b.1 <= a.0 || a.3 <= b.2 || b.3 <= a.2, "{a:?} {b:?}");
                }
            }
        }
    }

    #[test]
    fn edges_do_not_lie_on_one_another() {
        for map in maps() {
            let drawn = layout(&map, &place(&map));
            let mut upright: Vec<(f64, f64, f64)> = Vec::new();
            for line in &drawn.lines {
                for pair in line.points.windows(2).filter(|p| (p[0].0 - p[1].0).abs() < 0.01) {
                    upright.push((pair[0].0, pair[0].1.min(pair[1].1), pair[0].1.max(pair[1].1)));
                }
            }
            for (i, a) in upright.iter().enumerate() {
                for b in upright.iter().skip(i + 1) {
                    assert!((a.0 - b.0).abs() > 1.0 || a.2 < b.1 || b.2 < a.1, "{a:?} {b:?}");
                }
            }
        }
    }

    #[test]
    fn everything_lies_within_the_drawing() {
        for map in maps() {
            let drawn = layout(&map, &place(&map));
            let corners = drawn.lines.iter().flat_map(|l| l.points.iter().copied());
            for (x, y) in corners.chain(drawn.boxes.iter().map(|b| (b.x + b.w, b.y + b.h))) {
                assert!(x > 0.0 && y >= 0.0 && x <= drawn.size.0 && y <= drawn.size.1, "{x} {y} {:?}", drawn.size);
            }
        }
    }
}
