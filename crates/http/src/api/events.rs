//! What happened, in order: read page by page, or sent as it happens.

use super::items::limit;
use super::operation::{Endpoint, Operation};
use super::schemas::{count, list, object, reference};
use super::sent::Query;
use super::shown;
use crate::door::is_still_in;
use crate::live;
use crate::problem::{Kind, Problem};
use crate::state::{Base, Web};
use axum::Json;
use axum::http::HeaderMap;
use axum::response::IntoResponse;
use axum::routing::get;
use serde::Deserialize;
use serde_json::{Value, json};
use watercourse_core::id::ItemId;
use watercourse_store::Numbered;

const CHAPTER: &str = "Events";

pub(super) fn endpoints() -> Vec<Endpoint<Base>> {
    let page = object(&[
        ("data", list(reference("Fact"))),
        ("next_after", count("What to send as `after` for what comes next.")),
    ]);
    vec![
        Operation::get("/api/v1/events", "list_events", CHAPTER, "What happened, oldest first, without a gap")
            .query("after", count(""), "Facts with greater numbers; 0, from the first, where it is not said.")
            .query("limit", count(""), "How many, 1 to 200; 50 where it is not said.")
            .answers(200, "A page; empty where nothing more happened yet.", page)
            .by(get(events)),
        Operation::get("/api/v1/events/stream", "stream_events", CHAPTER, "What happens, as it happens")
            .about("Server-sent events: one a fact, its number as `id`, what happened as `event`, the fact as `data`. A comment every 15 seconds keeps the connection open.")
            .query("after", count(""), "Facts with greater numbers; from now on where it is not said.")
            .takes("Last-Event-ID", "The number of the last fact you have; what came since is sent first.")
            .answers_as(200, "A stream that does not end.", Some("text/event-stream"))
            .by(get(stream)),
    ]
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct After {
    after: Option<i64>,
    limit: Option<usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct From {
    after: Option<i64>,
}

async fn events(web: Web, Query(asked): Query<After>) -> Result<Json<Value>, Problem> {
    let after = asked.after.unwrap_or(0);
    let facts = web.app.facts_after(&web.access, after, limit(asked.limit)?).await?;
    let next = facts.last().map_or(after, |f| f.seq);
    Ok(Json(json!({"data": shown(&web, &facts).await?, "next_after": next})))
}

async fn stream(web: Web, Query(asked): Query<From>, headers: HeaderMap) -> Result<impl IntoResponse, Problem> {
    let last = match headers.get("last-event-id") {
        None => None,
        Some(id) => Some(id.to_str().ok().and_then(|t| t.trim().parse().ok()).ok_or_else(|| {
            Problem::new(
                Kind::Malformed,
                "The header Last-Event-ID is not the number of a fact.",
                "Send the id of the last event you have.",
            )
        })?),
    };
    // Listening begins before looking where the log ends, so that nothing falls between.
    let changes = web.app.listen();
    let after = match last.or(asked.after) {
        Some(after) => after,
        None => web.app.newest_facts(&web.access, 1).await?.first().map_or(0, |f| f.seq),
    };
    let read = move |after: i64| {
        let web = web.clone();
        async move {
            if !is_still_in(&web).await {
                return Err(Problem::new(Kind::Unauthenticated, "The session or token has ended.", "Sign in again."));
            }
            let facts = web.app.facts_after(&web.access, after, 200).await?;
            let seqs: Vec<i64> = facts.iter().map(|f| f.seq).collect();
            Ok::<_, Problem>(seqs.into_iter().zip(shown(&web, &facts).await?).collect())
        }
    };
    Ok(live::facts(changes, after, read))
}

/// Facts of several items, with their keys and words.
async fn shown(web: &Web, facts: &[Numbered]) -> Result<Vec<Value>, Problem> {
    let mut items: Vec<ItemId> = facts.iter().map(|f| f.fact.item).collect();
    items.sort_unstable();
    items.dedup();
    let keys = web.app.keys_of(&web.access, &items).await?;
    items.retain(|i| facts.iter().any(|f| f.fact.item == *i && f.fact.note.is_some()));
    let notes = web.app.words_of(&web.access, &items).await?;
    let key = |f: &Numbered| keys.get(&f.fact.item).map_or("", String::as_str);
    Ok(facts.iter().map(|f| shown::fact(f, key(f), &notes)).collect())
}
