//! Balance of the six activities: where does the time go, and is any of them left out?

use crate::chart::drawn::{Cell, Drawn, Table};
use crate::chart::scale::real;
use crate::chart::scope::Scope;
use crate::chart::svg::Svg;
use crate::view::say;
use watercourse_core::activity::Activity;
use watercourse_flow::figure::Reason;
use watercourse_flow::measures::{Group, by_activity};

/// Of the items in view.
#[must_use]
pub fn of(scope: &Scope<'_>) -> Drawn {
    let question = "How is the time spread over the six activities?";
    let groups = by_activity(&scope.view);
    let found = |a: Activity| groups.iter().find(|g| g.name == a.id());
    let share = |a: Activity| found(a).and_then(|g| g.share.value()).unwrap_or(0.0);
    let part = |share: f64| say::share(ten_thousandths(share), 10_000);
    let most = Activity::ALL.into_iter().max_by(|a, b| share(*a).total_cmp(&share(*b)));
    let none: Vec<&str> =
        Activity::ALL.into_iter().filter(|a| found(*a).is_none_or(|g| g.visits == 0)).map(Activity::name).collect();
    let total: i64 = groups.iter().map(|g| g.path_ms).sum();
    let answer = match most {
        _ if groups.is_empty() => Reason::NoActivities.text().to_owned(),
        Some(most) if total > 0 => {
            let left = match none.len() {
                0 => "All six happen.".to_owned(),
                _ => format!("{} did not happen here.", say::list(&none)),
            };
            format!("{} of the time goes to {}. {left}", part(share(most)), most.name())
        }
        _ => "Nothing happened in this window.".to_owned(),
    };
    let rows = Activity::ALL.into_iter().filter(|_| !groups.is_empty()).map(|a| {
        let open = |q: &str| scope.links.items(&format!("activity:{}{q}", a.id()));
        let count = |n: usize, link: Option<String>| Cell::count(n as u64).opening_if(link);
        let g = found(a);
        vec![
            Cell::text(a.name()),
            Cell::figure(part(share(a)), share(a)),
            Cell::figure(say::short(g.map_or(0, |g| g.path_ms)), g.map_or(0, |g| g.path_ms)),
            count(g.map_or(0, |g| g.items), None),
            count(g.map_or(0, |g| g.open), open("")),
        ]
    });
    let table = Table {
        columns: vec![
            ("Activity", "activity"),
            ("Share of time", "share"),
            ("Time on the path", "path_ms"),
            ("Items", "items"),
            ("Open visits", "open"),
        ],
        rows: rows.collect(),
    };
    let svg = if total > 0 { picture(&groups, question, &answer) } else { String::new() };
    let stands_on = scope.on(scope.view.len(), "items; time along the critical path, also of open items");
    Drawn { id: "balance", question: question.to_owned(), answer, stands_on, svg, table, ..Drawn::default() }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share lies in [0,1]")]
fn ten_thousandths(share: f64) -> u64 {
    (share.clamp(0.0, 1.0) * 10_000.0).round() as u64
}

fn picture(groups: &[Group], question: &str, answer: &str) -> String {
    const ROW: f64 = 30.0;
    const LEFT: f64 = 170.0;
    const ROOM: f64 = 440.0;
    let mut svg = Svg::new();
    for (i, activity) in Activity::ALL.into_iter().enumerate() {
        let group = groups.iter().find(|g| g.name == activity.id());
        let share = group.and_then(|g| g.share.value()).unwrap_or(0.0).clamp(0.0, 1.0);
        let y = real(i) * ROW + 4.0;
        svg.group(&format!("a-{}", activity.id()));
        svg.title(&format!("{}: {}", activity.name(), say::long(group.map_or(0, |g| g.path_ms))));
        svg.text("soft end", LEFT - 8.0, y + 15.0, activity.name());
        svg.rect("bar-bg", LEFT, y + 3.0, ROOM, 16.0, 0.0);
        svg.rect("bar-a", LEFT, y + 3.0, share * ROOM, 16.0, 0.0);
        svg.end();
        let open = group.map_or(0, |g| g.open) as u64;
        let said = if group.is_none_or(|g| g.visits == 0) {
            "never".to_owned()
        } else {
            format!("{} · {} open", say::share(ten_thousandths(share), 10_000), say::count(open))
        };
        svg.text("t11 soft", LEFT + ROOM + 8.0, y + 15.0, said);
    }
    svg.finish((760.0, real(Activity::ALL.len()) * ROW + 6.0), true, question, answer)
}
