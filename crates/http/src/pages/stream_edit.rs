//! `/streams/new`, `/streams/{id}/edit` and the check behind them.

use super::asking::{Filled, context, new_key};
use super::oops::{Oops, said};
use super::shell::{render, respond, shell};
use super::stream_view::{CheckLine, CheckPart, CheckedText, StreamEdit};
use super::verb_form::Said;
use crate::chart::stream_map::{designed, draw};
use crate::state::Web;
use crate::view::say;
use axum::Form;
use axum::extract::{Path, Query};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use watercourse_app::{AppError, SHIPPED, has_errors};
use watercourse_core::stream::{Checked, Diagnostic, Severity};

/// What a new stream begins with where nothing else is chosen.
const EMPTY: &str = r#"stream  = "my-stream"
name    = "My stream"
kind    = "request"
demand  = "What starts it, in a sentence"
value   = "What it is good for, in a sentence"

[[step]]
id       = "ask"
name     = "Understand the need"
activity = "engage"
team     = "service-desk"
start    = true

[[step]]
id       = "do"
name     = "Do it"
activity = "deliver_support"
team     = "service-desk"
after    = ["ask"]
deliver  = true
"#;

/// Says what the check found, and draws what it could read.
async fn checked(web: &Web, text: &str) -> Result<CheckedText, AppError> {
    let checked = web.app.check(&web.access, text, true).await?;
    Ok(show(&checked))
}

fn show(checked: &Checked) -> CheckedText {
    let count = |severity: Severity| checked.diagnostics.iter().filter(|d| d.severity == severity).count() as u64;
    let (errors, warnings, hints) = (count(Severity::Error), count(Severity::Warning), count(Severity::Hint));
    let tone = if errors > 0 {
        "bad"
    } else if warnings > 0 {
        "warn"
    } else {
        "good"
    };
    let parts = [(errors, "error", "errors"), (warnings, "warning", "warnings"), (hints, "hint", "hints")];
    let parts: Vec<String> =
        parts.iter().filter(|(n, ..)| *n > 0).map(|(n, one, many)| say::counted(*n, one, many)).collect();
    let summary =
        if parts.is_empty() { "Check: nothing found".to_owned() } else { format!("Check: {}", say::list(&parts)) };
    let (name, svg) = match &checked.stream {
        Some(stream) => {
            let summary = say::counted(stream.steps.len() as u64, "step", "steps");
            (format!("{}: as drawn", stream.name), draw(&designed(stream, &|_| None), &stream.name, &summary))
        }
        None => (String::new(), String::new()),
    };
    let findings = checked.diagnostics.iter().map(line).collect();
    let effect =
        if checked.stream.is_none() { "It can be drawn and published once the errors are mended." } else { "" };
    CheckedText { tone, summary, findings, effect: effect.to_owned(), name, svg }
}

fn line(found: &Diagnostic) -> CheckLine {
    CheckLine {
        severity: found.severity.id(),
        tone: match found.severity {
            Severity::Error => "bad",
            Severity::Warning => "warn",
            Severity::Hint => "info",
        },
        line: found.line,
        column: found.column,
        message: found.message.clone(),
        help: found.help.clone(),
    }
}

/// Checks a text as it is typed: the part of the page that shows it.
pub async fn check(web: Web, Form(filled): Form<Filled>) -> Result<Response, Oops> {
    let text = filled.get("text").cloned().unwrap_or_default();
    Ok(render(&CheckPart { checked: checked(&web, &text).await? }))
}

/// Shows the editor for a new stream.
pub async fn new_page(web: Web, headers: HeaderMap, Query(asked): Query<Filled>) -> Result<Response, Oops> {
    let from = asked.get("from").map(String::as_str).unwrap_or_default();
    let text = SHIPPED.iter().find(|(id, _)| *id == from).map_or(EMPTY, |(_, text)| text).to_owned();
    Ok(render(&editor(&web, &headers, "", from, text, None).await?))
}

/// Shows the editor for a stream.
pub async fn edit_page(web: Web, headers: HeaderMap, Path(id): Path<String>) -> Result<Response, Oops> {
    let published = web.app.stream(&web.access, &id, None).await?;
    if published.head.imported {
        let wrong = format!("“{}” is an imported log: it is measured, not edited.", published.head.name);
        return Err(AppError::Invalid {
            pointer: String::new(),
            wrong,
            right: "Make a new stream instead.".to_owned(),
        }
        .into());
    }
    let mut page = editor(&web, &headers, &id, "", published.head.definition.clone(), None).await?;
    page.based_on = published.head.version.to_string();
    page.heading = format!("Edit {} (based on v{})", published.head.name, published.head.version);
    Ok(render(&page))
}

pub(super) async fn editor(
    web: &Web,
    headers: &HeaderMap,
    id: &str,
    from: &str,
    text: String,
    refusal: Option<Said>,
) -> Result<StreamEdit, AppError> {
    let name = |text: &str| {
        let line = text.lines().find_map(|l| l.trim_start().strip_prefix("name")?.trim_start().strip_prefix('='));
        line.map_or_else(String::new, |l| l.trim().trim_matches('"').to_owned())
    };
    let templates = SHIPPED.iter().map(|(id, text)| ((*id).to_owned(), name(text), *id == from));
    let checked = checked(web, &text).await?;
    Ok(StreamEdit {
        shell: shell(
            web,
            headers,
            if id.is_empty() { "New stream".to_owned() } else { format!("Edit {id}") },
            "streams",
        )
        .await?,
        heading: if id.is_empty() { "New stream" } else { "Edit stream" }.to_owned(),
        id: id.to_owned(),
        templates: if id.is_empty() {
            [(String::new(), "an empty stream".to_owned(), from.is_empty())].into_iter().chain(templates).collect()
        } else {
            Vec::new()
        },
        action: if id.is_empty() { "/streams/new".to_owned() } else { format!("/streams/{id}/edit") },
        based_on: String::new(),
        text,
        note: String::new(),
        refusal,
        idempotency_key: new_key(),
        about: String::new(),
        diff: Vec::new(),
        checked,
    })
}

/// Takes what the editor of a new stream sends.
pub async fn new_sent(web: Web, headers: HeaderMap, Form(filled): Form<Filled>) -> Result<Response, Oops> {
    sent(&web, &headers, "", filled).await
}

/// Takes what the editor of a stream sends.
pub async fn edit_sent(
    web: Web,
    headers: HeaderMap,
    Path(id): Path<String>,
    Form(filled): Form<Filled>,
) -> Result<Response, Oops> {
    sent(&web, &headers, &id, filled).await
}

/// Checks or publishes: whatever button was pressed. Without a script this is how the check is asked.
async fn sent(web: &Web, headers: &HeaderMap, id: &str, filled: Filled) -> Result<Response, Oops> {
    let get = |name: &str| filled.get(name).cloned().unwrap_or_default();
    // Browsers send line ends as CR LF.
    let text = get("text").replace("\r\n", "\n");
    let mut status = StatusCode::OK;
    let mut refusal = None;
    if get("do") == "publish" {
        match publish(web, headers, id, &text, &filled).await {
            Ok(to) => return Ok(Redirect::to(&format!("/streams/{to}?show=designed")).into_response()),
            Err(error) => {
                let (code, wrong, right) = said(&error);
                status = code;
                refusal = Some(Said { wrong, right });
            }
        }
    }
    let mut page = editor(web, headers, id, "", text, refusal).await?;
    page.note = get("note");
    page.based_on = get("based_on");
    Ok(respond(status, &page))
}

async fn publish(web: &Web, headers: &HeaderMap, id: &str, text: &str, filled: &Filled) -> Result<String, AppError> {
    let invalid =
        |wrong: String, right: &str| AppError::Invalid { pointer: String::new(), wrong, right: right.to_owned() };
    let note = filled.get("note").map(|n| n.trim().to_owned()).unwrap_or_default();
    if note.is_empty() {
        return Err(invalid(
            "The reason is missing.".to_owned(),
            "Say in a line why it changes; it is kept in Versions.",
        ));
    }
    let checked = web.app.check(&web.access, text, true).await?;
    if has_errors(&checked) {
        return Err(AppError::BadStream(checked.diagnostics));
    }
    if let Some(stream) = checked.stream.filter(|s| !id.is_empty() && s.id != id) {
        let wrong = format!("The text names the stream “{}”, and this is the page of “{id}”.", stream.id);
        return Err(invalid(wrong, "Keep the id, or publish it as a new stream."));
    }
    // A new stream must be new; an edited one must be what was seen.
    let expected = filled.get("based_on").and_then(|v| v.parse().ok()).unwrap_or(0);
    let context = context(web, headers, "/streams", filled).await?;
    let published = web.app.publish(&context, text, &note, Some(expected)).await?;
    Ok(published.version.id)
}
