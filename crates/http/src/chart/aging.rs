//! Aging work: which open items are already older than usual where they stand?

use crate::chart::drawn::{Cell, Drawn, Table};
use crate::chart::scale::{along, durations, real};
use crate::chart::scope::{Scope, ms};
use crate::chart::svg::Svg;
use crate::chart::text::{fit, wrap};
use crate::view::say;
use watercourse_flow::figure::{Reason, Spread};
use watercourse_flow::quantile::Quantiles;
use watercourse_flow::visits::{Ended, Standing};

/// One open item in one step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// Its key.
    pub key: String,
    /// Its title, where it has one.
    pub title: String,
    /// Its age in ms, since it was opened.
    pub age: i64,
    /// Where it opens.
    pub link: Option<String>,
}

/// One step with its open items, and how old finished items were when they left it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Column {
    /// The step's name.
    pub step: String,
    /// Its open items.
    pub open: Vec<Open>,
    /// p50, p85, p95 of the ages at which finished items left it; none where too few did.
    pub pace: Option<[i64; 3]>,
}

/// What the chart is made of.
#[derive(Debug, Clone, Default)]
pub struct Aging {
    /// The steps, in the order of the stream.
    pub columns: Vec<Column>,
    /// n, window, clock.
    pub stands_on: String,
    /// Why nothing was measured; empty where something was.
    pub not_measured: String,
    /// Whether finished items were looked at, to say what is usual.
    pub compared: bool,
}

/// Of the open items in view, by the steps they are at.
#[must_use]
pub fn of(scope: &Scope<'_>) -> Drawn {
    let visits = scope.visits();
    if !visits.source.done {
        let not_measured = Reason::NoDoneLabel.text().to_owned();
        return draw(&Aging { stands_on: scope.stands_on.clone(), not_measured, ..Aging::default() });
    }
    let mut open: Vec<Vec<Open>> = vec![Vec::new(); visits.steps.len()];
    let mut left: Vec<Vec<i64>> = vec![Vec::new(); visits.steps.len()];
    let mut count = 0;
    for item in scope.items() {
        let (Some(&created), Some(&until)) = (visits.items.created.get(item), visits.items.until.get(item)) else {
            continue;
        };
        let is_open = visits.items.standing.get(item) == Some(&Standing::Open);
        count += usize::from(is_open);
        let mut seen: Option<u32> = None;
        let mut at: Vec<u32> = Vec::new();
        for visit in visits.of_item(item) {
            let Some(&step) = visits.step.get(visit) else { continue };
            seen = Some(step);
            if visits.ended(visit) == Ended::Open {
                if !at.contains(&step) {
                    at.push(step);
                }
            } else if !is_open && let (Some(at), Some(ages)) = (visits.left(visit), left.get_mut(step as usize)) {
                ages.push(at - created);
            }
        }
        // Where a source tells only ends, an item stands behind the step it was seen at last.
        if is_open && at.is_empty() {
            at.extend(seen);
        }
        let key = u32::try_from(item).map(|i| visits.keys.name(i).to_owned()).unwrap_or_default();
        for step in at.into_iter().filter(|_| is_open) {
            if let Some(list) = open.get_mut(step as usize) {
                list.push(Open {
                    link: scope.links.item(&key),
                    key: key.clone(),
                    title: String::new(),
                    age: until - created,
                });
            }
        }
    }
    let columns = scope.order().into_iter().filter_map(|step| {
        let open = std::mem::take(open.get_mut(step as usize)?);
        let pace = left.get_mut(step as usize).and_then(|ages| Quantiles::of(ages));
        let spread = Spread::of(pace);
        let pace = ms(&spread.p50).zip(ms(&spread.p85)).zip(ms(&spread.p95)).map(|((a, b), c)| [a, b, c]);
        (!open.is_empty() || scope.stream.is_some() && pace.is_some()).then(|| Column {
            step: scope.step_name(step),
            open,
            pace,
        })
    });
    draw(&Aging {
        columns: columns.collect(),
        stands_on: scope.on(count, "open items"),
        not_measured: String::new(),
        compared: true,
    })
}

/// Draws it.
#[must_use]
pub fn draw(data: &Aging) -> Drawn {
    let question = if data.compared {
        "Which open items are already older than usual where they stand?"
    } else {
        "Which open items are the oldest?"
    };
    let old = |column: &Column, open: &Open| column.pace.is_some_and(|[_, p85, _]| open.age > p85);
    let mut all: Vec<(&Column, &Open)> = data.columns.iter().flat_map(|c| c.open.iter().map(move |o| (c, o))).collect();
    all.sort_by(|a, b| b.1.age.cmp(&a.1.age).then_with(|| a.1.key.cmp(&b.1.key)));
    let late: Vec<&(&Column, &Open)> = all.iter().filter(|(c, o)| old(c, o)).collect();
    let paced = data.columns.iter().any(|c| c.pace.is_some());
    let answer = match (all.first(), late.first()) {
        _ if !data.not_measured.is_empty() => data.not_measured.clone(),
        (None, _) => "Nothing is open.".to_owned(),
        (Some((c, o)), _) if !data.compared => {
            format!("{} open, the oldest {} in {}.", all.len(), say::short(o.age), c.step)
        }
        (Some((c, o)), _) if !paced => {
            format!(
                "{} open, the oldest {} in {}; too few finished to say what is usual.",
                all.len(),
                say::short(o.age),
                c.step
            )
        }
        (Some(_), None) => {
            format!("None of {} open is older than 85 of 100 finished ones were at the same step.", all.len())
        }
        (Some(_), Some((c, o))) => format!(
            "{} of {} open are older than 85 of 100 finished ones were at the same step; the oldest is {}, {} in {}.",
            late.len(),
            all.len(),
            o.key,
            say::short(o.age),
            c.step
        ),
    };
    let rows = all.iter().map(|(c, o)| {
        let pace = match c.pace {
            Some([_, _, p95]) if o.age > p95 => "> p95",
            Some([_, p85, _]) if o.age > p85 => "> p85",
            Some([p50, ..]) if o.age > p50 => "> p50",
            Some(_) => "≤ p50",
            None => "too few",
        };
        vec![
            Cell::text(&o.key).opening_if(o.link.as_ref()),
            Cell::text(&o.title),
            Cell::text(&c.step),
            Cell::figure(say::short(o.age), o.age),
            Cell::text(pace),
        ]
    });
    let table = Table {
        columns: vec![
            ("Item", "item"),
            ("Title", "title"),
            ("Step", "step"),
            ("Age", "age_ms"),
            ("Against finished ones", "pace"),
        ],
        rows: rows.collect(),
    };
    let svg = if all.is_empty() { String::new() } else { picture(data, question, &answer) };
    Drawn { id: "aging", question: question.to_owned(), answer, stands_on: data.stands_on.clone(), svg, table, ..Drawn::default() }
}

fn picture(data: &Aging, question: &str, answer: &str) -> String {
    const LEFT: f64 = 56.0;
    const TOP: f64 = 12.0;
    const HIGH: f64 = 220.0;
    let wide = (700.0 / real(data.columns.len().max(1))).clamp(72.0, 140.0);
    let mut svg = Svg::new();
    let oldest =
        data.columns.iter().flat_map(|c| c.open.iter().map(|o| o.age).chain(c.pace.map(|p| p[2]))).max().unwrap_or(1);
    let steps = durations(oldest, 6);
    let top = steps.last().copied().unwrap_or(oldest);
    let y = |age: i64| TOP + HIGH - along(age, top, HIGH);
    let right = LEFT + wide * real(data.columns.len());
    for (i, column) in data.columns.iter().enumerate() {
        let x = LEFT + wide * real(i);
        if let Some([p50, p85, p95]) = column.pace {
            for (class, from, to) in [("band-0", 0, p50), ("band-1", p50, p85), ("band-2", p85, p95)] {
                svg.rect(class, x + 2.0, y(to), wide - 4.0, y(from) - y(to), 0.0);
            }
        }
    }
    for step in &steps {
        svg.line("grid", LEFT, y(*step), right, y(*step));
        svg.text("t11 faint end", LEFT - 6.0, y(*step) + 4.0, say::short(*step));
    }
    for (i, column) in data.columns.iter().enumerate() {
        let x = LEFT + wide * real(i);
        for (line, text) in wrap(&column.step, 11.0, wide - 6.0, 2).iter().enumerate() {
            svg.text("t11 soft mid", x + wide / 2.0, TOP + HIGH + 16.0 + 13.0 * real(line), text);
        }
        svg.text("t11 faint mid", x + wide / 2.0, TOP + HIGH + 43.0, column.open.len());
        for (k, open) in column.open.iter().enumerate() {
            // Dots of one step stand beside one another in a fixed pattern, so that the picture never jumps.
            let offset = (real((k * 7) % 11) / 10.0 - 0.5) * (wide - 36.0);
            let late = column.pace.is_some_and(|[_, p85, _]| open.age > p85);
            let title = format!("{}: {} in {}", open.key, say::long(open.age), column.step);
            svg.mark(open.link.as_deref(), &title);
            svg.circle(if late { "dot over" } else { "dot" }, x + wide / 2.0 + offset, y(open.age), 4.0);
            svg.end();
        }
        if let Some(worst) = column.open.iter().max_by_key(|o| o.age)
            && column.pace.is_some_and(|[_, p85, _]| worst.age > p85)
        {
            let k = column.open.iter().position(|o| o == worst).unwrap_or(0);
            let offset = (real((k * 7) % 11) / 10.0 - 0.5) * (wide - 36.0);
            svg.text(
                "t11 soft halo mid",
                x + wide / 2.0 + offset / 2.0,
                y(worst.age) - 7.0,
                fit(&worst.key, 11.0, wide),
            );
        }
    }
    svg.line("axis", LEFT, TOP + HIGH, right, TOP + HIGH);
    svg.finish((right + 8.0, TOP + HIGH + 52.0), data.columns.len() <= 9, question, answer)
}

#[cfg(test)]
mod tests {
    use super::{Aging, Column, Open, draw};

    const DAY: i64 = 86_400_000;

    #[test]
    fn the_late_ones_are_counted_and_the_oldest_named() {
        let open =
            |key: &str, days: i64| Open { key: key.to_owned(), title: String::new(), age: days * DAY, link: None };
        let mut data = Aging {
            columns: vec![Column {
                step: "Approve".to_owned(),
                open: vec![open("CHG-1", 2), open("CHG-2", 9)],
                pace: Some([DAY, 4 * DAY, 6 * DAY]),
            }],
            compared: true,
            ..Aging::default()
        };
        assert!(
            draw(&data).answer.starts_with("1 of 2 open are older")
                && draw(&data).answer.ends_with("CHG-2, 9 d in Approve.")
        );
        data.columns[0].pace = None;
        assert!(draw(&data).answer.ends_with("too few finished to say what is usual."));
        assert_eq!(draw(&Aging::default()).answer, "Nothing is open.");
    }
}
