//! What every write brings along in its headers: who does it, its key, and what it has seen.

use crate::problem::{Kind, Problem};
use crate::state::{Door, Web};
use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header;
use axum::http::request::Parts;
use std::sync::Arc;
use watercourse_app::{Access, Context, Idempotency};
use watercourse_core::actor::Actor;
use watercourse_core::time::Instant;

/// The headers of every write: name, what it is, an example.
pub(super) const HEADERS: &[(&str, &str, &str)] = &[
    (
        "Watercourse-Actor",
        "Only where nobody signs in, as in a demo: who does it, `person:ID-OR-HANDLE`, `integration:NAME` or `agent:NAME`. Elsewhere whoever signed in does it.",
        "integration:api",
    ),
    (
        "Idempotency-Key",
        "A text of your own, up to 200 characters, quoted or bare. The same key with the same request has one effect.",
        "\"8e03978e-40d5-43dd-bc93-6894a57f9324\"",
    ),
];

/// The most characters of a key.
const LONGEST_KEY: usize = 200;

/// Who writes, as the header says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Claimed {
    /// A person, by id or handle.
    Person(String),
    /// A program, by name.
    Integration(String),
    /// An agent, by name.
    Agent(String),
}

/// What a write brings along.
#[derive(Debug, Clone)]
pub(super) struct Headers {
    /// Who does it.
    pub(super) actor: Option<Claimed>,
    /// Its key; none where none was sent.
    pub(super) key: Option<String>,
    /// The tags one of which what is written must have; empty: any.
    pub(super) if_match: Vec<String>,
}

impl<S: Send + Sync> FromRequestParts<S> for Headers {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(Self {
            actor: actor(&parts.headers)?,
            key: key(&parts.headers)?,
            if_match: tags(&parts.headers, &header::IF_MATCH),
        })
    }
}

fn one<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, Problem> {
    let mut values = headers.get_all(name).iter();
    let Some(first) = values.next() else { return Ok(None) };
    let readable = std::str::from_utf8(first.as_bytes()).ok().filter(|_| values.next().is_none());
    readable.map(|v| Some(v.trim())).ok_or_else(|| {
        Problem::new(Kind::Malformed, format!("The header {name} is not one readable text."), "Send it once, in UTF-8.")
    })
}

fn actor(headers: &HeaderMap) -> Result<Option<Claimed>, Problem> {
    let Some(text) = one(headers, "watercourse-actor")? else { return Ok(None) };
    let plain = |name: &str| !name.is_empty() && name.len() <= 100 && !name.chars().any(char::is_control);
    match text.split_once(':') {
        Some(("person", name)) if plain(name) => Ok(Some(Claimed::Person(name.to_owned()))),
        Some(("integration", name)) if plain(name) => Ok(Some(Claimed::Integration(name.to_owned()))),
        Some(("agent", name)) if plain(name) => Ok(Some(Claimed::Agent(name.to_owned()))),
        _ => {
            let shown: String = text.chars().take(60).collect();
            Err(Problem::new(
                Kind::Malformed,
                format!("The header Watercourse-Actor is “{shown}”, which names nobody."),
                "Send person:ID-OR-HANDLE, integration:NAME or agent:NAME.",
            ))
        }
    }
}

fn key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(text) = one(headers, "idempotency-key")? else { return Ok(None) };
    let bare = text.strip_prefix('"').and_then(|t| t.strip_suffix('"')).unwrap_or(text);
    if bare.is_empty() || bare.chars().count() > LONGEST_KEY || bare.contains(['"', '\\']) {
        return Err(Problem::new(
            Kind::Malformed,
            format!("The header Idempotency-Key is empty, longer than {LONGEST_KEY} characters, or holds a quote."),
            "Send a UUID, quoted or bare.",
        ));
    }
    Ok(Some(bare.to_owned()))
}

/// The entity tags of a header, without their quotes; a weak one counts as the strong one it was made from.
pub(super) fn tags(headers: &HeaderMap, name: &header::HeaderName) -> Vec<String> {
    let lists = headers.get_all(name).iter().filter_map(|v| v.to_str().ok());
    let tags = lists.flat_map(|l| l.split(',')).map(str::trim).filter(|t| !t.is_empty());
    tags.map(|t| t.strip_prefix("W/").unwrap_or(t).trim_matches('"').to_owned()).collect()
}

/// Whether one of some tags is this one. `*` is any.
pub(super) fn names(tags: &[String], tag: &str) -> bool {
    tags.iter().any(|t| t == "*" || t == tag)
}

impl Headers {
    /// The revision an item must have; none where any will do. A tag that is no revision is none an item has.
    pub(super) fn revision(&self) -> Option<u64> {
        let named = self.if_match.iter().filter(|t| *t != "*");
        if self.if_match.iter().any(|t| t == "*") {
            return None;
        }
        named.map(|t| t.parse().unwrap_or(u64::MAX)).min()
    }
    /// The context of a write: who, with what key, and when it happened. `parts` tell what it is done to.
    pub(super) async fn context(
        &self,
        web: &Web,
        parts: &[&str],
        body: &[u8],
        at: Option<Instant>,
    ) -> Result<Context, Problem> {
        let mut context = Context::by(self.acting(web).await?);
        context.at = at;
        if let Some(key) = &self.key {
            let parts: Vec<&[u8]> = parts.iter().map(|p| p.as_bytes()).chain([body]).collect();
            context = context.with_key(Idempotency::new(key, &parts));
        }
        Ok(context)
    }
    /// Who acts: whoever signed in, and only where nobody signs in whom the header names.
    async fn acting(&self, web: &Web) -> Result<Arc<Access>, Problem> {
        let Some(claimed) = &self.actor else { return Ok(Arc::clone(&web.access)) };
        let actor = match claimed {
            Claimed::Integration(name) => Actor::Integration(name.clone()),
            Claimed::Agent(name) => Actor::Agent(name.clone()),
            Claimed::Person(named) => {
                let found = web.app.person(&web.access, named).await.map_err(|_| {
                    Problem::new(
                        Kind::Invalid,
                        format!("The header Watercourse-Actor names the person “{named}”, whom nobody knows."),
                        "GET /api/v1/people lists who there is.",
                    )
                })?;
                Actor::Person(found.id)
            }
        };
        match web.settings.door {
            Door::Open => Ok(Arc::new(Access::everything(actor))),
            Door::SignIn if actor == web.access.actor => Ok(Arc::clone(&web.access)),
            Door::SignIn => Err(Problem::new(
                Kind::Denied,
                "The header Watercourse-Actor names somebody else than the one whose token this is.",
                "Leave it out: whoever signed in acts.",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Claimed, actor, key, names, tags};
    use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

    fn headers(name: &'static str, value: &'static str) -> HeaderMap {
        [(HeaderName::from_static(name), HeaderValue::from_static(value))].into_iter().collect()
    }

    #[test]
    fn an_actor_is_named_by_its_sort() {
        let read = |value| actor(&headers("watercourse-actor", value)).ok().flatten();
        assert_eq!(read("person:ada"), Some(Claimed::Person("ada".to_owned())));
        assert_eq!(read("agent:helper"), Some(Claimed::Agent("helper".to_owned())));
        assert_eq!(actor(&HeaderMap::new()).ok(), Some(None), "whoever signed in");
        for bad in ["", "ada", "person:", "rule:timer", "king:ada"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_key_is_quoted_or_bare() {
        let read = |value| key(&headers("idempotency-key", value)).ok().flatten();
        assert_eq!(read("\"a b\""), read("a b"));
        assert_eq!(read("\"\""), None);
        assert_eq!(read("a\"b"), None);
    }

    #[test]
    fn tags_are_read_as_a_list() {
        let read = |value| tags(&headers("if-match", value), &header::IF_MATCH);
        assert_eq!(read("\"a\", W/\"b\""), ["a", "b"]);
        assert!(names(&read("*"), "x") && !names(&read("\"a\""), "x"));
    }
}
