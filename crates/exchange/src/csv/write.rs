//! CSV, out.

use std::io::{self, Write};

use watercourse_flow::log::{Dictionary, Log, NO_TIME, NONE};

use crate::date::rfc3339;

/// Writes a log as CSV, a row an event in the order of the log: case, activity, time, and start, team and lifecycle
/// where the log has them.
///
/// # Errors
/// Those of `out`.
pub fn write(log: &Log, out: impl Write) -> io::Result<()> {
    let mut out = out;
    write!(out, "case,activity,time")?;
    let more =
        [("start", !log.start.is_empty()), ("team", !log.team.is_empty()), ("lifecycle", !log.lifecycle.is_empty())];
    for (name, _) in more.iter().filter(|(_, there)| *there) {
        write!(out, ",{name}")?;
    }
    writeln!(out)?;
    let name = |names: &'_ Dictionary, column: &[u32], i: usize| -> String {
        column.get(i).filter(|n| **n != NONE).map(|n| names.name(*n).to_owned()).unwrap_or_default()
    };
    for i in 0..log.len() {
        cell(&mut out, log.cases.name(log.case.get(i).copied().unwrap_or(NONE)))?;
        write!(out, ",")?;
        cell(&mut out, log.activities.name(log.activity.get(i).copied().unwrap_or(NONE)))?;
        write!(out, ",{}", rfc3339(log.at.get(i).copied().unwrap_or_default()))?;
        if !log.start.is_empty() {
            let start = log.start.get(i).filter(|s| **s != NO_TIME);
            write!(out, ",{}", start.map(|s| rfc3339(*s)).unwrap_or_default())?;
        }
        for (column, names) in [(&log.team, &log.teams), (&log.lifecycle, &log.lifecycles)] {
            if !column.is_empty() {
                write!(out, ",")?;
                cell(&mut out, &name(names, column, i))?;
            }
        }
        writeln!(out)?;
    }
    Ok(())
}

fn cell(out: &mut impl Write, text: &str) -> io::Result<()> {
    let plain = !text.contains(['"', ',', '\n', '\r']) && text.trim() == text;
    if plain { write!(out, "{text}") } else { write!(out, "\"{}\"", text.replace('"', "\"\"")) }
}
