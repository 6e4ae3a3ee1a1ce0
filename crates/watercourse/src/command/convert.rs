//! `watercourse convert`: a log in one format as a file in another.

use super::reading::options;
use crate::arguments::Convert;
use crate::exit::{Exit, ended, usage};
use crate::screen;
use anyhow::Result;
use watercourse_exchange::{Target, convert};

/// Reads the one file, writes the other, and says what could not be taken along.
pub(crate) fn run(args: &Convert) -> Result<Exit> {
    let options = options(&args.reading)?;
    let (mut target, packed) = Target::of(&args.output).map_err(|e| usage(e.to_string()))?;
    if args.ocel == "1.0" {
        if target != Target::OcelJson {
            return Err(usage(
                "--ocel 1.0 is written as JSON: give the new file a name that ends in .jsonocel".to_owned(),
            ));
        }
        target = Target::OcelJson1;
    }
    let mut reading = args.reading.clone();
    let given = super::text::log(Some(&args.input), &mut reading.done)?;
    let bar = screen::progress("Reading", std::fs::metadata(&given.path).map_or(0, |m| m.len()));
    let done = convert(&given.path, &args.output, (target, packed), &options, &mut |done, _| bar.set_position(done));
    bar.finish_and_clear();
    let done = done.map_err(|e| {
        let (said, exit) = (e.to_string(), if e.is_usage() { Exit::Usage } else { Exit::Failed });
        let (from, to) = (given.path.to_string_lossy(), args.output.to_string_lossy());
        let is_named = said.contains(&*from) || said.contains(&*to);
        ended(exit, if is_named { said } else { format!("{}: {said}", given.name) })
    })?;
    for warning in &done.warnings {
        screen::tell(&format!("{}: {}", warning.code, warning.text));
    }
    for lost in &done.lost {
        screen::tell(&format!("left out, the new format has no place for them: {lost}"));
    }
    let what = if target.is_object_centric() { "objects" } else { "cases" };
    screen::tell(&format!("{} events and {} {what} written to {}.", done.events, done.cases, args.output.display()));
    Ok(Exit::Done)
}
