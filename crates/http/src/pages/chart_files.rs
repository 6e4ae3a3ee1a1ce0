//! Charts as files, and streams as files: the same as on their pages.

use super::conforming::{compared, replayed};
use super::oops::Oops;
use super::streams::{Asked, flow, map, page, share, show};
use crate::chart::Drawn;
use crate::chart::list::{CHARTS, chart};
use crate::chart::png::png;
use crate::problem::Problem;
use crate::state::Web;
use axum::extract::{Path, Query};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use watercourse_app::{AppError, off_thread};

/// A chart as a file: `.svg`, `.png`, `.csv`, `.json`.
pub async fn chart_file(
    web: Web,
    Path((id, name)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let missing = || AppError::NotFound {
        what: format!("chart “{}”", name.chars().take(60).collect::<String>()),
        right: format!(
            "The charts are map, conformance, {}; each as .svg, .png, .csv or .json.",
            CHARTS.iter().map(|c| c.id).collect::<Vec<_>>().join(", ")
        ),
    };
    let (chart_id, suffix) = name.rsplit_once('.').ok_or_else(missing)?;
    let (published, flow, _) = flow(&web, &id, &asked).await?;
    let drawn = if chart_id == "conformance" && !published.head.imported {
        replayed(&web, &published, &flow).await?.0
    } else if chart_id == "conformance" && !asked.with().is_empty() {
        compared(flow, web.app.stream(&web.access, asked.with(), None).await?).await?.0
    } else if chart_id == "map" {
        map(&published, &flow, show(&asked, &published, &flow), share(&asked))
    } else {
        chart(chart_id).ok_or_else(missing)?.draw(&flow.scope())
    };
    if suffix == "png" {
        let painted = off_thread("measuring", move || png(&drawn)).await?;
        let nothing = || AppError::NotFound {
            what: "picture: nothing was measured in this window".to_owned(),
            right: "Choose a longer time, or ask for .json, which says why.".to_owned(),
        };
        return Ok(picture("image/png", painted.ok_or_else(nothing)?));
    }
    file(&drawn, suffix).ok_or_else(|| missing().into())
}

/// A drawn chart in the form of a suffix.
fn file(drawn: &Drawn, suffix: &str) -> Option<Response> {
    Some(match suffix {
        "svg" => svg(drawn.file()),
        "csv" => {
            ([(header::CONTENT_TYPE, "text/csv; charset=utf-8; header=present")], drawn.table.csv()).into_response()
        }
        "json" => {
            let body = serde_json::json!({
                "question": drawn.question, "answer": drawn.answer, "stands_on": drawn.stands_on, "evidence": drawn.evidence, "rows": drawn.table.json(),
            });
            axum::Json(body).into_response()
        }
        _ => return None,
    })
}

fn svg(text: String) -> Response {
    picture("image/svg+xml; charset=utf-8", text)
}

/// A picture. An SVG brings its styles along, and a browser that shows one alone adds its own: the policy for pages
/// allows neither.
fn picture(media: &'static str, content: impl IntoResponse) -> Response {
    let headers = [
        (header::CONTENT_TYPE, media),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'",
        ),
    ];
    (headers, content).into_response()
}

/// The page of a stream, or the same as a file where its address ends with `.svg` or `.toml`.
pub async fn stream(
    web: Web,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Oops> {
    match id.rsplit_once('.').filter(|(_, s)| matches!(*s, "svg" | "toml")) {
        Some((id, suffix)) => file_of_stream(&web, id, suffix, &asked).await,
        None => page(web, headers, Path(id), Query(asked)).await,
    }
}

/// The same page as a file: its map, or its definition.
async fn file_of_stream(web: &Web, id: &str, suffix: &str, asked: &Asked) -> Result<Response, Oops> {
    let (published, flow, _) = flow(web, id, asked).await?;
    if suffix == "toml" && !published.head.imported {
        return Ok(([(header::CONTENT_TYPE, "application/toml; charset=utf-8")], published.head.definition.clone())
            .into_response());
    }
    let drawn = map(&published, &flow, show(asked, &published, &flow), share(asked));
    Ok(svg(drawn.file()))
}
