//! All routes, and what stands around them.

use crate::limits::Limits;
use crate::problem::{Kind, Problem};
use crate::provider::Way;
use crate::state::{Base, Settings};
use crate::{api, door, guard, metrics, pages, reports, trace};
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::header;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::sync::Arc;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use watercourse_app::{App, AppError};

/// The most bytes of a body, where an address does not say otherwise: 1 MiB.
const LARGEST_BODY: usize = 1 << 20;

/// Everything the server answers. It answers under the names of the loopback interface and those
/// [`Settings::hosts`] names.
///
/// ```no_run
/// # async fn run(app: watercourse_app::App) -> std::io::Result<()> {
/// let listener = tokio::net::TcpListener::bind(("127.0.0.1", 8080)).await?;
/// let routes = watercourse_http::router(app, watercourse_http::Settings::default());
/// watercourse_http::serve(listener, routes, std::future::pending()).await
/// # }
/// ```
pub fn router(app: App, settings: Settings) -> Router {
    let way = Arc::new(Way::over(settings.permitted.clone()));
    let limits = Arc::new(Limits::of(settings.rate));
    let base = Base { app, settings: Arc::new(settings), way, limits, ready: Arc::default() };
    Router::new()
        .merge(api::routes())
        .merge(pages::routes())
        .route("/metrics", get(metrics::page))
        .route(reports::PATH, reports::route())
        .fallback(nothing)
        .method_not_allowed_fallback(wrong_method)
        .with_state(base.clone())
        .layer(from_fn_with_state(base.clone(), door::enter))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(from_fn_with_state(base.clone(), guard::origin))
        .layer(from_fn(guard::patience))
        .layer(from_fn_with_state(base.clone(), guard::enough))
        .layer(CatchPanicLayer::custom(guard::panicked))
        .layer(from_fn(trace::request))
        .layer(CompressionLayer::new())
        .layer(from_fn_with_state(base, guard::headers))
}

async fn nothing(request: Request) -> Response {
    let path: String = request.uri().path().chars().take(200).collect();
    let is_program = ["/api/", "/hooks/"].iter().any(|p| path.starts_with(p));
    let accept = request.headers().get(header::ACCEPT).and_then(|v| v.to_str().ok()).unwrap_or_default();
    if !is_program && accept.contains("text/html") {
        let right = "Begin at the first page, or look for it in Work.".to_owned();
        return pages::Oops(AppError::NotFound { what: format!("page “{path}”"), right }).into_response();
    }
    Problem::new(
        Kind::NotFound,
        format!("There is nothing at this address: {path}"),
        "The API is described at /api/docs, and the pages begin at /.",
    )
    .into_response()
}

async fn wrong_method(request: Request) -> Response {
    let detail = format!("This address does not take {}.", request.method());
    Problem::new(
        Kind::Method,
        detail,
        "The header Allow lists the methods it takes; the API is described at /api/docs.",
    )
    .into_response()
}
