//! Flow distribution: what kind of work gets done?

use crate::chart::drawn::{Cell, Drawn, Table};
use crate::chart::plot::{Plot, Scale};
use crate::chart::scope::{Scope, quoted};
use crate::chart::svg::Svg;
use crate::view::say;
use watercourse_flow::measures::{Cuts, Period, Throughput, Window, throughput};

const DAY: i64 = 86_400_000;
/// As many kinds have a shade of their own; the others share the last.
const SHADES: usize = 6;

/// Of the delivered items in view, by kind and month (weeks where the window is short).
#[must_use]
pub fn of(scope: &Scope<'_>) -> Drawn {
    let question = "What kind of work gets done?";
    let (from, until) = scope.window;
    let period = if (until - from) / DAY > 120 { Period::Month } else { Period::Week };
    let cuts = Cuts::of(&scope.view, Some(Window { from, until }), period);
    let found = throughput(&scope.view, &cuts);
    let name = |name: &str| if name.is_empty() { "of no kind".to_owned() } else { name.to_owned() };
    let total: u64 = found.kinds.iter().flat_map(|k| &k.delivered).sum();
    let answer = match found.kinds.first() {
        _ if found.not_measured.is_some() => found.not_measured.map_or_else(String::new, |r| r.text().to_owned()),
        Some(first) if total > 0 && found.kinds.len() == 1 && first.name.is_empty() => {
            format!("{} delivered; this source does not say of which kind.", say::counted(total, "item was", "items were"))
        }
        Some(first) if total > 0 => format!(
            "{} delivered, of {}; {} of them {}.",
            say::counted(total, "item was", "items were"),
            say::counted(found.kinds.len() as u64, "kind", "kinds"),
            say::share(first.delivered.iter().sum(), total),
            name(&first.name)
        ),
        _ => "Nothing was delivered in this window.".to_owned(),
    };
    let rows = found.kinds.iter().map(|kind| {
        let sum: u64 = kind.delivered.iter().sum();
        let link = scope.links.items(&format!("kind:{} {}", quoted(&kind.name), scope.within("delivered")));
        vec![
            Cell::text(name(&kind.name)),
            Cell::count(sum).opening_if(link.filter(|_| !kind.name.is_empty())),
            Cell::text(say::share(sum, total)),
        ]
    });
    let columns = vec![("Kind", "kind"), ("Delivered", "delivered"), ("Share", "share")];
    let table = Table { columns, rows: rows.collect() };
    let svg = if total > 0 { picture(scope, &found, question, &answer) } else { String::new() };
    let row = if period == Period::Month { "month" } else { "week" };
    let stands_on = scope.on(usize::try_from(total).unwrap_or(usize::MAX), &format!("delivered items, one bar a {row}, UTC"));
    Drawn { id: "distribution", question: question.to_owned(), answer, stands_on, svg, table, ..Drawn::default() }
}

fn picture(scope: &Scope<'_>, found: &Throughput, question: &str, answer: &str) -> String {
    let mut svg = Svg::new();
    let cuts = &found.cuts;
    let sum = |row: usize| found.kinds.iter().filter_map(|k| k.delivered.get(row)).sum::<u64>();
    let long = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let most = (0..cuts.len()).map(sum).max().unwrap_or(1);
    let from = cuts.from.first().copied().unwrap_or(0);
    let plot = Plot::new((from, cuts.until.max(from + 1)), long(most), Scale::Counts);
    plot.grid(&mut svg);
    for row in 0..cuts.len() {
        let (Some(begin), end) = (cuts.from.get(row).copied(), cuts.from.get(row + 1).copied().unwrap_or(cuts.until)) else {
            continue;
        };
        let mut below = 0;
        for (place, kind) in found.kinds.iter().enumerate() {
            let n = kind.delivered.get(row).copied().unwrap_or(0);
            let (low, high) = (plot.y(long(below)), plot.y(long(below + n)));
            let title = format!("{}, {} of {} from {}", kind.name, say::count(n), say::count(sum(row)), say::day(begin, cuts.until));
            if n > 0 {
                let wide = (plot.x(end) - plot.x(begin) - 1.5).max(0.5);
                let of_kind = if kind.name.is_empty() { String::new() } else { format!("kind:{} ", quoted(&kind.name)) };
                let link = scope.links.items(&format!("{of_kind}{}", Scope::during("delivered", begin, end)));
                svg.small_mark(link.as_deref(), &title);
                svg.rect(shade(place), plot.x(begin), high, wide, low - high, 0.0);
                svg.end();
            }
            below += n;
        }
    }
    plot.days(&mut svg);
    plot.marks(&mut svg, &scope.marks);
    for (place, kind) in found.kinds.iter().enumerate().take(SHADES + 1) {
        let y = 20.0 + 18.0 * crate::chart::scale::real(place);
        svg.rect(shade(place), Plot::right() + 10.0, y - 9.0, 11.0, 11.0, 0.0);
        let name = if place == SHADES { "others" } else { kind.name.as_str() };
        svg.text("t11 soft", Plot::right() + 25.0, y, super::text::fit(name, 11.0, 90.0));
    }
    svg.finish((Plot::WIDE + 40.0, Plot::HIGH), true, question, answer)
}

fn shade(place: usize) -> &'static str {
    ["heat-6", "heat-5", "heat-4", "heat-3", "heat-2", "heat-1", "heat-0"].get(place.min(SHADES)).copied().unwrap_or("heat-0")
}
