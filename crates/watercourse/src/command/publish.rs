//! `watercourse publish`: a stream file becomes a version on a running server.

use crate::arguments::Publish;
use crate::client::Client;
use crate::exit::Exit;
use crate::screen;
use anyhow::Result;
use serde_json::{Value, json};

/// Publishes on top of the version the server has now.
pub(crate) async fn run(args: &Publish) -> Result<Exit> {
    let text = super::check::text(&args.file)?;
    let client = Client::new(&args.server);
    let checked = watercourse_core::stream::read(&text, &watercourse_practices::known::context());
    let id = checked.stream.as_ref().map(|s| s.id.clone()).unwrap_or_default();
    let etag = match client.get(&format!("/api/v1/streams/{id}")).await {
        Ok(answer) => answer.etag,
        Err(error) if crate::exit::is(&error, Exit::NotFound) => None,
        Err(error) => return Err(error),
    };
    let answer = client.post_if("/api/v1/streams", &json!({ "text": text, "reason": args.reason }), etag.as_deref()).await?;
    if args.server.json {
        screen::data(answer.body.trim());
    } else {
        let answer = answer.json()?;
        let version = answer.get("version").and_then(Value::as_u64).unwrap_or_default();
        screen::tell(&format!("Published {id}, version {version}: {}/streams/{id}", args.server.url));
    }
    Ok(Exit::Done)
}
