//! Throughput: how much do we finish, and does as much come as goes?

use crate::chart::drawn::{Cell, Drawn, Table};
use crate::chart::plot::{Plot, Scale};
use crate::chart::scope::{Scope, ms};
use crate::chart::svg::Svg;
use crate::view::say;
use watercourse_flow::figure::{Figure, State};
use watercourse_flow::measures::{Week, weeks};
use watercourse_flow::quantile::Quantiles;

const WEEK: i64 = 7 * 86_400_000;
/// As many whole weeks are needed before a median is said.
const ENOUGH: usize = 4;

/// Weeks of the items in view.
#[must_use]
pub fn of(scope: &Scope<'_>) -> Drawn {
    let weeks: Vec<Week> = weeks(&scope.view).into_iter().filter(|w| w.from + WEEK > scope.window.0).collect();
    draw(scope, &weeks)
}

fn number(figure: &Figure) -> Option<u64> {
    ms(figure).and_then(|n| u64::try_from(n).ok())
}

fn median(weeks: &[Week], of: impl Fn(&Week) -> Option<u64>) -> Option<f64> {
    let mut whole: Vec<i64> =
        weeks.iter().filter(|w| w.whole).filter_map(|w| of(w).and_then(|n| i64::try_from(n).ok())).collect();
    if whole.len() < ENOUGH { None } else { Quantiles::of(&mut whole).map(|q| q.p50) }
}

fn draw(scope: &Scope<'_>, weeks: &[Week]) -> Drawn {
    let question = "How much do we finish, and does as much come as goes?";
    let finished = |w: &Week| number(&w.delivered);
    let arrived = |w: &Week| number(&w.arrivals);
    let (out, come) = (median(weeks, finished), median(weeks, arrived));
    let sum = |of: &dyn Fn(&Week) -> Option<u64>| weeks.iter().filter_map(of).sum::<u64>();
    let (total, came) = (sum(&finished), sum(&arrived));
    let answer = match weeks.first().map(|w| w.delivered.state) {
        None => "Nothing arrived and nothing was finished in this window.".to_owned(),
        Some(State::NotMeasured { reason }) => reason.text().to_owned(),
        Some(_) => {
            let said = format!(
                "{} finished and {} arrived",
                say::counted(total, "item was", "items were"),
                say::count(came)
            );
            match out.zip(come) {
                None => format!("{said}; too few whole weeks to say what is usual."),
                Some((out, come)) => {
                    format!("{said}; in the median week {} finished, {} arrived.", say::rate(out), say::rate(come))
                }
            }
        }
    };
    let measured = !answer.starts_with("Not");
    let rows = weeks.iter().map(|w| {
        let cell = |figure: &Figure, link: Option<String>| match number(figure) {
            Some(n) => Cell::count(n).opening_if(link),
            None => Cell::absent(),
        };
        let p50 = ms(&w.lead_time.p50);
        vec![
            Cell::text(say::date(w.from)),
            cell(&w.delivered, within(scope, w, "delivered")),
            cell(&w.arrivals, within(scope, w, "created")),
            p50.map_or_else(Cell::absent, |p| Cell::figure(say::short(p), p)),
            Cell::text(if w.whole { "" } else { "partial" }),
        ]
    });
    let table = Table {
        columns: vec![
            ("Week from", "week"),
            ("Finished", "finished"),
            ("Arrived", "arrived"),
            ("Median lead time", "lead_time_p50_ms"),
            ("", "partial"),
        ],
        rows: rows.collect(),
    };
    let svg = if measured && total + came > 0 { picture(scope, weeks, out, question, &answer) } else { String::new() };
    let on = usize::try_from(total).unwrap_or(usize::MAX);
    let stands_on = scope.on(on, "finished items; weeks from Monday, UTC; partial weeks hatched and in no median");
    Drawn { id: "throughput", question: question.to_owned(), answer, stands_on, svg, table, ..Drawn::default() }
}

/// The items of a week by one of their dates.
fn within(scope: &Scope<'_>, week: &Week, field: &str) -> Option<String> {
    scope.links.items(&Scope::during(field, week.from, week.from + WEEK))
}

fn picture(scope: &Scope<'_>, weeks: &[Week], out: Option<f64>, question: &str, answer: &str) -> String {
    let mut svg = Svg::new();
    svg.patterns();
    let most = weeks.iter().flat_map(|w| [number(&w.delivered), number(&w.arrivals)]).flatten().max().unwrap_or(1);
    let from = weeks.first().map_or(scope.window.0, |w| w.from);
    let until = weeks.last().map_or(scope.window.1, |w| w.from + WEEK);
    let plot = Plot::new((from, until), i64::try_from(most).unwrap_or(i64::MAX), Scale::Counts);
    plot.grid(&mut svg);
    let wide = (plot.x(from + WEEK) - plot.x(from)).max(1.0);
    let gap = if wide > 4.0 { 1.0 } else { 0.0 };
    for week in weeks {
        let Some(n) = number(&week.delivered) else { continue };
        let count = i64::try_from(n).unwrap_or(i64::MAX);
        let partial = if week.whole { "" } else { ", partial week" };
        let title = format!("week of {}: {} finished{partial}", say::day(week.from, until), say::count(n));
        let class = if week.whole { "mark-soft" } else { "unknown" };
        let y = plot.y(count);
        let link = within(scope, week, "delivered");
        svg.small_mark(link.as_deref(), &title);
        svg.rect(class, plot.x(week.from) + gap, y, wide - 2.0 * gap, plot.y(0) - y, 0.0);
        svg.end();
    }
    let line: Vec<String> = weeks
        .iter()
        .filter_map(|w| number(&w.arrivals).map(|n| (w, n)))
        .map(|(w, n)| {
            let y = plot.y(i64::try_from(n).unwrap_or(i64::MAX));
            format!("{} {}", crate::chart::svg::n(plot.x(w.from) + wide / 2.0), crate::chart::svg::n(y))
        })
        .collect();
    if line.len() > 1 {
        svg.path("arrivals", &format!("M{}", line.join("L")));
    }
    plot.days(&mut svg);
    plot.marks(&mut svg, &scope.marks);
    if let Some(out) = out {
        let mut free = Plot::HIGH;
        #[expect(clippy::cast_possible_truncation, reason = "a median of counts")]
        plot.level(&mut svg, "rule", out.round() as i64, &format!("median {}", say::rate(out)), &mut free);
    }
    svg.rect("mark-soft", 60.0, Plot::HIGH - 14.0, 11.0, 11.0, 0.0);
    svg.text("t11 soft", 75.0, Plot::HIGH - 5.0, "finished");
    svg.line("arrivals", 140.0, Plot::HIGH - 9.0, 156.0, Plot::HIGH - 9.0);
    svg.text("t11 soft", 161.0, Plot::HIGH - 5.0, "arrived");
    svg.finish((Plot::WIDE, Plot::HIGH + 4.0), true, question, answer)
}
