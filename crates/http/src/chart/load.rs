//! Flow load: is too much in progress at once?

use crate::chart::drawn::{Cell, Drawn, Table};
use crate::chart::plot::{Plot, Scale};
use crate::chart::scope::{Scope, ms};
use crate::chart::svg::{Svg, n};
use crate::view::say;
use watercourse_flow::figure::State;
use watercourse_flow::measures::{Cuts, Period, Since, Window, Wip, little, wip};

const DAY: i64 = 86_400_000;
const MOST_DAYS: i64 = 400;

/// Work in progress day by day, and how much of it is neglected.
#[must_use]
pub fn of(scope: &Scope<'_>) -> Drawn {
    let question = "Is too much in progress at once?";
    let (from, until) = scope.window;
    let window = Window { from, until };
    let period = if (until - from) / DAY > MOST_DAYS { Period::Week } else { Period::Day };
    let cuts = Cuts::of(&scope.view, Some(window), period);
    let since = Since::best(&scope.view);
    let found = wip(&scope.view, &cuts, Some(window), since);
    let law = little(&scope.view, Some(window), since);
    let answer = match (found.now.state, found.mean.value()) {
        (State::NotMeasured { reason }, _) => reason.text().to_owned(),
        (_, None) => "Nothing was in progress in this window.".to_owned(),
        (_, Some(mean)) => {
            let neglected = match found.neglected.either.value() {
                Some(n) if n > 0.0 => format!(" {n:.0} of them are neglected: far older than usual, or untouched for 14 days."),
                _ => String::new(),
            };
            let now = ms(&found.now).and_then(|n| u64::try_from(n).ok()).unwrap_or(0);
            let steady = match law.steady {
                Some(false) => " Arrivals and departures did not balance: averages of this window predict nothing.",
                _ => "",
            };
            format!("{} in progress now, {} on average.{neglected}{steady}", say::counted(now, "item is", "items are"), say::rate(mean))
        }
    };
    let rows = rows(&found, &cuts);
    let any = rows.iter().any(|(_, n, _)| *n > 0);
    let cells = rows.iter().map(|(at, n, old)| {
        vec![Cell::text(say::date(*at)), Cell::count(*n), old.map_or_else(Cell::absent, Cell::count)]
    });
    let columns = vec![("From", "from"), ("In progress", "in_progress"), ("Older than 95 of 100 finished", "old")];
    let table = Table { columns, rows: if any { cells.collect() } else { Vec::new() } };
    let svg = if any && rows.len() > 1 { picture(scope, &rows, &cuts, found.mean.value(), question, &answer) } else { String::new() };
    let begun = if since == Since::Committed { "counted from their first start" } else { "counted from their creation: this source does not say when work began" };
    let stands_on = scope.on(scope.view.len(), &format!("items, {begun}"));
    Drawn { id: "flow-load", question: question.to_owned(), answer, stands_on, svg, table, ..Drawn::default() }
}

fn rows(found: &Wip, cuts: &Cuts) -> Vec<(i64, u64, Option<u64>)> {
    let Some(progress) = &found.in_progress else { return Vec::new() };
    let old = |row: usize| found.old.as_ref().and_then(|o| o.get(row).copied());
    cuts.from.iter().zip(progress).enumerate().map(|(row, (at, n))| (*at, *n, old(row))).collect()
}

fn picture(scope: &Scope<'_>, rows: &[(i64, u64, Option<u64>)], cuts: &Cuts, mean: Option<f64>, question: &str, answer: &str) -> String {
    let mut svg = Svg::new();
    svg.patterns();
    let long = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let most = rows.iter().map(|(_, n, _)| long(*n)).max().unwrap_or(1);
    let from = rows.first().map_or(0, |r| r.0);
    let plot = Plot::new((from, cuts.until.max(from + 1)), most, Scale::Counts);
    plot.grid(&mut svg);
    // A count is that of the end of its row and holds until the next: steps, nothing between is invented.
    let ends: Vec<i64> = rows.iter().skip(1).map(|r| r.0).chain([cuts.until]).collect();
    let mut area = |class: &str, of: &dyn Fn(usize) -> u64| {
        let mut d = format!("M{} {}", n(plot.x(from)), n(plot.y(0)));
        for (row, end) in ends.iter().enumerate() {
            let begin = rows.get(row).map_or(from, |r| r.0);
            let y = n(plot.y(long(of(row))));
            d.push_str(&format!("L{} {y}L{} {y}", n(plot.x(begin)), n(plot.x(*end))));
        }
        d.push_str(&format!("L{} {}Z", n(plot.x(cuts.until)), n(plot.y(0))));
        svg.path(class, &d);
    };
    area("mark-soft", &|row| rows.get(row).map_or(0, |r| r.1));
    area("wait", &|row| rows.get(row).and_then(|r| r.2).unwrap_or(0));
    plot.days(&mut svg);
    plot.marks(&mut svg, &scope.marks);
    if let Some(mean) = mean {
        let mut free = Plot::HIGH;
        #[expect(clippy::cast_possible_truncation, reason = "a mean of counts")]
        plot.level(&mut svg, "rule", mean.round() as i64, &format!("mean {}", say::rate(mean)), &mut free);
    }
    svg.rect("mark-soft", 60.0, Plot::HIGH - 14.0, 11.0, 11.0, 0.0);
    svg.text("t11 soft", 75.0, Plot::HIGH - 5.0, "in progress");
    svg.rect("wait", 160.0, Plot::HIGH - 14.0, 11.0, 11.0, 0.0);
    svg.text("t11 soft", 175.0, Plot::HIGH - 5.0, "of it older than 95 of 100 finished ones became");
    svg.finish((Plot::WIDE, Plot::HIGH + 4.0), true, question, answer)
}
