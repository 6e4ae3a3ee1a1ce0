//! The way to the sign-in provider: the one client, and what the provider last said of itself.

use std::time::{Duration, Instant};
use tokio::sync::Mutex;
use watercourse_app::{App, AppError, AtDoor, Claims, Context, ProviderSettings};
use watercourse_connect::address::Permitted;
use watercourse_connect::outbound::Client;
use watercourse_connect::provider::{Begun, NoEntry, Party, Provider};

/// How long a description of the provider is good for sending people there. Whoever comes back is checked with one
/// that is asked for then.
const GOOD: Duration = Duration::from_secs(300);

/// The way there and back.
#[derive(Debug)]
pub(crate) struct Way {
    client: Client,
    known: Mutex<Option<(Instant, String, Provider)>>,
}

impl Way {
    /// Over public addresses, and what is permitted beside them.
    pub(crate) fn over(permitted: Permitted) -> Self {
        Self { client: Client::new(permitted), known: Mutex::default() }
    }

    /// Keeps the provider: one whose address is new is asked first whether it is there.
    pub(crate) async fn keep(
        &self,
        app: &App,
        ctx: &Context,
        settings: ProviderSettings,
        secret: Option<String>,
    ) -> Result<ProviderSettings, AppError> {
        let before = app.provider(&ctx.access).await?;
        if before.is_none_or(|(before, _)| before.issuer != settings.issuer) {
            self.check(&settings.issuer).await?;
        }
        app.put_provider(ctx, settings, secret).await
    }

    async fn check(&self, issuer: &str) -> Result<(), AppError> {
        let found = Provider::discover(&self.client, issuer).await;
        found.map(drop).map_err(|e| AppError::Invalid {
            pointer: "/issuer".to_owned(),
            wrong: e.to_string(),
            right: "Give the issuer as its own description does; an address that is not public has to be permitted with --outbound.".to_owned(),
        })
    }

    /// Begins a sign-in.
    pub(crate) async fn begin(&self, door: AtDoor, back: String) -> Result<Begun, AppError> {
        let party = party(door, back);
        // One asks for all who wait.
        let mut known = self.known.lock().await;
        if let Some((when, issuer, provider)) = &*known
            && when.elapsed() < GOOD
            && *issuer == party.issuer
        {
            return provider.begin(&party).map_err(not_let_in);
        }
        let provider = Provider::discover(&self.client, &party.issuer).await.map_err(not_let_in)?;
        let begun = provider.begin(&party).map_err(not_let_in);
        *known = Some((Instant::now(), party.issuer, provider));
        begun
    }

    /// What the provider says about whoever came back.
    pub(crate) async fn redeem(
        &self,
        door: AtDoor,
        back: String,
        code: String,
        verifier: String,
        nonce: String,
    ) -> Result<Claims, AppError> {
        let party = party(door, back);
        let provider = Provider::discover(&self.client, &party.issuer).await.map_err(not_let_in)?;
        provider.redeem(&self.client, &party, code, verifier, nonce).await.map_err(not_let_in)
    }
}

fn party(door: AtDoor, back: String) -> Party {
    let AtDoor { settings, secret } = door;
    Party { issuer: settings.issuer, client: settings.client, secret, scopes: settings.scopes, back }
}

fn not_let_in(error: NoEntry) -> AppError {
    let right = "Try again; an administrator can try it out at /access/provider.".to_owned();
    AppError::NotLetIn { wrong: error.to_string(), right }
}
