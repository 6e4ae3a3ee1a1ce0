//! The door: finds out who asks before any handler runs, and lets nobody else in but to the few addresses that
//! are open to all.

use crate::caller::address;
use crate::credential::{me, presented, says_same_origin};
use crate::problem::{Kind, Problem};
use crate::state::{Asker, Base, Door, Entered, Web};
use axum::extract::{Request, State};
use axum::http::{Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use std::sync::Arc;
use std::time::Instant;
use watercourse_app::{Access, Presented};
use watercourse_core::actor::Actor;

/// Addresses that are answered to anybody: to sign in, to be told that the server is there, and what is signed or
/// guarded in a way of its own. One that ends in a slash stands for all below it.
pub(crate) const OPEN_TO_ALL: &[&str] = &[
    "/healthz",
    "/readyz",
    "/favicon.svg",
    "/favicon.ico",
    "/assets/",
    "/hooks/generic/",
    "/theme",
    "/sign-in",
    "/sign-in/",
    "/first",
    "/invitation",
    "/metrics",
    "/csp-reports",
];

/// Whether an address is answered to anybody.
pub(crate) fn is_open_to_all(path: &str) -> bool {
    OPEN_TO_ALL.iter().any(|open| *open == path || (open.ends_with('/') && path.starts_with(open)))
}

/// Puts who asks into the request, or answers that one must sign in.
pub(crate) async fn enter(State(base): State<Base>, mut request: Request, next: Next) -> Response {
    let who = match base.settings.door {
        Door::Open => Some(Asker { access: Arc::new(Access::everything(named(&request))), entered: None }),
        Door::SignIn => {
            let brought = presented(request.headers());
            let is_foreign = !request.method().is_safe() && !says_same_origin(request.headers());
            match signed_in(&base, brought, is_foreign).await {
                Ok(who) => who,
                Err(problem) => return problem.into_response(),
            }
        }
    };
    if base.settings.door == Door::SignIn
        && let Err(seconds) = base.limits.count(&counted(&base, &request, who.as_ref()), Instant::now())
    {
        return Problem::new(
            Kind::TooMany,
            "There were more requests than the server answers to one caller.",
            "Wait, and ask less often; whoever runs it can allow more with --rate.",
        )
        .header(header::RETRY_AFTER, &seconds.to_string())
        .into_response();
    }
    match who {
        Some(asker) => {
            request.extensions_mut().insert(asker);
            next.run(request).await
        }
        None if is_open_to_all(request.uri().path()) => next.run(request).await,
        None => turned_away(&request),
    }
}

/// Whom a request counts for: the account, or the address where nobody is known.
fn counted(base: &Base, request: &Request, who: Option<&Asker>) -> String {
    match who.and_then(|asker| asker.access.account) {
        Some(account) => account.to_string(),
        None => address(request.headers(), request.extensions(), &base.settings.proxies),
    }
}

/// Where nobody signs in, whom somebody says they are.
fn named(request: &Request) -> Actor {
    if request.uri().path().starts_with("/api/") {
        return Actor::Integration("api".to_owned());
    }
    me(request.headers()).map_or_else(|| Actor::Integration("page".to_owned()), Actor::Person)
}

/// Who signed in, by session or token. `is_foreign`: it writes, and no browser says that it is from a page of ours.
async fn signed_in(base: &Base, brought: Option<Presented>, is_foreign: bool) -> Result<Option<Asker>, Problem> {
    let Some(presented) = brought else { return Ok(None) };
    let Some(identity) = base.app.identify(&presented).await? else { return Ok(None) };
    if is_foreign && matches!(presented, Presented::Session(_)) {
        return Err(Problem::new(
            Kind::ForeignOrigin,
            "A session was sent without the browser saying that the page is one of this server.",
            "Send it from a page of this server; a program sends a token.",
        ));
    }
    let access = base.app.access_of(&identity.who).await?;
    Ok(Some(Asker { access, entered: Some(Arc::new(Entered { identity, presented })) }))
}

/// Whether whoever began to listen may still listen. Asked while an answer goes on without an end.
pub(crate) async fn is_still_in(web: &Web) -> bool {
    let Some(before) = &web.entered else { return true };
    let Ok(Some(now)) = web.app.identify(&before.presented).await else { return false };
    now == before.identity && web.app.access_of(&now.who).await.is_ok_and(|access| access == web.access)
}

/// A page leads to the sign-in, a program is told what to send.
fn turned_away(request: &Request) -> Response {
    let accept = request.headers().get(header::ACCEPT).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let path = request.uri().path();
    let is_page = *request.method() == Method::GET && accept.contains("text/html") && !path.starts_with("/api/");
    if is_page {
        let next = request.uri().path_and_query().map_or("/", |p| p.as_str());
        return Redirect::to(&format!("/sign-in?next={}", crate::view::html::query(next))).into_response();
    }
    Problem::new(
        Kind::Unauthenticated,
        "Nobody is signed in.",
        "Send Authorization: Bearer and a token; /account is where one makes them.",
    )
    .header(header::WWW_AUTHENTICATE, "Bearer")
    .into_response()
}
