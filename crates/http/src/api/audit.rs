//! The audit trail, and the signed end of the chain over it and all facts.

use super::items::limit;
use super::operation::{Endpoint, Operation};
use super::schemas::{count, list, object, or_null, text, time};
use super::sent::Query;
use crate::problem::{Kind, Problem};
use crate::state::{Base, Web};
use axum::Json;
use axum::routing::get;
use serde::Deserialize;
use serde_json::{Value, json};
use watercourse_app::AuditRow;
use watercourse_app::audit::head_json;

const CHAPTER: &str = "Events";

pub(super) fn endpoints() -> Vec<Endpoint<Base>> {
    let change = object(&[
        ("number", count("Its number in the trail.")),
        ("at", time("When.")),
        ("actor", text("Who did it: `person:ID`, `rule:NAME`, `integration:NAME` or `agent:NAME`.")),
        ("action", text("What was done, such as `team:kept`.")),
        ("object", text("To what.")),
        ("detail", json!({"type": "object", "description": "What it is now, without secrets."})),
    ]);
    let page = object(&[
        ("data", list(change)),
        ("next_before", or_null(count("What to send as `before` for what came earlier; null at the beginning."))),
    ]);
    let head = object(&[
        ("number", count("The number of the last entry.")),
        ("hash", text("Its hash, in hexadecimal digits.")),
        ("at", time("When this was signed.")),
        ("public_key", text("The Ed25519 key the signature is checked with, in hexadecimal digits.")),
        ("signature", text("The signature, in hexadecimal digits.")),
    ]);
    vec![
        Operation::get("/api/v1/audit", "list_audit", CHAPTER, "The audit trail, newest first")
            .about("Every change that is no fact of an item: people, teams, services, streams, accounts, roles, tokens, sign-ins. Facts of items are events.")
            .query("before", count(""), "Changes with smaller numbers; the newest where it is not said.")
            .query("action", text(""), "Only this action, such as `stream:published`.")
            .query("object", text(""), "Only what was done to this.")
            .query("limit", count(""), "How many, 1 to 200; 50 where it is not said.")
            .answers(200, "A page.", page)
            .problem(Kind::Denied)
            .problem(Kind::Invalid)
            .by(get(audit)),
        Operation::get("/api/v1/audit/head", "get_audit_head", CHAPTER, "The end of the audit chain, signed")
            .about("Keep it where nobody who can write the database can write: `watercourse audit verify --head` compares it with the database and finds whatever was changed, taken away or cut off before it.")
            .answers(200, "The head.", head)
            .problem(Kind::Denied)
            .problem(Kind::NotFound)
            .by(get(head_of)),
    ]
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    before: Option<i64>,
    action: Option<String>,
    object: Option<String>,
    limit: Option<usize>,
}

async fn audit(web: Web, Query(asked): Query<Asked>) -> Result<Json<Value>, Problem> {
    let most = limit(asked.limit)?;
    let rows = web.app.trail(&web.access, asked.before, asked.action.as_deref(), asked.object.as_deref(), most).await?;
    let next = rows.last().filter(|_| rows.len() == most).map(|r| r.seq);
    Ok(Json(json!({"data": rows.iter().map(shown).collect::<Vec<_>>(), "next_before": next})))
}

fn shown(row: &AuditRow) -> Value {
    let detail: Value = serde_json::from_str(&row.detail).unwrap_or_else(|_| json!({}));
    json!({
        "number": row.seq, "at": row.at, "actor": row.actor.to_string(), "action": row.action,
        "object": row.object, "detail": detail,
    })
}

async fn head_of(web: Web) -> Result<Json<Value>, Problem> {
    let head = web.app.head(&web.access).await?.ok_or_else(|| {
        Problem::new(
            Kind::NotFound,
            "Nothing is sealed into the audit chain yet.",
            "A running server seals what happens within seconds: ask again.",
        )
    })?;
    Ok(Json(head_json(&head)))
}
