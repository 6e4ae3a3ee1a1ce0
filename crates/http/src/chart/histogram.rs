//! Histogram of lead times: what can we promise?

use crate::chart::drawn::{Cell, Drawn, Table};
use crate::chart::scale::{along, counts, durations, real};
use crate::chart::scope::{Scope, ms};
use crate::chart::svg::Svg;
use crate::view::say;
use watercourse_flow::figure::State;
use watercourse_flow::measures::lead_times;

const DAY: i64 = 86_400_000;

/// One bar: from this lead time up to that one, and how many items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Bin {
    from: i64,
    until: i64,
    count: u64,
}

/// Of the delivered items in view.
#[must_use]
pub fn of(scope: &Scope<'_>) -> Drawn {
    let visits = scope.visits();
    let measured = lead_times(&scope.view).lead_time;
    let mut took: Vec<i64> =
        scope.items().filter(|item| visits.delivered(*item)).filter_map(|item| scope.took(item)).collect();
    took.sort_unstable();
    let promise = scope.promise();
    let quantiles = [ms(&measured.p50), ms(&measured.p85), ms(&measured.p95)];
    let question = "What can we promise?";
    let n = took.len() as u64;
    let share_within = |limit: i64| say::share(took.partition_point(|t| *t <= limit) as u64, n);
    let answer = match (measured.p50.state, quantiles[1], promise) {
        (State::NotMeasured { reason }, ..) => reason.text().to_owned(),
        _ if n == 0 => "Nothing was delivered in this window.".to_owned(),
        (_, None, _) => format!("Too few to promise anything: {}.", say::counted(n, "item was delivered", "items were delivered")),
        (_, Some(p85), None) => format!("85 of 100 delivered items took up to {}: that is what can be promised.", say::short(p85)),
        (_, Some(p85), Some(promise)) => format!(
            "{} kept the promise of {}; 85 of 100 took up to {}.",
            share_within(promise),
            say::short(promise),
            say::short(p85)
        ),
    };
    let bins = bins(&took, quantiles[2]);
    let mut below = 0;
    let rows = bins.iter().map(|bin| {
        below += bin.count;
        let from = Cell::figure(say::short(bin.from), bin.from);
        let until = if bin.until == i64::MAX { Cell::text("and more") } else { Cell::figure(say::short(bin.until), bin.until) };
        vec![from, until, Cell::count(bin.count), Cell::text(say::share(below, n))]
    });
    let table = Table {
        columns: vec![("From", "from_ms"), ("To below", "until_ms"), ("Items", "items"), ("Within", "share_within")],
        rows: rows.collect(),
    };
    let svg = if n == 0 { String::new() } else { picture(&bins, quantiles, promise, question, &answer) };
    let stands_on = scope.on(took.len(), "delivered items");
    Drawn { id: "histogram", question: question.to_owned(), answer, stands_on, svg, table, ..Drawn::default() }
}

/// Bars of one natural unit of time each; what lies far out shares the last one.
fn bins(sorted: &[i64], p95: Option<i64>) -> Vec<Bin> {
    let Some(longest) = sorted.last().copied() else { return Vec::new() };
    let usual = p95.map_or(longest, |p| (p * 2).min(longest)).max(1);
    let edges = durations(usual, 24);
    let mut bins: Vec<Bin> = edges
        .windows(2)
        .map(|pair| match pair {
            [from, until] => (*from, *until),
            _ => (0, 0),
        })
        .map(|(from, until)| Bin {
            from,
            until,
            count: (sorted.partition_point(|t| *t < until) - sorted.partition_point(|t| *t < from)) as u64,
        })
        .collect();
    // A source whose clocks disagree may yield a negative time: it is counted with the shortest.
    if let Some(first) = bins.first_mut() {
        first.count += sorted.partition_point(|t| *t < 0) as u64;
    }
    let end = edges.last().copied().unwrap_or(0);
    let far = (sorted.len() - sorted.partition_point(|t| *t < end)) as u64;
    if far > 0 {
        bins.push(Bin { from: end, until: i64::MAX, count: far });
    }
    bins
}

fn picture(bins: &[Bin], quantiles: [Option<i64>; 3], promise: Option<i64>, question: &str, answer: &str) -> String {
    const LEFT: f64 = 56.0;
    const TOP: f64 = 30.0;
    const ROOM: (f64, f64) = (660.0, 180.0);
    let mut svg = Svg::new();
    svg.patterns();
    let most = bins.iter().map(|b| b.count).max().unwrap_or(1);
    let steps = counts(most, 5);
    let top = steps.last().copied().unwrap_or(1).max(1);
    let long = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let y = |n: u64| TOP + ROOM.1 - along(long(n), long(top), ROOM.1);
    for step in &steps {
        svg.line("grid", LEFT, y(*step), LEFT + ROOM.0, y(*step));
        svg.text("t11 faint end", LEFT - 6.0, y(*step) + 4.0, say::count(*step));
    }
    let wide = ROOM.0 / real(bins.len().max(1));
    let regular = bins.iter().filter(|b| b.until != i64::MAX).count();
    let unit = bins.first().map_or(1, |b| b.until - b.from).max(1);
    // Labels at lengths people know: days, or even parts of one.
    let known = |step: usize| {
        let length = unit.saturating_mul(long(step as u64));
        length % DAY == 0 || DAY % length == 0
    };
    let least = bins.len().div_ceil(12).max(1);
    let every = (least..least + 12).find(|step| known(*step)).unwrap_or(least);
    for (i, bin) in bins.iter().enumerate() {
        let x = LEFT + wide * real(i);
        let far = bin.until == i64::MAX;
        let range = if far { format!("{} and more", say::short(bin.from)) } else { format!("{} to {}", say::short(bin.from), say::short(bin.until)) };
        let class = if far { "unknown" } else { "mark-soft" };
        svg.titled_rect(class, (x + 1.0, y(bin.count)), (wide - 2.0, y(0) - y(bin.count)), &format!("{range}: {}", say::counted(bin.count, "item", "items")));
        if far {
            svg.text("t11 faint mid", x + wide / 2.0, TOP + ROOM.1 + 16.0, "more");
        } else if i % every == 0 {
            svg.text("t11 faint mid", x, TOP + ROOM.1 + 16.0, say::short(bin.from));
        }
    }
    svg.line("axis", LEFT, TOP + ROOM.1, LEFT + ROOM.0, TOP + ROOM.1);
    let x = |took: i64| LEFT + along(took, unit * long(regular as u64), wide * real(regular));
    let mut free = LEFT;
    for (name, at) in ["p50", "p85", "p95"].into_iter().zip(quantiles) {
        let Some(at) = at else { continue };
        svg.line("rule", x(at), TOP - 4.0, x(at), TOP + ROOM.1);
        let label = format!("{name} {}", say::short(at));
        let place = x(at).max(free);
        svg.text("t11 soft", place, TOP - 8.0, &label);
        free = place + super::text::width(&label, 11.0) + 8.0;
    }
    if let Some(promise) = promise.filter(|p| *p <= unit * long(regular as u64)) {
        svg.line("promise", x(promise), TOP, x(promise), TOP + ROOM.1);
        svg.text("t11 good halo", x(promise) + 4.0, TOP + 12.0, format!("promise {}", say::short(promise)));
    }
    svg.finish((760.0, TOP + ROOM.1 + 26.0), true, question, answer)
}

#[cfg(test)]
mod tests {
    use super::bins;

    #[test]
    fn every_item_is_in_one_bar() {
        for values in [vec![], vec![0], vec![-5, 3, 9_000_000_000_000], (0..500).map(|i| i * 3_600_000).collect::<Vec<i64>>()] {
            let found = bins(&values, None);
            assert_eq!(found.iter().map(|b| b.count).sum::<u64>(), values.len() as u64, "{values:?}");
        }
        let far = bins(&[1, 2, 3, 1_000_000_000], Some(3));
        assert_eq!(far.last().map(|b| (b.until, b.count)), Some((i64::MAX, 1)));
    }
}
