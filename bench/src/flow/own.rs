//! Our own answers, made in a process of its own.

use super::answers::Answers;
use crate::{synthetic, usage};
use anyhow::{Context, Result};
use std::hint::black_box;
use std::path::Path;
use watercourse_exchange::{Options, read_path};
use watercourse_flow::conformance::{conformance, same_steps};
use watercourse_flow::from_log::from_log;
use watercourse_flow::map::Map;
use watercourse_flow::meaning::LogMeaning;
use watercourse_flow::measures::{self, View};
use watercourse_flow::order::Ordered;
use watercourse_flow::timeline::Timeline;
use watercourse_flow::variants::Variants;

/// Imports a synthetic log, measures it, and writes the answers down.
pub fn own(log: &Path, to: &Path) -> Result<()> {
    let base = usage::resident_bytes();
    let mut answers = Answers { engine: "Watercourse".to_owned(), ..Answers::default() };
    let (imported, import) = usage::timed(|| read_path(log, &Options::default(), &mut |_, _| {}));
    let log = imported.with_context(|| format!("cannot import {}", log.display()))?.log;
    let held = || usage::resident_bytes().saturating_sub(base);
    answers.resident.insert("import".to_owned(), held());
    let seconds = &mut answers.seconds;
    let mut note = |what: &str, took: f64| seconds.insert(what.to_owned(), took);
    note("import", import);
    let meaning = LogMeaning::of(&log).done(["Close"]);
    let (ordered, took) = usage::timed(|| Ordered::of(&log));
    note("sort", took);
    let (visits, took) = usage::timed(|| from_log(&log, &ordered, &meaning));
    note("visits", took);
    let (timeline, took) = usage::timed(|| Timeline::of(&visits));
    note("timeline", took);
    answers.resident.insert("visits".to_owned(), held());
    let (map, took) = usage::timed(|| Map::of_log(&log, &ordered, None));
    note("map", took);
    let (variants, took) = usage::timed(|| Variants::of_log(&ordered, &visits, None));
    note("variants", took);
    let view = View::of(&visits, &timeline);
    let (weeks, took) = usage::timed(|| measures::weeks(&view));
    note("weeks", took);
    let (handoffs, took) = usage::timed(|| measures::handoffs(&view));
    note("handoffs", took);
    let stream = synthetic::stream()?;
    let steps = same_steps(&visits, &stream);
    let (_, took) = usage::timed(|| black_box(conformance(&visits, &stream, &steps, None)));
    note("replay", took);
    let (_, took) = usage::timed(|| black_box((measures::by_step(&view), measures::by_team(&view))));
    note("by step and team", took);
    let (_, took) = usage::timed(|| black_box((measures::time_use(&view), measures::flow_efficiency(&view))));
    note("time use", took);
    let (_, took) = usage::timed(|| black_box((measures::rework(&view), measures::open_work(&view, 20))));
    note("rework, open work", took);
    let step = |step: u32| visits.steps.name(step).to_owned();
    answers.events = log.len() as u64;
    answers.cases = log.cases.len() as u64;
    for edge in &map.edges {
        let time = edge.time.context("a way without times")?;
        answers.map.push((step(edge.from), step(edge.to), edge.count.into(), time.p50, time.p85, time.p95));
    }
    for variant in &variants.list {
        let steps: Vec<&str> = variant.steps.iter().map(|s| visits.steps.name(*s)).collect();
        answers.variants.push((steps.join(">"), variant.count.into()));
    }
    for week in &weeks {
        if let Some(lead) = week.lead_time.exact {
            answers.weeks.push((week.from, lead.n as u64, lead.p50, lead.p85, lead.p95));
        }
    }
    for pair in handoffs.between {
        answers.handoffs.push((pair.from_name, pair.to_name, pair.count as u64));
    }
    answers.peak = usage::peak_bytes();
    answers.write(to)
}
