//! Names of steps and their moments, looked up: `design`, `design.start`, `build|buy`.

use super::cell::{Place, Text};
use super::diagnostic::Findings;
use super::file::{Draft, DraftStep};
use super::graph::{Point, Reference};
use super::names::{as_id, is_id, short};
use crate::nearest::suggest;
use crate::set::{MOST_STEPS, StepIndex};
use std::collections::HashMap;

/// Moments of a step that no outcome may be called.
pub(super) const MOMENTS: [&str; 3] = ["start", "failed", "done"];
/// The most entries of one `after`, and the most rules.
pub(super) const MOST_ENTRIES: usize = 256;

/// Steps by name.
pub(super) struct Names<'a> {
    /// All names that are written, also those beyond the most steps.
    all: Vec<&'a str>,
    index: HashMap<&'a str, StepIndex>,
    outcomes: Vec<Vec<&'a str>>,
    /// Whether every step could be read: only then is a name surely unknown.
    whole: bool,
}

pub(super) fn step_names<'a>(draft: &'a Draft, findings: &mut Findings) -> (Names<'a>, Vec<&'a DraftStep>) {
    let mut names = Names { all: Vec::new(), index: HashMap::new(), outcomes: Vec::new(), whole: draft.whole };
    let mut kept = Vec::new();
    for step in &draft.steps {
        let Some(id) = &step.id else {
            names.whole = false;
            continue;
        };
        check_id(id, "a step", findings);
        let value = id.value.as_str();
        if names.all.contains(&value) {
            let help =
                "give one of the two another id; if it is the same work done again, it needs no second step".to_owned();
            findings.error("duplicate-id", &step.at, format!("there are two steps “{}”", short(value)), help);
            continue;
        }
        names.all.push(value);
        match u8::try_from(kept.len()) {
            Ok(index) if kept.len() < MOST_STEPS => {
                names.index.insert(value, index);
                names.outcomes.push(step.outcomes.iter().map(|o| o.id.value.as_str()).collect());
                kept.push(step);
            }
            _ if names.all.len() == MOST_STEPS + 1 => {
                let message = format!("this is step {}, a stream has at most {MOST_STEPS}", MOST_STEPS + 1);
                findings.error(
                    "too-many-steps",
                    &step.at,
                    message,
                    "split the stream: a step can open a child in another stream with spawns",
                );
            }
            _ => {}
        }
    }
    (names, kept)
}

pub(super) fn check_id(id: &Text, what: &str, findings: &mut Findings) {
    if !is_id(&id.value) {
        let better = as_id(&id.value);
        let help = if better.is_empty() {
            "use small letters, digits, - and _, at most 64".to_owned()
        } else {
            format!("use small letters, digits, - and _: “{better}”")
        };
        findings.error("bad-id", &id.inner(), format!("“{}” cannot be the id of {what}", short(&id.value)), help);
    }
}

/// The groups of references, and the place of each. `own`: the step that must not be named.
pub(super) fn groups(
    texts: &[Text],
    names: &Names<'_>,
    own: Option<&str>,
    findings: &mut Findings,
) -> (Vec<Vec<Reference>>, Vec<Place>) {
    let (mut all, mut places) = (Vec::new(), Vec::new());
    too_many(texts.get(MOST_ENTRIES).map(|t| &t.at), "entries of one list", findings);
    for text in texts.iter().take(MOST_ENTRIES) {
        let mut group = Vec::new();
        let mut understood = true;
        for (word, part) in members(&text.value) {
            match reference(word, text, &part, names, own, findings) {
                Some(reference) if group.contains(&reference) => {
                    findings.warning(
                        "duplicate-reference",
                        &text.part(&part),
                        format!("“{word}” is there twice"),
                        "once is enough",
                    );
                }
                Some(reference) => group.push(reference),
                None => understood = false,
            }
        }
        if understood && all.contains(&group) {
            findings.warning(
                "duplicate-reference",
                &text.inner(),
                format!("“{}” is there twice", short(&text.value)),
                "once is enough",
            );
        } else if understood {
            all.push(group);
            places.push(text.inner());
        }
    }
    (all, places)
}

pub(super) fn too_many(at: Option<&Place>, what: &str, findings: &mut Findings) {
    if let Some(at) = at {
        findings.error("too-many", at, format!("more than {MOST_ENTRIES} {what}"), "split the stream");
    }
}

/// The members of `a|b` and where they stand in it.
pub(super) fn members(text: &str) -> impl Iterator<Item = (&str, std::ops::Range<usize>)> {
    let mut from = 0;
    text.split('|').map(move |raw| {
        let start = from + (raw.len() - raw.trim_start().len());
        from += raw.len() + 1;
        let word = raw.trim();
        (word, start..start + word.len())
    })
}

fn reference(
    word: &str,
    text: &Text,
    part: &std::ops::Range<usize>,
    names: &Names<'_>,
    own: Option<&str>,
    findings: &mut Findings,
) -> Option<Reference> {
    let (step, moment) = word.split_once('.').map_or((word, None), |(s, m)| (s, Some(m)));
    let step_at = text.part(&(part.start..part.start + step.len()));
    let index = step_named(step, &step_at, names, findings)?;
    if own == Some(step) {
        findings.error(
            "self-reference",
            &text.part(part),
            format!("step “{step}” waits for itself"),
            "leave it out; a step can be done again without it",
        );
        return None;
    }
    let outcomes = names.outcomes.get(usize::from(index)).map(Vec::as_slice).unwrap_or_default();
    let point = match moment {
        None | Some("done") => Point::Done,
        Some("start") => Point::Start,
        Some("failed") => Point::Failed,
        Some(outcome) => {
            if let Some(found) = outcomes.iter().position(|o| *o == outcome) {
                Point::Outcome(u8::try_from(found).ok()?)
            } else {
                let at = text.part(&(part.start + step.len() + 1..part.end));
                let known = outcomes.iter().copied().chain(MOMENTS);
                let help = if findings.is_full() { String::new() } else { suggest(outcome, known) };
                findings.error(
                    "unknown-outcome",
                    &at,
                    format!("step “{step}” has no outcome “{}”", short(outcome)),
                    help,
                );
                return None;
            }
        }
    };
    Some(Reference { step: index, point })
}

pub(super) fn step_named(word: &str, at: &Place, names: &Names<'_>, findings: &mut Findings) -> Option<StepIndex> {
    let found = names.index.get(word).copied();
    if found.is_none() && names.whole && !names.all.contains(&word) {
        if word.is_empty() {
            findings.error("empty-name", at, "the name of a step is missing here", "name a step, or leave this out");
        } else {
            let help = if findings.is_full() { String::new() } else { suggest(word, names.all.iter().copied()) };
            findings.error("unknown-step", at, format!("there is no step “{}”", short(word)), help);
        }
    }
    found
}

pub(super) fn steps_named(texts: &[Text], names: &Names<'_>, findings: &mut Findings) -> Vec<StepIndex> {
    let mut list = Vec::new();
    for text in texts {
        let word = text.value.trim();
        let found = step_named(word, &text.inner(), names, findings);
        match found {
            Some(step) if list.contains(&step) => {
                findings.warning(
                    "duplicate-reference",
                    &text.inner(),
                    format!("“{word}” is there twice"),
                    "once is enough",
                );
            }
            Some(step) => list.push(step),
            None => {}
        }
    }
    list
}
