//! Where a request comes from, and the cookie that a browser is given.

use crate::credential::{flow_of, session_of};
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

/// The cookie of a session.
pub(crate) fn session_cookie(settings: &Settings, value: &str) -> HeaderValue {
    set_cookie(settings.secure, session_of(settings.secure), value, None)
}

/// The cookie that says who began a sign-in at the provider. It is good as long as one may take there.
pub(crate) fn flow_cookie(settings: &Settings, state: &str) -> HeaderValue {
    set_cookie(settings.secure, flow_of(settings.secure), state, Some(600))
}

/// A cookie; an empty value takes it away.
fn set_cookie(secure: bool, name: &str, value: &str, seconds: Option<u32>) -> HeaderValue {
    let seconds = if value.is_empty() { Some(0) } else { seconds };
    let ends = seconds.map(|s| format!("; Max-Age={s}")).unwrap_or_default();
    let secure = if secure { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/{secure}; HttpOnly; SameSite=Lax{ends}");
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""))
}
