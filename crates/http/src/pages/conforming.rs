//! `/streams/{id}/conformance`: where a stream is left, or where an imported log leaves a stream that is chosen.

use super::measured::Flow;
use super::oops::Oops;
use super::shell::{render, shell};
use super::stream_view::StreamCharts;
use super::streams::{Asked, flow, head, map};
use crate::chart::Drawn;
use crate::chart::conformance::{Replayed, draw, sentences};
use crate::state::Web;
use crate::view::say;
use axum::extract::{Path, Query};
use axum::http::HeaderMap;
use axum::response::Response;
use std::sync::Arc;
use watercourse_app::{AppError, Published, off_thread};
use watercourse_core::item::Item;
use watercourse_core::time::Instant;
use watercourse_flow::conformance::{conformance, conformance_of_items, same_steps};

/// Shows it.
pub async fn page(
    web: Web,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Oops> {
    let (published, flow, days) = flow(&web, &id, &asked).await?;
    let (mut said, mut charts, mut streams) = (Vec::new(), Vec::new(), Vec::new());
    let with = asked.with();
    if published.head.imported {
        let native = web.app.streams(&web.access).await?.into_iter().filter(|p| !p.head.imported);
        streams = native.map(|p| (p.head.id.clone(), p.head.name.clone(), p.head.id == with)).collect();
        if with.is_empty() {
            said.push("Choose the stream that this log is to be compared with. Its steps are found by id or by name; “As a stream…” proposes one.".to_owned());
        } else {
            let other = web.app.stream(&web.access, with, None).await?;
            let (drawn, sentences) = compared(flow, other).await?;
            (charts, said) = (vec![drawn], sentences);
        }
    } else {
        let (drawn, sentences) = replayed(&web, &published, &flow).await?;
        (charts, said) = (vec![drawn, map(&published, &flow, "difference", 100)], sentences);
    }
    let page = StreamCharts {
        shell: shell(&web, &headers, format!("Conformance of {}", published.head.name), "streams").await?,
        head: head(&published, "conformance"),
        streams,
        sentences: said,
        charts,
        charts_base: format!("/streams/{id}/charts/"),
        query: asked.query("difference", days, 100),
    };
    Ok(render(&page))
}

/// The items of the current version that ended in the window or are open, replayed through it.
pub(super) async fn replayed(
    web: &Web,
    published: &Arc<Published>,
    flow: &Flow,
) -> Result<(Drawn, Vec<String>), AppError> {
    let version = published.head.version;
    let since = Instant::from_millis(flow.window.0);
    let items = web.app.items_to_replay(&web.access, (&published.head.id, version), since).await?;
    let (published, stands_on) = (Arc::clone(published), flow.scope().stands_on);
    let drawn = off_thread("measuring", move || {
        let some: Vec<&Item> = items.iter().collect();
        let found = conformance_of_items(&some, &published.stream);
        let keys: Vec<String> = items.iter().map(|i| i.key.clone()).collect();
        let stands_on = format!("n = {}, v{version}, {stands_on}", say::counted(keys.len() as u64, "item", "items"));
        let data = Replayed { found: &found, stream: &published.stream, keys: &keys, prefix: "", stands_on };
        (draw(&data), sentences(&data))
    });
    drawn.await
}

/// The items of a log, replayed through a stream it was not made by.
pub(super) async fn compared(flow: Flow, other: Arc<Published>) -> Result<(Drawn, Vec<String>), AppError> {
    let drawn = off_thread("measuring", move || {
        let scope = flow.scope();
        let visits = scope.visits();
        let steps = same_steps(visits, &other.stream);
        let found = conformance(visits, &other.stream, &steps, scope.view.items);
        let keys: Vec<String> = visits.keys.iter().map(str::to_owned).collect();
        let known = steps.iter().flatten().count() as u64;
        let stands_on = format!(
            "compared with {} v{}: {} of {} found in it; {}",
            other.head.name,
            other.head.version,
            say::count(known),
            say::counted(steps.len() as u64, "step is", "steps are"),
            scope.on(scope.view.len(), "items")
        );
        let prefix = &scope.links.prefix;
        let data = Replayed { found: &found, stream: &other.stream, keys: &keys, prefix, stands_on };
        (draw(&data), sentences(&data))
    });
    drawn.await
}
