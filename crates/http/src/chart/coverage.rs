//! Coverage of the six activities: who does which, and does any hang on one team or on none?

use crate::chart::drawn::{Cell, Drawn, Table};
use crate::chart::scale::real;
use crate::chart::scope::{Scope, quoted};
use crate::chart::svg::Svg;
use crate::chart::text::{fit, wrap};
use crate::view::say;
use watercourse_core::activity::Activity;
use watercourse_flow::figure::Reason;
use watercourse_flow::measures::{TeamCoverage, coverage};

/// More teams than this do not fit a picture: the busiest stay, the table has all.
const MOST_TEAMS: usize = 9;

/// Of the items in view: what really happened, not who is said to be there.
#[must_use]
pub fn of(scope: &Scope<'_>) -> Drawn {
    let question = "Which team does which activity, and does any hang on one team?";
    let visits = scope.visits();
    let mapped = visits.step_activity.iter().any(Option::is_some);
    let teams = coverage(&scope.view);
    let by = |a: usize| teams.iter().filter(|t| t.parts.get(a).is_some_and(|p| p.visits > 0)).count();
    let named = |count: usize| -> Vec<&str> {
        Activity::ALL.into_iter().enumerate().filter(|(a, _)| by(*a) == count).map(|(_, a)| a.name()).collect()
    };
    let (none, one) = (named(0), named(1));
    let answer = if !visits.source.teams {
        Reason::NoTeams.text().to_owned()
    } else if !mapped {
        Reason::NoActivities.text().to_owned()
    } else if teams.is_empty() {
        "No team did anything in this window.".to_owned()
    } else {
        let alone = match one.len() {
            0 => "no activity hangs on one team".to_owned(),
            1 => format!("{} hangs on one team", say::list(&one)),
            _ => format!("{} hang on one team each", say::list(&one)),
        };
        let left = if none.is_empty() { String::new() } else { format!("; nobody did {}", say::list(&none)) };
        format!("{} at work: {alone}{left}.", say::counted(teams.len() as u64, "team", "teams"))
    };
    let drawable = mapped && !teams.is_empty();
    let rows = teams.iter().flat_map(|TeamCoverage { name, parts, .. }| {
        Activity::ALL.into_iter().zip(parts).filter(|(_, p)| p.visits > 0).map(move |(activity, part)| {
            let q = format!("team:{} activity:{}", quoted(name), activity.id());
            let open = Cell::count(part.open as u64).opening_if(scope.links.items(&q));
            vec![
                Cell::text(name),
                Cell::text(activity.name()),
                Cell::count(part.visits as u64),
                open,
                Cell::figure(say::short(part.path_ms), part.path_ms),
            ]
        })
    });
    let table = Table {
        columns: vec![
            ("Team", "team"),
            ("Activity", "activity"),
            ("Visits", "visits"),
            ("Open", "open"),
            ("Time on the path", "path_ms"),
        ],
        rows: if drawable { rows.collect() } else { Vec::new() },
    };
    let svg = if drawable { picture(&teams, question, &answer) } else { String::new() };
    let stands_on = scope.on(scope.view.len(), "items; what happened, not who is said to be there");
    Drawn { id: "coverage", question: question.to_owned(), answer, stands_on, svg, table, ..Drawn::default() }
}

fn picture(teams: &[TeamCoverage], question: &str, answer: &str) -> String {
    const LEFT: f64 = 150.0;
    const CELL: (f64, f64) = (84.0, 36.0);
    const TOP: f64 = 34.0;
    let shown = teams.get(..MOST_TEAMS).unwrap_or(teams);
    let most = shown.iter().flat_map(|t| t.parts.iter().map(|p| p.visits)).max().unwrap_or(1).max(1);
    let mut svg = Svg::new();
    for (c, TeamCoverage { name, .. }) in shown.iter().enumerate() {
        let head = wrap(&name.replace(['-', '_'], " "), 11.0, CELL.0 - 4.0, 2);
        for (line, y) in head.iter().rev().zip([26.0, 13.0]) {
            svg.text("t11 soft mid", LEFT + (real(c) + 0.5) * CELL.0, y, line);
        }
    }
    for (r, activity) in Activity::ALL.into_iter().enumerate() {
        let y = TOP + real(r) * CELL.1;
        svg.group(&format!("a-{}", activity.id()));
        svg.text("soft end", LEFT - 8.0, y + 22.0, fit(activity.name(), 12.0, LEFT - 12.0));
        svg.end();
        for (c, TeamCoverage { name, parts, .. }) in shown.iter().enumerate() {
            let x = LEFT + real(c) * CELL.0;
            let Some(part) = parts.get(r).filter(|p| p.visits > 0) else {
                svg.rect("bar-bg", x + 1.0, y + 1.0, CELL.0 - 2.0, CELL.1 - 2.0, 2.0);
                continue;
            };
            let heat = (part.visits * 6).div_ceil(most).min(6);
            let ink = if heat >= 4 { "on-dark" } else { "on-light" };
            let title = format!("{name} in {}: {}, {} open", activity.name(), say::counted(part.visits as u64, "visit", "visits"), say::count(part.open as u64));
            svg.titled_rect(&format!("heat-{heat}"), (x + 1.0, y + 1.0), (CELL.0 - 2.0, CELL.1 - 2.0), &title);
            svg.text(&format!("strong mid over {ink}"), x + CELL.0 / 2.0, y + 16.0, say::count(part.visits as u64));
            svg.text(&format!("t11 mid over {ink}"), x + CELL.0 / 2.0, y + 29.0, format!("{} open", say::count(part.open as u64)));
        }
    }
    let mut high = TOP + real(Activity::ALL.len()) * CELL.1 + 4.0;
    if teams.len() > MOST_TEAMS {
        svg.text("t11 faint", LEFT, high + 12.0, format!("and {} other teams, in the table", teams.len() - MOST_TEAMS));
        high += 18.0;
    }
    svg.finish((LEFT + real(shown.len().max(4)) * CELL.0 + 4.0, high), false, question, answer)
}
