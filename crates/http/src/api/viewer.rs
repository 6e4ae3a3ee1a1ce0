//! `/api/docs`: every operation with its parameters, its bodies and a command to try it, and a form for
//! those that only read. No script, nothing from another address.

use super::openapi::{GUIDE, chapters};
use super::operation::{Content, Operation};
use super::page::{inline, page, prose};
use super::schemas;
use crate::problem::Kind;
use crate::view::html::text;
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::Value;
use std::fmt::Write as _;

/// The page with all operations.
pub(super) fn operations(headers: &HeaderMap, operations: &[Operation]) -> Response {
    let mut html = prose(GUIDE);
    html.push_str("<p><a href=\"/api/openapi.json\">openapi.json</a>, the same for programs (OpenAPI 3.1). In the commands <code>$WATERCOURSE</code> is the address of this server, such as <code>http://127.0.0.1:8080</code>.</p><nav aria-label=\"Chapters\"><ul class=\"row\">");
    for (chapter, _) in chapters() {
        let _ = write!(html, "<li><a href=\"#{}\">{}</a></li>", anchor(chapter), text(chapter));
    }
    html.push_str("<li><a href=\"#schemas\">Schemas</a></li></ul></nav>");
    for (chapter, about) in chapters() {
        let _ = write!(
            html,
            "<section class=\"stack\" id=\"{}\"><h2>{}</h2><p>{}</p>",
            anchor(chapter),
            text(chapter),
            text(about)
        );
        for operation in operations.iter().filter(|o| o.chapter == chapter) {
            describe(&mut html, operation);
        }
        html.push_str("</section>");
    }
    html.push_str("<section class=\"stack\" id=\"schemas\"><h2>Schemas</h2>");
    if let Value::Object(components) = schemas::components() {
        for (name, schema) in components {
            let schema = serde_json::to_string_pretty(&schema).unwrap_or_default();
            let (id, name) = (text(&name), text(&name));
            let _ = write!(
                html,
                "<details id=\"schema-{id}\"><summary>{name}</summary><pre class=\"scroll\" tabindex=\"0\">{}</pre></details>",
                text(&schema)
            );
        }
    }
    html.push_str("</section>");
    page(headers, "API", html)
}

/// The page with all kinds of problem, or with one.
pub(super) fn problems(headers: &HeaderMap, only: Option<Kind>) -> Response {
    let mut html = String::new();
    for kind in Kind::ALL.iter().filter(|k| only.is_none_or(|o| o == **k)) {
        let (id, title, status) = (kind.id(), text(kind.title()), kind.status());
        let _ = write!(html, "<section class=\"stack\"><h2><a href=\"/docs/problems/{id}\">{title}</a></h2>");
        let _ = write!(
            html,
            "<p class=\"quiet\"><code>{id}</code> · {}</p>{}</section>",
            text(&status.to_string()),
            prose(kind.about())
        );
    }
    page(headers, only.map_or("Problems", Kind::title), html)
}

fn anchor(chapter: &str) -> String {
    chapter.to_lowercase().replace(' ', "-")
}

fn describe(html: &mut String, operation: &Operation) {
    let method = operation.method.to_uppercase();
    let _ = write!(
        html,
        "<details class=\"operation\" id=\"{id}\"><summary><code>{method} {path}</code> {summary}</summary><div class=\"stack\">",
        id = text(&operation.id),
        path = text(&operation.path),
        summary = text(&operation.summary),
    );
    if !operation.about.is_empty() {
        html.push_str(&prose(&operation.about));
    }
    if !operation.parameters.is_empty() {
        html.push_str("<div class=\"scroll\" tabindex=\"0\"><table><thead><tr><th scope=\"col\">Parameter</th><th scope=\"col\">In</th><th scope=\"col\">What it is</th></tr></thead><tbody>");
        for p in &operation.parameters {
            let _ = write!(
                html,
                "<tr><td><code>{}</code></td><td>{}</td><td>{}</td></tr>",
                text(p.name),
                p.place,
                inline(&p.about)
            );
        }
        html.push_str("</tbody></table></div>");
    }
    if let Some(body) = &operation.body {
        html.push_str("<h3>Sends</h3>");
        content(html, body);
    }
    for answer in &operation.answers {
        let _ = write!(html, "<h3>Answers {}: {}</h3>", answer.status, inline(answer.about));
        if let Some(body) = &answer.content {
            content(html, body);
        }
    }
    html.push_str("<h3>Or says what is wrong</h3><ul>");
    for kind in &operation.problems {
        let (id, title, status) = (kind.id(), text(kind.title()), kind.status().as_u16());
        let _ = write!(html, "<li>{status} <a href=\"/docs/problems/{id}\">{title}</a></li>");
    }
    let _ =
        write!(html, "</ul><h3>Try it</h3><pre class=\"scroll\" tabindex=\"0\">{}</pre>", text(&command(operation)));
    form(html, operation);
    html.push_str("</div></details>");
}

fn content(html: &mut String, content: &Content) {
    let _ = write!(html, "<p><code>{}</code>", content.media);
    let names: Vec<&str> = [content.schema.get("$ref"), content.schema.pointer("/properties/data/items/$ref")]
        .into_iter()
        .flatten()
        .filter_map(|r| r.as_str()?.rsplit('/').next())
        .collect();
    for name in names {
        let _ = write!(html, " · <a href=\"#schema-{0}\">{0}</a>", text(name));
    }
    html.push_str("</p>");
    if content.schema.get("$ref").is_none() && content.media.ends_with("json") {
        let schema = serde_json::to_string_pretty(&content.schema).unwrap_or_default();
        let _ = write!(
            html,
            "<details><summary>Schema</summary><pre class=\"scroll\" tabindex=\"0\">{}</pre></details>",
            text(&schema)
        );
    }
}

/// A command line that does it.
fn command(operation: &Operation) -> String {
    let mut path = operation.path.clone();
    for p in operation.parameters.iter().filter(|p| p.place == "path") {
        path = path.replace(&format!("{{{}}}", p.name), p.example.as_deref().unwrap_or("…"));
    }
    let mut command = String::from("curl");
    if operation.method != "get" {
        let _ = write!(command, " -X {}", operation.method.to_uppercase());
    }
    for p in operation.parameters.iter().filter(|p| p.place == "header") {
        if let Some(example) = &p.example {
            let _ = write!(command, " \\\n  -H '{}: {example}'", p.name);
        }
    }
    if let Some(body) = &operation.body {
        let _ = write!(command, " \\\n  -H 'Content-Type: {}'", body.media);
        if let Some(example) = &body.example {
            let sent = match example {
                Value::String(plain) => plain.clone(),
                other => other.to_string(),
            };
            let _ = write!(command, " \\\n  -d '{}'", sent.replace('\'', "'\\''"));
        }
    }
    let _ = write!(command, " \\\n  \"$WATERCOURSE{path}\"");
    command
}

/// A form for an operation that reads and has everything in its query.
fn form(html: &mut String, operation: &Operation) {
    let in_path = operation.parameters.iter().any(|p| p.place == "path");
    if operation.method != "get" || in_path || operation.path.ends_with("/stream") {
        return;
    }
    let _ = write!(html, "<form class=\"row\" method=\"get\" action=\"{}\">", text(&operation.path));
    for p in operation.parameters.iter().filter(|p| p.place == "query") {
        let _ = write!(html, "<label>{0} <input name=\"{0}\"></label>", text(p.name));
    }
    html.push_str("<button>Send</button></form>");
}
