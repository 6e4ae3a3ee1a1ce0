//! The few plain pages the API has for people: its description and the list of problems.

use std::fmt::Write as _;

/// A page with this title and content. The content is HTML; see [`text`].
pub(super) fn page(title: &str, content: &str) -> axum::response::Html<String> {
    let style = watercourse_web::path("app.css");
    let title = text(title);
    axum::response::Html(format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{title} · Watercourse</title><link rel=\"stylesheet\" href=\"{style}\"></head>\
         <body><main class=\"reading stack-wide\"><p><a href=\"/\">Watercourse</a> · <a href=\"/api/docs\">API</a> · \
         <a href=\"/docs/problems\">Problems</a></p><h1>{title}</h1>{content}</main></body></html>\n"
    ))
}

/// A text, safe to stand in HTML.
pub(super) fn text(plain: &str) -> String {
    let mut safe = String::with_capacity(plain.len());
    for c in plain.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

/// Paragraphs, with what stands between backticks as code.
pub(super) fn prose(plain: &str) -> String {
    let mut html = String::new();
    for paragraph in plain.split("\n\n") {
        let mut inside = String::new();
        for (index, part) in paragraph.split('`').enumerate() {
            let part = text(part);
            let _ = if index % 2 == 1 { write!(inside, "<code>{part}</code>") } else { write!(inside, "{part}") };
        }
        let _ = write!(html, "<p class=\"prose\">{inside}</p>");
    }
    html
}
