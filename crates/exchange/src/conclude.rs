//! What can only be said once all rows are read: done labels, suggestions, warnings about times and teams.

use watercourse_flow::log::TimeMeans;

use crate::collect::{Clock, Collector, Known};
use crate::error::ExchangeError;
use crate::imported::{Evidence, Imported, Totals};
use crate::mapping::{By, Choice, FlowState, Mapping};
use crate::options::Options;
use crate::suggest;

/// Closes the books on a file that was read to its end. `unit` is what its rows are called.
pub(crate) fn conclude(
    mut collector: Collector,
    clock: Clock,
    mut mapping: Mapping,
    options: &Options,
    evidence: Evidence,
    totals: Option<Totals>,
    unit: &'static str,
) -> Result<Imported, ExchangeError> {
    if collector.log.is_empty() {
        return Err(nothing(&collector, &mapping, unit));
    }
    collector.close(unit);
    times(&mut collector, &clock, &mapping, options);
    if mapping.date_order.value.is_none() && clock.open + clock.in_favour() > 0 {
        mapping.date_order = Choice::new(Some(clock.order), By::Default, 0.5, "dates further down leave the question");
    }
    mapping.zone = zone(&clock, options, collector.known);
    mapping.times = clock.examples;
    // A column that was looked for and never filled is none.
    for (choice, empty) in [
        (&mut mapping.start, collector.log.start.is_empty()),
        (&mut mapping.team, collector.log.team.is_empty()),
        (&mut mapping.lifecycle, collector.log.lifecycle.is_empty()),
    ] {
        if empty && choice.value.is_some() && choice.by != By::Given {
            *choice = Choice::new(None, By::Found, 1.0, "no event has one");
        }
    }
    teams(&mut collector, &mapping);
    let (done, unknown) = suggest::done(&collector.log, options.done.as_deref(), collector.known.done);
    mapping.done = done;
    for (label, nearest) in unknown {
        let hint = nearest.map(|n| format!("; did you mean \u{201c}{n}\u{201d}?")).unwrap_or_default();
        collector.warn("unknown-done-label", format!("no event is called \u{201c}{label}\u{201d}{hint}"));
    }
    if mapping.done.value.is_empty() && mapping.done.by != By::Given {
        collector.warn("no-done-label", format!("lead time and open work are not measured: {}", mapping.done.why));
    }
    mapping.labels = suggest::labels(&collector.log, &options.labels, collector.known.labels);
    for label in &mut mapping.labels {
        // What counts as done shows as done, whatever its words.
        if mapping.done.value.contains(&label.name) && label.state.is_none() {
            label.state = Some(FlowState::Done);
        }
    }
    for (role, flag, sure) in [
        ("case", "--case", mapping.case.confidence),
        ("activity", "--activity", mapping.activity.confidence),
        ("time", "--time", mapping.time.confidence),
    ] {
        if sure < 0.45 {
            collector.warn(
                "unsure-column",
                format!("the column of the {role} is little more than a guess; name it with {flag}"),
            );
        }
    }
    let Collector { log, rows, rejected, warnings, .. } = collector;
    Ok(Imported { log, rows, rejected, mapping, warnings, evidence, totals })
}

/// Why there is no event at all.
fn nothing(collector: &Collector, mapping: &Mapping, unit: &'static str) -> ExchangeError {
    if collector.rows.read == 0 {
        return ExchangeError::Empty { what: "log", needs: "at least one event with a case and a time" };
    }
    let first = collector
        .rejected
        .first()
        .map_or_else(|| "all were skipped".to_owned(), |r| format!("the first, on line {}: {}", r.line, r.reason));
    let time = mapping.time.value.as_deref().unwrap_or_default();
    let remedy = format!(
        "The case was taken from \u{201c}{}\u{201d}{}; if that is wrong, name the right ones with --case and --time",
        mapping.case.value,
        if time.is_empty() { String::new() } else { format!(", the time from \u{201c}{time}\u{201d}") }
    );
    ExchangeError::NothingUsable { read: collector.rows.read, unit, first, remedy }
}

/// The zone of times without offset, and whether it mattered.
pub(crate) fn zone(clock: &Clock, options: &Options, known: Known) -> Choice<String> {
    match &options.tz {
        Some(tz) => Choice::given(tz.clone()),
        None if known.utc => Choice::new("UTC".to_owned(), By::Found, 1.0, "the names of the columns say UTC"),
        None if clock.without_offset == 0 => {
            Choice::new("UTC".to_owned(), By::Default, 1.0, "not needed: every time carries its offset")
        }
        None => {
            let mut why = "times without offset are UTC unless --tz says otherwise".to_owned();
            if !known.clock.is_empty() {
                why = format!("{why}; {}", known.clock);
            }
            Choice::new("UTC".to_owned(), By::Default, 0.5, why)
        }
    }
}

/// Warnings about times without offset.
pub(crate) fn offsets(collector: &mut Collector, clock: &Clock, options: &Options) {
    if clock.without_offset > 0 && options.tz.is_none() && !collector.known.utc {
        collector.warn(
            "zone-assumed",
            format!(
                "{} times carry no offset and are taken as UTC; say --tz ZONE if they are local{}{}",
                clock.without_offset,
                if collector.known.clock.is_empty() { "" } else { ". " },
                collector.known.clock
            ),
        );
    }
    if clock.without_offset > 0 && clock.with_offset > 0 {
        collector.warn(
            "mixed-offsets",
            format!("{} times carry an offset, {} do not", clock.with_offset, clock.without_offset),
        );
    }
}

fn times(collector: &mut Collector, clock: &Clock, mapping: &Mapping, options: &Options) {
    offsets(collector, clock, options);
    if clock.open > 0 && clock.in_favour() + clock.against() == 0 && mapping.date_order.by != By::Given {
        let examples: Vec<String> = clock.examples.iter().map(|e| format!("{} = {}", e.text, e.utc)).collect();
        let text = format!(
            "days and months could be swapped: no date decides, {} is assumed ({}); a mapping file can say order = \"{}\"",
            clock.order.id(),
            examples.join(", "),
            clock.order.other().id()
        );
        collector.warn("date-order-assumed", text);
    }
    if clock.against() > 0 && clock.in_favour() > 0 {
        let text = format!(
            "dates are written in both orders: {} only fit {}, {} only fit {}; the file was read {}",
            clock.in_favour(),
            clock.order.id(),
            clock.against(),
            clock.order.other().id(),
            clock.order.id()
        );
        collector.warn("mixed-date-order", text);
    }
    collector.warn_tally("clock-change", &clock.shifted, |t| {
        format!("{} times fall into a change of the clocks (the first on line {}: {}); the offset before the change is taken", t.count, t.first, t.example)
    });
}

/// Placeholders in the team column are values, but probably not meant as such.
fn teams(collector: &mut Collector, mapping: &Mapping) {
    let Some(column) = &mapping.team.value else { return };
    for placeholder in ["?", "NA", "N/A", "-", "null", "None", "UNKNOWN", "DEFAULT"] {
        let Some(id) = collector.log.teams.get(placeholder) else { continue };
        let count = collector.log.team.iter().filter(|t| **t == id).count();
        let text = format!(
            "{count} events have the team \u{201c}{placeholder}\u{201d} in {column}, which counts as a team; if it means none is known, a mapping file can say team_unknown = [\"{placeholder}\"]"
        );
        collector.warn("team-placeholder", text);
    }
}

/// What an event's time means: as given, or entry for a column of statuses and completion for everything else.
pub(crate) fn time_means(options: &Options, status: bool, why: &str) -> Choice<TimeMeans> {
    match options.time_means {
        Some(given) => Choice::given(given),
        None if status => Choice::new(TimeMeans::Entry, By::Guessed, 0.9, why).or([("completion".to_owned(), 0.1)]),
        None => Choice::new(TimeMeans::Completion, By::Default, 0.8, why).or([("entry".to_owned(), 0.2)]),
    }
}

/// A mapping that still lacks what `conclude` adds.
pub(crate) fn open_done() -> Choice<Vec<String>> {
    Choice::new(Vec::new(), By::Default, 0.0, "not looked for yet")
}

/// The placeholder for the zone until all times are read.
pub(crate) fn open_zone() -> Choice<String> {
    Choice::new("UTC".to_owned(), By::Default, 0.5, "not looked at yet")
}
