//! What was answered to a request with the same key before. The use cases keep answers in the transaction that does
//! what is asked; only the receipt of a deployment, which its delivery already makes happen once, is kept here.

use crate::problem::Problem;
use crate::state::Web;
use axum::http::HeaderValue;
use axum::response::Response;
use serde::de::DeserializeOwned;
use serde_json::Value;
use watercourse_app::{AppError, Context};
use watercourse_store::{Answer, StoreError};

/// A request, with what was answered to it before.
pub(super) struct Once {
    principal: String,
    asked: Option<(String, String)>,
    answered: Option<String>,
}

impl Once {
    /// Looks up what was answered to this request.
    pub(super) async fn of(web: &Web, context: &Context) -> Result<Self, Problem> {
        let principal = context.principal();
        let Some(asked) = context.idempotency.as_ref() else {
            return Ok(Self { principal, asked: None, answered: None });
        };
        let answer = web.app.store().reader().await?.answer_to(&principal, &asked.key).await?;
        if answer.as_ref().is_some_and(|a| a.request != asked.request) {
            return Err(AppError::KeyReused(asked.key.clone()).into());
        }
        let answered = answer.map(|a| a.response);
        Ok(Self { principal, asked: Some((asked.key.clone(), asked.request.clone())), answered })
    }
    /// What was answered before.
    pub(super) fn answered<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_str(self.answered.as_ref()?).ok()
    }
    /// Keeps the answer.
    pub(super) async fn keep(self, web: &Web, response: &Value) -> Result<(), Problem> {
        let Some((key, request)) = self.asked else { return Ok(()) };
        let answer = std::sync::Arc::new((
            self.principal,
            key,
            Answer { request, response: response.to_string() },
            web.app.now(),
        ));
        let kept = web
            .app
            .store()
            .write::<(), StoreError, _>(move |conn| {
                let answer = std::sync::Arc::clone(&answer);
                Box::pin(async move { conn.keep_answer(&answer.0, &answer.1, &answer.2, answer.3).await })
            })
            .await;
        match kept {
            // The same request at the same time: it has the same effect and the same answer.
            Ok(()) | Err(StoreError::Conflict(_)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// Marks an answer as one that was given before.
pub(super) fn replayed(mut response: Response) -> Response {
    response.headers_mut().insert("idempotency-replayed", HeaderValue::from_static("true"));
    response
}
