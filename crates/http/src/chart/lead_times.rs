//! Lead times: how long do things take, and how predictable is that? One dot is one delivered item on
//! the day it was delivered.

use crate::chart::drawn::{Cell, Drawn, Table};
use crate::chart::scale::{along, durations};
use crate::chart::scope::{Scope, ms};
use crate::chart::svg::Svg;
use crate::view::say;
use watercourse_flow::figure::State;
use watercourse_flow::measures::lead_times;

/// More dots than this are thinned out in the picture; the lines and the table still count all.
const MOST_DOTS: usize = 1500;

/// One delivered item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dot {
    /// Its key.
    pub key: String,
    /// When it was delivered, ms since 1970.
    pub at: i64,
    /// Its lead time in ms.
    pub took: i64,
    /// Where it opens; none for imported cases without a page.
    pub link: Option<String>,
}

/// What the chart is made of.
#[derive(Debug, Clone, Default)]
pub struct LeadTimes {
    /// The delivered items.
    pub dots: Vec<Dot>,
    /// p50, p85, p95 over all of them, by the flow kernel; none where they are too few to say.
    pub quantiles: [Option<i64>; 3],
    /// Why nothing was measured; empty where something was.
    pub not_measured: String,
    /// The promise for p85 in ms.
    pub promise: Option<i64>,
    /// First and last moment of the window, ms since 1970.
    pub window: (i64, i64),
    /// How the window and the clock are called.
    pub stands_on: String,
}

/// Of the delivered items in view.
#[must_use]
pub fn of(scope: &Scope<'_>) -> Drawn {
    let visits = scope.visits();
    let measured = lead_times(&scope.view);
    let spread = &measured.lead_time;
    let dots = scope.items().filter(|item| visits.delivered(*item)).filter_map(|item| {
        let key = visits.keys.name(u32::try_from(item).ok()?);
        let at = *visits.items.ended.get(item)?;
        Some(Dot { key: key.to_owned(), at, took: scope.took(item)?, link: scope.links.item(key) })
    });
    let dots: Vec<Dot> = dots.collect();
    let promise = scope.promise();
    draw(&LeadTimes {
        stands_on: scope.on(dots.len(), "delivered items"),
        not_measured: match spread.p50.state {
            State::NotMeasured { reason } => reason.text().to_owned(),
            _ => String::new(),
        },
        quantiles: [ms(&spread.p50), ms(&spread.p85), ms(&spread.p95)],
        promise,
        window: scope.window,
        dots,
    })
}

/// Draws it.
#[must_use]
pub fn draw(data: &LeadTimes) -> Drawn {
    let n = data.dots.len() as u64;
    let question = "How long does it take, and how predictable is that?".to_owned();
    let answer = answer(data, n);
    let rows = data.dots.iter().map(|dot| {
        vec![
            Cell::text(&dot.key).opening_if(dot.link.as_ref()),
            Cell::text(say::exact(dot.at)),
            Cell::figure(say::short(dot.took), dot.took),
        ]
    });
    let table = Table {
        columns: vec![("Item", "item"), ("Delivered", "delivered"), ("Lead time", "lead_time_ms")],
        rows: rows.collect(),
    };
    let svg = if data.dots.is_empty() { String::new() } else { picture(data, &question, &answer) };
    Drawn { id: "lead-times", question, answer, stands_on: data.stands_on.clone(), svg, table, ..Drawn::default() }
}

fn answer(data: &LeadTimes, n: u64) -> String {
    if !data.not_measured.is_empty() {
        return data.not_measured.clone();
    }
    let words = [("half", data.quantiles[0]), ("85 of 100", data.quantiles[1]), ("95 of 100", data.quantiles[2])];
    let known: Vec<String> =
        words.iter().filter_map(|(word, at)| at.map(|at| format!("{word} up to {}", say::short(at)))).collect();
    if n == 0 {
        return "Nothing was delivered in this window.".to_owned();
    }
    if known.is_empty() {
        return format!("Too few to say: {}.", say::counted(n, "item was delivered", "items were delivered"));
    }
    let promise = data.promise.map_or(String::new(), |promise| {
        let within = data.dots.iter().filter(|d| d.took <= promise).count() as u64;
        format!(" {} kept the promise of {}.", say::share(within, n), say::short(promise))
    });
    format!("{} took: {}.{promise}", say::counted(n, "delivered item", "delivered items"), say::list(&known))
}

fn picture(data: &LeadTimes, question: &str, answer: &str) -> String {
    const W: f64 = 760.0;
    const H: f64 = 260.0;
    const LEFT: f64 = 56.0;
    const TOP: f64 = 14.0;
    const ROOM: (f64, f64) = (620.0, 206.0);
    let mut svg = Svg::new();
    let longest = data.dots.iter().map(|d| d.took).max().unwrap_or(1);
    // An outlier must not press all others flat: what lies far out stands in a gutter on top.
    let usual = data.quantiles[2].or(data.quantiles[1]).map_or(longest, |far| (far * 2).min(longest)).max(1);
    let steps = durations(usual, 6);
    let top = steps.last().copied().unwrap_or(usual);
    let y = |took: i64| TOP + ROOM.1 - along(took.min(top), top, ROOM.1);
    for step in &steps {
        svg.line("grid", LEFT, y(*step), LEFT + ROOM.0, y(*step));
        svg.text("t11 faint end", LEFT - 6.0, y(*step) + 4.0, say::short(*step));
    }
    let (from, to) = data.window;
    let x = |at: i64| LEFT + along(at - from, (to - from).max(1), ROOM.0);
    let every = data.dots.len().div_ceil(MOST_DOTS).max(1);
    let over = data.promise.unwrap_or(i64::MAX);
    for (i, dot) in data.dots.iter().enumerate() {
        // The long ones are what one looks for: they are never thinned out.
        if i % every != 0 && dot.took < usual / 2 {
            continue;
        }
        let far = dot.took > top;
        let cy = if far { TOP - 6.0 } else { y(dot.took) };
        let title = format!("{}: {} on {}", dot.key, say::long(dot.took), say::day(dot.at, to));
        svg.small_mark(dot.link.as_deref(), &title);
        svg.circle(if dot.took > over { "dot over" } else { "dot" }, x(dot.at), cy, if far { 2.5 } else { 3.5 });
        svg.end();
    }
    svg.line("axis", LEFT, TOP + ROOM.1, LEFT + ROOM.0, TOP + ROOM.1);
    svg.text("t11 faint", LEFT, H - 20.0, say::day(from, to));
    svg.text("t11 faint end", LEFT + ROOM.0, H - 20.0, say::day(to, to));
    // Labels stay 13 px apart, whatever the lines do.
    let mut free = H;
    for (name, at) in ["p50", "p85", "p95"].into_iter().zip(data.quantiles) {
        let Some(at) = at else { continue };
        svg.line("rule", LEFT, y(at), LEFT + ROOM.0, y(at));
        let label = (y(at) + 4.0).min(free - 13.0);
        svg.text("t11 soft", LEFT + ROOM.0 + 6.0, label, format!("{name} {}", say::short(at)));
        free = label;
    }
    if let Some(promise) = data.promise.filter(|p| *p <= top) {
        svg.line("promise", LEFT, y(promise), LEFT + ROOM.0, y(promise));
        svg.text("t11 good halo", LEFT + 6.0, y(promise) - 4.0, format!("promise {}", say::short(promise)));
    }
    svg.finish((W, H), true, question, answer)
}

#[cfg(test)]
mod tests {
    use super::{Dot, LeadTimes, draw};

    const DAY: i64 = 86_400_000;

    fn data(n: i64) -> LeadTimes {
        let dots = (0..n).map(|i| Dot { key: format!("REQ-{i}"), at: i * DAY, took: (i % 7 + 1) * DAY, link: None });
        LeadTimes {
            dots: dots.collect(),
            quantiles: if n < 20 { [None; 3] } else { [Some(4 * DAY), Some(6 * DAY), Some(7 * DAY)] },
            not_measured: String::new(),
            promise: Some(5 * DAY),
            window: (0, n * DAY),
            stands_on: String::new(),
        }
    }

    #[test]
    fn every_state_is_said() {
        assert_eq!(draw(&data(0)).answer, "Nothing was delivered in this window.");
        assert!(draw(&data(0)).svg.is_empty());
        assert!(draw(&data(3)).answer.starts_with("Too few to say: 3"));
        let few = draw(&data(3)).svg;
        assert!(few.contains("class=\"dot\"") && !few.contains("class=\"rule\""));
        let said = draw(&data(70)).answer;
        assert!(said.contains("85 of 100 up to 6 d") && said.contains("71 % kept the promise of 5 d"), "{said}");
    }

    #[test]
    fn every_item_is_in_the_table() {
        assert_eq!(draw(&data(5000)).table.rows.len(), 5000);
    }
}
