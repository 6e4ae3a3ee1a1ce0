//! Log lines on standard error: one readable sentence each, JSON where asked.

use tracing_subscriber::EnvFilter;

/// Begins logging. `RUST_LOG` narrows or widens it.
pub(crate) fn begin(json: bool) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn"));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    let begun =
        if json { lines.json().try_init() } else { lines.compact().with_ansi(crate::screen::colour()).try_init() };
    // Only a second call can fail, and then logging has begun.
    drop(begun);
}
