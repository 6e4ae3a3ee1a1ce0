//! What was answered to a request with the same key before. The use cases keep answers in the transaction that does
//! what is asked; only the receipt of a deployment, which its delivery already makes happen once, is kept here.

use crate::problem::Problem;
use crate::state::Web;
use axum::http::HeaderValue;
use axum::response::Response;
use serde::de::DeserializeOwned;
use serde_json::Value;
use watercourse_app::{AppError, Context};

/// A request, with what was answered to it before.
pub(super) struct Once {
    asked: Option<Context>,
    answered: Option<String>,
}

impl Once {
    /// Looks up what was answered to this request.
    pub(super) async fn of(web: &Web, context: &Context) -> Result<Self, Problem> {
        let Some(asked) = context.idempotency.as_ref() else {
            return Ok(Self { asked: None, answered: None });
        };
        let answer = web.app.answer_to(context).await?;
        if answer.as_ref().is_some_and(|a| a.request != asked.request) {
            return Err(AppError::KeyReused(asked.key.clone()).into());
        }
        let answered = answer.map(|a| a.response);
        Ok(Self { asked: Some(context.clone()), answered })
    }
    /// What was answered before.
    pub(super) fn answered<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_str(self.answered.as_ref()?).ok()
    }
    /// Keeps the answer.
    pub(super) async fn keep(self, web: &Web, response: &Value) -> Result<(), Problem> {
        let Some(context) = self.asked else { return Ok(()) };
        Ok(web.app.keep_answer_to(&context, response.to_string()).await?)
    }
}

/// Whether this very request was answered before.
pub(super) async fn is_repeated(web: &Web, context: &Context) -> Result<bool, Problem> {
    Ok(Once::of(web, context).await?.answered::<Value>().is_some())
}

/// Marks an answer as one that was given before.
pub(super) fn replayed(mut response: Response) -> Response {
    response.headers_mut().insert("idempotency-replayed", HeaderValue::from_static("true"));
    response
}
