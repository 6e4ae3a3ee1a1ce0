//! What pipelines and other tools tell us: deployments, and signed hooks.

use super::items::limit;
use super::once::{Once, is_repeated, replayed};
use super::operation::{Endpoint, Operation};
use super::schemas::{all_of, choice, count, object, reference, text, time};
use super::sent::{Query, Sent, bytes};
use super::write::Headers;
use crate::problem::{Kind, Problem};
use crate::state::{Base, Web};
use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use serde::Deserialize;
use serde_json::{Value, json};
use watercourse_app::{Context, Deployed, Heard, News, RefusedHook};
use watercourse_connect::deployment::Deployment;
use watercourse_connect::mapping::Mapping;
use watercourse_connect::news::{self, BadNews};
use watercourse_connect::secret::Secret;
use watercourse_connect::signature::{BadSignature, Signed, verify};
use watercourse_core::actor::Actor;
use watercourse_core::fact::Event;
use watercourse_store::HookSource;

const CHAPTER: &str = "From outside";

pub(super) fn endpoints() -> Vec<Endpoint<Base>> {
    let report = object(&[
        ("service", text("What was deployed.")),
        ("environment", text("Where to.")),
        ("version", text("Which version.")),
        ("commit?", text("From which commit.")),
        ("outcome", choice(&["succeeded", "failed"], "How it came out.")),
        ("item?", text("The item it belongs to: its key or id, or a text with its key in it, such as a branch.")),
        ("event?", text("The event a step waits for, where that is neither `deployment` nor `pipeline`.")),
        ("delivery?", text("What tells this report from every other; without it, what it says, all together.")),
        ("at?", time("When it happened, where that was earlier than now.")),
    ]);
    let example = json!({"service": "shop", "environment": "production", "version": "1.4.0", "commit": "5f2c1d", "outcome": "succeeded", "item": "FEA-12"});
    let source = object(&[
        ("secret", text("24 to 64 bytes, as `whsec_` and base64 or as they are. Never shown again.")),
        ("mapping", reference("Mapping")),
    ]);
    let mapping =
        json!({"event": "pipeline", "item": "/object/ref", "outcome": "/object/status", "delivery": "/object/id"});
    vec![
        Operation::post("/api/v1/deployments", "report_deployment", CHAPTER, "Report a deployment")
            .about("Writes it down, and finishes or fails the step of the item that waits for it. The same report has one effect, however often it is sent.")
            .sends(report, example)
            .answers(200, "It is written down; `effect` says what it led to.", reference("Receipt"))
            .problem(Kind::NotFound)
            .problem(Kind::Invalid)
            .by(post(report_deployment)),
        Operation::get("/api/v1/deployments", "list_deployments", CHAPTER, "The newest deployments")
            .query("limit", count(""), "How many, 1 to 200; 50 where it is not said.")
            .answers(200, "The newest first.", all_of("Deployment"))
            .by(get(deployments)),
        Operation::get("/api/v1/hooks", "list_hooks", CHAPTER, "All senders of hooks")
            .answers(200, "All of them, without their secrets.", all_of("HookSource"))
            .by(get(sources)),
        Operation::get("/api/v1/refused-hooks", "list_refused_hooks", CHAPTER, "Hooks that were refused")
            .about("The newest hundred of known senders that this node refused since it began: why nothing arrives.")
            .answers(200, "The newest first.", all_of("RefusedHook"))
            .problem(Kind::Denied)
            .by(get(refused)),
        Operation::put("/api/v1/hooks/{source}", "put_hook", CHAPTER, "Keep a sender of hooks")
            .about("Names the secret its messages are signed with, and where in them each thing stands.")
            .path("source", "A name of your own.", "forge")
            .sends(object(&[("secret", source["properties"]["secret"].clone()), ("mapping", source["properties"]["mapping"].clone())]), json!({"secret": "whsec_…", "mapping": mapping}))
            .answers(200, "As it is kept now, without the secret.", reference("HookSource"))
            .problem(Kind::Invalid)
            .by(put(put_source)),
        Operation::post("/hooks/generic/{source}", "receive_hook", CHAPTER, "Receive a hook")
            .about("Signed with `webhook-id`, `webhook-timestamp` and `webhook-signature` (Standard Webhooks), or with `X-Signature-256` over the body. A delivery has one effect, however often it comes.")
            .without_headers()
            .path("source", "The name of the sender.", "forge")
            .takes("webhook-id", "The number of the message.")
            .takes("webhook-timestamp", "When it was sent: seconds since 1970, at most five minutes away.")
            .takes("webhook-signature", "`v1,` and base64 of HMAC-SHA256 over `id.timestamp.body`; several may stand there.")
            .takes("X-Signature-256", "Or: `sha256=` and hexadecimal HMAC-SHA256 over the body.")
            .sends(json!({"type": "object", "description": "Whatever the sender sends."}), json!({"object": {"ref": "feature/FEA-12-login", "status": "success", "id": 77}}))
            .answers(200, "It is received; `effect` says what it led to.", reference("Receipt"))
            .problem(Kind::BadSignature)
            .problem(Kind::Invalid)
            .problem(Kind::Stale)
            .problem(Kind::Gate)
            .by(post(receive)),
    ]
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Newest {
    limit: Option<usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SourceSent {
    secret: String,
    mapping: Mapping,
}

async fn report_deployment(web: Web, headers: Headers, sent: Sent) -> Result<Response, Problem> {
    let report: Deployment = sent.read("A deployment takes service, environment, version and outcome (succeeded or failed); optional are commit, item, event, delivery and at.")?;
    let news = report.read().map_err(bad_news)?;
    let mut context = headers.context(&web, &["POST", "/api/v1/deployments"], &sent.bytes, None).await?;
    let once = Once::of(&web, &context).await?;
    if let Some(before) = once.answered::<Value>() {
        return Ok(replayed(Json(before).into_response()));
    }
    // What makes it happen once is the delivery; the key only names the request.
    context.idempotency = None;
    context.at = report.at;
    let Deployment { service, environment, version, commit, at, .. } = report;
    let delivery = news.delivery.clone();
    let heard = web
        .app
        .deployment(&context, Deployed { service, environment, version, commit, at }, told("deployments", news))
        .await?;
    let (receipt, is_replayed) = receipt(&delivery, &heard);
    once.keep(&web, &receipt).await?;
    let response = Json(receipt).into_response();
    Ok(if is_replayed { replayed(response) } else { response })
}

async fn deployments(web: Web, Query(newest): Query<Newest>) -> Result<Json<Value>, Problem> {
    let found = web.app.deployments(&web.access, limit(newest.limit)?).await?;
    let shown: Vec<Value> = found
        .iter()
        .map(|d| {
            json!({
                "id": d.id, "service": d.service, "environment": d.environment, "version": d.version, "commit": d.commit,
                "outcome": d.outcome, "item": d.item, "at": d.at,
            })
        })
        .collect();
    Ok(Json(json!({"data": shown})))
}

fn source(source: &HookSource) -> Value {
    let mapping: Value = serde_json::from_str(&source.mapping).unwrap_or_default();
    json!({"name": source.name, "address": format!("/hooks/generic/{}", source.name), "mapping": mapping, "changed": source.changed_at})
}

async fn sources(web: Web) -> Result<Json<Value>, Problem> {
    let all: Vec<Value> = web.app.hook_sources(&web.access).await?.iter().map(source).collect();
    Ok(Json(json!({"data": all})))
}

async fn refused(web: Web) -> Result<Json<Value>, Problem> {
    let shown = |h: RefusedHook| json!({"source": h.source, "at": h.at, "wrong": h.wrong});
    let all: Vec<Value> = web.app.refused_hooks(&web.access)?.into_iter().map(shown).collect();
    Ok(Json(json!({"data": all})))
}

async fn put_source(web: Web, Path(name): Path<String>, headers: Headers, sent: Sent) -> Result<Response, Problem> {
    let new: SourceSent = sent.read("A sender of hooks takes secret and mapping; a mapping takes event and item, and optional outcome, failed, pending, outcomes and delivery.")?;
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.is_empty() || name.len() > 60 || !name.chars().all(plain) {
        return Err(Problem::new(
            Kind::Invalid,
            "This is no name for a sender of hooks.",
            "Use up to 60 small letters, digits and hyphens.",
        ));
    }
    Secret::parse(&new.secret).map_err(|e| {
        Problem::new(Kind::Invalid, e.to_string(), "Give 24 to 64 bytes, as whsec_ and base64 or as plain text.")
            .at("/secret", e.to_string())
    })?;
    new.mapping.check().map_err(|mut bad| {
        bad.pointer = format!("/mapping{}", bad.pointer);
        bad_news(bad)
    })?;
    let context = headers.context(&web, &["PUT", "hooks", &name], &sent.bytes, None).await?;
    if is_repeated(&web, &context).await? {
        let kept = web.app.hook_sources(&web.access).await?.into_iter().find(|s| s.name == name);
        let kept = kept.ok_or_else(|| Problem::not_found("sender of hooks", &name))?;
        return Ok(replayed(Json(source(&kept)).into_response()));
    }
    let mapping = serde_json::to_string(&new.mapping).unwrap_or_default();
    let kept = HookSource { name, secret: new.secret, mapping, changed_at: web.app.now() };
    let shown = source(&kept);
    web.app.put_hook_source(&context, kept).await?;
    Ok(Json(shown).into_response())
}

async fn receive(State(web): State<Base>, Path(name): Path<String>, request: Request) -> Result<Response, Problem> {
    let source = web.app.hook_source(&name).await?;
    let source = source.ok_or_else(|| {
        let name: String = name.chars().take(60).collect();
        Problem::new(
            Kind::NotFound,
            format!("There is no sender of hooks “{name}”."),
            "PUT /api/v1/hooks/NAME makes it known.",
        )
    })?;
    let told = received(&web, &source, request).await;
    if let Err(problem) = &told {
        web.app.refused_hook(&source.name, problem.detail());
    }
    told
}

async fn received(web: &Base, source: &HookSource, request: Request) -> Result<Response, Problem> {
    let headers = request.headers().clone();
    let body = bytes(request, &()).await?;
    let secret = Secret::parse(&source.secret).map_err(|_| unsigned("The secret of this source is off."))?;
    let signed = signature(&headers)?;
    verify(&secret, signed, &body, web.app.now().micros() / 1_000_000)
        .map_err(|e: BadSignature| unsigned(&e.to_string()))?;
    let signed_id = if let Signed::Standard { id, .. } = signed { Some(id) } else { None };
    let mapping: Mapping = serde_json::from_str(&source.mapping).map_err(|e| {
        tracing::error!(%e, source = %source.name, "the mapping of a sender of hooks cannot be read");
        Problem::new(Kind::Internal, "The mapping of this source cannot be read.", "Put the source again.")
    })?;
    let Some(news) = mapping.read(&body, signed_id).map_err(bad_news)? else {
        let delivery = signed_id.map_or_else(|| news::digest(&body), str::to_owned);
        let receipt = json!({"delivery": delivery, "effect": "none", "item": null, "detail": "It says that there is nothing to tell yet."});
        return Ok(Json(receipt).into_response());
    };
    let delivery = news.delivery.clone();
    let context = Context::of(Actor::Integration(source.name.clone()));
    let heard = web.app.hear(&context, told(&format!("hook:{}", source.name), news)).await?;
    let (receipt, is_replayed) = receipt(&delivery, &heard);
    let response = Json(receipt).into_response();
    Ok(if is_replayed { replayed(response) } else { response })
}

/// How a message is signed, by its headers.
fn signature(headers: &HeaderMap) -> Result<Signed<'_>, Problem> {
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    if let Some(signatures) = text("webhook-signature") {
        return match (text("webhook-id"), text("webhook-timestamp")) {
            (Some(id), Some(timestamp)) => Ok(Signed::Standard { id, timestamp, signatures }),
            _ => Err(unsigned(
                "With webhook-signature come webhook-id and webhook-timestamp, and one of them is missing.",
            )),
        };
    }
    text("x-signature-256")
        .or_else(|| text("x-hub-signature-256"))
        .map(Signed::Body)
        .ok_or_else(|| unsigned("The message has no signature."))
}

fn unsigned(wrong: &str) -> Problem {
    Problem::new(
        Kind::BadSignature,
        wrong,
        "Sign it with the secret of the source: webhook-id, webhook-timestamp and webhook-signature, or X-Signature-256.",
    )
}

fn bad_news(bad: BadNews) -> Problem {
    Problem::new(Kind::Invalid, &bad.wrong, bad.right).at(bad.pointer, bad.wrong)
}

fn told(source: &str, news: watercourse_connect::news::News) -> News {
    let watercourse_connect::news::News { delivery, item, event, failed, outcome, evidence } = news;
    News { source: source.to_owned(), delivery, item, event, failed, outcome, evidence }
}

/// What a message led to, and whether that was an earlier time.
fn receipt(delivery: &str, heard: &Heard) -> (Value, bool) {
    let receipt = match (&heard.done, &heard.refused) {
        (Some(done), _) => {
            let said = done.facts.iter().find_map(|f| {
                let what = match f.fact.event {
                    Event::Finished { .. } => "finished",
                    Event::Failed { .. } => "failed",
                    Event::GateAsked { .. } => "is held until its gates pass",
                    _ => return None,
                };
                Some(format!("{} {what}", f.fact.step.as_deref().unwrap_or("a step")))
            });
            let detail = format!("{}: {}.", done.item.key, said.as_deref().unwrap_or("told"));
            json!({"delivery": delivery, "effect": "applied", "item": done.item.key, "detail": detail})
        }
        (None, Some((wrong, right))) => {
            json!({"delivery": delivery, "effect": "refused", "item": null, "detail": format!("It is written down, but no step was told: {wrong} {right}")})
        }
        (None, None) => {
            json!({"delivery": delivery, "effect": "none", "item": null, "detail": "It is written down; no item was named."})
        }
    };
    (receipt, heard.replayed)
}
