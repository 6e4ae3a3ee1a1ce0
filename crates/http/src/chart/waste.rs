//! Hand-off waste: which hand-offs cost most? How often times how long work then stood still: time that no
//! person worked.

use crate::chart::drawn::{Cell, Drawn, Table};
use crate::chart::scale::{along, real};
use crate::chart::scope::{Scope, quoted};
use crate::chart::svg::Svg;
use crate::chart::text::fit;
use crate::view::say;
use watercourse_flow::figure::State;
use watercourse_flow::measures::{Costly, Pareto, handoffs, pareto};

/// As many are drawn.
const TOP: usize = 10;

/// One pair of teams.
struct Pair {
    name: String,
    count: u64,
    median: i64,
    cost: i64,
    /// The part of the cost of all that this and those before it make up.
    so_far: String,
    link: Option<String>,
}

impl Pair {
    fn of(scope: &Scope<'_>, costly: &Costly) -> Self {
        Self {
            name: format!("{} → {}", costly.from_name, costly.to_name),
            count: costly.count as u64,
            median: whole(costly.median),
            cost: whole(costly.cost),
            so_far: say::share(u64::try_from(whole(costly.cumulative * 1e9)).unwrap_or(0), 1_000_000_000),
            link: scope.links.items(&format!("team:{}", quoted(&costly.to_name))),
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "ms and billionths, far below 2^53")]
fn whole(value: f64) -> i64 {
    value.round() as i64
}

/// Of the items in view.
#[must_use]
pub fn of(scope: &Scope<'_>) -> Drawn {
    let question = "Which hand-offs cost most?";
    let measured = handoffs(&scope.view);
    let Pareto { pairs: costly, waits } = pareto(&measured);
    let pairs: Vec<Pair> = costly.iter().map(|c| Pair::of(scope, c)).collect();
    let total = whole(costly.iter().map(|c| c.cost).sum());
    let answer = match (measured.count.state, pairs.first()) {
        (State::NotMeasured { reason }, _) => reason.text().to_owned(),
        (_, None) => "No work went from one team to another in this window.".to_owned(),
        _ if total == 0 => "Work that was handed over was taken up at once.".to_owned(),
        (_, Some(first)) => format!(
            "{} costs most: {} × {} in the median. Three pairs make up {} of it all.",
            first.name,
            say::counted(first.count, "hand-off", "hand-offs"),
            say::short(first.median),
            pairs.get(2).or(pairs.last()).map_or("", |p| p.so_far.as_str())
        ),
    };
    let rows = pairs.iter().map(|p| {
        vec![
            Cell::text(&p.name),
            Cell::count(p.count).opening_if(p.link.as_ref()),
            Cell::figure(say::short(p.median), p.median),
            Cell::figure(say::short(p.cost), p.cost),
            Cell::text(&p.so_far),
        ]
    });
    let table = Table {
        columns: vec![
            ("From and to", "pair"),
            ("Hand-offs", "count"),
            ("Median wait", "wait_p50_ms"),
            ("Count × wait", "cost_ms"),
            ("So far", "cumulative_share"),
        ],
        rows: rows.collect(),
    };
    let svg = if total > 0 { picture(&pairs, question, &answer) } else { String::new() };
    let wait = if waits { "wait until work began" } else { "time until the next team was done: this source does not say when work began" };
    let stands_on = scope.on(scope.view.len(), &format!("items; {wait}"));
    Drawn { id: "handoff-waste", question: question.to_owned(), answer, stands_on, svg, table, ..Drawn::default() }
}

fn picture(pairs: &[Pair], question: &str, answer: &str) -> String {
    const ROW: f64 = 26.0;
    const LEFT: f64 = 230.0;
    const ROOM: f64 = 380.0;
    let mut svg = Svg::new();
    let most = pairs.first().map_or(1, |p| p.cost).max(1);
    for (i, pair) in pairs.iter().take(TOP).enumerate() {
        let y = real(i) * ROW + 4.0;
        let title = format!("{}: {} × {}", pair.name, say::counted(pair.count, "hand-off", "hand-offs"), say::long(pair.median));
        svg.mark(pair.link.as_deref(), &title);
        svg.text("soft end", LEFT - 8.0, y + 14.0, fit(&pair.name, 12.0, LEFT - 12.0));
        let long = along(pair.cost, most, ROOM).max(1.0);
        svg.rect("mark-soft", LEFT, y + 2.0, long, 16.0, 0.0);
        svg.end();
        svg.text("t11 soft", LEFT + long + 8.0, y + 14.0, format!("{} · so far {}", say::short(pair.cost), pair.so_far));
    }
    let mut high = real(pairs.len().min(TOP)) * ROW + 8.0;
    if pairs.len() > TOP {
        high += 18.0;
        svg.text("t11 faint", LEFT, high - 6.0, format!("and {} other pairs, in the table", pairs.len() - TOP));
    }
    svg.finish((760.0, high), true, question, answer)
}
