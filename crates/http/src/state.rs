//! What every handler is given.

use crate::limits::Limits;
use crate::problem::{Kind, Problem};
use crate::provider::Way;
use crate::ready::Ready;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use std::sync::Arc;
use std::time::Duration;
use watercourse_app::{Access, App, Identity, Presented};
use watercourse_connect::address::{Networks, Permitted};

/// Who is let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Door {
    /// Whoever signs in or brings a token.
    #[default]
    SignIn,
    /// Everybody, to everything: for a demo or a first try on this machine. They are whom they say they are.
    Open,
}

/// How the server is set.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Who is let in.
    pub door: Door,
    /// Whether browsers reach it over TLS.
    pub secure: bool,
    /// Names it has beside those of the loopback interface.
    pub hosts: Vec<String>,
    /// The address people reach it by, without a slash at the end; where it is not said, the one they asked for.
    pub public: Option<String>,
    /// Proxies that say truly where a request comes from.
    pub proxies: Networks,
    /// Requests of one caller a second; no limit where it is 0.
    pub rate: u32,
    /// What may be asked beside public addresses.
    pub permitted: Permitted,
    /// The commit the program was built from, where that is known.
    pub commit: Option<String>,
    /// Whether what is shown is the demo organisation.
    pub demo: bool,
    /// How long a page waits for figures before it says that they are loading; a second where nothing is said.
    pub patience: Option<Duration>,
}

impl Settings {
    /// Where people come back to from the sign-in provider: an address it has to know.
    pub(crate) fn back(&self, headers: &HeaderMap) -> String {
        let host = headers.get(header::HOST).and_then(|v| v.to_str().ok()).unwrap_or("localhost");
        let scheme = if self.secure { "https" } else { "http" };
        let here = self.public.clone().unwrap_or_else(|| format!("{scheme}://{host}"));
        format!("{here}/sign-in/back")
    }
}

/// What the server has, the same for every request. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Base {
    /// The application.
    pub app: App,
    /// How the server is set.
    pub settings: Arc<Settings>,
    /// The way to the sign-in provider.
    pub(crate) way: Arc<Way>,
    /// How much one may ask.
    pub(crate) limits: Arc<Limits>,
    /// Figures that were made.
    pub(crate) ready: Arc<Ready>,
}

/// Who signed in, and with what.
#[derive(Debug)]
pub struct Entered {
    /// Who.
    pub identity: Identity,
    /// What they brought.
    pub presented: Presented,
}

/// Who asks and what they may: put into the request by the door, before any handler.
#[derive(Debug, Clone)]
pub struct Asker {
    /// What they may.
    pub access: Arc<Access>,
    /// Who signed in; none where nobody signs in.
    pub entered: Option<Arc<Entered>>,
}

/// What a handler is given: the application, and who asks. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Web {
    /// The application.
    pub app: App,
    /// How the server is set.
    pub settings: Arc<Settings>,
    /// Who asks and what they may.
    pub access: Arc<Access>,
    /// Who signed in; none where nobody signs in.
    pub entered: Option<Arc<Entered>>,
    /// Figures that were made.
    pub(crate) ready: Arc<Ready>,
}

impl FromRequestParts<Base> for Web {
    type Rejection = Problem;

    /// Refuses where the door let somebody pass without saying who it is: a handler that forgets to be guarded
    /// is closed, not open.
    async fn from_request_parts(parts: &mut Parts, base: &Base) -> Result<Self, Problem> {
        let Asker { access, entered } =
            parts.extensions.get::<Asker>().cloned().ok_or_else(|| {
                Problem::new(Kind::Unauthenticated, "Nobody is signed in.", "Sign in, or send a token.")
            })?;
        Ok(Self {
            app: base.app.clone(),
            settings: Arc::clone(&base.settings),
            access,
            entered,
            ready: Arc::clone(&base.ready),
        })
    }
}
