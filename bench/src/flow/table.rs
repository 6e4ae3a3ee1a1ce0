//! Figures of several rounds as tables.

use super::answers::Answers;
use std::fmt::Write as _;

/// What is asked of everybody, after the import.
const QUESTIONS: [&str; 5] = ["sort", "map", "variants", "weeks", "handoffs"];
/// What the questions rest on with us.
const BASIS: [&str; 2] = ["visits", "timeline"];

/// The rows: a name, and what is summed up.
fn rows() -> Vec<(&'static str, Vec<&'static str>)> {
    vec![
        ("CSV import", vec!["import"]),
        ("sort by case and time", vec!["sort"]),
        ("map with exact p50, p85, p95", vec!["map"]),
        ("variants", vec!["variants"]),
        ("weekly p50, p85, p95 of lead time", vec!["weeks"]),
        ("hand-over matrix", vec!["handoffs"]),
        ("**these five**", QUESTIONS.to_vec()),
        ("visits and timeline", BASIS.to_vec()),
        ("**all seven**", [&QUESTIONS[..], &BASIS].concat()),
        ("replay against a stream of 20 steps", vec!["replay"]),
    ]
}

/// CPU-seconds by question, side by side. A round is the answers of all engines, ours first.
pub(super) fn of_rounds(rounds: &[Vec<Answers>]) -> String {
    let Some(first) = rounds.first() else { return String::new() };
    let own = &first[0];
    let mut text = format!("{} events, {} cases, {} variants\n\n|", own.events, own.cases, own.variants.len());
    for answers in first {
        let _ = write!(text, " | {}", answers.engine);
    }
    for peer in &first[1..] {
        let _ = write!(text, " | {} : ours", peer.engine);
    }
    let _ = writeln!(text, " |\n|---{}|", "|---".repeat(first.len() * 2 - 1));
    for (name, questions) in rows() {
        let _ = write!(text, "| {name}");
        let took = |round: &[Answers], engine: usize| round[engine].sum(&questions);
        for engine in 0..first.len() {
            let all = rounds.iter().map(|r| took(r, engine)).collect();
            let _ = write!(text, " | {}", if took(first, engine) > 0.0 { spread(all, 3) } else { String::new() });
        }
        for engine in 1..first.len() {
            let all = rounds.iter().map(|r| took(r, engine) / took(r, 0)).collect();
            let _ = write!(text, " | {}", if took(first, engine) > 0.0 { spread(all, 1) } else { String::new() });
        }
        text.push_str(" |\n");
    }
    let _ = write!(text, "| peak, MB");
    for engine in 0..first.len() {
        let _ = write!(text, " | {}", spread(rounds.iter().map(|r| r[engine].peak as f64 / 1e6).collect(), 0));
    }
    let _ = writeln!(text, "{} |\n", " |".repeat(first.len() - 1));
    text
}

/// What an event costs us by the size of the log.
pub(super) fn curve(sizes: &[Vec<Vec<Answers>>]) -> String {
    let mut text = "Nanoseconds of CPU an event, ours (median)\n\n|".to_owned();
    for rounds in sizes {
        let _ = write!(text, " | {} events", rounds[0][0].events);
    }
    let _ = writeln!(text, " |\n|---{}|", "|---".repeat(sizes.len()));
    for (name, questions) in rows() {
        let _ = write!(text, "| {name}");
        for rounds in sizes {
            let all = rounds.iter().map(|r| r[0].sum(&questions) / r[0].events as f64 * 1e9);
            let _ = write!(text, " | {:.1}", median(&mut all.collect::<Vec<_>>()));
        }
        text.push_str(" |\n");
    }
    for (name, step) in
        [("bytes an event, after import", "import"), ("bytes an event, with visits and timeline", "visits")]
    {
        let _ = write!(text, "| {name}");
        for rounds in sizes {
            let own = &rounds[0][0];
            let bytes = own.resident.get(step).copied().unwrap_or_default();
            let _ = write!(text, " | {:.0}", bytes as f64 / own.events as f64);
        }
        text.push_str(" |\n");
    }
    text
}

/// Median, least and greatest.
fn spread(mut all: Vec<f64>, digits: usize) -> String {
    let middle = median(&mut all);
    let (least, most) = (all.first().copied().unwrap_or(middle), all.last().copied().unwrap_or(middle));
    format!("{middle:.digits$} ({least:.digits$}–{most:.digits$})")
}

fn median(all: &mut [f64]) -> f64 {
    all.sort_by(f64::total_cmp);
    let n = all.len();
    if n == 0 { 0.0 } else { f64::midpoint(all[(n - 1) / 2], all[n / 2]) }
}
