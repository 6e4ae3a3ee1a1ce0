//! `/streams`: every stream with its open work, and how it went.

use super::measured::{Flow, Narrowed, days};
use super::now;
use super::oops::Oops;
use super::shell::{render, shell};
use super::stream_view::{StreamList, StreamRow};
use super::streams::promise;
use crate::chart::scope::{figure, ms};
use crate::chart::stream_map::activities;
use crate::chart::{glyph, spark};
use crate::ready::{Made, Of};
use crate::state::Web;
use crate::view::{Figure, html, say};
use axum::http::HeaderMap;
use axum::response::Response;
use std::sync::Arc;
use watercourse_app::{AppError, Published, off_thread};
use watercourse_flow::measures::{lead_times, weeks};

/// Shows the list.
pub async fn list(web: Web, headers: HeaderMap) -> Result<Response, Oops> {
    let now = web.app.now().millis();
    let published = web.app.streams(&web.access).await?;
    let rows = futures::future::try_join_all(published.into_iter().map(|published| row(&web, published, now))).await?;
    let stands_on = "Delivered and lead time: last 90 days (imported logs: all of it), calendar time. Open: now.";
    Ok(render(&StreamList {
        shell: shell(&web, &headers, "Streams", "streams").await?,
        stands_on: stands_on.to_owned(),
        rows,
    }))
}

/// What the list shows of a stream beside its open work.
struct RowFigures {
    open: Figure,
    delivered: Figure,
    p50: Figure,
    p85: Figure,
    promise: String,
    promise_tone: &'static str,
    spark: String,
}

async fn row(web: &Web, published: Arc<Published>, now: i64) -> Result<StreamRow, AppError> {
    let head = &published.head;
    let of = Of { what: "row", stream: Some(head.id.clone()), asked: head.version.to_string() };
    let made = {
        let published = Arc::clone(&published);
        let make = async move |web: Web| {
            let usual = Narrowed::to_days(days(None, published.head.imported));
            let flow = Flow::load(&web, Some(Arc::clone(&published)), usual).await?;
            let drawn = off_thread("measuring", move || Made {
                figures: row_figures(&published, &flow),
                visits: flow.visits.len(),
            });
            drawn.await
        };
        web.ready.get(web, of, make).await?
    };
    let figures = made.map(|m| m.figures);
    let wip = match (head.imported, &figures) {
        (false, _) => {
            let open = web.app.open_now(&web.access, Some(&head.id)).await?.open;
            now::count(open, Some(format!("/work?q={}", html::query(&format!("stream:{} state:open", head.id)))))
        }
        (true, Some(figures)) => figures.open.clone(),
        (true, None) => Figure::Loading,
    };
    let told = |of: fn(&RowFigures) -> &Figure| figures.as_ref().map_or(Figure::Loading, |f| of(f).clone());
    Ok(StreamRow {
        id: head.id.clone(),
        name: head.name.clone(),
        version: head.version,
        imported: head.imported,
        wip,
        delivered: told(|f| &f.delivered),
        p50: told(|f| &f.p50),
        p85: told(|f| &f.p85),
        promise: figures.as_ref().map_or_else(String::new, |f| f.promise.clone()),
        promise_tone: figures.as_ref().map_or("info", |f| f.promise_tone),
        spark: figures.as_ref().map_or_else(|| Figure::Loading.html(), |f| f.spark.clone()),
        glyph: glyph::glyph(&activities(&published.stream), &[]),
        changed: say::day(head.published_at.millis(), now),
    })
}

fn row_figures(published: &Published, flow: &Flow) -> RowFigures {
    let scope = flow.scope();
    let head = &published.head;
    let times = lead_times(&scope.view);
    let weeks = weeks(&scope.view);
    let recent: Vec<Option<i64>> = weeks.iter().rev().take(13).rev().map(|w| ms(&w.lead_time.p50)).collect();
    let (promise, promise_tone) = match promise(published) {
        None => (String::new(), "info"),
        Some((span, limit)) => match limit.zip(ms(&times.lead_time.p85)) {
            Some((limit, p85)) if p85 <= limit => (format!("p85 {span} kept"), "good"),
            Some(_) => (format!("p85 {span} missed"), "bad"),
            None => (format!("p85 {span}"), "info"),
        },
    };
    let items = |q: &str| Some(format!("/work?q={}", html::query(&format!("stream:{} {q}", head.id))));
    RowFigures {
        open: figure(&times.open, items("state:open")),
        delivered: figure(&times.delivered, items(&scope.within("delivered"))),
        p50: figure(&times.lead_time.p50, None),
        p85: figure(&times.lead_time.p85, Some(format!("/streams/{}#lead-times", head.id))),
        promise,
        promise_tone,
        spark: if recent.iter().flatten().count() > 1 {
            spark::spark(&recent, &format!("median lead time of {}, week by week", head.name))
        } else {
            "<span class=\"quiet\">—</span>".to_owned()
        },
    }
}
