//! What every handler is given.

use std::sync::Arc;
use watercourse_app::App;

/// How the server is set.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The commit the program was built from, where that is known.
    pub commit: Option<String>,
    /// Whether what is shown is the demo organisation.
    pub demo: bool,
}

/// What every handler is given. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Web {
    /// The application.
    pub app: App,
    /// How the server is set.
    pub settings: Arc<Settings>,
}
