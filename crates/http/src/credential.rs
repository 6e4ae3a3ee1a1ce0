//! What a request brings to be let in.

use axum::http::{HeaderMap, HeaderName, header};
use watercourse_app::Presented;
use watercourse_core::id::PersonId;

/// What a request brings: a token, or the cookie of a session.
pub(crate) fn presented(headers: &HeaderMap) -> Option<Presented> {
    let text = |name: header::HeaderName| headers.get(name).and_then(|v| v.to_str().ok());
    if let Some(bearer) = text(header::AUTHORIZATION) {
        let (scheme, token) = bearer.split_once(' ')?;
        return scheme.eq_ignore_ascii_case("bearer").then(|| Presented::Token(token.trim().to_owned()));
    }
    session_cookie(headers).map(Presented::Session)
}

/// The value of a cookie.
pub(crate) fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|v| v.to_str().ok());
    lines.flat_map(|line| line.split(';')).find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

/// The name of the session's cookie. Over TLS it says that no other site and no plain connection set it.
pub(crate) const fn session_of(secure: bool) -> &'static str {
    if secure { "__Host-session" } else { "session" }
}

/// The name of the cookie of a sign-in under way at the provider.
pub(crate) const fn flow_of(secure: bool) -> &'static str {
    if secure { "__Host-sign-in" } else { "sign-in" }
}

/// The value of the session's cookie.
pub(crate) fn session_cookie(headers: &HeaderMap) -> Option<String> {
    // Where both are there, only the one counts that no other site and no plain connection could have set.
    cookie(headers, session_of(true)).or_else(|| cookie(headers, session_of(false))).map(str::to_owned)
}

/// Whether a browser says that a request comes from a page of this server. A session needs that for every write;
/// a token is never sent by a browser of itself.
pub(crate) fn says_same_origin(headers: &HeaderMap) -> bool {
    says_from_here(headers) || headers.contains_key(header::ORIGIN)
}

/// Whether a page of this server led here, by a link or a button.
pub(crate) fn says_from_here(headers: &HeaderMap) -> bool {
    let site = headers.get(HeaderName::from_static("sec-fetch-site")).and_then(|v| v.to_str().ok());
    site == Some("same-origin")
}

/// Whom somebody chose to act as, from the cookie. Until people sign in this is a name, not a proof.
pub(crate) fn me(headers: &HeaderMap) -> Option<PersonId> {
    cookie(headers, "me")?.parse().ok()
}
