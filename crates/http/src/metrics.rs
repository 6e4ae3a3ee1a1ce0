//! `/metrics`: what the program counts about itself, as Prometheus reads it. No names of items or people.

use crate::problem::{Kind, Problem};
use crate::serving::Peer;
use crate::state::Base;
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, PoisonError, RwLock};
use std::time::Duration;
use watercourse_store::{Histogram, Spread};

/// What is counted of one route: there are as many as routes are written in the program.
struct Route {
    /// Answers by the first digit of their status.
    classes: [AtomicU64; 6],
    took: Histogram,
}

static ROUTES: LazyLock<RwLock<BTreeMap<String, Arc<Route>>>> = LazyLock::new(RwLock::default);

/// Counts an answer.
pub(crate) fn answered(route: &str, status: u16, took: Duration) {
    let known = ROUTES.read().unwrap_or_else(PoisonError::into_inner).get(route).cloned();
    let route = known.unwrap_or_else(|| {
        let mut routes = ROUTES.write().unwrap_or_else(PoisonError::into_inner);
        let new = || Arc::new(Route { classes: <[AtomicU64; 6]>::default(), took: Histogram::of_seconds() });
        Arc::clone(routes.entry(route.to_owned()).or_insert_with(new))
    });
    if let Some(class) = route.classes.get(usize::from(status / 100)) {
        class.fetch_add(1, Ordering::Relaxed);
    }
    route.took.record_time(took);
}

/// Answers who asks over the loopback interface: nobody else is told what this server does.
pub(crate) async fn page(
    State(base): State<Base>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let near = peer.is_some_and(|Extension(Peer(address))| address.ip().is_loopback());
    if !near || headers.contains_key("x-forwarded-for") || headers.contains_key("forwarded") {
        return Err(Problem::new(
            Kind::Denied,
            "Figures are told on this machine only.",
            "Ask from the machine itself, not through a proxy.",
        ));
    }
    let mut text = String::new();
    requests(&mut text);
    let store = base.app.store();
    let figures = store.figures();
    spread(&mut text, "watercourse_commit_seconds", "", &figures.commit.spread());
    spread(&mut text, "watercourse_commit_requests", "", &figures.together.spread());
    let of = store.connections();
    let listeners = base.app.listeners();
    let lines = [
        ("watercourse_rollbacks_total", figures.undone.load(Ordering::Relaxed)),
        ("watercourse_timers_fired_total", base.app.timers_fired()),
        ("watercourse_connections_open", u64::from(of.open)),
        ("watercourse_connections_idle", u64::from(of.idle)),
        ("watercourse_connections_most", u64::from(of.most)),
        ("watercourse_writes_waiting", u64::try_from(of.waiting).unwrap_or(u64::MAX)),
        ("watercourse_listeners", u64::try_from(listeners).unwrap_or(u64::MAX)),
    ];
    for (name, value) in lines {
        line(&mut text, name, value);
    }
    // Where the database does not answer, its figures are missing and the rest is told.
    if let Ok(mut conn) = store.reader().await
        && let Ok(overdue) = conn.overdue_timers(base.app.now()).await
    {
        line(&mut text, "watercourse_timers_overdue", u64::try_from(overdue).unwrap_or(0));
    }
    let (version, kind) = (env!("CARGO_PKG_VERSION"), store.kind());
    let _ = writeln!(text, "watercourse_build_info{{version=\"{version}\",database=\"{kind}\"}} 1");
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response())
}

fn line(text: &mut String, name: &str, value: u64) {
    let kind = if name.ends_with("_total") { "counter" } else { "gauge" };
    let _ = writeln!(text, "# TYPE {name} {kind}\n{name} {value}");
}

fn requests(text: &mut String) {
    let routes: Vec<(String, Arc<Route>)> = {
        let routes = ROUTES.read().unwrap_or_else(PoisonError::into_inner);
        routes.iter().map(|(name, route)| (name.clone(), Arc::clone(route))).collect()
    };
    text.push_str("# TYPE watercourse_requests_total counter\n");
    for (name, route) in &routes {
        for (class, count) in route.classes.iter().enumerate() {
            let count = count.load(Ordering::Relaxed);
            if count > 0 {
                let _ = writeln!(text, "watercourse_requests_total{{route=\"{name}\",status=\"{class}xx\"}} {count}");
            }
        }
    }
    text.push_str("# TYPE watercourse_request_seconds histogram\n");
    for (name, route) in &routes {
        buckets(text, "watercourse_request_seconds", &format!("route=\"{name}\","), &route.took.spread());
    }
}

fn spread(text: &mut String, name: &str, labels: &str, spread: &Spread) {
    let _ = writeln!(text, "# TYPE {name} histogram");
    buckets(text, name, labels, spread);
}

fn buckets(text: &mut String, name: &str, labels: &str, spread: &Spread) {
    for (bound, count) in &spread.below {
        let _ = writeln!(text, "{name}_bucket{{{labels}le=\"{bound}\"}} {count}");
    }
    let alone = labels.trim_end_matches(',');
    let _ = writeln!(text, "{name}_bucket{{{labels}le=\"+Inf\"}} {}", spread.count);
    let _ = writeln!(text, "{name}_sum{{{alone}}} {}\n{name}_count{{{alone}}} {}", spread.sum, spread.count);
}
