//! Chain map: where does work sit and move across the six activities? Six fixed places; edges only
//! where work really moved; a feedback edge that is expected but missing is drawn as missing.

use crate::chart::svg::{Svg, n};
use crate::chart::text::width;
use crate::view::{Figure, say};
use std::fmt::Write as _;
use watercourse_core::activity::Activity;

/// One of the six places.
#[derive(Debug, Clone)]
pub struct Place {
    /// The activity.
    pub activity: Activity,
    /// Open items in it.
    pub wip: Figure,
    /// Items that came in per week.
    pub entering: Figure,
    /// Items that went out per week.
    pub leaving: Figure,
    /// 85 of 100 open items in it are younger.
    pub age: Figure,
    /// Teams that hold its steps.
    pub teams: Figure,
    /// What stands out here: a glyph and words, such as `! waits 61 %`; empty if nothing does.
    pub remark: String,
}

/// Work moving from one activity to another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Move {
    /// From this activity.
    pub from: Activity,
    /// To this one.
    pub to: Activity,
    /// How often per week.
    pub per_week: f64,
    /// Expected by a stream's `feeds`.
    pub expected: bool,
}

impl Move {
    /// Whether it is expected but hardly happens: less than once a month.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        self.expected && self.per_week < 0.25
    }
}

const SIZE: (f64, f64) = (1120.0, 500.0);

/// Left, top, width, height of a place.
const fn frame(activity: Activity) -> (f64, f64, f64, f64) {
    match activity {
        Activity::Plan => (8.0, 8.0, 1104.0, 84.0),
        Activity::Improve => (8.0, 408.0, 1104.0, 84.0),
        Activity::Engage => (8.0, 178.0, 216.0, 144.0),
        Activity::DesignTransition => (304.0, 178.0, 216.0, 144.0),
        Activity::ObtainBuild => (600.0, 178.0, 216.0, 144.0),
        Activity::DeliverSupport => (896.0, 178.0, 216.0, 144.0),
    }
}

/// Draws the chain. `title` is its question, `summary` the answer.
#[must_use]
pub fn draw(places: &[Place], moves: &[Move], title: &str, summary: &str) -> String {
    let mut svg = Svg::new();
    let mut shown: Vec<&Move> = moves.iter().filter(|m| m.from != m.to && (m.per_week > 0.0 || m.expected)).collect();
    // Wide edges first, so that thin ones and labels lie on top.
    shown.sort_by(|a, b| b.per_week.total_cmp(&a.per_week).then(a.from.cmp(&b.from)).then(a.to.cmp(&b.to)));
    let most = shown.iter().map(|m| m.per_week).fold(0.0, f64::max);
    let routes: Vec<_> = shown.iter().map(|m| (*m, points(m.from, m.to), label(m.from, m.to))).collect();
    for (m, way, _) in &routes {
        edge(&mut svg, m, way, most);
    }
    for (m, _, (x, y)) in &routes {
        let words = say::rate(m.per_week);
        let class = if m.is_missing() { "t11 faint halo mid" } else { "t11 halo mid" };
        svg.text(class, *x, *y, words);
    }
    for place in places {
        draw_place(&mut svg, place);
    }
    svg.finish(SIZE, true, title, summary)
}

fn edge(svg: &mut Svg, m: &Move, way: &[(f64, f64)], most: f64) {
    let weight = match m.per_week / most.max(f64::MIN_POSITIVE) {
        s if s >= 0.6 => " w4",
        s if s >= 0.3 => " w3",
        s if s >= 0.08 => " w2",
        _ => "",
    };
    let missing = if m.is_missing() { " missing" } else { "" };
    svg.group("");
    let expected = if m.is_missing() { ", expected more often" } else { "" };
    svg.title(&format!("{} → {}: {} moves a week{expected}", m.from.name(), m.to.name(), say::rate(m.per_week)));
    let mut d = String::new();
    for (i, (x, y)) in way.iter().enumerate() {
        let _ = write!(d, "{}{} {}", if i == 0 { 'M' } else { 'L' }, n(*x), n(*y));
    }
    svg.path(&format!("edge{weight}{missing}"), &d);
    if let [.., (x1, y1), (x2, y2)] = way {
        let (dx, dy) = (
            (x2 - x1).signum() * f64::from((x2 - x1).abs() > 0.5),
            (y2 - y1).signum() * f64::from((y2 - y1).abs() > 0.5),
        );
        // The head's tip lies at the end, its base 9 px before it.
        let (bx, by) = (x2 - dx * 9.0, y2 - dy * 9.0);
        let d = format!(
            "M{} {}L{} {}L{} {}z",
            n(*x2),
            n(*y2),
            n(bx + dy * 4.5),
            n(by + dx * 4.5),
            n(bx - dy * 4.5),
            n(by - dx * 4.5)
        );
        svg.path("head", &d);
    }
    svg.end();
}

/// Place among the four in the middle, from the left.
const fn column(activity: Activity) -> Option<u8> {
    match activity {
        Activity::Engage => Some(0),
        Activity::DesignTransition => Some(1),
        Activity::ObtainBuild => Some(2),
        Activity::DeliverSupport => Some(3),
        Activity::Plan | Activity::Improve => None,
    }
}

/// The corners of an edge. Every pair has its own way, so that no two lie on one another.
fn points(from: Activity, to: Activity) -> Vec<(f64, f64)> {
    use Activity::{Improve, Plan};
    match (column(from), column(to)) {
        (Some(a), Some(b)) => between(from, to, a, b),
        // Up and down beside one another, and the two bars at different thirds.
        (Some(_), None) => {
            let (x, y, w, h) = frame(from);
            let at = x + w * 0.36;
            if to == Plan { vec![(at, y), (at, 93.0)] } else { vec![(at, y + h), (at, 407.0)] }
        }
        (None, Some(_)) => {
            let (x, y, w, h) = frame(to);
            let at = x + w * 0.62;
            if from == Plan { vec![(at, 92.0), (at, y - 1.0)] } else { vec![(at, 408.0), (at, y + h + 1.0)] }
        }
        (None, None) => {
            // In the free strips between the columns.
            let at = if from == Improve { 255.0 } else { 273.0 };
            if from == Improve { vec![(at, 408.0), (at, 93.0)] } else { vec![(at, 92.0), (at, 407.0)] }
        }
    }
}

fn between(from: Activity, to: Activity, a: u8, b: u8) -> Vec<(f64, f64)> {
    let ((x1, y, w1, h), (x2, _, w2, _)) = (frame(from), frame(to));
    let far = a.abs_diff(b);
    match (b > a, far) {
        (true, 1) => vec![(x1 + w1, y + 48.0), (x2 - 1.0, y + 48.0)],
        (false, 1) => vec![(x1, y + 96.0), (x2 + w2 + 1.0, y + 96.0)],
        // Over the heads when going on, under the feet when coming back; longer ways lie further out.
        (true, _) => {
            let at = y - if far == 2 { 14.0 + 12.0 * f64::from(a) } else { 40.0 };
            let (p, q) = (x1 + w1 * 0.84, x2 + w2 * 0.14 + if far == 3 { 16.0 } else { 0.0 });
            vec![(p, y), (p, at), (q, at), (q, y - 1.0)]
        }
        (false, _) => {
            let at = y + h + if far == 2 { 14.0 + 12.0 * f64::from(b) } else { 40.0 };
            let (p, q) = (x1 + w1 * 0.14, x2 + w2 * 0.84 - if far == 3 { 16.0 } else { 0.0 });
            vec![(p, y + h), (p, at), (q, at), (q, y + h + 1.0)]
        }
    }
}

/// Where the number of an edge stands.
fn label(from: Activity, to: Activity) -> (f64, f64) {
    let way = points(from, to);
    match way.as_slice() {
        [(x1, y1), (x2, y2)] if (y1 - y2).abs() < 0.5 => (f64::midpoint(*x1, *x2), y1 - 5.0),
        // Near the bar it comes from or goes to: in the middle other edges cross.
        [(x, y1), (_, y2)] if column(from).is_none() && column(to).is_none() => (*x, y1 + (y2 - y1) * 0.31),
        [(x, _), _] if from == Activity::Plan || to == Activity::Plan => (*x, 112.0),
        [(x, _), _] => (*x, 394.0),
        [_, (x1, y), (x2, _), _] => (x1 + (x2 - x1) * 0.42, y + 4.0),
        _ => (0.0, 0.0),
    }
}

fn draw_place(svg: &mut Svg, place: &Place) {
    let (x, y, w, h) = frame(place.activity);
    let bar = column(place.activity).is_none();
    svg.group(&format!("a-{}", place.activity.id()));
    svg.rect("box", x, y, w, h, 8.0);
    svg.rect("lane", x, y, w, 32.0, 8.0);
    svg.rect("box-bar", x, y + 8.0, 4.0, h - 16.0, 2.0);
    svg.link(&format!("/a/{}", place.activity.id()), "");
    svg.text("t13 lane-code", x + 14.0, y + 21.0, place.activity.code());
    svg.text("t14 strong", x + 42.0, y + 21.0, place.activity.name());
    svg.end();
    if !place.remark.is_empty() {
        if bar {
            svg.text("strong warn end", x + w - 14.0, y + 21.0, &place.remark);
        } else {
            svg.text("strong warn", x + 14.0, y + h - 12.0, &place.remark);
        }
    }
    let figures = [
        ("WIP", &place.wip),
        ("in / wk", &place.entering),
        ("out / wk", &place.leaving),
        ("p85 age", &place.age),
        ("teams", &place.teams),
    ];
    for (i, (name, figure)) in figures.into_iter().enumerate() {
        let i = f64::from(u8::try_from(i).unwrap_or(0));
        let (fx, fy) = if bar {
            (x + 14.0 + i * 200.0, y + 48.0)
        } else if i < 3.0 {
            (x + 14.0 + i * 68.0, y + 50.0)
        } else {
            (x + 14.0 + (i - 3.0) * 104.0, y + 90.0)
        };
        svg.text("t11 faint", fx, fy, name);
        number(svg, figure, fx, fy + 18.0);
    }
    svg.end();
}

fn number(svg: &mut Svg, figure: &Figure, x: f64, y: f64) {
    let text = figure.brief();
    match figure {
        Figure::Value { link: Some(link), .. } => {
            svg.link(link, &format!("{text}: the items"));
            // A hit area that a finger finds.
            svg.rect("hit", x - 2.0, y - 18.0, width(&text, 14.0).max(24.0) + 4.0, 24.0, 2.0);
            svg.text("t14 strong figure", x, y, &text);
            svg.end();
        }
        Figure::Value { .. } => svg.text("t14 strong", x, y, &text),
        Figure::Loading | Figure::NotMeasured { .. } | Figure::TooFew { .. } => {
            svg.group("");
            svg.title(&figure.why());
            svg.text("t14 faint", x, y, &text);
            svg.end();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Move, label, points};
    use watercourse_core::activity::Activity;

    #[test]
    fn a_loop_that_is_expected_and_unused_is_missing() {
        let edge = |per_week, expected| Move { from: Activity::DeliverSupport, to: Activity::Plan, per_week, expected };
        assert!(edge(0.0, true).is_missing() && edge(0.1, true).is_missing());
        assert!(!edge(2.0, true).is_missing() && !edge(0.1, false).is_missing());
    }

    #[test]
    fn no_two_numbers_stand_on_one_another() {
        let mut seen: Vec<(f64, f64)> = Vec::new();
        for from in Activity::ALL {
            for to in Activity::ALL.into_iter().filter(|to| *to != from) {
                assert!(points(from, to).len() >= 2);
                let at = label(from, to);
                for other in &seen {
                    assert!(
                        (at.0 - other.0).abs() > 24.0 || (at.1 - other.1).abs() > 10.0,
                        "{from:?} → {to:?}: {at:?} {other:?}"
                    );
                }
                seen.push(at);
            }
        }
    }
}
