//! Hand-off waste: which hand-offs cost most? How often times how long work then stood still: time that no
//! person worked.

use crate::chart::drawn::{Cell, Drawn, Table};
use crate::chart::scale::{along, real};
use crate::chart::scope::{Scope, quoted};
use crate::chart::svg::Svg;
use crate::chart::text::fit;
use crate::view::say;
use watercourse_flow::figure::State;
use watercourse_flow::measures::handoffs;

/// As many are drawn.
const TOP: usize = 10;

/// One pair of teams.
struct Pair {
    name: String,
    count: u64,
    median: i64,
    cost: i64,
    link: Option<String>,
}

/// Of the items in view.
#[must_use]
pub fn of(scope: &Scope<'_>) -> Drawn {
    let question = "Which hand-offs cost most?";
    let measured = handoffs(&scope.view);
    let starts = scope.visits().source.starts;
    let mut pairs: Vec<Pair> = measured
        .between
        .iter()
        .filter_map(|h| {
            let wait = if starts { h.wait.exact } else { h.sojourn.exact };
            #[expect(clippy::cast_possible_truncation, reason = "a median of whole ms")]
            let median = wait.map(|q| q.p50.round() as i64)?;
            let count = h.count as u64;
            Some(Pair {
                name: format!("{} → {}", h.from_name, h.to_name),
                count,
                median,
                cost: median.saturating_mul(i64::try_from(count).unwrap_or(i64::MAX)),
                link: scope.links.items(&format!("team:{}", quoted(&h.to_name))),
            })
        })
        .collect();
    pairs.sort_by(|a, b| b.cost.cmp(&a.cost).then_with(|| a.name.cmp(&b.name)));
    let total: i64 = pairs.iter().fold(0, |sum, p| sum.saturating_add(p.cost));
    let unsigned = |ms: i64| u64::try_from(ms).unwrap_or(0);
    let answer = match (measured.count.state, pairs.first()) {
        (State::NotMeasured { reason }, _) => reason.text().to_owned(),
        (_, None) => "No work went from one team to another in this window.".to_owned(),
        _ if total == 0 => "Work that was handed over was taken up at once.".to_owned(),
        (_, Some(first)) => {
            let three = pairs.iter().take(3).fold(0, |sum, p| sum + p.cost);
            format!(
                "{} costs most: {} × {} in the median. Three pairs make up {} of it all.",
                first.name,
                say::counted(first.count, "hand-off", "hand-offs"),
                say::short(first.median),
                say::share(unsigned(three), unsigned(total))
            )
        }
    };
    let mut so_far = 0;
    let rows = pairs.iter().map(|p| {
        so_far += p.cost;
        let count = Cell::count(p.count);
        vec![
            Cell::text(&p.name),
            p.link.iter().fold(count, |cell, link| cell.opening(link)),
            Cell::figure(say::short(p.median), p.median),
            Cell::figure(say::short(p.cost), p.cost),
            Cell::text(say::share(unsigned(so_far), unsigned(total))),
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
    let svg = if total > 0 { picture(&pairs, total, question, &answer) } else { String::new() };
    let wait = if starts { "wait until work began" } else { "time until the next team was done: this source does not say when work began" };
    let stands_on = scope.on(scope.view.len(), &format!("items; {wait}"));
    Drawn { id: "handoff-waste", question: question.to_owned(), answer, stands_on, svg, table, ..Drawn::default() }
}

fn picture(pairs: &[Pair], total: i64, question: &str, answer: &str) -> String {
    const ROW: f64 = 26.0;
    const LEFT: f64 = 230.0;
    const ROOM: f64 = 380.0;
    let mut svg = Svg::new();
    let most = pairs.first().map_or(1, |p| p.cost).max(1);
    let mut so_far = 0;
    for (i, pair) in pairs.iter().take(TOP).enumerate() {
        let y = real(i) * ROW + 4.0;
        so_far += pair.cost;
        let title = format!("{}: {} × {}", pair.name, say::counted(pair.count, "hand-off", "hand-offs"), say::long(pair.median));
        match &pair.link {
            Some(link) => svg.link(link, &title),
            None => svg.group(""),
        }
        svg.title(&title);
        svg.text("soft end", LEFT - 8.0, y + 14.0, fit(&pair.name, 12.0, LEFT - 12.0));
        let long = along(pair.cost, most, ROOM).max(1.0);
        svg.rect("mark-soft", LEFT, y + 2.0, long, 16.0, 0.0);
        svg.end();
        let share = say::share(u64::try_from(so_far).unwrap_or(0), u64::try_from(total).unwrap_or(0));
        svg.text("t11 soft", LEFT + long + 8.0, y + 14.0, format!("{} · so far {share}", say::short(pair.cost)));
    }
    let mut high = real(pairs.len().min(TOP)) * ROW + 8.0;
    if pairs.len() > TOP {
        high += 18.0;
        svg.text("t11 faint", LEFT, high - 6.0, format!("and {} other pairs, in the table", pairs.len() - TOP));
    }
    svg.finish((760.0, high), true, question, answer)
}
