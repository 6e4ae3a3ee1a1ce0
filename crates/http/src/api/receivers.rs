//! Who outside is told what happens: receivers, and what is on its way to them.

use super::items::limit;
use super::once::{Once, is_repeated, replayed};
use super::operation::{Endpoint, Operation};
use super::schemas::{all_of, choice, count, flag, list, object, or_null, reference, text};
use super::sent::{Query, Sent};
use super::write::Headers;
use crate::problem::{Kind, Problem};
use crate::state::{Base, Web};
use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post, put};
use serde::Deserialize;
use serde_json::{Value, json};
use watercourse_app::{Attempt, Context, Delivery, DeliveryState, NewReceiver, OnTheWay, Receiver};
use watercourse_core::fact::Event;

const CHAPTER: &str = "To outside";
const ONE: &str = "/api/v1/receivers/{id}";

pub(super) fn endpoints() -> Vec<Endpoint<Base>> {
    let sent = object(&[
        ("name?", text("What people read.")),
        ("url", text("Where it is told: https, or http, to a public address.")),
        ("entity?", or_null(text("Facts of items of this entity and below are told."))),
        ("kinds?", list(choice(Event::IDS, "What happened; all of it where the list is empty."))),
        ("streams?", list(text("A stream's id; all of them where the list is empty."))),
        ("active?", flag("Whether it is told now; it is where that is not said.")),
        (
            "secret?",
            or_null(text("For a new one: `whsec_` and base64 of 24 to 64 bytes. One is made where none is given.")),
        ),
        (
            "after?",
            or_null(count(
                "For a new one: it is told facts with greater numbers; those from now on where it is not said.",
            )),
        ),
    ]);
    let example = json!({"name": "Chat", "url": "https://chat.example.org/hooks/7", "kinds": ["opened", "closed"]});
    let path = |operation: Operation| operation.path("id", "Its id.", "chat").problem(Kind::Denied);
    vec![
        Operation::get("/api/v1/receivers", "list_receivers", CHAPTER, "The receivers that are yours to keep")
            .answers(200, "All of them, without their secrets.", all_of("Receiver"))
            .problem(Kind::Denied)
            .by(get(receivers)),
        path(Operation::get(ONE, "get_receiver", CHAPTER, "A receiver"))
            .answers(200, "Without its secrets.", reference("Receiver"))
            .by(get(one)),
        path(Operation::put(ONE, "put_receiver", CHAPTER, "Keep a receiver"))
            .about("It is told facts as CloudEvents, signed as Standard Webhooks say, at least once each, in order per item. The secret of a new one is in the answer, and never again.")
            .sends(sent, example)
            .answers(200, "As it is kept now.", reference("Receiver"))
            .problem(Kind::Invalid)
            .by(put(put_one)),
        path(Operation::delete(ONE, "delete_receiver", CHAPTER, "Take a receiver away"))
            .about("With all that is on its way to it.")
            .answers_as(204, "It is gone.", None)
            .by(delete(delete_one)),
        path(Operation::post("/api/v1/receivers/{id}/secret", "renew_receiver_secret", CHAPTER, "Give a receiver a new secret"))
            .about("The secret is in the answer, and never again. For 24 hours messages are signed with the former one too.")
            .answers(200, "With the new secret.", reference("Receiver"))
            .by(post(new_secret)),
        path(Operation::post("/api/v1/receivers/{id}/test", "test_receiver", CHAPTER, "Try a receiver"))
            .about("Sends a signed event of the type `org.watercourse.test` now and tells what was answered.")
            .answers(200, "What it said.", reference("Tried"))
            .problem(Kind::Invalid)
            .by(post(test)),
        path(Operation::get("/api/v1/receivers/{id}/deliveries", "list_deliveries", CHAPTER, "What is, and was, on its way to a receiver"))
            .query("state", choice(&["waiting", "done", "dead"], ""), "Only those that stand so.")
            .query("before", count(""), "Only those with smaller numbers, for the next page.")
            .query("limit", count(""), "How many, 1 to 200; 50 where it is not said.")
            .answers(200, "The newest first, each with its attempts.", all_of("Delivery"))
            .by(get(deliveries)),
        path(Operation::post("/api/v1/receivers/{id}/deliveries/{delivery}/replay", "replay_delivery", CHAPTER, "Send a delivery again"))
            .path("delivery", "Its number.", "7")
            .about("One that arrived or was given up; with the id it had.")
            .answers(200, "How many are sent again.", object(&[("replayed", count("How many."))]))
            .by(post(replay_one)),
        path(Operation::post("/api/v1/receivers/{id}/replay-dead", "replay_dead", CHAPTER, "Send all deliveries again that were given up"))
            .answers(200, "How many are sent again.", object(&[("replayed", count("How many."))]))
            .by(post(replay_dead)),
    ]
}

fn receiver(r: &Receiver, on: OnTheWay, secret: Option<&str>) -> Value {
    let mut shown = json!({
        "id": r.id, "name": r.name, "url": r.url, "entity": r.entity, "kinds": r.kinds, "streams": r.streams,
        "active": r.active, "former_until": r.former.as_ref().map(|_| r.former_until),
        "changed": r.changed_at, "waiting": on.waiting, "dead": on.dead,
    });
    if let Some(secret) = secret {
        shown["secret"] = json!(secret);
    }
    shown
}

fn delivery((d, attempts): &(Delivery, Vec<Attempt>)) -> Value {
    let each = |a: &Attempt| json!({"at": a.at, "millis": a.millis, "status": a.status, "said": a.said});
    json!({
        "id": d.id, "event": format!("fact-{}", d.seq), "seq": d.seq, "item": d.item, "state": d.state.id(),
        "tries": d.tries, "due": d.due, "ended": d.ended_at,
        "attempts": attempts.iter().map(each).collect::<Vec<_>>(),
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReceiverSent {
    #[serde(default)]
    name: String,
    url: String,
    entity: Option<String>,
    #[serde(default)]
    kinds: Vec<String>,
    #[serde(default)]
    streams: Vec<String>,
    active: Option<bool>,
    secret: Option<String>,
    after: Option<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    state: Option<String>,
    before: Option<i64>,
    limit: Option<usize>,
}

async fn receivers(web: Web) -> Result<Json<Value>, Problem> {
    let all = web.app.receivers(&web.access).await?;
    let all: Vec<Value> = all.iter().map(|v| receiver(&v.receiver, v.on_the_way, None)).collect();
    Ok(Json(json!({"data": all})))
}

async fn shown(web: &Web, id: &str) -> Result<Json<Value>, Problem> {
    let view = web.app.receiver(&web.access, id).await?;
    Ok(Json(receiver(&view.receiver, view.on_the_way, None)))
}

async fn one(web: Web, Path(id): Path<String>) -> Result<Json<Value>, Problem> {
    shown(&web, &id).await
}

async fn put_one(web: Web, Path(id): Path<String>, headers: Headers, sent: Sent) -> Result<Response, Problem> {
    let new: ReceiverSent = sent.read(
        "A receiver takes url; optional are name, entity, kinds, streams, active and, for a new one, secret and after.",
    )?;
    let context = headers.context(&web, &["PUT", "receivers", &id], &sent.bytes, None).await?;
    if is_repeated(&web, &context).await? {
        return Ok(replayed(shown(&web, &id).await?.into_response()));
    }
    let ReceiverSent { name, url, entity, kinds, streams, active, secret, after } = new;
    let active = active.unwrap_or(true);
    let new = NewReceiver { id, name, url, entity, kinds, streams, active, secret, after };
    let kept = web.app.put_receiver(&context, new).await?;
    let on = web.app.receiver(&web.access, &kept.receiver.id).await?.on_the_way;
    Ok(Json(receiver(&kept.receiver, on, kept.secret.as_deref())).into_response())
}

async fn delete_one(web: Web, Path(id): Path<String>, headers: Headers, sent: Sent) -> Result<Response, Problem> {
    let context = headers.context(&web, &["DELETE", "receivers", &id], &sent.bytes, None).await?;
    if is_repeated(&web, &context).await? {
        return Ok(replayed(StatusCode::NO_CONTENT.into_response()));
    }
    web.app.delete_receiver(&context, &id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn new_secret(web: Web, Path(id): Path<String>, headers: Headers, sent: Sent) -> Result<Response, Problem> {
    let context = headers.context(&web, &["POST", "receivers", &id, "secret"], &sent.bytes, None).await?;
    if is_repeated(&web, &context).await? {
        return Ok(replayed(shown(&web, &id).await?.into_response()));
    }
    let kept = web.app.new_secret_of(&context, &id).await?;
    let on = web.app.receiver(&web.access, &id).await?.on_the_way;
    Ok(Json(receiver(&kept.receiver, on, kept.secret.as_deref())).into_response())
}

async fn test(web: Web, Path(id): Path<String>) -> Result<Json<Value>, Problem> {
    let tried = web.app.try_receiver(&web.access, &id).await?;
    Ok(Json(json!({"status": tried.status, "millis": tried.millis, "said": tried.said})))
}

async fn deliveries(web: Web, Path(id): Path<String>, Query(asked): Query<Asked>) -> Result<Json<Value>, Problem> {
    let state = match &asked.state {
        None => None,
        Some(word) => Some(DeliveryState::named(word).ok_or_else(|| {
            let wrong = "Deliveries stand in other ways than that.";
            Problem::new(Kind::Malformed, wrong, "Ask for waiting, done or dead.").at("?state", wrong)
        })?),
    };
    let found = web.app.deliveries(&web.access, &id, state, asked.before, limit(asked.limit)?).await?;
    Ok(Json(json!({"data": found.iter().map(delivery).collect::<Vec<_>>()})))
}

async fn replay_one(
    web: Web,
    Path((id, number)): Path<(String, String)>,
    headers: Headers,
    sent: Sent,
) -> Result<Response, Problem> {
    let one = number.parse().map_err(|_| Problem::not_found("delivery", &number))?;
    let context = headers.context(&web, &["POST", "receivers", &id, &number], &sent.bytes, None).await?;
    replay(&web, &context, &id, Some(one)).await
}

async fn replay_dead(web: Web, Path(id): Path<String>, headers: Headers, sent: Sent) -> Result<Response, Problem> {
    let context = headers.context(&web, &["POST", "receivers", &id, "replay-dead"], &sent.bytes, None).await?;
    replay(&web, &context, &id, None).await
}

async fn replay(web: &Web, context: &Context, id: &str, one: Option<i64>) -> Result<Response, Problem> {
    if let Some(before) = Once::of(web, context).await?.answered::<Value>() {
        return Ok(replayed(Json(before).into_response()));
    }
    let count = web.app.replay(context, id, one).await?;
    Ok(Json(json!({"replayed": count})).into_response())
}
