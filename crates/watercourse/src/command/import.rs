//! `watercourse import`: a log of another tool becomes a stream beside the native ones.

use super::text::{is_standard_input, log, text};
use crate::arguments::{Import, Reading};
use crate::client::{Client, encode};
use crate::exit::{Exit, ended, is, usage};
use crate::screen;
use anyhow::{Context as _, Result};
use serde_json::Value;

/// Sends the file to the server, which reads it the way `analyze` does.
pub(crate) async fn run(args: &Import) -> Result<Exit> {
    let mut reading = args.reading.clone();
    let given = log(args.file.as_deref(), &mut reading.done)?;
    let stream = match &args.stream {
        Some(stream) => stream.clone(),
        None if args.file.as_deref().is_some_and(is_standard_input) => {
            return Err(usage("Standard input has no name: say --stream ID."));
        }
        None => watercourse_app::stream_id_of(&given.name),
    };
    if given.path.is_dir() {
        return Err(ended(Exit::Failed, format!("{} is a folder. Give one file.", given.path.display())));
    }
    let file =
        tokio::fs::File::open(&given.path).await.with_context(|| format!("{} cannot be read", given.path.display()))?;
    let size = file.metadata().await?.len();
    let bar = screen::progress("Sending", size);
    let body = reqwest::Body::wrap_stream(tokio_util::io::ReaderStream::new(bar.wrap_async_read(file)));
    let client = Client::new(&args.server);
    let dry_run = if args.dry_run { "&dry_run=true" } else { "" };
    let (name, id) = (encode(&given.name), encode(&stream));
    let path = format!("/api/v1/imports?name={name}&stream={id}{}{dry_run}", query(&reading)?);
    let answer = client.upload(&path, body).await;
    bar.finish_and_clear();
    // A file that cannot be used is no wrong flag: as with analyze.
    let answer = answer.map_err(|e| if is(&e, Exit::Usage) { ended(Exit::Failed, format!("{e:#}")) } else { e })?;
    if args.server.json {
        screen::data(answer.body.trim());
        return Ok(Exit::Done);
    }
    let answer = answer.json()?;
    let number = |key: &str| answer.get(key).and_then(Value::as_u64).unwrap_or_default();
    let row = |key: &str| answer.pointer(&format!("/rows/{key}")).and_then(Value::as_u64).unwrap_or_default();
    let brought = format!(
        "{stream}, version {}: {} items, {} events, {} visits",
        number("version"),
        number("items"),
        number("events"),
        number("visits")
    );
    if args.dry_run {
        let instead = match number("replaces") {
            0 => String::new(),
            version => format!(", instead of version {version}"),
        };
        screen::tell(&format!("Would be imported as {brought}{instead}. Nothing was kept."));
    } else {
        screen::tell(&format!("Imported as {brought}: {}/streams/{stream}", args.server.url.trim_end_matches('/')));
    }
    screen::tell(&format!(
        "  rows: {} read = {} used + {} merged + {} skipped + {} rejected",
        row("read"),
        row("used"),
        row("merged"),
        row("skipped"),
        row("rejected")
    ));
    for warning in answer.get("warnings").and_then(Value::as_array).into_iter().flatten() {
        screen::tell(&format!("  {}", warning.get("text").and_then(Value::as_str).unwrap_or("")));
    }
    Ok(Exit::Done)
}

/// The reading options as query parameters; a mapping file travels as text.
fn query(reading: &Reading) -> Result<String> {
    let mapping = match &reading.mapping {
        Some(file) => Some(text(file).map_err(|e| usage(format!("{e:#}")))?),
        None => None,
    };
    // For an object-centric log both say the same.
    let case = if reading.object_type.is_some() { &reading.object_type } else { &reading.case };
    let one = [
        ("case", case),
        ("activity", &reading.activity),
        ("time", &reading.time),
        ("start", &reading.start),
        ("team", &reading.team),
        ("lifecycle", &reading.lifecycle),
        ("tz", &reading.tz),
        ("time_means", &reading.time_means),
        ("classifier", &reading.classifier),
        ("profile", &reading.profile),
        ("mapping", &mapping),
    ];
    let mut query = String::new();
    for (name, value) in one {
        if let Some(value) = value {
            query.push_str(&format!("&{name}={}", encode(value)));
        }
    }
    for label in &reading.done {
        query.push_str(&format!("&done={}", encode(label)));
    }
    Ok(query)
}
