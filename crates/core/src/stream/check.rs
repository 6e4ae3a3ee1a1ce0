//! Reading a stream file and checking it: one pass that finds as much as it can.

use super::context::Context;
use super::diagnostic::{Diagnostic, Findings};
use super::graph::Stream;
use super::order::Order;
use super::{file, reach, resolve, sense};
use std::ops::Range;

/// What came of reading a text.
#[derive(Debug, Clone)]
pub struct Checked {
    /// The stream, if nothing is wrong with it.
    pub stream: Option<Stream>,
    /// What was found, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
    /// Where the ids of the stream's steps stand in the text, in the order of its steps.
    pub steps: Vec<Range<usize>>,
}

/// Reads a stream file and says everything that is wrong with it, probably wrong, or worth a thought,
/// except what only a search over its markings tells: `crate::check` adds that.
/// Any text may be given; malformed ones yield errors.
#[must_use]
pub fn read(text: &str, context: &Context) -> Checked {
    let mut findings = Findings::default();
    let draft = file::parse(text, &mut findings);
    let (parts, places) = resolve::resolve(&draft, context, &mut findings);
    let stream = Stream::new(parts);
    // A text that breaks off may lack just what these checks would miss.
    if draft.whole {
        let order = Order::of(&stream);
        reach::check(&stream, &places, &order, &mut findings);
        sense::check(&stream, &places, &order, &mut findings);
    }
    let stream = (!findings.any_errors()).then_some(stream);
    let steps = places.steps.into_iter().map(|s| s.id).collect();
    Checked { stream, diagnostics: findings.finish(text), steps }
}
