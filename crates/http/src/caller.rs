//! Where a request comes from, and the cookie that a browser is given.

use crate::serving::Peer;
use crate::state::Settings;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use std::convert::Infallible;
use watercourse_app::Client;

/// Where a request comes from.
#[derive(Debug, Clone)]
pub(crate) struct Caller(pub(crate) Client);

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let address = parts.extensions.get::<Peer>().map(|peer| peer.0.ip().to_string());
        let about = parts.headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let about = about.chars().filter(|c| !c.is_control()).take(200).collect();
        Ok(Self(Client { address: address.unwrap_or_else(|| "unknown".to_owned()), about }))
    }
}

/// The cookie of a session. Over TLS its name says that no other site and no plain connection set it.
pub(crate) fn session_cookie(settings: &Settings, value: &str) -> HeaderValue {
    let ends = if value.is_empty() { "; Max-Age=0" } else { "" };
    let text = if settings.secure {
        format!("__Host-session={value}; Path=/; Secure; HttpOnly; SameSite=Lax{ends}")
    } else {
        format!("session={value}; Path=/; HttpOnly; SameSite=Lax{ends}")
    };
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""))
}
