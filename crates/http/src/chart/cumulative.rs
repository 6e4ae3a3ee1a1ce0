//! Cumulative flow: is work arriving faster than it leaves, and where does it pile up?

use crate::chart::drawn::{Cell, Drawn, Table};
use crate::chart::plot::{Plot, Scale};
use crate::chart::scope::{Scope, quoted};
use crate::chart::svg::{Svg, n};
use crate::chart::text::fit;
use crate::view::say;
use watercourse_core::activity::Activity;
use watercourse_flow::measures::{CumulativeFlow, Cuts, Period, Window, cumulative_flow};

const DAY: i64 = 86_400_000;
/// More rows than this are weeks, not days.
const MOST_DAYS: i64 = 190;

/// One band of the picture: all that had come at least so far.
struct Layer<'a> {
    name: String,
    activity: Option<Activity>,
    /// The open items that are there.
    link: Option<String>,
    reached: &'a [u64],
}

/// Of all items in view; a change of the window changes no count within it.
#[must_use]
pub fn of(scope: &Scope<'_>) -> Drawn {
    let question = "Is work arriving faster than it leaves, and where does it pile up?";
    let (from, until) = scope.window;
    let window = Window { from, until };
    let period = if (until - from) / DAY > MOST_DAYS { Period::Week } else { Period::Day };
    let cuts = Cuts::of(&scope.view, Some(window), period);
    let order = scope.stream.map(|_| scope.order());
    let flow = cumulative_flow(&scope.view, &cuts, order.as_deref());
    let layers = layers(scope, &flow);
    let answer = answer(&flow);
    let table = table(&flow, &layers);
    let drawn = cuts.len() > 1 && flow.arrived.last().is_some_and(|n| *n > 0);
    let svg = if drawn { picture(scope, &flow, &layers, question, &answer) } else { String::new() };
    let arrived = flow.arrived.last().copied().unwrap_or(0);
    let row = if period == Period::Day { "day" } else { "week" };
    let stands_on = scope.on(usize::try_from(arrived).unwrap_or(usize::MAX), &format!("arrivals, one row a {row}, UTC"));
    Drawn { id: "cumulative-flow", question: question.to_owned(), answer, stands_on, svg, table, ..Drawn::default() }
}

fn layers<'a>(scope: &Scope<'_>, flow: &'a CumulativeFlow) -> Vec<Layer<'a>> {
    let arrived = Layer { name: "arrived".to_owned(), activity: None, link: None, reached: &flow.arrived };
    let bands = flow.bands.iter().map(|band| Layer {
        name: scope.step_name(band.step),
        activity: scope.activity(band.step),
        link: scope.links.items(&format!("step:{}", quoted(scope.visits().steps.name(band.step)))),
        reached: &band.reached,
    });
    [arrived].into_iter().chain(bands).collect()
}

fn answer(flow: &CumulativeFlow) -> String {
    let (Some(came), Some(left)) = (flow.arrived.last().zip(flow.arrived.first()), flow.departed.as_ref()) else {
        return flow.no_departures.map_or_else(|| "Nothing arrived in this window.".to_owned(), |r| r.text().to_owned());
    };
    let in_flow = |row: usize| {
        flow.arrived.get(row).copied().unwrap_or(0).saturating_sub(left.get(row).copied().unwrap_or(0))
    };
    let last = flow.arrived.len().saturating_sub(1);
    let (before, now) = (in_flow(0), in_flow(last));
    let change = match now.cmp(&before) {
        std::cmp::Ordering::Greater => format!("{} more than at the start", say::count(now - before)),
        std::cmp::Ordering::Less => format!("{} fewer than at the start", say::count(before - now)),
        std::cmp::Ordering::Equal => "as many as at the start".to_owned(),
    };
    let most = flow.bands.iter().filter_map(|b| Some((b, *b.at.last()?))).max_by_key(|(_, at)| *at).filter(|(_, at)| *at > 0);
    let piled = most.map_or_else(String::new, |(band, at)| format!(" Most of them ({}) are at {}.", say::count(at), band.name));
    format!(
        "{} arrived since then; {} in the flow now, {change}.{piled}",
        say::counted(came.0 - came.1, "item", "items"),
        say::counted(now, "item is", "items are")
    )
}

fn table(flow: &CumulativeFlow, layers: &[Layer<'_>]) -> Table {
    let rows = flow.cuts.from.iter().enumerate().flat_map(|(row, from)| {
        let departed = flow.departed.as_ref().and_then(|d| d.get(row).copied());
        let bands = layers.iter().enumerate().map(move |(place, layer)| {
            let at = if place == 0 { flow.at_none.get(row) } else { flow.bands.get(place - 1).and_then(|b| b.at.get(row)) };
            vec![
                Cell::text(say::date(*from)),
                Cell::text(&layer.name),
                Cell::count(layer.reached.get(row).copied().unwrap_or(0)),
                at.map_or_else(Cell::absent, |n| Cell::count(*n)),
            ]
        });
        let left = departed.map(|n| vec![Cell::text(say::date(*from)), Cell::text("departed"), Cell::count(n), Cell::absent()]);
        bands.chain(left)
    });
    Table {
        columns: vec![("From", "from"), ("Band", "band"), ("Reached it or later", "reached"), ("There at the end", "at")],
        rows: rows.collect(),
    }
}

fn picture(scope: &Scope<'_>, flow: &CumulativeFlow, layers: &[Layer<'_>], question: &str, answer: &str) -> String {
    let mut svg = Svg::new();
    svg.patterns();
    // What had departed before the window would press the picture flat: counting begins there.
    let base = flow.departed.as_ref().and_then(|d| d.first().copied()).unwrap_or(0);
    let height = |n: u64| i64::try_from(n.saturating_sub(base)).unwrap_or(i64::MAX);
    let most = flow.arrived.iter().map(|a| height(*a)).max().unwrap_or(1);
    let cuts = &flow.cuts;
    let from = cuts.from.first().copied().unwrap_or(scope.window.0);
    let plot = Plot::new((from, cuts.until.max(from + 1)), most, Scale::Counts);
    plot.grid(&mut svg);
    let ends: Vec<i64> = cuts.from.iter().skip(1).copied().chain([cuts.until]).collect();
    for (place, layer) in layers.iter().enumerate() {
        let below = layers.get(place + 1).map(|l| l.reached).or(flow.departed.as_deref());
        let area = area(&plot, &ends, layer.reached, below, &height);
        let class = layer.activity.map_or("a-none".to_owned(), |a| format!("a-{}", a.id()));
        svg.group(&class);
        svg.title(&layer.name);
        svg.path(if place == 0 { "queued" } else { band_class(place) }, &area);
        svg.end();
    }
    if let Some(departed) = &flow.departed {
        let line: Vec<String> = ends.iter().zip(departed).map(|(at, c)| format!("{} {}", n(plot.x(*at)), n(plot.y(height(*c))))).collect();
        svg.path("departed", &format!("M{}", line.join("L")));
    }
    plot.days(&mut svg);
    plot.marks(&mut svg, &scope.marks);
    names(&mut svg, &plot, flow, layers, &height);
    svg.finish((Plot::WIDE + 110.0, Plot::HIGH), true, question, answer)
}

/// Neighbours of one activity stay apart by their shade.
const fn band_class(place: usize) -> &'static str {
    if place.is_multiple_of(2) { "band even" } else { "band" }
}

fn area(plot: &Plot, ends: &[i64], above: &[u64], below: Option<&[u64]>, height: &dyn Fn(u64) -> i64) -> String {
    let point = |at: i64, count: u64| format!("{} {}", n(plot.x(at)), n(plot.y(height(count))));
    let upper = ends.iter().zip(above).map(|(at, c)| point(*at, *c));
    let lower: Vec<String> = match below {
        Some(below) => ends.iter().zip(below).rev().map(|(at, c)| point(*at, *c)).collect(),
        None => ends.last().into_iter().chain(ends.first()).map(|at| format!("{} {}", n(plot.x(*at)), n(plot.y(0)))).collect(),
    };
    let points: Vec<String> = upper.chain(lower).collect();
    format!("M{}Z", points.join("L"))
}

/// Names of the bands at the right, each at the middle of its band, 13 px apart; with how many are there.
fn names(svg: &mut Svg, plot: &Plot, flow: &CumulativeFlow, layers: &[Layer<'_>], height: &dyn Fn(u64) -> i64) {
    let mut free = 0.0f64;
    let room = 220.0 - 13.0 * crate::chart::scale::real(layers.len());
    for (place, layer) in layers.iter().enumerate() {
        let above = layer.reached.last().copied().unwrap_or(0);
        let below = layers.get(place + 1).map(|l| l.reached).or(flow.departed.as_deref());
        let below = below.and_then(|b| b.last().copied()).unwrap_or(0);
        let middle = f64::midpoint(plot.y(height(above)), plot.y(height(below)));
        let y = (middle + 4.0).max(free).min(room + 13.0 * crate::chart::scale::real(place + 1));
        free = y + 13.0;
        let said = format!("{} · {}", layer.name, say::count(above.saturating_sub(below)));
        layer.link.iter().for_each(|link| svg.link(link, ""));
        svg.text("t11 soft", Plot::right() + 6.0, y, fit(&said, 11.0, 182.0));
        layer.link.iter().for_each(|_| svg.end());
    }
}
