//! Bottleneck: which step holds the flow up?

use crate::chart::drawn::{Cell, Drawn, Table};
use crate::chart::scale::{along, real};
use crate::chart::scope::{Scope, figure, quoted};
use crate::chart::svg::Svg;
use crate::chart::text::fit;
use crate::view::say;
use watercourse_flow::measures::{Bottleneck, Candidate, bottleneck};

/// The same draws for everybody who looks.
const SEED: u64 = 7;
/// As many are drawn.
const TOP: usize = 12;

/// Of the items in view, open ones included.
#[must_use]
pub fn of(scope: &Scope<'_>) -> Drawn {
    let question = "Which step holds the flow up?";
    let found = bottleneck(&scope.view, SEED, None);
    let name = |c: &Candidate| scope.step_name(c.step);
    let share = |c: &Candidate| c.share.value().unwrap_or(0.0) * 100.0;
    let answer = match (found.confirmed(), found.candidates.first()) {
        (_, None) => format!("Too few items waited to say: {}.", say::count(found.items as u64)),
        (Some(c), _) => format!(
            "{} is the bottleneck: {:.0} % of all waiting, most in {:.0} of 100 draws, and its queue grows.",
            name(c),
            share(c),
            c.first * 100.0
        ),
        (None, Some(c)) => format!(
            "{} has most of the waiting ({:.0} %), which {}: no bottleneck is confirmed.",
            name(c),
            share(c),
            if c.first < 0.8 { "may be chance" } else { "is not chance, but its queue does not grow" }
        ),
    };
    let rows = found.candidates.iter().map(|c| {
        let link = scope.links.items(&format!("step:{}", quoted(scope.visits().steps.name(c.step))));
        let slope = c.slope.map_or_else(Cell::absent, |s| {
            Cell::figure(format!("{:+.1} ({:+.1} to {:+.1})", s.per_week, s.low, s.high), s.per_week)
        });
        vec![
            Cell::text(name(c)).opening_if(link),
            Cell::figure(say::short(c.wait_ms), c.wait_ms),
            Cell::figure(format!("{:.0} %", share(c)), c.share.value().unwrap_or(0.0)),
            Cell::figure(format!("{:.0} %", c.first * 100.0), c.first),
            slope,
            Cell::figure(say::short(c.halved_ms), c.halved_ms),
        ]
    });
    let table = Table {
        columns: vec![
            ("Step", "step"),
            ("Waiting", "wait_ms"),
            ("Share", "share"),
            ("First in so many draws", "p_first"),
            ("Queue grows by, a week", "slope_per_week"),
            ("Halving it saves at most", "halved_ms"),
        ],
        rows: rows.collect(),
    };
    let svg = if found.candidates.is_empty() { String::new() } else { picture(scope, &found, question, &answer) };
    let what = if found.waits { "waiting on critical paths" } else { "whole stays on critical paths: this source does not tell waiting" };
    let stands_on = scope.on(found.items, &format!("items, open ones included; {what}"));
    Drawn { id: "bottleneck", question: question.to_owned(), answer, stands_on, svg, table, ..Drawn::default() }
}

fn picture(scope: &Scope<'_>, found: &Bottleneck, question: &str, answer: &str) -> String {
    const ROW: f64 = 26.0;
    const LEFT: f64 = 200.0;
    const ROOM: f64 = 380.0;
    let mut svg = Svg::new();
    let most = found.candidates.iter().map(|c| c.wait_ms).max().unwrap_or(1).max(1);
    for (i, c) in found.candidates.iter().take(TOP).enumerate() {
        let y = real(i) * ROW + 4.0;
        let name = scope.step_name(c.step);
        let class = scope.activity(c.step).map_or("a-none".to_owned(), |a| format!("a-{}", a.id()));
        svg.group(&class);
        svg.title(&format!("{name}: {} of waiting", say::long(c.wait_ms)));
        svg.text(if c.confirmed { "strong end" } else { "soft end" }, LEFT - 8.0, y + 15.0, fit(&name, 12.0, LEFT - 12.0));
        let long = along(c.wait_ms, most, ROOM).max(1.0);
        svg.rect("bar-a", LEFT, y + 3.0, long, 16.0, 0.0);
        svg.end();
        let grows = c.slope.filter(|s| s.low > 0.0).map_or("", |_| " · queue grows");
        let text = format!("{} · first in {:.0} of 100 draws{grows}", figure(&c.share, None).brief(), c.first * 100.0);
        svg.text(if c.confirmed { "t11 warn" } else { "t11 soft" }, LEFT + long + 8.0, y + 15.0, text);
    }
    svg.finish((760.0, real(found.candidates.len().min(TOP)) * ROW + 8.0), true, question, answer)
}
