//! `/csp-reports`: what browsers say was kept from running on our pages. It is a line in the log.

use axum::body::Bytes;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::routing::{MethodRouter, post};
use serde_json::Value;

/// Where browsers send them.
pub(crate) const PATH: &str = "/csp-reports";
/// The largest report that is read, bytes.
const LARGEST: usize = 16 << 10;

/// What takes them.
pub(crate) fn route<S: Clone + Send + Sync + 'static>() -> MethodRouter<S> {
    post(take).layer(DefaultBodyLimit::max(LARGEST))
}

async fn take(body: Bytes) -> StatusCode {
    // Both forms there are: one report under a name, or a list of them.
    let sent: Value = serde_json::from_slice(&body).unwrap_or_default();
    let reports = match &sent {
        Value::Array(list) => list.iter().filter_map(|r| r.get("body")).take(10).collect(),
        one => one.get("csp-report").into_iter().collect::<Vec<_>>(),
    };
    for report in reports {
        let of = |names: [&str; 2]| {
            let text = names.iter().find_map(|n| report.get(n)).and_then(Value::as_str).unwrap_or_default();
            text.chars().filter(|c| !c.is_control()).take(200).collect::<String>()
        };
        let (page, blocked) = (of(["document-uri", "documentURL"]), of(["blocked-uri", "blockedURL"]));
        let directive = of(["violated-directive", "effectiveDirective"]);
        tracing::warn!(page, blocked, directive, "a browser kept something from running on a page");
    }
    StatusCode::NO_CONTENT
}
