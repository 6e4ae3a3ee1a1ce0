//! Signing in through a provider: OpenID Connect, code flow with PKCE. Everything asked goes through the one client.

use crate::outbound::{Answer, Client, NotAsked};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreGenderClaim, CoreIdToken, CoreProviderMetadata,
};
use openidconnect::http::{Response, StatusCode, header};
use openidconnect::{
    AccessTokenHash, AdditionalClaims, AuthType, AuthorizationCode, ClientId, ClientSecret, CsrfToken, HttpRequest,
    HttpResponse, IssuerUrl, Nonce, OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl,
    RequestTokenError, Scope, TokenResponse as _, UserInfoClaims,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use url::{Host, Url};

/// What a provider says about somebody: claims by name.
pub type Claims = Map<String, Value>;

/// Why nobody comes in through the provider.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoEntry {
    /// The address of the provider cannot be one.
    #[error("“{shown}” is no issuer: {wrong}.")]
    Issuer {
        /// The address, cut short.
        shown: String,
        /// What is wrong with it.
        wrong: &'static str,
    },
    /// What it says about itself cannot be had, or contradicts itself.
    #[error("The provider does not describe itself: {0}.")]
    Undescribed(String),
    /// It did not take the code.
    #[error("The provider did not take the code: {0}.")]
    Refused(String),
    /// What it answered proves nothing.
    #[error("What the provider answered is not to be trusted: {0}.")]
    Untrusted(String),
}

/// What the provider knows us as.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Party {
    /// The issuer: `https://` and what `/.well-known/openid-configuration` comes behind.
    pub issuer: String,
    /// The id of the client.
    pub client: String,
    /// Its secret; none for a client that has none.
    pub secret: Option<String>,
    /// What is asked for beside `openid`.
    pub scopes: Vec<String>,
    /// Where people come back to.
    pub back: String,
}

impl fmt::Debug for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Party").field("issuer", &self.issuer).field("client", &self.client).finish_non_exhaustive()
    }
}

/// A sign-in that was begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begun {
    /// Where the browser goes.
    pub url: String,
    /// What comes back with it.
    pub state: String,
    /// What the provider's answer must repeat.
    pub nonce: String,
    /// What proves that whoever began finishes.
    pub verifier: String,
}

/// A provider that has described itself.
#[derive(Debug, Clone)]
pub struct Provider {
    metadata: CoreProviderMetadata,
}

/// All claims beside the registered ones, as they came.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Others(BTreeMap<String, Value>);
impl AdditionalClaims for Others {}

impl Provider {
    /// Asks a provider for its description and its keys.
    ///
    /// # Errors
    /// `Issuer` or `Undescribed`.
    pub async fn discover(client: &Client, issuer: &str) -> Result<Self, NoEntry> {
        let issuer = checked(issuer)?;
        let ask = asking(client);
        let metadata = CoreProviderMetadata::discover_async(issuer, &ask).await;
        Ok(Self { metadata: metadata.map_err(|e| NoEntry::Undescribed(whole(&e)))? })
    }

    /// Begins a sign-in.
    ///
    /// # Errors
    /// `Undescribed` where an address is off.
    pub fn begin(&self, party: &Party) -> Result<Begun, NoEntry> {
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let client = self.client(party);
        let back = back(party)?;
        let mut request = client
            .authorize_url(CoreAuthenticationFlow::AuthorizationCode, CsrfToken::new_random, Nonce::new_random)
            .set_redirect_uri(std::borrow::Cow::Owned(back))
            .set_pkce_challenge(challenge);
        for scope in &party.scopes {
            request = request.add_scope(Scope::new(scope.clone()));
        }
        let (url, state, nonce) = request.url();
        Ok(Begun {
            url: url.into(),
            state: state.into_secret(),
            nonce: nonce.secret().clone(),
            verifier: verifier.into_secret(),
        })
    }

    /// What the provider says about whoever came back with a code: the claims of the ID token, whose signature,
    /// issuer, audience, time and nonce are right, and those of its userinfo address about the same subject.
    ///
    /// # Errors
    /// `Refused` or `Untrusted`.
    pub async fn redeem(
        &self,
        asks: &Client,
        party: &Party,
        code: String,
        verifier: String,
        nonce: String,
    ) -> Result<Claims, NoEntry> {
        let (client, ask) = (self.client(party), asking(asks));
        let asked = client.exchange_code(AuthorizationCode::new(code)).map_err(|e| NoEntry::Undescribed(whole(&e)))?;
        let tokens = asked
            .set_redirect_uri(std::borrow::Cow::Owned(back(party)?))
            .set_pkce_verifier(PkceCodeVerifier::new(verifier))
            .request_async(&ask)
            .await
            .map_err(|e| match e {
                RequestTokenError::ServerResponse(said) => NoEntry::Refused(short(&said.to_string())),
                other => NoEntry::Refused(whole(&other)),
            })?;
        let untrusted = |e: &dyn Error| NoEntry::Untrusted(whole(e));
        let token: &CoreIdToken =
            tokens.id_token().ok_or_else(|| NoEntry::Untrusted("there is no ID token in it".to_owned()))?;
        let verifier = client.id_token_verifier();
        let claims = token.claims(&verifier, &Nonce::new(nonce)).map_err(|e| untrusted(&e))?;
        if let Some(wanted) = claims.access_token_hash() {
            let algorithm = token.signing_alg().map_err(|e| untrusted(&e))?;
            let key = token.signing_key(&verifier).map_err(|e| untrusted(&e))?;
            let found = AccessTokenHash::from_token(tokens.access_token(), algorithm, key);
            if found.map_err(|e| untrusted(&e))? != *wanted {
                return Err(NoEntry::Untrusted("the access token is not the one the ID token speaks of".to_owned()));
            }
        }
        let mut all = payload(&token.to_string())?;
        if self.metadata.userinfo_endpoint().is_some() {
            let subject = Some(claims.subject().clone());
            let request = client.user_info(tokens.access_token().clone(), subject).map_err(|e| untrusted(&e))?;
            let more: UserInfoClaims<Others, CoreGenderClaim> =
                request.request_async(&ask).await.map_err(|e| untrusted(&e))?;
            if let Ok(Value::Object(more)) = serde_json::to_value(&more) {
                // What is signed comes first.
                for (name, value) in more.into_iter().filter(|(_, v)| !v.is_null()) {
                    all.entry(name).or_insert(value);
                }
            }
        }
        Ok(all)
    }

    fn client(
        &self,
        party: &Party,
    ) -> CoreClient<
        openidconnect::EndpointSet,
        openidconnect::EndpointNotSet,
        openidconnect::EndpointNotSet,
        openidconnect::EndpointNotSet,
        openidconnect::EndpointMaybeSet,
        openidconnect::EndpointMaybeSet,
    > {
        let id = ClientId::new(party.client.clone());
        let client =
            CoreClient::from_provider_metadata(self.metadata.clone(), id, party.secret.clone().map(ClientSecret::new));
        // Where nothing is said, the header is what every provider must take.
        let ways = self.metadata.token_endpoint_auth_methods_supported();
        let is_in_header = ways.is_none_or(|ways| ways.contains(&CoreClientAuthMethod::ClientSecretBasic));
        client.set_auth_type(if is_in_header { AuthType::BasicAuth } else { AuthType::RequestBody })
    }
}

fn back(party: &Party) -> Result<RedirectUrl, NoEntry> {
    RedirectUrl::new(party.back.clone()).map_err(|e| NoEntry::Undescribed(whole(&e)))
}

/// An issuer as the standard has it. Without TLS it may be on this machine only: whoever stands between could say
/// anything.
fn checked(issuer: &str) -> Result<IssuerUrl, NoEntry> {
    let wrong = |wrong| NoEntry::Issuer { shown: issuer.chars().take(80).collect(), wrong };
    let url = Url::parse(issuer).map_err(|_| wrong("it does not read as https://host/path"))?;
    let is_here = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    if url.scheme() != "https" && !(url.scheme() == "http" && is_here) {
        return Err(wrong("it does not begin with https://"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("there is a ? or a # in it"));
    }
    IssuerUrl::new(issuer.to_owned()).map_err(|_| wrong("it does not read as https://host/path"))
}

/// The one client, as the protocol asks with it.
fn asking(
    client: &Client,
) -> impl Fn(HttpRequest) -> futures::future::BoxFuture<'static, Result<HttpResponse, NotAsked>> + use<> {
    let client = client.clone();
    move |request| {
        let client = client.clone();
        Box::pin(async move {
            let url = request.uri().to_string();
            response(client.ask(&url, request).await?)
        })
    }
}

fn response(answer: Answer) -> Result<HttpResponse, NotAsked> {
    if answer.cut {
        return Err(NotAsked::Broken("It answered more than 64 KiB.".to_owned()));
    }
    let off = || NotAsked::Broken("Its answer has no status.".to_owned());
    let mut response = Response::new(answer.body);
    *response.status_mut() = StatusCode::from_u16(answer.status).map_err(|_| off())?;
    if let Some(media) = answer.media.and_then(|m| m.parse().ok()) {
        response.headers_mut().insert(header::CONTENT_TYPE, media);
    }
    Ok(response)
}

/// The claims of a token that was found right.
fn payload(token: &str) -> Result<Claims, NoEntry> {
    let part = token.split('.').nth(1).and_then(|part| URL_SAFE_NO_PAD.decode(part).ok());
    let claims = part.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    claims.ok_or_else(|| NoEntry::Untrusted("the ID token has no claims".to_owned()))
}

/// An error with what is behind it, in one line.
fn whole(error: &dyn Error) -> String {
    let mut said = error.to_string();
    let mut behind = error.source();
    while let Some(error) = behind {
        said = format!("{said}: {error}");
        behind = error.source();
    }
    short(&said)
}

/// What others say, short and in one line.
fn short(said: &str) -> String {
    let said: String = said.chars().filter(|c| !c.is_control()).take(300).collect();
    said.trim_end_matches('.').to_owned()
}
