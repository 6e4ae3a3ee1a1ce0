//! Every request has an id: answered in a header and in problems, and in each line of the log that it leads to.

use crate::problem::Problem;
use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::time::Instant;
use tracing::Instrument as _;

/// The header with the id of the request.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Gives the request its id, and writes a line about it when it is answered: no query, no headers, no body.
pub(crate) async fn request(request: Request, next: Next) -> Response {
    let id = trace_of(request.headers()).unwrap_or_else(|| uuid::Uuid::now_v7().simple().to_string());
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let method = request.method().clone();
    let asked = Instant::now();
    let span = tracing::error_span!("request", id = %id);
    let response = next.run(request).instrument(span.clone()).await;
    let mut response = named(response, &id);
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    let (status, ms) = (response.status().as_u16(), asked.elapsed().as_millis());
    crate::metrics::answered(&route, status, asked.elapsed());
    span.in_scope(|| {
        if status >= 500 {
            tracing::warn!(%method, route, status, ms, "answered");
        } else {
            tracing::debug!(%method, route, status, ms, "answered");
        }
    });
    response
}

/// Puts the id into a problem.
fn named(response: Response, id: &str) -> Response {
    let says_problem =
        response.headers().get("content-type").is_some_and(|v| v.as_bytes().starts_with(b"application/problem+json"));
    match response.extensions().get::<Problem>().filter(|_| says_problem).cloned() {
        None => response,
        Some(problem) => {
            let mut again = problem.with("request_id", serde_json::json!(id)).into_response();
            // What others put around it stays: the header Allow for one.
            for (name, value) in response.headers() {
                if name != "content-length" {
                    again.headers_mut().entry(name).or_insert_with(|| value.clone());
                }
            }
            again
        }
    }
}

/// The trace id of a W3C `traceparent`: `00-`, 32 hexadecimal digits that are not all zero, and more.
fn trace_of(headers: &HeaderMap) -> Option<String> {
    let text = headers.get("traceparent")?.to_str().ok()?;
    let mut parts = text.split('-');
    let (version, id, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let hex = |part: &str, length| {
        part.len() == length && part.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    };
    let sound = hex(version, 2) && version != "ff" && hex(id, 32) && hex(span, 16) && hex(flags, 2);
    (sound && id.bytes().any(|b| b != b'0')).then(|| id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::trace_of;
    use axum::http::{HeaderMap, HeaderValue};

    #[test]
    fn only_a_sound_trace_is_taken() {
        let of = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert("traceparent", HeaderValue::from_static(text));
            trace_of(&headers)
        };
        let id = "4bf92f3577b34da6a3ce929d0e0e4736";
        assert_eq!(of("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01").as_deref(), Some(id));
        for off in [
            "",
            "x",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        ] {
            assert_eq!(of(off), None, "{off}");
        }
    }
}
