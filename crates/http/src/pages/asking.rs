//! Who asks, when, and with what key.

use crate::credential::me;
use crate::state::{Door, Web};
use axum::http::{HeaderMap, header};
use std::collections::BTreeMap;
use std::sync::Arc;
use watercourse_app::{Access, AppError, Context, Idempotency};
use watercourse_core::actor::Actor;

/// The most characters of an idempotency key.
const LONGEST_KEY: usize = 200;

/// A key for a form.
#[must_use]
pub fn new_key() -> String {
    uuid::Uuid::now_v7().to_string()
}

/// The inputs of a form; of several with one name the last counts.
pub type Filled = BTreeMap<String, String>;

/// Who acts: whoever signed in; where nobody signs in, whom somebody chose to act as, if that person is known.
async fn acting(web: &Web, headers: &HeaderMap) -> Arc<Access> {
    match (web.settings.door, me(headers)) {
        (Door::Open, Some(id)) if web.app.person(&web.access, &id.to_string()).await.is_err() => {
            Arc::new(Access::everything(Actor::Integration("page".to_owned())))
        }
        _ => Arc::clone(&web.access),
    }
}

/// Who sends a form, with its key.
pub async fn context(web: &Web, headers: &HeaderMap, path: &str, filled: &Filled) -> Result<Context, AppError> {
    let context = Context::by(acting(web, headers).await);
    let key: String = filled.get("idempotency_key").map(|k| k.chars().take(LONGEST_KEY).collect()).unwrap_or_default();
    if key.is_empty() {
        return Ok(context);
    }
    let body: Vec<String> =
        filled.iter().filter(|(k, _)| *k != "idempotency_key").map(|(k, v)| format!("{k}={v}")).collect();
    let parts: Vec<&[u8]> = [path.as_bytes()].into_iter().chain(body.iter().map(String::as_bytes)).collect();
    Ok(context.with_key(Idempotency::new(&key, &parts)))
}

/// The page somebody came from, as a path of this server; the first page where that is not known.
#[must_use]
pub fn back(headers: &HeaderMap) -> String {
    let from = headers.get(header::REFERER).and_then(|v| v.to_str().ok()).and_then(|url| url.split_once("://"));
    let path = from.and_then(|(_, rest)| rest.find('/').and_then(|at| rest.get(at..)));
    path.filter(|p| !p.starts_with("//") && p.is_ascii()).unwrap_or("/").to_owned()
}

#[cfg(test)]
mod tests {
    use super::back;
    use axum::http::{HeaderMap, HeaderValue, header};

    #[test]
    fn one_is_never_sent_to_another_site() {
        let from = |url: &'static str| back(&HeaderMap::from_iter([(header::REFERER, HeaderValue::from_static(url))]));
        assert_eq!(from("http://localhost:8080/work?q=a"), "/work?q=a");
        assert_eq!(from("http://localhost//evil.example/x"), "/");
        assert_eq!(from("nonsense"), "/");
        assert_eq!(back(&HeaderMap::new()), "/");
    }
}
