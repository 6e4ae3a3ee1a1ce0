//! A client of the REST API: what the commands that act on a running server speak through.

use crate::arguments::Server;
use crate::exit::{Exit, ended, usage};
use anyhow::Result;
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::Value;

/// A server and who acts on it.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    base: String,
    actor: String,
    /// What lets it in; none where nobody signs in.
    token: Option<String>,
}

/// What a server answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) etag: Option<String>,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Result<Value> {
        Ok(serde_json::from_str(&self.body)?)
    }
}

impl Client {
    pub(crate) fn new(server: &Server) -> Self {
        Self {
            http: reqwest::Client::new(),
            base: server.url.trim_end_matches('/').to_owned(),
            actor: server.actor.clone(),
            token: server.token.clone().filter(|t| !t.is_empty()),
        }
    }
    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let write = method != Method::GET;
        let request = self.http.request(method, format!("{}{path}", self.base));
        // Whoever brings a token acts; only where nobody signs in may one say who one is.
        let request = match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request.header("Watercourse-Actor", &self.actor),
        };
        // A fresh key for each call: sent again by a retry below this line, it still happens once.
        if write { request.header("Idempotency-Key", uuid::Uuid::now_v7().to_string()) } else { request }
    }
    async fn send(&self, request: RequestBuilder) -> Result<Answer> {
        let response = self.answer(request).await?;
        let status = response.status();
        let etag = response.headers().get("etag").and_then(|v| v.to_str().ok()).map(str::to_owned);
        let body = response.text().await?;
        if status.is_success() { Ok(Answer { etag, body }) } else { Err(refused(status, &body)) }
    }
    /// A file, as it is.
    pub(crate) async fn fetch(&self, path: &str) -> Result<Vec<u8>> {
        let response = self.answer(self.request(Method::GET, path).header("Accept", "application/json, */*")).await?;
        let status = response.status();
        if status.is_success() {
            return Ok(response.bytes().await?.to_vec());
        }
        Err(refused(status, &response.text().await?))
    }
    async fn answer(&self, request: RequestBuilder) -> Result<Response> {
        request.send().await.map_err(|e| {
            if e.is_builder() {
                return usage(format!(
                    "Nothing can be sent to “{}” as “{}”. An address looks like http://127.0.0.1:8080, an actor like person:ada.",
                    self.base, self.actor
                ));
            }
            ended(Exit::Unreachable, format!("{} does not answer: {}. Is `watercourse serve` running there?", self.base, e.without_url()))
        })
    }
    pub(crate) async fn get(&self, path: &str) -> Result<Answer> {
        self.send(self.request(Method::GET, path)).await
    }
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Result<Answer> {
        self.send(self.request(Method::POST, path).json(body)).await
    }
    pub(crate) async fn put(&self, path: &str, body: &Value) -> Result<Answer> {
        self.send(self.request(Method::PUT, path).json(body)).await
    }
    pub(crate) async fn delete(&self, path: &str) -> Result<Answer> {
        self.send(self.request(Method::DELETE, path)).await
    }
    pub(crate) async fn post_if(&self, path: &str, body: &Value, etag: Option<&str>) -> Result<Answer> {
        let request = self.request(Method::POST, path).json(body);
        self.send(match etag {
            Some(etag) => request.header("If-Match", etag),
            None => request,
        })
        .await
    }
    pub(crate) async fn upload(&self, path: &str, body: reqwest::Body) -> Result<Answer> {
        self.send(self.request(Method::POST, path).header("Content-Type", "application/octet-stream").body(body)).await
    }
}

/// A problem document as an error: what was wrong, and what would be right.
fn refused(status: StatusCode, body: &str) -> anyhow::Error {
    let problem: Value = serde_json::from_str(body).unwrap_or(Value::Null);
    let text = |of: &Value, key: &str| of.get(key).and_then(Value::as_str).unwrap_or("").to_owned();
    let list = |key: &str| problem.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    let mut message = text(&problem, "detail");
    if message.is_empty() {
        message = format!("The server answered {status}.");
    }
    let whole = message.clone();
    for error in list("errors") {
        let (pointer, detail) = (text(&error, "pointer"), text(&error, "detail"));
        if !whole.contains(detail.trim_end_matches('.')) {
            message.push_str(&format!("\n  {pointer} {detail}\n "));
        }
    }
    if !text(&problem, "hint").is_empty() {
        message = format!("{message} {}", text(&problem, "hint"));
    }
    let found = list("diagnostics");
    for one in &found {
        let place = |key: &str| one.get(key).and_then(Value::as_u64).unwrap_or_default();
        message.push_str(&format!("\n  {}:{} {}", place("line"), place("column"), text(one, "message")));
        if !text(one, "help").is_empty() {
            message.push_str(&format!("; {}", text(one, "help")));
        }
    }
    let exit = match status {
        StatusCode::NOT_FOUND => Exit::NotFound,
        StatusCode::CONFLICT | StatusCode::PRECONDITION_FAILED | StatusCode::PRECONDITION_REQUIRED => Exit::Conflict,
        StatusCode::UNPROCESSABLE_ENTITY if !found.is_empty() => Exit::Failed,
        StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY => Exit::Usage,
        _ => Exit::Failed,
    };
    ended(exit, message)
}

/// A piece of a path or query, percent-encoded.
pub(crate) fn encode(text: &str) -> String {
    text.bytes()
        .map(|b| {
            if b.is_ascii_alphanumeric() || b"-_.~".contains(&b) {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect()
}
