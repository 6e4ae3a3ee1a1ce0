//! What stands before every handler: who may ask, how long it may take, and what every answer carries.

use crate::problem::{Kind, Problem};
use crate::state::Base;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::any::Any;
use std::net::IpAddr;
use std::time::Duration;

/// The headers every answer carries, unless its handler set others.
const HEADERS: &[(&str, &str)] = &[
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
         form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'; report-uri /csp-reports",
    ),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
    ("cache-control", "no-store"),
];

/// How long a request may take before it is given up.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long one that brings a log to import may take.
const PATIENCE_FOR_IMPORTS: Duration = Duration::from_secs(15 * 60);

/// When somebody who was told 503 may come again, in seconds.
const COME_AGAIN: HeaderValue = HeaderValue::from_static("1");

/// How long a browser asks for nothing but TLS, where it came over TLS once: a year.
const TLS_ONLY: (HeaderName, HeaderValue) =
    (header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));

/// Adds the security headers, and to every 503 when to come again.
pub(crate) async fn headers(State(base): State<Base>, request: Request, next: Next) -> Response {
    // Who disagrees with us about where such a request ends must not be able to send another behind it.
    let last = request.headers().contains_key(header::TRANSFER_ENCODING);
    let mut response = next.run(request).await;
    if last {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    if response.status() == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().entry(header::RETRY_AFTER).or_insert(COME_AGAIN);
    }
    if base.settings.secure {
        response.headers_mut().insert(TLS_ONLY.0, TLS_ONLY.1);
    }
    for (name, value) in HEADERS {
        response.headers_mut().entry(HeaderName::from_static(name)).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// Answers so many at once; whoever comes beyond that is told at once to come again.
pub(crate) async fn enough(State(base): State<Base>, request: Request, next: Next) -> Response {
    // Whoever watches the server has to see it even then.
    let is_watching = matches!(request.uri().path(), "/healthz" | "/readyz" | "/metrics");
    match base.limits.enter() {
        Some(place) => {
            let response = next.run(request).await;
            drop(place);
            response
        }
        None if is_watching => next.run(request).await,
        None => Problem::new(
            Kind::Unavailable,
            "The server has as many requests under way as it takes.",
            "Try again; with the same Idempotency-Key it has one effect.",
        )
        .into_response(),
    }
}

/// Gives up requests that take too long.
pub(crate) async fn patience(request: Request, next: Next) -> Response {
    let patience = if request.uri().path().contains("/imports") { PATIENCE_FOR_IMPORTS } else { PATIENCE };
    match tokio::time::timeout(patience, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            let detail = format!("The request took longer than {} s and was given up.", patience.as_secs());
            Problem::new(Kind::Unavailable, detail, "Try again; with the same Idempotency-Key it has one effect.")
                .into_response()
        }
    }
}

/// Lets only requests through that ask for this server by a name of the loopback interface, or one it was told
/// it has, and, where they write, do not come from a page of another site.
pub(crate) async fn origin(State(base): State<Base>, request: Request, next: Next) -> Response {
    if request.uri().path_and_query().is_some_and(|p| p.as_str().contains("%00")) {
        // No name has one, and databases differ in what they make of it.
        return Problem::new(Kind::Malformed, "The address has the character NUL in it.", "Leave it out.")
            .into_response();
    }
    let authority = request.uri().authority().map(|a| a.as_str());
    match allowed(request.method(), request.headers(), authority, &base.settings.hosts) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

/// What is answered when a handler panics. The message is in the log, not in the answer.
pub(crate) fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let message = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    tracing::error!(panic = message.unwrap_or("?"), "a handler panicked");
    Problem::new(Kind::Internal, "The request hit a mistake in the program.", "The log of the server has the details.")
        .into_response()
}

fn allowed(method: &Method, headers: &HeaderMap, authority: Option<&str>, hosts: &[String]) -> Result<(), Problem> {
    let text = |name: HeaderName| headers.get(name).and_then(|v| v.to_str().ok());
    if headers.get_all(header::HOST).iter().count() > 1 {
        return Err(Problem::new(Kind::Malformed, "The request names two hosts.", "Send the header Host once."));
    }
    let host = text(header::HOST).or(authority).unwrap_or_default();
    if !is_loopback(host) && !hosts.iter().any(|known| known.eq_ignore_ascii_case(name_of(host))) {
        let shown: String = host.chars().take(100).collect();
        return Err(Problem::new(
            Kind::ForeignHost,
            format!("This server does not answer for the host “{shown}”."),
            "Ask for localhost, 127.0.0.1 or [::1], or start it with --host and the name it has.",
        ));
    }
    if method.is_safe() {
        return Ok(());
    }
    let site = text(HeaderName::from_static("sec-fetch-site"));
    let foreign_site = site.is_some_and(|s| s != "same-origin" && s != "none");
    let foreign_origin = text(header::ORIGIN).is_some_and(|o| o.split_once("://").is_none_or(|(_, from)| from != host));
    if foreign_site || foreign_origin {
        return Err(Problem::new(
            Kind::ForeignOrigin,
            "A browser sent this from a page of another site.",
            "Send it from a page of this server, or from a program, which sends neither Origin nor Sec-Fetch-Site.",
        ));
    }
    Ok(())
}

/// Whether a host, with or without a port, is this machine.
fn is_loopback(host: &str) -> bool {
    let name = name_of(host);
    name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// A host without its port.
fn name_of(host: &str) -> &str {
    match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::allowed;
    use crate::problem::Kind;
    use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};

    fn kind(method: &Method, headers: &[(&'static str, &'static str)]) -> Option<Kind> {
        let headers: HeaderMap =
            headers.iter().map(|(n, v)| (HeaderName::from_static(n), HeaderValue::from_static(v))).collect();
        allowed(method, &headers, None, &[]).err().map(|p| p.kind())
    }

    #[test]
    fn only_names_of_this_machine_are_answered() {
        for host in ["localhost", "localhost:8080", "127.0.0.1:8080", "127.9.9.9", "[::1]:8080", "LOCALHOST:1"] {
            let value = HeaderValue::from_str(host).unwrap();
            let headers: HeaderMap = [(HeaderName::from_static("host"), value)].into_iter().collect();
            assert!(allowed(&Method::GET, &headers, None, &[]).is_ok(), "{host}");
        }
        for host in
            ["", "example.org", "localhost.example.org", "10.0.0.1:8080", "[::2]", "127.0.0.1.example.org", "0.0.0.0"]
        {
            let value = HeaderValue::from_str(host).unwrap();
            let headers: HeaderMap = [(HeaderName::from_static("host"), value)].into_iter().collect();
            assert_eq!(
                allowed(&Method::GET, &headers, None, &[]).err().map(|p| p.kind()),
                Some(Kind::ForeignHost),
                "{host}"
            );
        }
        assert!(
            allowed(&Method::GET, &HeaderMap::new(), Some("localhost:80"), &[]).is_ok(),
            "HTTP/2 names it in the address"
        );
    }

    #[test]
    fn a_name_it_was_told_it_has_is_answered() {
        let told = ["flow.example.org".to_owned()];
        for (host, known) in [("flow.example.org", true), ("Flow.Example.org:443", true), ("example.org", false)] {
            let headers: HeaderMap =
                [(HeaderName::from_static("host"), HeaderValue::from_str(host).unwrap())].into_iter().collect();
            assert_eq!(allowed(&Method::GET, &headers, None, &told).is_ok(), known, "{host}");
        }
    }

    #[test]
    fn pages_of_other_sites_cannot_write() {
        let host = ("host", "localhost:8080");
        let post = |more: (&'static str, &'static str)| kind(&Method::POST, &[host, more]);
        assert_eq!(post(("accept", "*/*")), None, "a program");
        assert_eq!(post(("origin", "http://localhost:8080")), None);
        assert_eq!(post(("sec-fetch-site", "same-origin")), None);
        for foreign in ["http://localhost:9090", "https://example.org", "null"] {
            assert_eq!(post(("origin", foreign)), Some(Kind::ForeignOrigin), "{foreign}");
        }
        for foreign in ["cross-site", "same-site"] {
            assert_eq!(post(("sec-fetch-site", foreign)), Some(Kind::ForeignOrigin), "{foreign}");
        }
        assert_eq!(
            kind(&Method::GET, &[host, ("origin", "https://example.org")]),
            None,
            "reading needs no leave: the browser keeps the answer"
        );
    }
}
