//! The few pages the API has for people: its description and the list of problems.

use crate::pages::{Shell, theme};
use crate::problem::{Kind, Problem};
use crate::view::html;
use askama::Template;
use axum::http::HeaderMap;
use axum::response::{Html, IntoResponse, Response};
use std::fmt::Write as _;

#[derive(Debug, Template)]
#[template(path = "reference.html")]
struct ReferencePage {
    shell: Shell,
    /// HTML made here: see [`html::text`].
    content: String,
}

/// A page with this title and content. The content is HTML.
pub(super) fn page(headers: &HeaderMap, title: &str, content: String) -> Response {
    let title = title.to_owned();
    let shell = Shell { title, theme: theme(headers), ..Shell::default() };
    match (ReferencePage { shell, content }).render() {
        Ok(page) => Html(page).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be drawn");
            Problem::new(Kind::Internal, "The page could not be drawn.", "The log of the server has the details.")
                .into_response()
        }
    }
}

/// A text in which what stands between backticks is code.
pub(super) fn inline(plain: &str) -> String {
    let mut inside = String::new();
    for (index, part) in plain.split('`').enumerate() {
        let part = html::text(part);
        let _ = if index % 2 == 1 { write!(inside, "<code>{part}</code>") } else { write!(inside, "{part}") };
    }
    inside
}

/// Paragraphs.
pub(super) fn prose(plain: &str) -> String {
    plain.split("\n\n").map(|paragraph| format!("<p class=\"prose\">{}</p>", inline(paragraph))).collect()
}
