//! Flow time with open work counted: how long will something that begins now take?

use crate::chart::drawn::{Cell, Drawn, Table};
use crate::chart::scale::{along, durations};
use crate::chart::scope::{Scope, ms};
use crate::chart::svg::{Svg, n};
use crate::view::say;
use watercourse_flow::figure::{Reason, State};
use watercourse_flow::measures::{Begin, Cohort, Estimate, FlowTime, Method, flow_time};

/// A curve has at most so many corners in the table; the picture has all.
const MOST_ROWS: usize = 500;

/// Of the items in view that began in the window.
#[must_use]
pub fn of(scope: &Scope<'_>) -> Drawn {
    let question = "How long will something that begins now take?";
    let cohort = Cohort { from: scope.from_day.as_ref().map(|_| scope.window.0), ..Cohort::default() };
    let found = flow_time(&scope.view, Begin::Created, cohort);
    let answer = answer(&found);
    let every = found.curve.steps.len().div_ceil(MOST_ROWS).max(1);
    let last = found.curve.steps.len().saturating_sub(1);
    let rows = found.curve.steps.iter().enumerate().filter(|(i, _)| i % every == 0 || *i == last).map(|(_, step)| {
        vec![
            Cell::figure(say::short(step.at), step.at),
            Cell::figure(format!("{:.1} %", step.share * 100.0), step.share),
            Cell::figure(format!("{:.1} %", step.lower * 100.0), step.lower),
            Cell::figure(format!("{:.1} %", step.upper * 100.0), step.upper),
            Cell::count(step.ended as u64),
        ]
    });
    let table = Table {
        columns: vec![
            ("Age", "age_ms"),
            ("Delivered by then", "share"),
            ("At least", "lower"),
            ("At most", "upper"),
            ("Delivered at it", "delivered"),
        ],
        rows: rows.collect(),
    };
    let svg = if found.curve.steps.len() > 1 { picture(&found, question, &answer) } else { String::new() };
    let count = |f: &watercourse_flow::figure::Figure| say::count(u64::try_from(ms(f).unwrap_or(0)).unwrap_or(0));
    let method = if found.method == Method::AalenJohansen { "Aalen–Johansen, as more than 5 % ended otherwise" } else { "Kaplan–Meier" };
    let what = format!(
        "items that began in the window: {} delivered, {} open and counted as far as they got, {} ended otherwise; {method}",
        count(&found.delivered),
        count(&found.open),
        count(&found.otherwise)
    );
    Drawn {
        id: "flow-time",
        question: question.to_owned(),
        answer,
        stands_on: scope.on(found.curve.n, &what),
        svg,
        table,
        ..Drawn::default()
    }
}

fn answer(found: &FlowTime) -> String {
    if let State::NotMeasured { reason } = found.items.state {
        return reason.text().to_owned();
    }
    let said = |word: &str, e: &Estimate| match e.figure.state {
        State::Value { .. } | State::Zero => {
            let whole = |v: f64| {
                #[expect(clippy::cast_possible_truncation, reason = "whole ms")]
                let ms = v.round() as i64;
                say::short(ms)
            };
            let limits = match (e.at_least, e.at_most) {
                (Some(low), Some(high)) => format!(" ({} to {})", whole(low), whole(high)),
                (Some(low), None) => format!(" (at least {})", whole(low)),
                _ => String::new(),
            };
            Some(format!("{word} within {}{limits}", say::short(ms(&e.figure)?)))
        }
        State::NotMeasured { reason: Reason::NotReached } => Some(format!("{word}: not reached yet")),
        _ => None,
    };
    let words: Vec<String> =
        [said("half", &found.p50), said("85 of 100", &found.p85), said("95 of 100", &found.p95)].into_iter().flatten().collect();
    if words.is_empty() {
        return "Too few were delivered to say.".to_owned();
    }
    format!("Open work counted, {}.", say::list(&words))
}

fn picture(found: &FlowTime, question: &str, answer: &str) -> String {
    const W: f64 = 760.0;
    const LEFT: f64 = 56.0;
    const TOP: f64 = 14.0;
    const ROOM: (f64, f64) = (620.0, 206.0);
    let mut svg = Svg::new();
    let steps = &found.curve.steps;
    // As far as p95, and twice that where it goes on: the last of a long tail would press all else flat.
    let far = ms(&found.p95.figure).map_or(found.curve.last, |p| p.saturating_mul(2).min(found.curve.last)).max(1);
    let marks = durations(far, 8);
    let end = marks.last().copied().unwrap_or(far);
    let x = |age: i64| LEFT + along(age.min(end), end, ROOM.0);
    let y = |share: f64| TOP + ROOM.1 * (1.0 - share.clamp(0.0, 1.0));
    for (share, text) in [(0.0, "0 %"), (0.5, "50 %"), (0.85, "85 %"), (0.95, ""), (1.0, "100 %")] {
        svg.line("grid", LEFT, y(share), LEFT + ROOM.0, y(share));
        svg.text("t11 faint end", LEFT - 6.0, y(share) + 4.0, text);
    }
    for mark in &marks {
        svg.text("t11 faint mid", x(*mark), TOP + ROOM.1 + 16.0, say::short(*mark));
    }
    let seen: Vec<_> = steps.iter().take_while(|s| s.at <= end).collect();
    let stairs = |value: &dyn Fn(usize) -> f64| {
        let mut d = Vec::new();
        let mut before = 0.0;
        for (i, step) in seen.iter().enumerate() {
            d.push(format!("{} {}", n(x(step.at)), n(y(before))));
            before = value(i);
            d.push(format!("{} {}", n(x(step.at)), n(y(before))));
        }
        d.push(format!("{} {}", n(x(found.curve.last)), n(y(before))));
        d
    };
    let at = |i: usize| seen.get(i);
    let lower = stairs(&|i| at(i).map_or(0.0, |s| s.lower));
    let mut upper = stairs(&|i| at(i).map_or(0.0, |s| s.upper));
    upper.reverse();
    svg.path("band-1", &format!("M{}L{}Z", lower.join("L"), upper.join("L")));
    let share = stairs(&|i| at(i).map_or(0.0, |s| s.share));
    svg.path("curve", &format!("M{} {}L{}", n(x(0)), n(y(0.0)), share.join("L")));
    svg.line("axis", LEFT, TOP + ROOM.1, LEFT + ROOM.0, TOP + ROOM.1);
    for (name, estimate) in [("p50", &found.p50), ("p85", &found.p85), ("p95", &found.p95)] {
        let Some(age) = ms(&estimate.figure).filter(|age| *age <= end) else { continue };
        svg.line("rule", x(age), TOP, x(age), TOP + ROOM.1);
        svg.text("t11 soft halo", x(age) + 4.0, TOP + ROOM.1 - 6.0, format!("{name} {}", say::short(age)));
    }
    svg.finish((W, TOP + ROOM.1 + 26.0), true, question, answer)
}
