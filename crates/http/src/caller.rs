//! Where a request comes from, and the cookie that a browser is given.

use crate::credential::{flow_of, session_of};
use crate::serving::Peer;
use crate::state::{Base, Settings};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, HeaderValue, header};
use std::convert::Infallible;
use std::net::IpAddr;
use watercourse_app::Client;
use watercourse_connect::address::Networks;

/// Where a request comes from.
#[derive(Debug, Clone)]
pub(crate) struct Caller(pub(crate) Client);

impl FromRequestParts<Base> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, base: &Base) -> Result<Self, Infallible> {
        let about = parts.headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let about = about.chars().filter(|c| !c.is_control()).take(200).collect();
        Ok(Self(Client { address: address(&parts.headers, &parts.extensions, &base.settings.proxies), about }))
    }
}

/// Where a request comes from: whoever connected, or where that is a proxy that is trusted, whom it names.
pub(crate) fn address(headers: &HeaderMap, extensions: &Extensions, proxies: &Networks) -> String {
    let peer = extensions.get::<Peer>().map(|peer| peer.0.ip().to_canonical());
    peer.map_or_else(|| "unknown".to_owned(), |peer| behind(peer, headers, proxies).to_string())
}

/// Each proxy adds, at the end, whom it heard it from: what stands before the first that is not trusted is only said.
fn behind(peer: IpAddr, headers: &HeaderMap, proxies: &Networks) -> IpAddr {
    let lines: Vec<&str> = headers.get_all("x-forwarded-for").iter().filter_map(|v| v.to_str().ok()).collect();
    let mut at = peer;
    for named in lines.iter().rev().flat_map(|line| line.rsplit(',')) {
        match named.trim().parse::<IpAddr>() {
            Ok(address) if proxies.hold(at) => at = address.to_canonical(),
            _ => break,
        }
    }
    at
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

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::behind;
    use axum::http::{HeaderMap, HeaderValue};
    use watercourse_connect::address::Networks;

    #[test]
    fn only_a_trusted_proxy_says_who_it_is() {
        let proxies = Networks::parse("10.0.0.0/8, ::1").unwrap();
        let of = |peer: &str, lines: &[&'static str]| {
            let lines = lines.iter().map(|l| ("x-forwarded-for".parse().unwrap(), HeaderValue::from_static(l)));
            behind(peer.parse().unwrap(), &lines.collect::<HeaderMap>(), &proxies).to_string()
        };
        assert_eq!(of("10.0.0.1", &["203.0.113.9"]), "203.0.113.9");
        assert_eq!(of("203.0.113.1", &["198.51.100.7"]), "203.0.113.1", "a stranger says it of itself");
        assert_eq!(
            of("10.0.0.1", &["198.51.100.7, 203.0.113.9, 10.0.0.2"]),
            "203.0.113.9",
            "before it it is only said"
        );
        assert_eq!(of("::1", &["2001:db8::7"]), "2001:db8::7");
        for off in ["", "nobody", "203.0.113.9:80", "<script>"] {
            assert_eq!(of("10.0.0.1", &[off]), "10.0.0.1", "{off}");
        }
        assert_eq!(of("10.0.0.1", &[]), "10.0.0.1");
        assert!(Networks::parse("proxy.example").is_err());
    }
}
