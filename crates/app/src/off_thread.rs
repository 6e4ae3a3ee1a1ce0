//! Computing that takes long, off the threads that answer.

use crate::error::AppError;
use watercourse_store::StoreError;

/// Computes without keeping others waiting. `what` is what the error says broke off, should it panic.
///
/// # Errors
/// Where it panicked, or the program ends.
pub async fn off_thread<T: Send + 'static>(
    what: &str,
    compute: impl FnOnce() -> T + Send + 'static,
) -> Result<T, AppError> {
    let done = tokio::task::spawn_blocking(compute).await;
    done.map_err(|e| StoreError::Other(format!("{what} broke off: {e}")).into())
}
