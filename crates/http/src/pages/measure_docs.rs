//! `/docs/measures`: what every figure means, as the book says it.

use super::oops::Oops;
use super::shell::{Shell, render, shell};
use crate::state::Web;
use askama::Template;
use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Response;
use pulldown_cmark::{Event, Options, Parser, Tag, html};
use watercourse_app::AppError;

macro_rules! pages {
    ($($id:literal),+ $(,)?) => {
        /// Each page with its text.
        static PAGES: &[(&str, &str)] =
            &[$(($id, include_str!(concat!("../../../../docs/reference/measures/", $id, ".md")))),+];
    };
}

pages!(
    "aging",
    "alignments",
    "balance",
    "before-after",
    "bottleneck",
    "business-time",
    "complete-accurate",
    "conformance",
    "coverage",
    "cumulative-flow",
    "discovery",
    "dora",
    "effort",
    "feedback-latency",
    "flow-time",
    "hand-off-pareto",
    "hand-offs",
    "hygiene",
    "limits",
    "little",
    "map-and-variants",
    "rework",
    "scatter",
    "throughput",
    "utilisation",
    "where-time-goes",
    "wip",
);

/// What all figures have in common, and the measures that have no page of their own.
static RULES: &str = include_str!("../../../../docs/reference/measures.md");

#[derive(Debug, Template)]
#[template(path = "measure_docs.html")]
struct DocPage {
    shell: Shell,
    /// HTML made of the book.
    content: String,
    pages: Vec<(&'static str, &'static str)>,
}

/// Shows the rules for all figures, and the list.
pub async fn list(web: Web, headers: HeaderMap) -> Result<Response, Oops> {
    shown(&web, &headers, RULES).await
}

/// Shows one.
pub async fn one(web: Web, headers: HeaderMap, Path(id): Path<String>) -> Result<Response, Oops> {
    let found = PAGES.iter().find(|(known, _)| *known == id).ok_or_else(|| AppError::NotFound {
        what: format!("measure “{}”", id.chars().take(60).collect::<String>()),
        right: "The list at /docs/measures tells which there are.".to_owned(),
    })?;
    shown(&web, &headers, found.1).await
}

async fn shown(web: &Web, headers: &HeaderMap, text: &'static str) -> Result<Response, Oops> {
    let shell = shell(web, headers, title(text), "streams").await?;
    let pages = PAGES.iter().map(|(id, text)| (*id, title(text))).collect();
    Ok(render(&DocPage { shell, content: to_html(text), pages }))
}

fn title(text: &str) -> &str {
    text.lines().find_map(|line| line.strip_prefix("# ")).unwrap_or("Measures")
}

/// The book is ours, but what looks like markup in it is text all the same.
fn to_html(text: &str) -> String {
    let options = Options::ENABLE_TABLES;
    let events = Parser::new_ext(text, options).map(|event| match event {
        Event::Html(raw) | Event::InlineHtml(raw) => Event::Text(raw),
        Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
            let within = dest_url.strip_prefix("measures/").or(Some(&*dest_url)).and_then(|u| u.strip_suffix(".md"));
            let known = within.filter(|w| PAGES.iter().any(|(id, _)| id == w));
            let dest_url = known.map_or(dest_url.clone(), |w| format!("/docs/measures/{w}").into());
            Event::Start(Tag::Link { link_type, dest_url, title, id })
        }
        other => other,
    });
    let mut out = String::with_capacity(text.len() * 2);
    html::push_html(&mut out, events);
    out.replace("<table>", "<div class=\"scroll\" tabindex=\"0\"><table>").replace("</table>", "</table></div>")
}

#[cfg(test)]
mod tests {
    use super::{PAGES, to_html};
    use crate::chart::list::CHARTS;

    #[test]
    fn every_page_of_the_book_is_there_and_every_chart_has_one() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/measures");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .into_iter()
            .flatten()
            .filter_map(|f| f.ok()?.file_name().to_str()?.strip_suffix(".md").map(str::to_owned))
            .collect();
        files.sort();
        assert_eq!(files, PAGES.iter().map(|(id, _)| *id).collect::<Vec<_>>());
        for chart in CHARTS {
            let known = chart.measure.is_empty() || PAGES.iter().any(|(id, _)| *id == chart.measure);
            assert!(known, "{}: there is no page “{}”", chart.id, chart.measure);
        }
    }

    #[test]
    fn what_looks_like_markup_is_text() {
        let shown = to_html("# A\n\n<script>x</script> b <b>c</b>\n\n|a|b|\n|-|-|\n|1|2|\n");
        assert!(!shown.contains("<script") && shown.contains("&lt;b&gt;") && shown.contains("<table>"), "{shown}");
    }
}
