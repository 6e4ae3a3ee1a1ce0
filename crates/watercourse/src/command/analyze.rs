//! `watercourse analyze`: a log of another tool, and where its time goes.

use super::analyze_text::tell;
use super::reading::options;
use super::text::log;
use crate::arguments::Analyze;
use crate::exit::{Exit, ended, usage};
use crate::screen;
use anyhow::{Context as _, Result};
use std::path::Path;
use watercourse_app::App;
use watercourse_app::analysis::Study;
use watercourse_core::time::Instant;
use watercourse_exchange::{ExchangeError, RejectedRows, read_path, read_path_keeping, read_pnml_path};

/// Reads the log, says what it tells, and writes the files that were asked for.
pub(crate) fn run(args: &Analyze) -> Result<Exit> {
    let mut reading = args.reading.clone();
    let given = log(args.file.as_deref(), &mut reading.done)?;
    let options = options(&reading)?;
    let as_of = match &args.now {
        Some(now) => Some(Instant::parse(now).map_err(|e| usage(format!("--now cannot be “{now}”: {e}")))?.millis()),
        None => None,
    };
    // Before the log: a model that cannot be read should not cost the time of a long one.
    let net = match &args.net {
        Some(file) => {
            Some(read_pnml_path(file, &options.limits).map_err(|e| named(&e, file, &file.display().to_string()))?)
        }
        None => None,
    };
    let bar = screen::progress("Reading", std::fs::metadata(&given.path).map_or(0, |m| m.len()));
    let mut progress = |done, _| bar.set_position(done);
    let read = match &args.rejected {
        Some(file) => read_path_keeping(&given.path, &options, &mut progress, &RejectedRows::to_file(file.clone())),
        None => read_path(&given.path, &options, &mut progress),
    };
    bar.finish_and_clear();
    let imported = read.map_err(|e| named(&e, &given.path, &given.name))?;
    let mut study = Study::of(&imported, as_of);
    study.look_over(&imported, as_of, App::system_clock()().millis());
    if let Some(net) = &net {
        study.compare(&imported.log, net);
    }
    if let Some(file) = &args.write_mapping {
        write(file, &imported.mapping.to_toml())?;
        screen::tell(&format!("Mapping written to {}. Change it and give it as --mapping.", file.display()));
    }
    if let Some(file) = &args.html {
        write(file, &watercourse_http::report::html(&study, &given.name))?;
        screen::tell(&format!("Page written to {}.", file.display()));
    }
    if let Some(file) = &args.rejected {
        let rows = imported.rows.rejected;
        screen::tell(&format!("{rows} rejected rows written to {}.", file.display()));
    }
    if args.json {
        screen::data(&serde_json::to_string(&study.analysis)?);
    } else {
        tell(&imported, &study);
    }
    Ok(Exit::Done)
}

/// What is wrong with a file, with its name.
fn named(error: &ExchangeError, path: &Path, name: &str) -> anyhow::Error {
    let (said, exit) = (error.to_string(), if error.is_usage() { Exit::Usage } else { Exit::Failed });
    ended(exit, if said.contains(&*path.to_string_lossy()) { said } else { format!("{name}: {said}") })
}

fn write(file: &Path, text: &str) -> Result<()> {
    std::fs::write(file, text).with_context(|| format!("{} cannot be written", file.display()))
}
