//! What goes on beside serving so that what is kept can be trusted: sealing the audit chain, signing its end.

use std::path::PathBuf;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use watercourse_app::App;
use watercourse_app::audit::Sealer;

/// Where signed heads of the audit chain go.
#[derive(Debug, Clone, Default)]
pub(crate) struct Heads {
    /// The file they are appended to; none: they are kept in the database only.
    pub(crate) file: Option<PathBuf>,
    /// How often; never where it is nothing.
    pub(crate) every: Duration,
}

/// Seals and signs until the program is asked to stop, and then what is left.
pub(crate) async fn keep(app: App, heads: Heads, stop: CancellationToken) {
    let file = heads.file.as_deref();
    let signing = async {
        if heads.every.is_zero() {
            std::future::pending::<()>().await;
        }
        app.run_heads(heads.every, file).await;
    };
    tokio::select! {
        () = stop.cancelled() => {}
        () = app.run_sealer() => {}
        () = signing => {}
    }
    if let Err(error) = Sealer::default().seal(&app).await {
        tracing::warn!(%error, "the last entries of the audit chain are sealed at the next start");
    } else if !heads.every.is_zero() {
        app.sign_head(file).await;
    }
}
