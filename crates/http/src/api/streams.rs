//! Streams: listed, read, checked, published; their map and measures as figures.

use super::operation::{Endpoint, Operation};
use super::schemas::{activity, all_of, count, list, object, or_null, reference, text, time};
use super::sent::{Query, Sent};
use super::shown;
use super::write::{Headers, names, tags};
use crate::problem::{Kind, Problem, diagnostics};
use crate::state::{Base, Web};
use axum::Json;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::{Value, json};
use watercourse_app::{AppError, Course, Published};
use watercourse_core::stream::{DoneOn, Point, Reference, Severity, Step, Stream, render};
use watercourse_core::time::Instant;
use watercourse_flow::map::Map;
use watercourse_flow::measures::{
    View, by_activity, by_step, by_team, flow_efficiency, handoffs, lead_times, open_work, rework, time_use,
};

const CHAPTER: &str = "Streams";

pub(super) fn endpoints() -> Vec<Endpoint<Base>> {
    let of = |path: &str, id: &str, summary: &str| {
        Operation::get(path, id, CHAPTER, summary).path("id", "The stream's id.", "restore-service")
    };
    let version = count("The version; the newest where none is named.");
    let sent =
        object(&[("text", text("The file.")), ("reason?", text("Why it is published; for the list of versions."))]);
    let example = json!({"text": "stream = \"tea\"\n…"});
    let figures = |about: &str| json!({"description": about});
    let measures = object(&[
        ("stream", text("The stream.")),
        ("items", count("How many items it has, open and closed.")),
        ("as_of", time("The moment the figures were taken.")),
        ("lead_times", figures("Lead and cycle times: p50, p85, p95, each with how many it rests on.")),
        ("time", list(figures("Where the time goes: working, queueing, waiting, handed over, again."))),
        ("flow_efficiency", figures("How much of the time somebody works.")),
        ("steps", list(figures("The same by step."))),
        ("teams", list(figures("The same by team."))),
        ("activities", list(figures("The same by activity."))),
        ("handoffs", figures("Who gives work to whom.")),
        ("rework", figures("What is done again.")),
        ("open", figures("Work that is not done, and its age.")),
    ]);
    let spread = or_null(object(&[
        ("n", count("How many.")),
        ("p50", json!({"type": "number"})),
        ("p85", json!({"type": "number"})),
        ("p95", json!({"type": "number"})),
    ]));
    let map = object(&[
        ("stream", text("The stream.")),
        ("transitions", count("How often work went on from one step to another.")),
        (
            "nodes",
            list(object(&[
                ("step", text("The step.")),
                ("activity", or_null(activity())),
                ("count", count("How often it was visited.")),
                ("items", count("How many items visited it.")),
                ("starts", count("How many items began there.")),
                ("ends", count("How many items ended there.")),
            ])),
        ),
        (
            "edges",
            list(object(&[
                ("from", text("The step left.")),
                ("to", text("The step gone to.")),
                ("count", count("How often.")),
                ("items", count("In how many items.")),
                ("time_ms", spread),
            ])),
        ),
    ]);
    vec![
        Operation::get("/api/v1/streams", "list_streams", CHAPTER, "All streams, in their newest version")
            .answers(200, "All of them, by id.", all_of("StreamSummary"))
            .by(get(streams)),
        Operation::post("/api/v1/streams", "publish_stream", CHAPTER, "Publish a stream")
            .about("Makes a new, immutable version. Open items stay on theirs. The same text again is the version it is already.")
            .takes("If-Match", "The `ETag` of the stream, where it exists: its newest version must still be that.")
            .sends(sent, example.clone())
            .answers(201, "It is published, with its tag as `ETag`.", reference("Stream"))
            .problem(Kind::Invalid)
            .problem(Kind::StreamErrors)
            .problem(Kind::Precondition)
            .problem(Kind::PreconditionRequired)
            .by(post(publish)),
        Operation::post("/api/v1/streams/check", "check_stream", CHAPTER, "Check a stream without publishing it")
            .sends(object(&[("text", text("The file."))]), example)
            .answers(200, "What was found; `ok` says whether it could be published.", reference("Check"))
            .without_headers()
            .by(post(check)),
        of("/api/v1/streams/{id}", "get_stream", "One stream")
            .query("version", version.clone(), "Which version.")
            .takes("If-None-Match", "The `ETag` you have: 304 where it is still that.")
            .answers(200, "It, with its tag as `ETag`.", reference("Stream"))
            .answers_as(304, "It is as you have it.", None)
            .by(get(stream)),
        of("/api/v1/streams/{id}/versions", "list_stream_versions", "Its versions, the newest first")
            .answers(200, "All of them.", all_of("StreamVersion"))
            .by(get(versions)),
        of("/api/v1/streams/{id}/text", "get_stream_text", "Its file, as it was written")
            .query("version", version, "Which version.")
            .answers_as(200, "The file.", Some("application/toml"))
            .by(get(file)),
        of("/api/v1/streams/{id}/measures", "get_stream_measures", "How its items flow, measured")
            .about("A figure says what it is: a value, a measured zero, not measured (with the reason), or too few to say.")
            .answers(200, "The figures, over all its items.", measures)
            .by(get(measured)),
        of("/api/v1/streams/{id}/map", "get_stream_map", "The way its items really took")
            .answers(200, "What followed what, how often and how long after.", map)
            .by(get(mapped)),
    ]
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Which {
    version: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Publishing {
    text: String,
    reason: Option<String>,
}

async fn streams(web: Web) -> Result<Json<Value>, Problem> {
    let all: Vec<Value> = web.app.streams(&web.access).await?.iter().map(|s| Value::Object(head(s))).collect();
    Ok(Json(json!({"data": all})))
}

async fn stream(
    web: Web,
    Path(id): Path<String>,
    Query(which): Query<Which>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let found = web.app.stream(&web.access, &id, which.version).await?;
    let tag = tag(&found);
    if names(&tags(&headers, &header::IF_NONE_MATCH), &tag) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, quoted(&tag))]).into_response());
    }
    Ok(whole(StatusCode::OK, &found))
}

async fn versions(web: Web, Path(id): Path<String>) -> Result<Json<Value>, Problem> {
    let all: Vec<Value> = web
        .app
        .versions(&web.access, &id)
        .await?
        .iter()
        .map(|v| json!({"version": v.version, "published": v.published_at, "by": shown::actor(&v.actor), "reason": v.note}))
        .collect();
    Ok(Json(json!({"data": all})))
}

async fn file(web: Web, Path(id): Path<String>, Query(which): Query<Which>) -> Result<Response, Problem> {
    let found = web.app.stream(&web.access, &id, which.version).await?;
    if found.head.imported {
        return Err(Problem::new(
            Kind::NotFound,
            format!("“{id}” was imported from a log and has no file."),
            "Its steps are in the stream itself.",
        ));
    }
    Ok(([(header::CONTENT_TYPE, "application/toml; charset=utf-8")], found.head.definition.clone()).into_response())
}

async fn check(web: Web, sent: Sent) -> Result<Json<Value>, Problem> {
    let Text { text } = sent.read("A check takes text.")?;
    let found = web.app.check(&web.access, &text, false).await?.diagnostics;
    let ok = found.iter().all(|d| d.severity != Severity::Error);
    Ok(Json(
        json!({"ok": ok, "diagnostics": diagnostics(&found), "rendered": render("stream.toml", &text, &found, false)}),
    ))
}

async fn publish(web: Web, headers: Headers, sent: Sent) -> Result<Response, Problem> {
    let Publishing { text, reason } = sent.read("Publishing takes text and reason (optional).")?;
    let context = headers.context(&web, &["POST", "/api/v1/streams"], &sent.bytes, None).await?;
    if let Some(before) = super::once::Once::of(&web, &context).await?.answered::<Value>() {
        let version = before.get("version").and_then(Value::as_u64).and_then(|v| u32::try_from(v).ok());
        let id = before.get("id").and_then(Value::as_str).unwrap_or_default();
        let found = web.app.stream(&web.access, id, version).await?;
        return Ok(super::once::replayed(whole(StatusCode::CREATED, &found)));
    }
    let expected = expected(&headers.if_match);
    let published =
        web.app.publish(&context, &text, reason.as_deref().unwrap_or_default(), expected).await.map_err(|error| {
            match error {
                AppError::Changed { key, expected: 0, found } => Problem::new(
                    Kind::PreconditionRequired,
                    format!("The stream “{key}” exists, in version {found}."),
                    "To replace it send its ETag as If-Match, which says that you have seen that version.",
                ),
                other => other.into(),
            }
        })?;
    let found = web.app.stream(&web.access, &published.version.id, Some(published.version.version)).await?;
    let mut response = whole(StatusCode::CREATED, &found);
    if let Ok(location) = HeaderValue::from_str(&format!("/api/v1/streams/{}", published.version.id)) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

async fn measured(web: Web, Path(id): Path<String>) -> Result<Json<Value>, Problem> {
    let Course { visits, timeline, .. } = web.app.course(&web.access, Some(&id)).await?;
    Ok(Json(
        off_thread(move || {
            let view = View::of(&visits, &timeline);
            json!({
                "stream": id,
                "items": visits.item_count(),
                "as_of": Instant::from_millis(visits.as_of),
                "lead_times": lead_times(&view),
                "time": time_use(&view),
                "flow_efficiency": flow_efficiency(&view),
                "steps": by_step(&view),
                "teams": by_team(&view),
                "activities": by_activity(&view),
                "handoffs": handoffs(&view),
                "rework": rework(&view),
                "open": open_work(&view, OLDEST),
            })
        })
        .await?,
    ))
}

async fn mapped(web: Web, Path(id): Path<String>) -> Result<Json<Value>, Problem> {
    let visits = web.app.flow(&web.access, Some(&id)).await?;
    Ok(Json(off_thread(move || {
        let map = Map::of_visits(&visits, None);
        let name = |step: u32| visits.steps.name(step);
        let activity = |step: u32| visits.step_activity.get(step as usize).copied().flatten().map(|a| a.id());
        let nodes: Vec<Value> = map
            .nodes
            .iter()
            .map(|n| json!({"step": name(n.step), "activity": activity(n.step), "count": n.count, "items": n.items, "starts": n.starts, "ends": n.ends}))
            .collect();
        let edges: Vec<Value> = map
            .edges
            .iter()
            .map(|e| {
                let time = e.time.map(|q| json!({"n": q.n, "p50": q.p50, "p85": q.p85, "p95": q.p95}));
                json!({"from": name(e.from), "to": name(e.to), "count": e.count, "items": e.items, "time_ms": time})
            })
            .collect();
        json!({"stream": id, "transitions": map.transitions, "nodes": nodes, "edges": edges})
    })
    .await?))
}

/// How many open items are listed, the oldest first.
const OLDEST: usize = 20;

/// Computes without keeping other requests waiting.
async fn off_thread<T: Send + 'static>(compute: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    tokio::task::spawn_blocking(compute).await.map_err(|error| {
        tracing::error!(%error, "measuring broke off");
        Problem::new(Kind::Internal, "Measuring broke off.", "The log of the server has the details.")
    })
}

/// The version whoever publishes has seen: 0 where no tag is sent (the stream must be new), none where any will do.
fn expected(if_match: &[String]) -> Option<u32> {
    if if_match.iter().any(|t| t == "*") {
        return None;
    }
    let version = |tag: &String| tag.rsplit_once('.').and_then(|(_, v)| v.parse().ok()).unwrap_or(u32::MAX);
    Some(if_match.iter().map(version).min().unwrap_or(0))
}

/// The entity tag of a stream in a version.
fn tag(published: &Published) -> String {
    format!("{}.{}", published.head.id, published.head.version)
}
fn quoted(tag: &str) -> String {
    format!("\"{tag}\"")
}

fn head(published: &Published) -> serde_json::Map<String, Value> {
    let Published { head, stream } = published;
    let shown = json!({
        "id": head.id, "name": head.name, "kind": head.kind, "demand": stream.demand, "value": stream.value,
        "owner": stream.owner, "version": head.version, "published": head.published_at, "imported": head.imported,
    });
    match shown {
        Value::Object(members) => members,
        _ => serde_json::Map::new(),
    }
}

fn whole(status: StatusCode, published: &Published) -> Response {
    let mut shown = head(published);
    let stream = &published.stream;
    shown.insert("steps".to_owned(), stream.steps.iter().map(|s| step(s, stream)).collect());
    (status, [(header::ETAG, quoted(&tag(published)))], Json(Value::Object(shown))).into_response()
}

fn step(step: &Step, stream: &Stream) -> Value {
    let after: Vec<Vec<String>> = step.after.iter().map(|g| g.iter().map(|r| referred(r, stream)).collect()).collect();
    let done_on = step.done_on.as_ref().map(|d| match d {
        DoneOn::Event(event) => event.clone(),
        DoneOn::After(span) => format!("after:{span}"),
    });
    json!({
        "id": step.id, "name": step.name, "activity": step.activity.id(), "practice": step.practice, "team": step.team,
        "start": step.start, "optional": step.optional, "deliver": step.deliver, "commit": step.commit, "after": after,
        "outcomes": step.outcomes.iter().map(|o| &o.id).collect::<Vec<_>>(), "gates": step.gates, "done_on": done_on,
        "spawns": step.spawns.as_ref().map(|s| &s.stream),
    })
}

/// A reference as the file writes it.
fn referred(reference: &Reference, stream: &Stream) -> String {
    let Some(step) = stream.step(reference.step) else { return String::new() };
    match reference.point {
        Point::Done => step.id.clone(),
        Point::Start => format!("{}.start", step.id),
        Point::Failed => format!("{}.failed", step.id),
        Point::Outcome(outcome) => {
            let outcome = step.outcomes.get(usize::from(outcome)).map_or("?", |o| o.id.as_str());
            format!("{}.{outcome}", step.id)
        }
    }
}
