//! What is shown when a page cannot be: what was wrong, what would be right.

use super::shell::{Shell, respond};
use super::verb_form::Said;
use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use watercourse_app::AppError;

/// A page that cannot be shown.
#[derive(Debug)]
pub struct Oops(pub AppError);

impl<E: Into<AppError>> From<E> for Oops {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

#[derive(Debug, Template)]
#[template(path = "problem.html")]
struct ProblemPage {
    shell: Shell,
    title: String,
    wrong: String,
    right: String,
    back: &'static str,
}

/// What was wrong and what would be right, with the status that says the same.
#[must_use]
pub fn said(error: &AppError) -> (StatusCode, String, String) {
    match error {
        AppError::Refused(r) => (StatusCode::CONFLICT, r.wrong.clone(), r.right.clone()),
        AppError::Invalid { wrong, right, .. } => (StatusCode::UNPROCESSABLE_ENTITY, wrong.clone(), right.clone()),
        AppError::TooLarge { wrong, right } => (StatusCode::PAYLOAD_TOO_LARGE, wrong.clone(), right.clone()),
        AppError::NotFound { what, right } => (StatusCode::NOT_FOUND, format!("There is no {what}."), right.clone()),
        AppError::NotSignedIn => {
            (StatusCode::UNAUTHORIZED, error.to_string(), "Look at both, and try again.".to_owned())
        }
        AppError::NotLetIn { wrong, right } => (StatusCode::FORBIDDEN, wrong.clone(), right.clone()),
        AppError::TooMany(_) => (StatusCode::TOO_MANY_REQUESTS, error.to_string(), String::new()),
        AppError::Denied(_) => {
            (StatusCode::FORBIDDEN, error.to_string(), "An administrator can give you a role that has it.".to_owned())
        }
        AppError::BadVerb(bad) => (StatusCode::UNPROCESSABLE_ENTITY, bad.wrong.clone(), bad.right.clone()),
        AppError::Changed { .. } => (StatusCode::CONFLICT, error.to_string(), String::new()),
        AppError::KeyReused(_) => {
            (StatusCode::UNPROCESSABLE_ENTITY, error.to_string(), "Load the page again.".to_owned())
        }
        AppError::BadStream(_) => (StatusCode::UNPROCESSABLE_ENTITY, error.to_string(), String::new()),
        other => {
            tracing::error!(error = %other, "a page could not be shown");
            let right = "Try again; the log of the server has the details.".to_owned();
            (StatusCode::INTERNAL_SERVER_ERROR, "The server could not do this.".to_owned(), right)
        }
    }
}

/// What is said beside a form that was refused. What is the server's own fault is told on a page of its own.
///
/// # Errors
/// That page.
pub fn beside(error: AppError) -> Result<(StatusCode, Said), Oops> {
    let (status, wrong, right) = said(&error);
    if status == StatusCode::INTERNAL_SERVER_ERROR { Err(Oops(error)) } else { Ok((status, Said { wrong, right })) }
}

impl IntoResponse for Oops {
    fn into_response(self) -> Response {
        let (status, wrong, right) = said(&self.0);
        let title = if status == StatusCode::NOT_FOUND { "Not found" } else { "Not done" }.to_owned();
        let shell = Shell { title: title.clone(), ..Shell::default() };
        respond(status, &ProblemPage { shell, title, wrong, right, back: "/" })
    }
}
