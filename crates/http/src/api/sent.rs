//! What was sent: JSON bodies and parameters, read with errors that name the place.

use crate::problem::{Kind, Problem};
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// A JSON body, and the bytes it was read from.
pub(super) struct Sent {
    /// The body; an empty one is an empty object.
    pub(super) body: Value,
    /// As it came.
    pub(super) bytes: Bytes,
}

impl<S: Send + Sync> FromRequest<S> for Sent {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let media = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let is_json = is_json(media);
        let bytes = bytes(request, state).await?;
        if bytes.is_empty() {
            return Ok(Self { body: Value::Object(serde_json::Map::new()), bytes });
        }
        if !is_json {
            return Err(Problem::new(
                Kind::MediaType,
                "The body is not said to be JSON.",
                "Send JSON with the header Content-Type: application/json.",
            ));
        }
        let body = serde_json::from_slice(&bytes).map_err(|e| {
            Problem::new(Kind::Malformed, format!("The body is not JSON: {e}."), "Send one JSON object.")
                .at("", e.to_string())
        })?;
        match nul(&body, "") {
            Some(pointer) => {
                let wrong = "There is the character NUL in the text.";
                Err(Problem::new(Kind::Malformed, wrong, "Leave it out: no text that people read has one.")
                    .at(pointer, wrong))
            }
            None => Ok(Self { body, bytes }),
        }
    }
}

/// The bytes of a body, as far as one may be.
pub(super) async fn bytes<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Problem> {
    Bytes::from_request(request, state).await.map_err(|e| {
        if e.status() == StatusCode::PAYLOAD_TOO_LARGE {
            Problem::new(
                Kind::TooLarge,
                "The body is larger than this address takes.",
                "Send at most 1 MiB; a log to import may have more.",
            )
        } else {
            Problem::new(Kind::Malformed, "The body broke off.", "Send it again.")
        }
    })
}

/// Where a text has the character NUL in it, which not every database keeps.
fn nul(value: &Value, at: &str) -> Option<String> {
    match value {
        Value::String(text) if text.contains('\0') => Some(at.to_owned()),
        Value::Array(list) => list.iter().enumerate().find_map(|(i, v)| nul(v, &format!("{at}/{i}"))),
        Value::Object(members) => members.iter().find_map(|(name, v)| {
            let here = format!("{at}/{name}");
            if name.contains('\0') { Some(here) } else { nul(v, &here) }
        }),
        _ => None,
    }
}

fn is_json(media: &str) -> bool {
    let essence = media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

impl Sent {
    /// The body as a `T`.
    pub(super) fn read<T: DeserializeOwned>(&self, takes: &str) -> Result<T, Problem> {
        T::deserialize(&self.body).map_err(|e| malformed(&e.to_string(), takes))
    }
}

/// A body that does not have the form it should, with the place where the message tells it.
pub(super) fn malformed(message: &str, takes: &str) -> Problem {
    // serde names the field between backticks; the place is at the top, for no body has another level.
    let field = message.split('`').nth(1).filter(|_| message.contains("field"));
    let pointer = field.map(|f| format!("/{f}")).unwrap_or_default();
    let mut sentence = message.to_owned();
    if let Some(first) = sentence.get(..1).map(str::to_uppercase) {
        sentence.replace_range(..1, &first);
    }
    Problem::new(Kind::Malformed, format!("The body does not fit: {message}."), takes.to_owned()).at(pointer, sentence)
}

/// The query, with every parameter known.
#[derive(Debug)]
pub(super) struct Query<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        axum::extract::Query::<T>::try_from_uri(&parts.uri).map(|q| Self(q.0)).map_err(|e| {
            let message = std::error::Error::source(&e).map_or_else(|| e.to_string(), ToString::to_string);
            let name = message.split(['`', ':']).nth(usize::from(message.contains('`'))).unwrap_or_default();
            Problem::new(
                Kind::Malformed,
                format!("A parameter of the address is off: {message}."),
                "The description of the operation lists the parameters.",
            )
            .at(format!("?{name}"), message.clone())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{is_json, malformed};

    #[test]
    fn json_is_known_by_its_media_type() {
        for (media, is) in [
            ("application/json", true),
            ("application/json; charset=utf-8", true),
            ("application/merge-patch+json", true),
            ("text/plain", false),
            ("application/x-www-form-urlencoded", false),
            ("", false),
        ] {
            assert_eq!(is_json(media), is, "{media}");
        }
    }

    #[test]
    fn an_unknown_field_is_named_by_its_place() {
        let document = malformed("unknown field `stepp`, expected `step` or `reason`", "It takes step.").document();
        assert_eq!(document["errors"][0]["pointer"], "/stepp");
    }
}
