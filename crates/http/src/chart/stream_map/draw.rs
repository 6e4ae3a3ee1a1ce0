//! Drawing a laid-out map.

use super::model::{Edge, Kind, Map, Node};
use super::place::{Face, place};
use super::route::{Box, HEAD, Layout, Line, layout};
use crate::chart::svg::{Svg, n};
use crate::chart::text::{width, wrap};
use std::fmt::Write as _;

/// Draws the map. `title` is its question, `summary` the answer in one sentence.
#[must_use]
pub fn draw(map: &Map, title: &str, summary: &str) -> String {
    let grid = place(map);
    let laid = layout(map, &grid);
    let mut svg = Svg::new();
    for (lane, &(top, bottom)) in grid.lanes.iter().zip(&laid.lanes) {
        let class = lane.activity.map_or("a-none".to_owned(), |a| format!("a-{}", a.id()));
        svg.group(&class);
        svg.rect("lane", 0.0, top, laid.size.0, bottom - top, 0.0);
        svg.rect("lane-mark", 0.0, top, 4.0, bottom - top, 0.0);
        svg.line("lane-line", 0.0, bottom, laid.size.0, bottom);
        let (code, name) = lane.activity.map_or(("—", "Not mapped"), |a| (a.code(), a.name()));
        svg.text("t13 lane-code", 12.0, top + 20.0, code);
        for (line, y) in wrap(name, 11.0, HEAD - 16.0, 2).iter().zip([top + 35.0, top + 48.0]) {
            svg.text("t11 soft", 12.0, y, line);
        }
        svg.end();
    }
    let most = map.edges.iter().map(|e| e.weight).max().unwrap_or(0);
    for line in &laid.lines {
        if let Some(edge) = map.edges.get(line.edge) {
            draw_edge(&mut svg, edge, line, most);
        }
    }
    for line in &laid.lines {
        if let Some(edge) = map.edges.get(line.edge)
            && !edge.label.is_empty()
        {
            svg.text("t11 soft end halo", line.label.0, line.label.1, &edge.label);
        }
    }
    for ((node, face), frame) in map.nodes.iter().zip(&grid.faces).zip(&laid.boxes) {
        draw_node(&mut svg, node, face, frame);
    }
    finish(svg, &laid, title, summary)
}

fn finish(svg: Svg, laid: &Layout, title: &str, summary: &str) -> String {
    svg.finish(laid.size, false, title, summary)
}

/// The class for an edge's width: four steps, by its share of the busiest edge.
fn weight(edge: &Edge, most: u64) -> &'static str {
    if most == 0 || edge.weight == 0 {
        return "";
    }
    match edge.weight.saturating_mul(100) / most {
        60.. => " w4",
        30..60 => " w3",
        10..30 => " w2",
        _ => "",
    }
}

fn draw_edge(svg: &mut Svg, edge: &Edge, line: &Line, most: u64) {
    let kind = match edge.kind {
        Kind::After => "",
        Kind::Overlap => " overlap",
        Kind::Response => " response",
        Kind::Feeds => " feeds",
    };
    svg.group("");
    if !edge.title.is_empty() {
        svg.title(&edge.title);
    }
    svg.path(&format!("edge{kind}{}{}", weight(edge, most), edge.standing.class()), &rounded(&line.points));
    if edge.kind == Kind::Overlap
        && let Some(&(x, y)) = line.points.first()
    {
        // It leaves at the start of its source, not at its end: a ring where it leaves.
        svg.circle("terminal", x, y, 3.5);
    }
    if let Some(&(x, y)) = line.points.last() {
        let d = format!("M{} {}l-9 -4.5v9z", n(x - 1.0), n(y));
        svg.path(&format!("head{}", edge.standing.class()), &d);
    }
    svg.end();
}

/// A line through these points with rounded corners.
fn rounded(points: &[(f64, f64)]) -> String {
    let mut d = String::new();
    let Some(&(x, y)) = points.first() else { return d };
    let _ = write!(d, "M{} {}", n(x), n(y));
    for corner in points.windows(3) {
        let [before, at, after] = corner else { continue };
        let part = |to: &(f64, f64)| {
            let (dx, dy) = (to.0 - at.0, to.1 - at.1);
            let long = dx.hypot(dy);
            let r = (long / 2.0).min(6.0);
            if long < 0.01 { *at } else { (at.0 + dx / long * r, at.1 + dy / long * r) }
        };
        let (a, b) = (part(before), part(after));
        let _ = write!(d, "L{} {}Q{} {} {} {}", n(a.0), n(a.1), n(at.0), n(at.1), n(b.0), n(b.1));
    }
    if let Some(&(x, y)) = points.last() {
        // Ends under the arrow's head, not at its tip.
        let _ = write!(d, "L{} {}", n(x - 6.0), n(y));
    }
    d
}

fn draw_node(svg: &mut Svg, node: &Node, face: &Face, frame: &Box) {
    svg.group(&node.activity.map_or("a-none".to_owned(), |a| format!("a-{}", a.id())));
    if !node.title.is_empty() {
        svg.title(&node.title);
    }
    if let Some(href) = &node.link {
        svg.link(href, "");
    }
    let optional = if node.optional { " optional" } else { "" };
    svg.rect(&format!("box{optional}{}", node.standing.class()), frame.x, frame.y, frame.w, frame.h, 6.0);
    svg.rect("box-bar", frame.x + 4.0, frame.y + 6.0, 3.0, frame.h - 12.0, 1.5);
    let x = frame.x + 14.0;
    let mut y = frame.y + (frame.h - face.h) / 2.0 + 19.0;
    if let Some(wip) = node.wip {
        let text = wip.to_string();
        let right = frame.x + frame.w - 10.0;
        svg.text("t11 soft end", right, y, &text);
        let left = right - width(&text, 11.0) - 14.0;
        svg.path("queue", &format!("M{} {}h10l-5 8.5z", n(left), n(y - 8.5)));
    }
    for line in &face.name {
        svg.text("t13 strong", x, y, line);
        y += 17.0;
    }
    y -= 2.0;
    if !face.team.is_empty() {
        svg.text("t11 faint", x, y, &face.team);
        y += 16.0;
    }
    if !node.figures.is_empty() {
        svg.text(if node.slow { "strong warn" } else { "soft" }, x, y, &node.figures);
        y += 16.0;
    }
    for line in &face.remarks {
        svg.text("t11 faint", x, y, line);
        y += 14.0;
    }
    if node.link.is_some() {
        svg.end();
    }
    svg.end();
}
