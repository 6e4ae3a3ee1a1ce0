//! Files that are sent as they lie on the disk.

use crate::state::Web;
use axum::body::Body;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use tokio_util::io::ReaderStream;
use watercourse_app::{AppError, ImportJob};

/// The file of the rejected rows of an import.
///
/// # Errors
/// `NotFound` where there is none.
pub(crate) async fn rejected_file(web: &Web, job: &ImportJob) -> Result<Response, AppError> {
    let none = || {
        let right = "There was none, or its file is not kept any more.".to_owned();
        AppError::NotFound { what: "file of rejected rows".to_owned(), right }
    };
    let path = web.app.rejected_rows(job).ok_or_else(none)?;
    let file = tokio::fs::File::open(path).await.map_err(|_| none())?;
    let name = format!("attachment; filename=\"{}-rejected.csv\"", job.stream);
    let headers = [(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, Body::from_stream(ReaderStream::new(file))).into_response())
}
