//! Reading, checking and searching in one, and what the search found in words.

use super::deadlock::{Deadlock, search};
use crate::stream::{Checked, Context, Diagnostic, Severity, Stream, read, settle};

/// The most markings that are searched before the answer is “not proved”.
pub const MOST_MARKINGS: usize = 1_000_000;
/// As many as can be searched while somebody types.
pub const QUICK_MARKINGS: usize = 20_000;

/// Reads and checks a stream file. `most`: how many markings to search, such as [`MOST_MARKINGS`].
#[must_use]
pub fn check(text: &str, context: &Context, most: usize) -> Checked {
    let mut checked = read(text, context);
    let Some(stream) = &checked.stream else { return checked };
    let found = search(stream, most);
    let mut more = Vec::new();
    let never = if found.closes_at_once.is_some() { crate::set::StepSet::EMPTY } else { found.never };
    for step in never.iter() {
        let message = format!(
            "step “{}” never gets its turn: a search of {} markings never offered it",
            name(stream, step),
            found.markings
        );
        more.push(diagnostic(&checked, usize::from(step), Severity::Warning, "never-reached", message, String::new()));
    }
    if let Some(start) = found.closes_at_once {
        let message = format!("an item that begins at “{}” closes at once: nothing is owed", name(stream, start));
        let help = "make at least one step required".to_owned();
        more.push(diagnostic(&checked, usize::from(start), Severity::Error, "closes-at-once", message, help));
    }
    if let Some(deadlock) = &found.deadlock {
        more.push(stuck(&checked, stream, deadlock));
    }
    if !found.complete && found.deadlock.is_none() {
        let message = format!(
            "not proved that every item can be closed: {} markings were searched and there are more",
            found.markings
        );
        let help = "nothing was found; fewer steps with outcomes in parallel would make it provable".to_owned();
        more.push(diagnostic(&checked, 0, Severity::Hint, "not-proved", message, help));
    }
    if more.iter().any(|d| d.severity == Severity::Error) {
        checked.stream = None;
    }
    checked.diagnostics.extend(more);
    checked.diagnostics = settle(text, checked.diagnostics);
    checked
}

fn name(stream: &Stream, step: crate::set::StepIndex) -> &str {
    stream.step(step).map_or("?", |s| s.id.as_str())
}

fn diagnostic(
    checked: &Checked,
    step: usize,
    severity: Severity,
    code: &'static str,
    message: String,
    help: String,
) -> Diagnostic {
    let span = checked.steps.get(step).cloned().unwrap_or_default();
    Diagnostic { severity, code, line: 0, column: 0, span, message, help }
}

fn stuck(checked: &Checked, stream: &Stream, deadlock: &Deadlock) -> Diagnostic {
    let first = deadlock.owed.first();
    let step = first.map_or(0, |o| usize::from(o.step));
    let why: Vec<String> = deadlock
        .owed
        .iter()
        .map(|o| match (o.held_by, o.waits_for.is_empty()) {
            (Some(by), _) => format!("“{}” is held until “{}” is done", name(stream, o.step), name(stream, by)),
            (None, false) => format!("“{}” waits for “{}”", name(stream, o.step), o.waits_for.join("”, “")),
            (None, true) => format!("“{}” has no way to start", name(stream, o.step)),
        })
        .collect();
    let way = if deadlock.way.is_empty() {
        "from the beginning".to_owned()
    } else {
        format!("after {}", deadlock.way.join(", "))
    };
    let message = format!("an item gets stuck {way}: {}", why.join("; "));
    let (severity, help) = if deadlock.escapable {
        (
            Severity::Warning,
            "it goes on only if an earlier step is done again; let it wait for something that always comes",
        )
    } else {
        (Severity::Error, "let it wait for something that always comes, or make it optional")
    };
    diagnostic(checked, step, severity, "deadlock", message, help.to_owned())
}
