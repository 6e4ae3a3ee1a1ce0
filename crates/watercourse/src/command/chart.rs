//! `watercourse chart`: a chart of a stream as a file, the same picture as on its page.

use crate::arguments::Chart;
use crate::client::{Client, encode};
use crate::exit::{Exit, ended, usage};
use crate::screen;
use anyhow::{Context as _, Result};
use std::io::Write as _;
use std::path::Path;

const FORMS: [&str; 4] = ["svg", "png", "csv", "json"];

/// Fetches the chart and writes it: whole, or not at all.
pub(crate) async fn run(args: &Chart) -> Result<Exit> {
    let suffix = match &args.output {
        None => args.format.clone().unwrap_or_else(|| "svg".to_owned()),
        Some(file) => args.format.clone().or_else(|| suffix(file)).ok_or_else(|| {
            usage(format!("{}: end its name with .svg, .png, .csv or .json, or say --format.", file.display()))
        })?,
    };
    if !FORMS.contains(&suffix.as_str()) {
        return Err(usage(format!("A chart is written as svg, png, csv or json, not as “{suffix}”.")));
    }
    let mut query = vec![format!("show={}", args.show)];
    query.extend(args.days.map(|days| format!("days={days}")));
    query.extend(
        [("q", &args.only), ("compare", &args.compare)]
            .into_iter()
            .filter_map(|(name, value)| value.as_ref().map(|value| format!("{name}={}", encode(value)))),
    );
    let path = format!("/streams/{}/charts/{}.{suffix}?{}", encode(&args.stream), encode(&args.name), query.join("&"));
    let bytes = Client::new(&args.server).fetch(&path).await?;
    let Some(file) = &args.output else {
        screen::bytes(&bytes)?;
        return Ok(Exit::Done);
    };
    write_whole(file, &bytes).with_context(|| format!("{} cannot be written", file.display()))?;
    screen::tell(&format!("Wrote {}.", file.display()));
    Ok(Exit::Done)
}

fn suffix(file: &Path) -> Option<String> {
    file.extension().and_then(|e| e.to_str()).map(str::to_ascii_lowercase).filter(|e| FORMS.contains(&e.as_str()))
}

/// Beside the file first, so that one that is there stays as it is when something fails.
fn write_whole(file: &Path, bytes: &[u8]) -> Result<()> {
    let beside = file.with_extension(format!("{}.part", std::process::id()));
    let written = std::fs::File::create(&beside).and_then(|mut f| f.write_all(bytes).and_then(|()| f.sync_all()));
    if let Err(error) = written.and_then(|()| std::fs::rename(&beside, file)) {
        drop(std::fs::remove_file(&beside));
        return Err(ended(Exit::Failed, error.to_string()));
    }
    Ok(())
}
