//! `watercourse publish`: a stream file becomes a version on a running server.

use super::text::text;
use crate::arguments::Publish;
use crate::client::{Client, encode};
use crate::exit::{Exit, ended};
use crate::screen;
use anyhow::Result;
use serde_json::{Value, json};
use watercourse_core::stream::{Severity, read, render};

/// Publishes on top of the version the server has now. What is wrong with the file is said without asking the server.
pub(crate) async fn run(args: &Publish) -> Result<Exit> {
    let text = text(&args.file)?;
    let checked = read(&text, &watercourse_practices::known::context());
    let errors = checked.diagnostics.iter().filter(|d| d.severity == Severity::Error).count();
    let id = match checked.stream.as_ref().filter(|_| errors == 0) {
        Some(stream) => stream.id.clone(),
        None => {
            screen::tell(
                render(&args.file.display().to_string(), &text, &checked.diagnostics, screen::colour()).trim_end(),
            );
            return Err(ended(Exit::Failed, "The stream has errors and was not published."));
        }
    };
    let client = Client::new(&args.server);
    let etag = match client.get(&format!("/api/v1/streams/{}", encode(&id))).await {
        Ok(answer) => answer.etag,
        Err(error) if crate::exit::is(&error, Exit::NotFound) => None,
        Err(error) => return Err(error),
    };
    let answer =
        client.post_if("/api/v1/streams", &json!({ "text": text, "reason": args.reason }), etag.as_deref()).await?;
    if args.server.json {
        screen::data(answer.body.trim());
        return Ok(Exit::Done);
    }
    let version = answer.json()?.get("version").and_then(Value::as_u64).unwrap_or_default();
    let page = format!("{}/streams/{id}", args.server.url.trim_end_matches('/'));
    if etag.is_some() && etag == answer.etag {
        screen::tell(&format!("Nothing changed: {id} is version {version} already: {page}"));
    } else {
        screen::tell(&format!("Published {id}, version {version}: {page}"));
    }
    Ok(Exit::Done)
}
