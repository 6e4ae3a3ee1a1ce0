//! Whether the server is up and ready, and what it is.

use super::operation::{Endpoint, Operation};
use super::schemas::{flag, object, or_null, text};
use crate::problem::{Kind, Problem};
use crate::state::{Base, Web};
use axum::Json;
use axum::extract::State;
use axum::routing::get;
use serde_json::{Value, json};

const CHAPTER: &str = "Server";

pub(super) fn endpoints() -> Vec<Endpoint<Base>> {
    let about = object(&[
        ("name", text("Watercourse.")),
        ("version", text("The version of the program.")),
        ("commit", or_null(text("The commit it was built from, where that is known."))),
        ("api", text("The version of this API.")),
        ("database", text("`sqlite` or `postgres`.")),
        ("demo", flag("Whether this is the demo organisation.")),
        ("time", super::schemas::time("What time it is here.")),
    ]);
    vec![
        Operation::get("/healthz", "get_health", CHAPTER, "Is the program up?")
            .answers_as(200, "It is.", Some("text/plain"))
            .by(get(async || "ok")),
        Operation::get("/readyz", "get_readiness", CHAPTER, "Can it work?")
            .about("Asks the database. 503 says what is missing.")
            .answers_as(200, "It can.", Some("text/plain"))
            .by(get(ready)),
        Operation::get("/api/v1/meta", "get_meta", CHAPTER, "What this server is")
            .answers(200, "It.", about)
            .by(get(meta)),
    ]
}

async fn ready(State(web): State<Base>) -> Result<&'static str, Problem> {
    web.app.store().ping().await.map_err(|error| {
        tracing::warn!(%error, "not ready");
        Problem::new(
            Kind::Unavailable,
            "The database does not answer.",
            "Look at the log of the server; it goes on by itself when the database does.",
        )
    })?;
    Ok("ready")
}

async fn meta(web: Web) -> Json<Value> {
    Json(json!({
        "name": "Watercourse",
        "version": env!("CARGO_PKG_VERSION"),
        "commit": web.settings.commit,
        "api": "v1",
        "database": web.app.store().kind(),
        "demo": web.settings.demo,
        "time": web.app.now(),
    }))
}
