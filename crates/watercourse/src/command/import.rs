//! `watercourse import`: a log of another tool becomes a stream beside the native ones.

use super::item::encode;
use crate::arguments::{Import, Reading};
use crate::client::Client;
use crate::exit::{Exit, usage};
use crate::screen;
use anyhow::{Context as _, Result};
use serde_json::Value;

/// Sends the file to the server, which reads it the way `analyze` does.
pub(crate) async fn run(args: &Import) -> Result<Exit> {
    let file = tokio::fs::File::open(&args.file).await.with_context(|| format!("{} cannot be read", args.file.display()))?;
    let name = args.file.file_name().and_then(|n| n.to_str()).ok_or_else(|| usage("The file has no readable name."))?;
    let stream = args.stream.clone().unwrap_or_else(|| slug(name));
    let size = file.metadata().await?.len();
    let bar = screen::progress("Sending", size);
    let body = reqwest::Body::wrap_stream(tokio_util::io::ReaderStream::new(bar.wrap_async_read(file)));
    let client = Client::new(&args.server);
    let path = format!("/api/v1/imports?name={}&stream={}{}", encode(name), encode(&stream), query(&args.reading)?);
    let answer = client.upload(&path, body).await?;
    bar.finish_and_clear();
    if args.server.json {
        screen::data(answer.body.trim());
        return Ok(Exit::Done);
    }
    let answer = answer.json()?;
    let number = |key: &str| answer.get(key).and_then(Value::as_u64).unwrap_or_default();
    screen::tell(&format!("{} items and {} visits: {}/streams/{stream}", number("items"), number("visits"), args.server.url));
    for warning in answer.get("warnings").and_then(Value::as_array).into_iter().flatten() {
        screen::tell(&format!("  {}", warning.get("text").and_then(Value::as_str).unwrap_or("")));
    }
    Ok(Exit::Done)
}

/// The reading options as query parameters; a mapping file travels as text.
fn query(reading: &Reading) -> Result<String> {
    let mapping = match &reading.mapping {
        Some(file) => Some(super::check::text(file)?),
        None => None,
    };
    let one = [
        ("case", &reading.case),
        ("activity", &reading.activity),
        ("time", &reading.time),
        ("start", &reading.start),
        ("team", &reading.team),
        ("lifecycle", &reading.lifecycle),
        ("tz", &reading.tz),
        ("time_means", &reading.time_means),
        ("classifier", &reading.classifier),
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

/// A stream id from a file name.
pub(crate) fn slug(name: &str) -> String {
    let stem = name.split('.').next().unwrap_or(name).to_lowercase();
    let slug: String = stem.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let slug = slug.split('-').filter(|p| !p.is_empty()).collect::<Vec<_>>().join("-");
    if slug.is_empty() { "imported".to_owned() } else { slug }
}
