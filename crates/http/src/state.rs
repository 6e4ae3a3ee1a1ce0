//! What every handler is given.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use std::convert::Infallible;
use std::sync::Arc;
use watercourse_app::{Access, App};
use watercourse_core::actor::Actor;

/// How the server is set.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The commit the program was built from, where that is known.
    pub commit: Option<String>,
    /// Whether what is shown is the demo organisation.
    pub demo: bool,
}

/// What the server has, the same for every request. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Base {
    /// The application.
    pub app: App,
    /// How the server is set.
    pub settings: Arc<Settings>,
}

/// Who asks and what they may: put into the request by the door, before any handler.
#[derive(Debug, Clone)]
pub struct Asker(pub Arc<Access>);

/// What a handler is given: the application, and who asks. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Web {
    /// The application.
    pub app: App,
    /// How the server is set.
    pub settings: Arc<Settings>,
    /// Who asks and what they may.
    pub access: Arc<Access>,
}

impl FromRequestParts<Base> for Web {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, base: &Base) -> Result<Self, Infallible> {
        let access = parts.extensions.get::<Asker>().map_or_else(
            || Arc::new(Access::everything(Actor::Integration("page".to_owned()))),
            |asker| Arc::clone(&asker.0),
        );
        Ok(Self { app: base.app.clone(), settings: Arc::clone(&base.settings), access })
    }
}
