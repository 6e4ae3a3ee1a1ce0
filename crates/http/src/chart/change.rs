//! Before and after: did a change make a difference?

use crate::chart::drawn::{Cell, Drawn, Table};
use crate::chart::scale::{along, durations};
use crate::chart::scope::{Scope, figure, ms};
use crate::chart::svg::Svg;
use crate::view::say;
use watercourse_flow::figure::Figure;
use watercourse_flow::measures::{Begin, BeforeAfter, Estimate, Marker, Side, Verdict, before_after};

/// The same draws for everybody who looks.
const SEED: u64 = 7;
/// More dots than this are thinned out in the picture.
const MOST_DOTS: usize = 400;

/// Of the items delivered before and after the marker: the day asked for, else the last version published within the
/// window.
#[must_use]
pub fn of(scope: &Scope<'_>) -> Drawn {
    let question = "Did the change make a difference?";
    let Some((at, name)) = scope.marker() else {
        return Drawn {
            id: "before-after",
            question: question.to_owned(),
            answer: "No change is marked in this window: choose a day under “Change on”.".to_owned(),
            stands_on: scope.stands_on.clone(),
            ..Drawn::default()
        };
    };
    let found = before_after(&scope.view, Marker { at, reach: None, begin: Begin::Created, seed: SEED });
    let answer = answer(&found, at, scope.window.1);
    let side = |name: &str, s: &Side| {
        let cells = [&s.p50, &s.p85].map(|e| [value(&e.figure), bound(e.at_least), bound(e.at_most)]);
        let n = u64::try_from(ms(&s.items).unwrap_or(0)).unwrap_or(0);
        [vec![Cell::text(name), Cell::count(n)], cells.into_iter().flatten().collect()].concat()
    };
    let mut rows = vec![side("before", &found.before), side("after", &found.after)];
    let shift = [value(&found.shift.figure), bound(found.shift.at_least), bound(found.shift.at_most)];
    rows.push([vec![Cell::text("shift"), Cell::absent()], shift.into(), vec![Cell::absent(); 3]].concat());
    let table = Table {
        columns: vec![
            ("", "side"),
            ("Delivered", "delivered"),
            ("p50", "p50_ms"),
            ("at least", "p50_at_least_ms"),
            ("at most", "p50_at_most_ms"),
            ("p85", "p85_ms"),
            ("at least", "p85_at_least_ms"),
            ("at most", "p85_at_most_ms"),
        ],
        rows,
    };
    let measured = !matches!(found.verdict, Verdict::NotMeasured { .. });
    let svg = if measured { picture(scope, at, &found, question, &answer) } else { String::new() };
    let n = [&found.before.items, &found.after.items].into_iter().filter_map(ms).sum::<i64>();
    let stands_on = scope.on(usize::try_from(n).unwrap_or(0), &format!("delivered items around {name}; intervals of 95 %, 1 000 draws"));
    Drawn { id: "before-after", question: question.to_owned(), answer, stands_on, svg, table, ..Drawn::default() }
}

fn value(measured: &Figure) -> Cell {
    ms(measured).map_or_else(Cell::absent, |v| Cell::figure(say::short(v), v))
}

fn bound(limit: Option<f64>) -> Cell {
    #[expect(clippy::cast_possible_truncation, reason = "whole ms")]
    limit.map_or_else(Cell::absent, |v| Cell::figure(say::short(v.round() as i64), v.round() as i64))
}

fn answer(found: &BeforeAfter, at: i64, now: i64) -> String {
    let day = say::day(at, now);
    let shown = |e: &Estimate| figure(&e.figure, None).brief();
    let medians = format!("half took up to {} before and {} after {day}", shown(&found.before.p50), shown(&found.after.p50));
    let range = match (bound(found.shift.at_least), bound(found.shift.at_most)) {
        (low, high) if !low.value.is_empty() && !high.value.is_empty() => format!(" (95 %: {} to {})", low.text, high.text),
        _ => String::new(),
    };
    match found.verdict {
        Verdict::NotMeasured { reason } => reason.text().to_owned(),
        Verdict::TooFew { needed } => format!("Too few to say: at least {needed} have to be delivered on each side of {day}."),
        Verdict::NoClearChange => format!("No clear change: {medians}{range}."),
        Verdict::Shorter => format!("Yes, shorter by {}{range}: {medians}.", say::short(ms(&found.shift.figure).unwrap_or(0).abs())),
        Verdict::Longer => format!("Yes, longer by {}{range}: {medians}.", say::short(ms(&found.shift.figure).unwrap_or(0))),
    }
}

fn picture(scope: &Scope<'_>, at: i64, found: &BeforeAfter, question: &str, answer: &str) -> String {
    const LEFT: f64 = 70.0;
    const ROOM: f64 = 640.0;
    const ROW: f64 = 84.0;
    let visits = scope.visits();
    let ended = |item: &usize| visits.items.ended.get(*item).copied().unwrap_or(i64::MAX);
    let times = |after: bool| -> Vec<i64> {
        let chosen = scope.items().filter(|i| visits.delivered(*i) && (ended(i) >= at) == after);
        chosen.filter_map(|i| scope.took(i)).collect()
    };
    let sides = [("before", times(false), &found.before), ("after", times(true), &found.after)];
    let far = [&found.before.p85, &found.after.p85].into_iter().filter_map(|e| ms(&e.figure)).max();
    let longest = sides.iter().flat_map(|(_, t, _)| t.iter().copied()).max().unwrap_or(1);
    let marks = durations(far.map_or(longest, |p| p.saturating_mul(2).min(longest)).max(1), 8);
    let end = marks.last().copied().unwrap_or(1);
    let x = |took: i64| LEFT + along(took.min(end), end, ROOM);
    let mut svg = Svg::new();
    for mark in &marks {
        svg.line("grid", x(*mark), 6.0, x(*mark), 2.0 * ROW + 6.0);
        svg.text("t11 faint mid", x(*mark), 2.0 * ROW + 22.0, say::short(*mark));
    }
    for (i, (name, times, side)) in sides.iter().enumerate() {
        let top = crate::chart::scale::real(i) * ROW + 8.0;
        svg.text("soft end", LEFT - 10.0, top + 36.0, name);
        svg.text("t11 faint end", LEFT - 10.0, top + 50.0, format!("n = {}", times.len()));
        let every = times.len().div_ceil(MOST_DOTS).max(1);
        for (k, took) in times.iter().enumerate().filter(|(k, _)| k % every == 0) {
            let row = crate::chart::scale::real((k / every * 7) % 9);
            svg.circle("dot", x(*took), top + 12.0 + row * 5.0, 2.5);
        }
        for (word, e) in [("p50", &side.p50), ("p85", &side.p85)] {
            let Some(value) = ms(&e.figure) else { continue };
            if let (Some(low), Some(high)) = (e.at_least, e.at_most) {
                #[expect(clippy::cast_possible_truncation, reason = "whole ms")]
                let (low, high) = (x(low.round() as i64), x(high.round() as i64));
                svg.rect("band-2", low, top + 2.0, (high - low).max(1.0), ROW - 22.0, 0.0);
            }
            svg.line("rule", x(value), top, x(value), top + ROW - 18.0);
            svg.text("t11 soft halo", x(value) + 3.0, top + ROW - 9.0, format!("{word} {}", say::short(value)));
        }
    }
    svg.finish((760.0, 2.0 * ROW + 28.0), true, question, answer)
}
