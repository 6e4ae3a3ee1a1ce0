//! What went wrong, as every answer of 400 and above says it: Problem Details (RFC 9457).

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use watercourse_app::AppError;
use watercourse_core::refusal::{Ground, Refusal};
use watercourse_core::stream::Diagnostic;
use watercourse_store::StoreError;

macro_rules! kinds {
    ($($(#[doc = $doc:literal])* $name:ident = $id:literal, $status:literal, $title:literal;)+) => {
        /// The kinds of problem: a closed list, each with a page of its own under `/docs/problems/`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Kind { $($(#[doc = $doc])* $name,)+ }

        impl Kind {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];
            /// The last part of its address.
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self { $(Self::$name => $id,)+ }
            }
            /// The status it is answered with.
            #[must_use]
            pub fn status(self) -> StatusCode {
                StatusCode::from_u16(match self { $(Self::$name => $status,)+ }).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
            }
            /// What it is called: the same words every time.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)+ }
            }
            /// What it means and what to do about it.
            #[must_use]
            pub fn about(self) -> &'static str {
                match self { $(Self::$name => concat!($($doc),+).trim(),)+ }
            }
        }
    };
}

kinds! {
    /// The request cannot be read: broken JSON, a field that is unknown, missing or of the wrong form, a parameter that is off. `errors` names the place as a JSON pointer.
    Malformed = "malformed", 400, "The request cannot be read";
    /// The signature is missing, too old, or does not fit the secret of the source.
    BadSignature = "bad-signature", 401, "The message is not signed as it should be";
    /// Nobody is signed in, or the token or session has ended. Programs send `Authorization: Bearer TOKEN`.
    Unauthenticated = "unauthenticated", 401, "Sign in first";
    /// Name and password, or the code, are not right. Which is not said.
    NotSignedIn = "not-signed-in", 401, "This does not let anybody in";
    /// You may not do this. `permission` names what it takes.
    Denied = "denied", 403, "You may not do this";
    /// The stream never allows this, whatever the state of the item.
    Forbidden = "forbidden", 403, "This is not allowed";
    /// A browser sent this from a page of another site. Only pages of this server may write.
    ForeignOrigin = "foreign-origin", 403, "This came from another site";
    /// There is nothing at this address, or no such item, stream, team, person or service.
    NotFound = "not-found", 404, "There is no such thing";
    /// No verb has this name. `verbs` lists those there are.
    UnknownVerb = "unknown-verb", 404, "There is no such verb";
    /// The address exists, but not for this method. The header `Allow` lists those it takes.
    Method = "method", 405, "This address does not take that method";
    /// The item has moved on: somebody was faster, the step is started or finished already, the item is closed. Load it again and look what is open.
    Stale = "stale", 409, "The item has moved on";
    /// The stream does not allow this now. `hint` says what would be allowed.
    NotEnabled = "not-enabled", 409, "It is not the time for this";
    /// A gate holds the step. No reason overrides it; it has to pass first.
    Gate = "gate", 409, "A gate holds this step";
    /// The resource is not the one you looked at: its `ETag` differs from your `If-Match`. Load it again.
    Precondition = "precondition", 412, "It has changed since you looked";
    /// The body is larger than this address takes.
    TooLarge = "too-large", 413, "The body is too large";
    /// The body must be JSON (`Content-Type: application/json`), or what the description of the operation says.
    MediaType = "media-type", 415, "The body has the wrong media type";
    /// Requests are only answered under the name this server has on the loopback interface. A foreign name in the header `Host` points to DNS rebinding.
    ForeignHost = "foreign-host", 421, "This is not the host you asked for";
    /// The request can be read, but what it says is off: an unknown step, a missing reason, a time that has not come. `hint` says what would be right.
    Invalid = "invalid", 422, "What the request says is off";
    /// This `Idempotency-Key` was used for another request. Take a new key for a new request.
    KeyReused = "key-reused", 422, "The idempotency key was used for another request";
    /// The stream has errors and was not published. `diagnostics` lists them with line and column.
    StreamErrors = "stream-errors", 422, "The stream has errors";
    /// Too many requests, or too many sign-ins that failed. `Retry-After` says how many seconds to wait.
    TooMany = "too-many", 429, "Too many requests";
    /// A definition that exists is only replaced by whoever has seen it: send its `ETag` as `If-Match`.
    PreconditionRequired = "precondition-required", 428, "Say which version you looked at";
    /// The server made a mistake; nothing was half-written. The log has the details.
    Internal = "internal", 500, "The server made a mistake";
    /// The server cannot answer now: it is starting, stopping, or its database does not answer. Try again.
    Unavailable = "unavailable", 503, "The server cannot answer now";
}

/// What was wrong at one place of the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where, as a JSON pointer into the body, or `?name` for a parameter.
    pub pointer: String,
    /// What was wrong there.
    pub detail: String,
}

/// A problem, on its way to whoever asked.
#[derive(Debug, Clone)]
pub struct Problem(Box<Parts>);

#[derive(Debug, Clone)]
struct Parts {
    kind: Kind,
    detail: String,
    hint: String,
    errors: Vec<Fault>,
    more: Map<String, Value>,
    headers: HeaderMap,
}

impl Problem {
    /// A problem: what was wrong, and what would be right.
    pub fn new(kind: Kind, detail: impl Into<String>, hint: impl Into<String>) -> Self {
        let parts = Parts {
            kind,
            detail: detail.into(),
            hint: hint.into(),
            errors: Vec::new(),
            more: Map::new(),
            headers: HeaderMap::new(),
        };
        Self(Box::new(parts))
    }
    /// There is no such thing.
    pub fn not_found(what: &str, name: &str) -> Self {
        let name: String = name.chars().take(100).collect();
        Self::new(
            Kind::NotFound,
            format!("There is no {what} “{name}”."),
            format!("Look through the list of {what}s for the right one."),
        )
    }
    /// Names a place of the request.
    #[must_use]
    pub fn at(mut self, pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        self.0.errors.push(Fault { pointer: pointer.into(), detail: detail.into() });
        self
    }
    /// Adds a member of its own.
    #[must_use]
    pub fn with(mut self, name: &str, value: Value) -> Self {
        self.0.more.insert(name.to_owned(), value);
        self
    }
    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.0.headers.insert(name, value);
        }
        self
    }
    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.0.kind
    }
    /// What was wrong.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.0.detail
    }
    /// What would be right; empty where nothing can be said.
    #[must_use]
    pub fn hint(&self) -> &str {
        &self.0.hint
    }
    /// The document that is sent.
    #[must_use]
    pub fn document(&self) -> Value {
        let Parts { kind, detail, hint, errors, more, .. } = &*self.0;
        let mut document = json!({
            "type": format!("/docs/problems/{}", kind.id()),
            "title": kind.title(),
            "status": kind.status().as_u16(),
            "detail": detail,
        });
        if !hint.is_empty() {
            document["hint"] = json!(hint);
        }
        if !errors.is_empty() {
            document["errors"] = errors.iter().map(|f| json!({"pointer": f.pointer, "detail": f.detail})).collect();
        }
        for (name, value) in more {
            document[name.as_str()] = value.clone();
        }
        document
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let kind = match refusal.ground {
            Ground::Malformed => Kind::Invalid,
            Ground::Stale => Kind::Stale,
            Ground::NotEnabled => Kind::NotEnabled,
            Ground::Gate => Kind::Gate,
            Ground::Forbidden => Kind::Forbidden,
        };
        Self::new(kind, refusal.wrong, refusal.right).with("ground", json!(refusal.ground.id()))
    }
}

impl From<AppError> for Problem {
    fn from(error: AppError) -> Self {
        let said = error.to_string();
        match error {
            AppError::Refused(refusal) => refusal.into(),
            AppError::Invalid { pointer, wrong, right } => {
                // A field says both in one sentence: “Risk: “x” does not fit, expected one of …”.
                let expected = wrong.split_once(", expected ").map(|(_, e)| format!("Expected {e}"));
                let right = if right.is_empty() { expected.unwrap_or_default() } else { right };
                Self::new(Kind::Invalid, &wrong, right).at(pointer, wrong)
            }
            AppError::TooLarge { wrong, right } => Self::new(Kind::TooLarge, wrong, right),
            AppError::NotSignedIn => Self::new(Kind::NotSignedIn, said, "Look at both, and try again."),
            AppError::NotLetIn { wrong, right } => Self::new(Kind::NotSignedIn, wrong, right),
            AppError::TooMany(seconds) => {
                Self::new(Kind::TooMany, said, "").header(header::RETRY_AFTER, &seconds.to_string())
            }
            AppError::Denied(permission) => {
                Self::new(Kind::Denied, said, "An administrator can give you a role that has it.")
                    .with("permission", json!(permission))
            }
            AppError::NotFound { what, right } => Self::new(Kind::NotFound, format!("There is no {what}."), right),
            AppError::Changed { .. } => {
                Self::new(Kind::Precondition, said, "Load it again, look what changed, and send its new ETag.")
            }
            AppError::KeyReused(_) => Self::new(Kind::KeyReused, said, "Take a new key for a new request."),
            AppError::BadStream(findings) => {
                Self::new(Kind::StreamErrors, said, "Mend what `diagnostics` lists, and publish it again.")
                    .with("diagnostics", diagnostics(&findings))
            }
            AppError::BadVerb(bad) if bad.unknown => Self::new(Kind::UnknownVerb, bad.wrong, bad.right),
            AppError::BadVerb(bad) => Self::new(Kind::Malformed, bad.wrong, bad.right),
            AppError::Keys(error) => {
                tracing::error!(%error, "a secret cannot be used");
                Self::new(Kind::Internal, "A secret cannot be used.", "The log of the server has the details.")
            }
            AppError::Store(error) => error.into(),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict(_) => Self::new(
                Kind::Stale,
                "Somebody else wrote the same thing at the same time.",
                "Load it again and look what is open.",
            ),
            StoreError::Busy
            | StoreError::Full
            | StoreError::Unreachable(_)
            | StoreError::ReadOnly(_)
            | StoreError::CommitUnknown
            | StoreError::Closed => {
                tracing::warn!(%error, "the database does not answer as it should");
                Self::new(
                    Kind::Unavailable,
                    sentence(&error.to_string()),
                    "Try again; with the same Idempotency-Key it has one effect.",
                )
            }
            StoreError::Damaged(_) => {
                tracing::error!(%error, "the database or its disk is damaged");
                Self::new(
                    Kind::Unavailable,
                    sentence(&error.to_string()),
                    "Nothing that was confirmed is lost. The operator finds the cause in the log; then repeat it.",
                )
            }
            error => {
                tracing::error!(%error, "the database failed");
                Self::new(Kind::Internal, "The database failed.", "The log of the server has the details.")
            }
        }
    }
}

fn sentence(text: &str) -> String {
    let mut sentence = text.trim_end_matches('.').to_owned();
    if let Some(first) = sentence.get(..1).map(str::to_uppercase) {
        sentence.replace_range(..1, &first);
    }
    sentence.push('.');
    sentence
}

/// What the check of a stream found, as JSON.
#[must_use]
pub fn diagnostics(found: &[Diagnostic]) -> Value {
    found
        .iter()
        .map(|d| {
            json!({
                "severity": d.severity.id(), "code": d.code, "line": d.line, "column": d.column,
                "message": d.message, "help": d.help,
            })
        })
        .collect()
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.0.kind.status(), self.document().to_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if self.0.kind.status() == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        headers.extend(self.0.headers.clone());
        response.extensions_mut().insert(self);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, Problem};
    use serde_json::json;
    use std::collections::BTreeSet;

    #[test]
    fn kinds_differ_and_explain_themselves() {
        let ids: BTreeSet<&str> = Kind::ALL.iter().map(|k| k.id()).collect();
        assert_eq!(ids.len(), Kind::ALL.len());
        for kind in Kind::ALL {
            assert!(kind.status().is_client_error() || kind.status().is_server_error());
            assert!(kind.about().ends_with('.') && !kind.title().ends_with('.'), "{}", kind.id());
        }
    }

    #[test]
    fn a_problem_says_what_where_and_what_would_be_right() {
        let problem = Problem::new(Kind::Malformed, "It is off.", "Do it so.")
            .at("/step", "missing")
            .with("verbs", json!(["start"]));
        let expected = json!({
            "type": "/docs/problems/malformed", "title": "The request cannot be read", "status": 400,
            "detail": "It is off.", "hint": "Do it so.", "errors": [{"pointer": "/step", "detail": "missing"}], "verbs": ["start"],
        });
        assert_eq!(problem.document(), expected);
    }
}
