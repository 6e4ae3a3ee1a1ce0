//! Hand-offs: who waits for whom? Teams by teams; a cell counts how often work went from the row's team
//! to the column's, and how long it then stood still.

use crate::chart::drawn::{Cell, Drawn, Table};
use crate::chart::scale::real;
use crate::chart::scope::{Scope, ms, quoted};
use crate::chart::svg::Svg;
use crate::chart::text::{fit, width, wrap};
use crate::view::say;
use std::collections::BTreeMap;
use watercourse_flow::figure::State;
use watercourse_flow::measures::handoffs;

/// Work going from one team to another.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pair {
    /// The team that gave it.
    pub from: String,
    /// The team that got it.
    pub to: String,
    /// How often.
    pub count: u64,
    /// 85 of 100 waited no longer than this before work went on, ms.
    pub wait: Option<i64>,
    /// How often it came straight back to the team that had given it.
    pub returned: u64,
    /// Items behind it.
    pub link: Option<String>,
}

/// What the chart is made of.
#[derive(Debug, Clone, Default)]
pub struct Handoffs {
    /// The pairs.
    pub pairs: Vec<Pair>,
    /// Items looked at.
    pub items: u64,
    /// Why nothing was measured; empty where something was.
    pub not_measured: String,
    /// n, window, clock.
    pub stands_on: String,
}

/// More teams than this do not fit a picture: the busiest stay, the table has all.
const MOST_TEAMS: usize = 12;

/// Of the items in view.
#[must_use]
pub fn of(scope: &Scope<'_>) -> Drawn {
    let visits = scope.visits();
    let measured = handoffs(&scope.view);
    let returned = returned(scope);
    let pairs = measured.between.iter().map(|h| Pair {
        from: h.from_name.clone(),
        to: h.to_name.clone(),
        count: h.count as u64,
        wait: ms(&h.wait.p85).or_else(|| ms(&h.sojourn.p85).filter(|_| !visits.source.starts)),
        returned: returned.get(&(h.from, h.to)).copied().unwrap_or(0),
        link: scope.links.items(&format!("team:{}", quoted(&h.to_name))),
    });
    let not_measured = match measured.count.state {
        State::NotMeasured { reason } => reason.text().to_owned(),
        _ => String::new(),
    };
    let on = scope.on(scope.view.len(), "items");
    draw(&Handoffs { pairs: pairs.collect(), items: scope.view.len() as u64, stands_on: on, not_measured })
}

/// How often each hand-off gave the work straight back to the team it had come from.
fn returned(scope: &Scope<'_>) -> BTreeMap<(u32, u32), u64> {
    let visits = scope.visits();
    let mut counts = BTreeMap::new();
    for visit in scope.items().flat_map(|item| visits.of_item(item)) {
        let Some((from, to)) = visits.handed_from(visit).zip(visits.team(visit)) else { continue };
        if visits.before(visit).and_then(|before| visits.handed_from(before)) == Some(to) {
            *counts.entry((from, to)).or_insert(0) += 1;
        }
    }
    counts
}

/// Draws it.
#[must_use]
pub fn draw(data: &Handoffs) -> Drawn {
    let question = "Who waits for whom?";
    let total: u64 = data.pairs.iter().map(|p| p.count).sum();
    let answer = if data.not_measured.is_empty() { answer(data, total) } else { data.not_measured.clone() };
    let mut sorted: Vec<&Pair> = data.pairs.iter().collect();
    sorted.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| (&a.from, &a.to).cmp(&(&b.from, &b.to))));
    let rows = sorted.iter().map(|pair| {
        vec![
            Cell::text(&pair.from),
            Cell::text(&pair.to),
            Cell::count(pair.count).opening_if(pair.link.as_ref()),
            pair.wait.map_or_else(Cell::absent, |w| Cell::figure(say::short(w), w)),
            Cell::count(pair.returned),
        ]
    });
    let table = Table {
        columns: vec![
            ("From", "from"),
            ("To", "to"),
            ("Hand-offs", "count"),
            ("p85 wait", "wait_p85_ms"),
            ("Came straight back", "returned"),
        ],
        rows: rows.collect(),
    };
    let svg = if total > 0 { picture(data, question, &answer) } else { String::new() };
    Drawn { id: "handoffs", question: question.to_owned(), answer, stands_on: data.stands_on.clone(), svg, table, ..Drawn::default() }
}

fn answer(data: &Handoffs, total: u64) -> String {
    let Some(most) = data.pairs.iter().max_by_key(|p| p.count).filter(|_| total > 0) else {
        return "No work went from one team to another in this window.".to_owned();
    };
    let mut said = format!(
        "{}; most often {} → {} ({})",
        say::counted(total, "hand-off", "hand-offs"),
        most.from,
        most.to,
        say::count(most.count)
    );
    let returned: u64 = data.pairs.iter().map(|p| p.returned).sum();
    if returned > 0 {
        let ping = data.pairs.iter().max_by_key(|p| p.returned);
        let pair = ping.map_or(String::new(), |p| format!(", above all between {} and {}", p.from, p.to));
        said.push_str(&format!(". {} came straight back{pair}", say::count(returned)));
    }
    said.push('.');
    said
}

fn picture(data: &Handoffs, question: &str, answer: &str) -> String {
    const CELL: (f64, f64) = (84.0, 36.0);
    let mut teams: Vec<(&str, u64)> = Vec::new();
    for pair in &data.pairs {
        for team in [&pair.from, &pair.to] {
            match teams.iter_mut().find(|(name, _)| name == team) {
                Some((_, n)) => *n += pair.count,
                None => teams.push((team, pair.count)),
            }
        }
    }
    teams.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    teams.truncate(MOST_TEAMS);
    let names: Vec<&str> = teams.iter().map(|(name, _)| *name).collect();
    let widest = names.iter().map(|t| width(t, 12.0)).fold(0.0, f64::max).min(150.0);
    let (left, top) = (widest + 12.0, 34.0);
    let most = data.pairs.iter().map(|p| p.count).max().unwrap_or(1);
    let mut svg = Svg::new();
    for (i, name) in names.iter().enumerate() {
        let head = wrap(&name.replace(['-', '_'], " "), 11.0, CELL.0 - 4.0, 2);
        for (line, y) in head.iter().rev().zip([26.0, 13.0]) {
            svg.text("t11 soft mid", left + (real(i) + 0.5) * CELL.0, y, line);
        }
        svg.text("soft end", left - 8.0, top + (real(i) + 0.5) * CELL.1 + 4.0, fit(name, 12.0, 150.0));
    }
    for (r, from) in names.iter().enumerate() {
        for (c, to) in names.iter().enumerate() {
            let (x, y) = (left + real(c) * CELL.0, top + real(r) * CELL.1);
            let pair = data.pairs.iter().find(|p| p.from == *from && p.to == *to && p.count > 0);
            let Some(pair) = pair else {
                svg.rect("bar-bg", x + 1.0, y + 1.0, CELL.0 - 2.0, CELL.1 - 2.0, 2.0);
                continue;
            };
            let heat = (pair.count * 6).div_ceil(most).min(6);
            let ink = if heat >= 4 { "on-dark" } else { "on-light" };
            let wait = pair.wait.map_or(String::new(), |w| format!(", p85 wait {}", say::short(w)));
            let title = format!(
                "{from} → {to}: {}{wait}, {} came straight back",
                say::count(pair.count),
                say::count(pair.returned)
            );
            svg.mark(pair.link.as_deref(), &title);
            svg.rect(&format!("heat-{heat}"), x + 1.0, y + 1.0, CELL.0 - 2.0, CELL.1 - 2.0, 2.0);
            if pair.returned * 5 >= pair.count {
                svg.rect("pingpong", x + 2.0, y + 2.0, CELL.0 - 4.0, CELL.1 - 4.0, 2.0);
            }
            svg.end();
            // The numbers lie over the link, whose name says them in a sentence.
            svg.text(&format!("strong mid over {ink}"), x + CELL.0 / 2.0, y + 16.0, say::count(pair.count));
            if let Some(w) = pair.wait {
                svg.text(&format!("t11 mid over {ink}"), x + CELL.0 / 2.0, y + 29.0, say::short(w));
            }
        }
    }
    let size = (left + real(names.len()) * CELL.0 + 4.0, top + real(names.len()) * CELL.1 + 4.0);
    svg.finish(size, false, question, answer)
}

#[cfg(test)]
mod tests {
    use super::{Handoffs, Pair, draw};

    #[test]
    fn the_busiest_pair_and_the_ping_pong_are_named() {
        let pair = |from: &str, to: &str, count, returned| Pair {
            from: from.to_owned(),
            to: to.to_owned(),
            count,
            returned,
            wait: Some(86_400_000),
            link: None,
        };
        let drawn = draw(&Handoffs {
            pairs: vec![pair("desk", "network", 40, 2), pair("network", "apps", 9, 7)],
            items: 50,
            ..Handoffs::default()
        });
        assert_eq!(
            drawn.answer,
            "49 hand-offs; most often desk → network (40). 9 came straight back, above all between network and apps."
        );
        assert_eq!(drawn.svg.matches("class=\"pingpong\"").count(), 1);
        assert!(draw(&Handoffs::default()).svg.is_empty());
    }
}
