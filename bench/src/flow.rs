//! Import of a synthetic log, then replay and the first measures.

use crate::{synthetic, usage};
use anyhow::{Context, Result};
use std::fs::File;
use std::hint::black_box;
use std::io::BufWriter;
use std::path::Path;
use watercourse_exchange::{Options, read_path};
use watercourse_flow::conformance;
use watercourse_flow::from_log::from_log;
use watercourse_flow::map::Map;
use watercourse_flow::meaning::LogMeaning;
use watercourse_flow::measures::{self, View};
use watercourse_flow::order::Ordered;
use watercourse_flow::timeline::Timeline;
use watercourse_flow::variants::Variants;

/// Generates the log unless it is there, and prints what each part took.
pub fn run(events: usize, path: &Path) -> Result<()> {
    if !path.exists() {
        let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
        let written = synthetic::write(&mut BufWriter::new(file), events, 1)?;
        println!("wrote {written} events to {}", path.display());
    }
    usage::forget_peak();
    let base = usage::peak_bytes();
    let (imported, import) = usage::timed(|| read_path(path, &Options::default(), &mut |_, _| {}));
    let log = imported.with_context(|| format!("cannot import {}", path.display()))?.log;
    let (events, import_peak) = (log.len(), usage::peak_bytes());
    println!(
        "{events} events, {} cases, {} activities, {} teams",
        log.cases.len(),
        log.activities.len(),
        log.teams.len()
    );
    println!("import            {import:7.3} CPU-s  peak {:5.0} MB", import_peak as f64 / 1e6);
    usage::forget_peak();
    let meaning = LogMeaning::of(&log).done(["Close"]);
    let mut sum = 0.0;
    let mut say = |what: &str, seconds: f64| {
        sum += seconds;
        println!("{what:<18}{seconds:7.3} CPU-s");
    };
    let (ordered, seconds) = usage::timed(|| Ordered::of(&log));
    say("sort", seconds);
    let (visits, seconds) = usage::timed(|| from_log(&log, &ordered, &meaning));
    say("visits", seconds);
    let (timeline, seconds) = usage::timed(|| Timeline::of(&visits));
    say("timeline", seconds);
    let (map, seconds) = usage::timed(|| Map::of_log(&log, &ordered, None));
    say("map", seconds);
    let (variants, seconds) = usage::timed(|| Variants::of_log(&ordered, &visits, None));
    say("variants", seconds);
    let view = View::of(&visits, &timeline);
    let (_, seconds) = usage::timed(|| black_box((measures::lead_times(&view), measures::case_durations(&ordered))));
    say("lead times", seconds);
    let (_, seconds) = usage::timed(|| black_box(measures::by_step(&view)));
    say("by step", seconds);
    let (_, seconds) = usage::timed(|| black_box(measures::by_team(&view)));
    say("by team", seconds);
    let (_, seconds) = usage::timed(|| black_box((measures::time_use(&view), measures::flow_efficiency(&view))));
    say("time use", seconds);
    let (handoffs, seconds) = usage::timed(|| measures::handoffs(&view));
    say("hand-offs", seconds);
    let (_, seconds) = usage::timed(|| black_box(measures::rework(&view)));
    say("rework", seconds);
    let (_, seconds) = usage::timed(|| black_box((measures::open_work(&view, 20), measures::weeks(&view))));
    say("open work, weeks", seconds);
    let stream = synthetic::stream()?;
    let steps = conformance::same_steps(&visits, &stream);
    let (conformance, seconds) = usage::timed(|| conformance::conformance(&visits, &stream, &steps, None));
    say("conformance", seconds);
    let peak = usage::peak_bytes();
    println!("sum               {sum:7.3} CPU-s  peak {:5.0} MB", peak as f64 / 1e6);
    println!("memory: {} bytes an event", import_peak.max(peak).saturating_sub(base) / events.max(1) as u64);
    println!(
        "{} ways, {} transitions, {} variants, {:?} hand-offs",
        map.edges.len(),
        map.transitions,
        variants.list.len(),
        handoffs.count.value()
    );
    println!(
        "conforming {:?} of items, fitness {:?}, {} kinds of deviations",
        conformance.conforming.value(),
        conformance.fitness.value(),
        conformance.deviations.len()
    );
    Ok(())
}
