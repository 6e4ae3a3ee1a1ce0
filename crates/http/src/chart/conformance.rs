//! Conformance: where do we leave our own definition?

use crate::chart::drawn::{Cell, Drawn, Table};
use crate::chart::svg::Svg;
use crate::view::say;
use watercourse_core::stream::Stream;
use watercourse_flow::conformance::{Conformance, Verdict, Where};
use watercourse_flow::replay::Kind;

/// What the chart is made of.
#[derive(Debug)]
pub struct Replayed<'a> {
    /// How the items went.
    pub found: &'a Conformance,
    /// The definition they were compared with.
    pub stream: &'a Stream,
    /// The keys of the items, in the order they were compared.
    pub keys: &'a [String],
    /// What stands before a key in the address of an item.
    pub prefix: &'a str,
    /// n, window.
    pub stands_on: String,
}

/// As many deviations are said in sentences.
const SAID: usize = 8;

/// The most frequent deviations, a sentence each.
#[must_use]
pub fn sentences(data: &Replayed<'_>) -> Vec<String> {
    let all = data.found.verdicts.len() as u64;
    let mut most: Vec<_> = data.found.deviations.iter().collect();
    most.sort_by_key(|d| std::cmp::Reverse(d.items.len()));
    let said = most.iter().take(SAID).map(|d| {
        let items = d.items.len() as u64;
        format!(
            "{} was {} in {} ({}).",
            step_name(data.stream, d.at),
            words(d.kind),
            say::counted(items, "item", "items"),
            say::share(items, all)
        )
    });
    said.collect()
}

fn step_name(stream: &Stream, at: Where) -> &str {
    match at {
        Where::Step(index) => stream.step(index).map_or("?", |s| s.name.as_str()),
        Where::Unknown(_) => "Work outside the steps",
    }
}

/// Draws it.
#[must_use]
pub fn draw(data: &Replayed<'_>) -> Drawn {
    let question = "Where do we leave our own definition?";
    let count = |verdict: Verdict| data.found.verdicts.iter().filter(|v| **v == verdict).count() as u64;
    let (conforms, pending, deviates) = (count(Verdict::Conforms), count(Verdict::Pending), count(Verdict::Deviates));
    let all = conforms + pending + deviates;
    let answer = if all == 0 {
        "No item ran in this version in this window.".to_owned()
    } else if deviates == 0 {
        format!("All {} went as defined; {pending} of them are still under way.", say::counted(all, "item", "items"))
    } else {
        format!(
            "{} of {} left the definition somewhere; {conforms} went as defined, {pending} so far.",
            say::share(deviates, all),
            say::counted(all, "item", "items")
        )
    };
    let rows = data.found.deviations.iter().map(|d| {
        let step = step_name(data.stream, d.at);
        let key = d.items.first().and_then(|i| data.keys.get(*i as usize));
        vec![
            Cell::text(words(d.kind)),
            Cell::text(step),
            Cell::count(d.count),
            Cell::count(d.items.len() as u64),
            key.map_or_else(Cell::absent, |k| {
                Cell::text(k).opening(format!("/w/{}", crate::view::html::path(&format!("{}{k}", data.prefix))))
            }),
        ]
    });
    let table = Table {
        columns: vec![
            ("What", "what"),
            ("Step", "step"),
            ("Times", "times"),
            ("Items", "items"),
            ("For example", "example"),
        ],
        rows: rows.collect(),
    };
    let svg = if all == 0 { String::new() } else { bar([conforms, pending, deviates], question, &answer) };
    Drawn {
        id: "conformance",
        question: question.to_owned(),
        answer,
        stands_on: data.stands_on.clone(),
        svg,
        table,
        ..Drawn::default()
    }
}

const fn words(kind: Kind) -> &'static str {
    match kind {
        Kind::TooEarly => "started before what it comes after",
        Kind::Excluded => "done though a decision had taken it out",
        Kind::Held => "started while another step held it",
        Kind::TooMany => "done more often than it may",
        Kind::Overlap => "started again while still open",
        Kind::UnknownStep => "done, which the definition does not know,",
        Kind::Missing => "left out",
    }
}

fn bar(parts: [u64; 3], question: &str, answer: &str) -> String {
    use crate::chart::scale::along;
    let mut svg = Svg::new();
    svg.patterns();
    let all: i64 = parts.iter().map(|p| i64::try_from(*p).unwrap_or(0)).sum();
    let (mut x, mut legend) = (0.0, 0.0);
    for ((part, class), word) in
        parts.into_iter().zip(["as-defined", "queued", "wait"]).zip(["as defined", "so far as defined", "otherwise"])
    {
        let w = along(i64::try_from(part).unwrap_or(0), all, 700.0);
        svg.titled_rect(class, (x, 0.0), (w, 24.0), &format!("{part} {word}"));
        x += w;
        svg.rect(class, legend, 34.0, 12.0, 12.0, 0.0);
        let text = format!("{word} {}", say::count(part));
        svg.text("t11 soft", legend + 17.0, 44.0, &text);
        legend += 40.0 + crate::chart::text::width(&text, 11.0);
    }
    svg.finish((704.0, 52.0), true, question, answer)
}
