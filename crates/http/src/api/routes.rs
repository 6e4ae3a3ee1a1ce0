//! All endpoints as one router, with their description.

use super::operation::{Endpoint, Operation};
use super::{
    access, accounts, audit, catalogue, events, health, import_jobs, imports, items, openapi, organisation, outside,
    provider, receivers, streams, viewer, views,
};
use crate::problem::{Kind, Problem};
use crate::state::Base;
use axum::extract::Path;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use std::sync::LazyLock;

/// Every endpoint, in reading order.
fn endpoints() -> Vec<Endpoint<Base>> {
    let chapters = [
        items::endpoints(),
        views::endpoints(),
        streams::endpoints(),
        imports::endpoints(),
        import_jobs::endpoints(),
        organisation::endpoints(),
        access::endpoints(),
        accounts::endpoints(),
        provider::endpoints(),
        catalogue::endpoints(),
        outside::endpoints(),
        receivers::endpoints(),
        events::endpoints(),
        audit::endpoints(),
        health::endpoints(),
    ];
    chapters.into_iter().flatten().collect()
}

/// The description never changes while the program runs.
static OPERATIONS: LazyLock<Vec<Operation>> =
    LazyLock::new(|| endpoints().into_iter().flat_map(|e| e.operations).collect());

/// The API, its description and its viewer.
pub(crate) fn routes() -> Router<Base> {
    let mut router = Router::new();
    for endpoint in endpoints() {
        router = router.route(&endpoint.path, endpoint.route);
    }
    router
        .route("/api/openapi.json", get(description))
        .route("/api/docs", get(async |headers: HeaderMap| viewer::operations(&headers, &OPERATIONS)))
        .route("/docs/problems", get(async |headers: HeaderMap| viewer::problems(&headers, None)))
        .route("/docs/problems/{kind}", get(problem))
}

async fn description() -> impl IntoResponse {
    ([(header::CACHE_CONTROL, "no-cache")], Json(openapi::document(&OPERATIONS)))
}

async fn problem(Path(id): Path<String>, headers: HeaderMap) -> Result<Response, Problem> {
    let kind = Kind::ALL.iter().find(|k| k.id() == id).ok_or_else(|| Problem::not_found("problem", &id))?;
    Ok(viewer::problems(&headers, Some(*kind)))
}
