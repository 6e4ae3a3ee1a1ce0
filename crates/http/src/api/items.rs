//! Items: listed, opened, looked at, and acted on.

use super::operation::{Endpoint, Operation};
use super::schemas::{choice, count, map, object, page_of, reference, text, time};
use super::sent::{Query, Sent};
use super::verbs;
use super::write::{Headers, names, tags};
use super::{segments, shown};
use crate::offer::offers;
use crate::problem::{Kind, Problem};
use crate::state::{Base, Web};
use axum::Json;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use watercourse_app::{AppError, Done, ItemQuery, NewItem, Sort};
use watercourse_core::id::{CommentId, ItemId};
use watercourse_core::time::Instant;

const CHAPTER: &str = "Items";

pub(super) fn endpoints() -> Vec<Endpoint<Base>> {
    let list = Operation::get("/api/v1/items", "list_items", CHAPTER, "Search and list items")
        .query("q", text(""), "What to look for, in the filter language: `stream:new-feature team:product \"vpn\"`.")
        .query(
            "sort",
            choice(&["touched", "newest", "oldest"], ""),
            "The order: what changed last first (the default), youngest first, oldest first.",
        )
        .query("limit", count(""), "How many a page, 1 to 200; 50 where it is not said.")
        .query("cursor", text(""), "Where the page begins: `next_cursor` of the one before.")
        .answers(200, "A page; the header `Link` leads to the next.", page_of("ItemSummary"));
    let open = Operation::post("/api/v1/items", "open_item", CHAPTER, "Open an item")
        .sends(
            object(&[
                ("stream", text("The stream it flows through.")),
                ("title", text("What it is about, in a line.")),
                ("description?", text("More about it.")),
                ("start?", text("The start step it begins at; the first where none is named.")),
                ("requester?", text("Who asked for it: a person's id or handle.")),
                ("entity?", text("The entity it belongs to; the stream's, else the requester's, where none is named.")),
                ("fields?", map(&text(""), "Values of the fields of its kind.")),
                ("at?", time("When it came, where that was earlier than now.")),
            ]),
            json!({"stream": "restore-service", "title": "VPN logins fail", "fields": {"urgency": "high"}}),
        )
        .answers(201, "It is open; `Location` leads to it.", reference("Done"))
        .problem(Kind::NotFound)
        .problem(Kind::Invalid);
    let one = Operation::get("/api/v1/items/{key}", "get_item", CHAPTER, "Look at an item")
        .about("Where it stands, what happened, what may be done to it now.")
        .path("key", "The item's key or id.", "INC-1042")
        .takes("If-None-Match", "The `ETag` you have: 304 where it is still that.")
        .answers(200, "It, with its revision as `ETag`.", reference("Item"))
        .answers_as(304, "It is as you have it.", None);
    vec![
        list.by(get(items)),
        open.by(post(open_item)),
        one.by(get(item)),
        Endpoint { path: "/api/v1/items/{key}/{verb}".to_owned(), route: post(act), operations: verbs::operations() },
    ]
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Listing {
    #[serde(default)]
    q: String,
    sort: Option<String>,
    limit: Option<usize>,
    cursor: Option<String>,
}

/// How many a page where it is not said, and at most.
const PAGE: (usize, usize) = (50, 200);

/// The number of rows that was asked for.
pub(super) fn limit(asked: Option<usize>) -> Result<usize, Problem> {
    match asked.unwrap_or(PAGE.0) {
        limit if (1..=PAGE.1).contains(&limit) => Ok(limit),
        limit => {
            let wrong = format!("A page of {limit} rows cannot be had.");
            Err(Problem::new(Kind::Malformed, &wrong, format!("Ask for 1 to {}.", PAGE.1)).at("?limit", wrong))
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewItemSent {
    stream: String,
    title: String,
    #[serde(default)]
    description: String,
    start: Option<String>,
    requester: Option<String>,
    entity: Option<String>,
    #[serde(default)]
    fields: BTreeMap<String, String>,
    at: Option<Instant>,
}

async fn open_item(web: Web, headers: Headers, sent: Sent) -> Result<Response, Problem> {
    let new: NewItemSent = sent.read(
        "An item is opened with stream and title; optional are description, start, requester, entity, fields and at.",
    )?;
    let context = headers.context(&web, &["POST", "/api/v1/items"], &sent.bytes, new.at).await?;
    let NewItemSent { stream, title, description, start, requester, entity, fields, .. } = new;
    let done = web
        .app
        .open(&context, NewItem { stream, title, description, fields, start, links: Vec::new(), requester, entity })
        .await?;
    let location = format!("/api/v1/items/{}", done.item.key);
    let mut response = answer(&web, StatusCode::CREATED, &done).await?;
    if let Ok(location) = location.parse() {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

async fn act(
    web: Web,
    Path((key, verb)): Path<(String, String)>,
    headers: Headers,
    sent: Sent,
) -> Result<Response, Problem> {
    let spec = verbs::known(&verb)?;
    let mut body = sent.body.clone();
    for (name, named) in verbs::items_named(spec, &body) {
        body[name] = json!(item_id(&web, &named).await?);
    }
    let asked = verbs::read(spec, body)?;
    let context = headers.context(&web, &["POST", &key, spec.id], &sent.bytes, asked.at).await?;
    let done = web.app.act(&context, &key, &asked.verb, None, headers.revision()).await?;
    answer(&web, StatusCode::OK, &done).await
}

/// The id of an item named by key or id.
async fn item_id(web: &Web, named: &str) -> Result<ItemId, Problem> {
    Ok(web.app.item_id(&web.access, named).await?)
}

/// What was done, as it is answered: the same for a repetition.
async fn answer(web: &Web, status: StatusCode, done: &Done) -> Result<Response, Problem> {
    let notes = if done.facts.iter().any(|f| f.fact.note.is_some()) {
        notes(web, done.item.id).await?
    } else {
        BTreeMap::new()
    };
    let facts: Vec<Value> = done.facts.iter().map(|f| shown::fact(f, &done.item.key, &notes)).collect();
    let others: Vec<_> = done.others.iter().map(shown::row).collect();
    let body = json!({"item": shown::row(&done.item), "facts": facts, "others": others});
    let mut response = (status, [(header::ETAG, tag(done.item.revision))], Json(body)).into_response();
    if done.replayed {
        response.headers_mut().insert("idempotency-replayed", HeaderValue::from_static("true"));
    }
    Ok(response)
}

/// The entity tag of an item at a revision.
fn tag(revision: u64) -> String {
    format!("\"{revision}\"")
}

/// The words kept beside an item, by their ids.
async fn notes(web: &Web, item: ItemId) -> Result<BTreeMap<CommentId, String>, Problem> {
    Ok(web.app.words_of(&web.access, &[item]).await?)
}

async fn items(web: Web, uri: Uri, Query(asked): Query<Listing>) -> Result<Response, Problem> {
    let sort = match asked.sort.as_deref() {
        None | Some("touched") => Sort::Touched,
        Some("newest") => Sort::Newest,
        Some("oldest") => Sort::Oldest,
        Some(_) => {
            let wrong = "This order is not known.";
            return Err(Problem::new(Kind::Malformed, wrong, "Ask for touched, newest or oldest.").at("?sort", wrong));
        }
    };
    let query =
        ItemQuery { q: asked.q, sort, limit: limit(asked.limit)?, cursor: asked.cursor, ..ItemQuery::default() };
    let page = web.app.items(&web.access, &query).await.map_err(|error| match error {
        AppError::Invalid { pointer, wrong, right } => {
            let right = if right.is_empty() {
                "A filter looks like: stream:new-feature team:product -phase:waiting \"vpn\".".to_owned()
            } else {
                right
            };
            Problem::new(Kind::Malformed, &wrong, right).at(pointer.replacen('/', "?", 1), wrong)
        }
        other => other.into(),
    })?;
    let rows: Vec<_> = page.items.iter().map(shown::row).collect();
    let mut response = Json(json!({"data": rows, "next_cursor": page.next, "total": page.total})).into_response();
    if let Some(next) =
        page.next.and_then(|next| HeaderValue::from_str(&format!("<{}>; rel=\"next\"", following(&uri, &next))).ok())
    {
        response.headers_mut().insert(header::LINK, next);
    }
    Ok(response)
}

/// The address of the page that follows: the same question, with its cursor.
fn following(uri: &Uri, cursor: &str) -> String {
    let kept = uri.query().unwrap_or_default().split('&').filter(|p| !p.is_empty() && !p.starts_with("cursor="));
    let parameters: Vec<&str> = kept.collect();
    let sign = if parameters.is_empty() { "" } else { "&" };
    format!("{}?{}{sign}cursor={cursor}", uri.path(), parameters.join("&"))
}

async fn item(web: Web, Path(key): Path<String>, headers: HeaderMap) -> Result<Response, Problem> {
    let view = web.app.item(&web.access, &key).await?;
    let tag = tag(view.item.revision);
    if names(&tags(&headers, &header::IF_NONE_MATCH), tag.trim_matches('"')) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    let (item, stream, now) = (&view.item, &view.stream.stream, web.app.now());
    let notes: BTreeMap<CommentId, String> = view.notes.iter().map(|(id, n)| (*id, n.words.clone())).collect();
    let mut shown = shown::row(&view.row);
    let mut put = |name: &str, value: Value| shown.insert(name.to_owned(), value);
    put("description", json!(view.description));
    put("rounds", item.rounds.iter().map(|r| shown::round(r, stream, &view.keys)).collect());
    put("standing", shown::standing(item, stream));
    put("verbs", if view.row.imported { json!([]) } else { json!(offers(stream, item, now)) });
    put("deviations", shown::deviations(&view.facts, &notes));
    put("links", view.links.iter().map(shown::link).collect());
    put("segments", segments::segments(item, stream, now));
    put("facts", view.facts.iter().map(|f| shown::fact(f, &item.key, &notes)).collect());
    Ok(([(header::ETAG, tag)], Json(Value::Object(shown))).into_response())
}
