//! XES, out.

use std::io::{self, Write};

use watercourse_flow::log::{Log, NO_TIME, NONE};

use crate::date::rfc3339;
use crate::xml_text::attribute;

/// Writes a log as XES (IEEE 1849): a trace per case in the order of first appearance, its events by time. Where an
/// event has a start and no lifecycle, the start is an event of its own (`lifecycle:transition` is `start`), as XES has
/// it.
///
/// # Errors
/// Those of `out`; also where a text holds a character that XML has no way to write.
pub fn write(log: &Log, out: impl Write) -> io::Result<()> {
    let mut out = out;
    let timed = !log.start.is_empty() && log.lifecycle.is_empty();
    head(log, timed, &mut out)?;
    let mut order: Vec<usize> = (0..log.len()).collect();
    let key = |i: &usize| (log.case.get(*i).copied(), log.at.get(*i).copied());
    order.sort_by_key(key);
    let mut order = order.into_iter().peekable();
    for (case, name) in (0u32..).zip(log.cases.iter()) {
        writeln!(out, "<trace>")?;
        pair(&mut out, "string", "concept:name", name)?;
        let mut events: Vec<(i64, bool, usize)> = Vec::new();
        while let Some(i) = order.next_if(|i| log.case.get(*i) == Some(&case)) {
            if let Some(start) = start(log, i).filter(|_| timed) {
                events.push((start, true, i));
            }
            events.push((log.at.get(i).copied().unwrap_or_default(), false, i));
        }
        // At one instant what began earlier ends first, and what takes no time begins before it ends.
        events.sort_by_key(|(at, ..)| *at);
        for (at, starts, i) in events {
            event(log, i, at, timed.then_some(starts), &mut out)?;
        }
        writeln!(out, "</trace>")?;
    }
    writeln!(out, "</log>")
}

fn start(log: &Log, i: usize) -> Option<i64> {
    log.start.get(i).copied().filter(|s| *s != NO_TIME)
}

fn head(log: &Log, timed: bool, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    let features = "xes.version=\"1849-2016\" xes.features=\"\" xmlns=\"http://www.xes-standard.org/\"";
    writeln!(out, "<log {features}>")?;
    let has_lifecycle = timed || !log.lifecycle.is_empty();
    for (name, prefix, file, there) in [
        ("Concept", "concept", "concept", true),
        ("Time", "time", "time", true),
        ("Lifecycle", "lifecycle", "lifecycle", has_lifecycle),
        ("Organizational", "org", "org", !log.team.is_empty()),
    ] {
        if there {
            writeln!(
                out,
                "<extension name=\"{name}\" prefix=\"{prefix}\" uri=\"http://www.xes-standard.org/{file}.xesext\"/>"
            )?;
        }
    }
    writeln!(out, "<global scope=\"trace\">")?;
    pair(out, "string", "concept:name", "")?;
    writeln!(out, "</global>\n<global scope=\"event\">")?;
    pair(out, "string", "concept:name", "")?;
    pair(out, "date", "time:timestamp", "1970-01-01T00:00:00.000Z")?;
    writeln!(out, "</global>")?;
    writeln!(out, "<classifier name=\"Activity\" scope=\"event\" keys=\"concept:name\"/>")?;
    if has_lifecycle {
        pair(out, "string", "lifecycle:model", "standard")?;
    }
    Ok(())
}

/// One event. `starts` says whether it is a start or an end, where the log tells both.
fn event(log: &Log, i: usize, at: i64, starts: Option<bool>, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "<event>")?;
    pair(out, "string", "concept:name", log.activities.name(log.activity.get(i).copied().unwrap_or(NONE)))?;
    pair(out, "date", "time:timestamp", &rfc3339(at))?;
    let given = log.lifecycle.get(i).copied().filter(|l| *l != NONE).map(|l| log.lifecycles.name(l));
    if let Some(transition) = given.or(starts.map(|s| if s { "start" } else { "complete" })) {
        pair(out, "string", "lifecycle:transition", transition)?;
    }
    if let Some(team) = log.team.get(i).copied().filter(|t| *t != NONE) {
        pair(out, "string", "org:group", log.teams.name(team))?;
    }
    // Beside a transition that the source states, a start can only stand as an attribute.
    if let Some(start) = start(log, i).filter(|_| starts.is_none()) {
        pair(out, "date", "start_timestamp", &rfc3339(start))?;
    }
    writeln!(out, "</event>")
}

fn pair(out: &mut impl Write, kind: &str, key: &str, value: &str) -> io::Result<()> {
    write!(out, "<{kind}")?;
    attribute(out, "key", key)?;
    attribute(out, "value", value)?;
    writeln!(out, "/>")
}
