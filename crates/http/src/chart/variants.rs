//! Variants: in how many ways do we do this?

use crate::chart::drawn::{Cell, Drawn, Table};
use crate::chart::scale::{along, real};
use crate::chart::scope::{Scope, ms};
use crate::chart::svg::Svg;
use crate::chart::text::width;
use crate::view::say;
use watercourse_core::activity::Activity;
use watercourse_flow::figure::Spread;
use watercourse_flow::variants::Variants as Found;

/// As many are shown one by one.
const TOP: usize = 10;

/// One way of getting through the stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variant {
    /// The steps in order: name and activity.
    pub steps: Vec<(String, Option<Activity>)>,
    /// Items that went this way.
    pub count: u64,
    /// p85 of their lead time in ms; none where too few finished.
    pub p85: Option<i64>,
    /// Items behind it.
    pub link: Option<String>,
}

/// What the chart is made of.
#[derive(Debug, Clone, Default)]
pub struct Variants {
    /// The most frequent ones, in order.
    pub top: Vec<Variant>,
    /// How many there are in all.
    pub variants: u64,
    /// How many items there are in all.
    pub items: u64,
    /// n, window, clock.
    pub stands_on: String,
}

/// Of the items in view, by the order in which their rounds opened.
#[must_use]
pub fn of(scope: &Scope<'_>) -> Drawn {
    of_found(scope, &Found::of_visits(scope.visits(), scope.view.items))
}

/// Of variants found elsewhere, as among the events of a log.
#[must_use]
pub fn of_found(scope: &Scope<'_>, found: &Found) -> Drawn {
    let top = found.list.iter().take(TOP).map(|v| Variant {
        steps: v.steps.iter().map(|s| (scope.step_name(*s), scope.activity(*s))).collect(),
        count: v.count.into(),
        p85: ms(&Spread::of(v.duration).p85),
        link: None,
    });
    let items: u64 = found.list.iter().map(|v| u64::from(v.count)).sum();
    draw(&Variants {
        top: top.collect(),
        variants: found.list.len() as u64,
        items,
        stands_on: scope.on(usize::try_from(items).unwrap_or(0), "items; p85 from first to last event"),
    })
}

/// Draws it.
#[must_use]
pub fn draw(data: &Variants) -> Drawn {
    let question = "In how many ways do we do this?";
    let first = data.top.first().map_or(0, |v| v.count);
    let answer = if data.items == 0 {
        "No item went through this stream in this window.".to_owned()
    } else {
        format!(
            "{} went {}; the most frequent one covers {}.",
            say::counted(data.items, "item", "items"),
            say::counted(data.variants, "way", "different ways"),
            say::share(first, data.items)
        )
    };
    let rows = data.top.iter().enumerate().map(|(i, v)| {
        let names: Vec<&str> = v.steps.iter().map(|(name, _)| name.as_str()).collect();
        vec![
            Cell::count(i as u64 + 1),
            Cell::count(v.count).opening_if(v.link.as_ref()),
            Cell::text(say::share(v.count, data.items)),
            v.p85.map_or_else(Cell::absent, |p| Cell::figure(say::short(p), p)),
            Cell::text(names.join(" → ")),
        ]
    });
    let table = Table {
        columns: vec![("No.", "number"), ("Items", "items"), ("Share", "share"), ("p85", "p85_ms"), ("Steps", "steps")],
        rows: rows.collect(),
    };
    let svg = if data.items == 0 { String::new() } else { picture(data, question, &answer) };
    Drawn { id: "variants", question: question.to_owned(), answer, stands_on: data.stands_on.clone(), svg, table, ..Drawn::default() }
}

fn picture(data: &Variants, question: &str, answer: &str) -> String {
    const ROW: f64 = 30.0;
    const BAR: f64 = 150.0;
    const STRIP: f64 = 300.0;
    let mut svg = Svg::new();
    let most = data.top.first().map_or(1, |v| v.count).max(1);
    let mut widest: f64 = 0.0;
    for (i, variant) in data.top.iter().enumerate() {
        let y = real(i) * ROW + 6.0;
        svg.text("t11 faint end", 18.0, y + 14.0, i + 1);
        match &variant.link {
            Some(link) => svg.link(link, &format!("variant {}: its {} items", i + 1, variant.count)),
            None => svg.group(""),
        }
        let count = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        svg.rect("bar-bg", 26.0, y, BAR, 20.0, 2.0);
        svg.rect("mark-soft", 26.0, y, along(count(variant.count), count(most), BAR).max(1.0), 20.0, 2.0);
        svg.end();
        svg.text("t11 strong over halo", 32.0, y + 14.0, say::count(variant.count));
        svg.text("t11 soft", 26.0 + BAR + 8.0, y + 14.0, say::share(variant.count, data.items));
        svg.text(
            "t11 faint",
            26.0 + BAR + 48.0,
            y + 14.0,
            variant.p85.map_or("p85 —".to_owned(), |p| format!("p85 {}", say::short(p))),
        );
        let mut x = STRIP;
        for (name, activity) in &variant.steps {
            let code = activity.map_or("—", Activity::code);
            svg.group(&activity.map_or("a-none".to_owned(), |a| format!("a-{}", a.id())));
            svg.title(name);
            svg.rect("seg", x, y, 24.0, 20.0, 2.0);
            svg.text("t11 mid seg-code", x + 12.0, y + 14.0, code);
            svg.end();
            x += 25.0;
            if x > STRIP + 25.0 * 40.0 {
                svg.text("t11 faint", x + 4.0, y + 14.0, format!("+ {}", variant.steps.len() - 41));
                x += 40.0;
                break;
            }
        }
        widest = widest.max(x);
    }
    let shown: u64 = data.top.iter().map(|v| v.count).sum();
    let y = real(data.top.len()) * ROW + 16.0;
    let other = data.variants.saturating_sub(data.top.len() as u64);
    if other > 0 {
        let text = format!(
            "{} go {} other ways",
            say::counted(data.items.saturating_sub(shown), "item", "items"),
            say::count(other)
        );
        svg.text("t11 faint", 26.0, y, &text);
        widest = widest.max(26.0 + width(&text, 11.0));
    }
    svg.finish((widest.max(420.0) + 8.0, y + 10.0), false, question, answer)
}

#[cfg(test)]
mod tests {
    use super::{Variant, Variants, draw};

    #[test]
    fn what_is_not_shown_is_counted() {
        let top = vec![Variant { steps: vec![("Ask".to_owned(), None)], count: 30, p85: None, link: None }];
        let drawn = draw(&Variants { top, variants: 11, items: 40, stands_on: String::new() });
        assert_eq!(drawn.answer, "40 items went 11 different ways; the most frequent one covers 75 %.");
        assert!(drawn.svg.contains("10 items go 10 other ways"), "{}", drawn.svg);
    }
}
