//! `/account`: one's own roles, sessions, tokens, password and second factor.

use super::account_view::{AccountPage, SessionLine, TokenLine, Told};
use super::asking::{Filled, context};
use super::oops::{Oops, beside};
use super::shell::{respond, shell};
use super::verb_form::Said;
use crate::state::Web;
use crate::view::say;
use axum::Form;
use axum::extract::Query;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use watercourse_app::{AppError, Credential, Granted, NewToken, Permission, Token, scope_in_words};
use watercourse_core::time::Instant;

const DAY: i64 = 24 * 3_600_000_000;

/// What a page shows beside what stands.
#[derive(Default)]
struct Shown {
    told: Option<Told>,
    refusal: Option<Said>,
    done: &'static str,
    add_factor: bool,
}

/// Shows one's own account.
pub async fn page(web: Web, headers: HeaderMap, Query(asked): Query<Filled>) -> Result<Response, Oops> {
    let done = match asked.get("done").map(String::as_str) {
        Some("session") => "Ended.",
        Some("token") => "The token is taken away.",
        Some("linked") => "Your account is linked: you can sign in with the provider now.",
        Some("unlinked") => "The link to the provider is taken away.",
        Some("password") => "The password is changed, and all other sessions have ended.",
        Some("factor") => "The second factor is taken away.",
        _ => "",
    };
    let add_factor = asked.contains_key("second-factor");
    Ok(respond(StatusCode::OK, &build(&web, &headers, Shown { done, add_factor, ..Shown::default() }).await?))
}

/// The digest of the session that asks; empty for a token.
fn here(web: &Web) -> &str {
    match web.entered.as_ref().map(|e| &e.identity.with) {
        Some(Credential::Session(digest)) => digest,
        _ => "",
    }
}

async fn build(web: &Web, headers: &HeaderMap, shown: Shown) -> Result<AccountPage, AppError> {
    let account = web.app.own_of(&web.access).await?;
    let now = web.app.now().millis();
    let sessions = web.app.sessions(&web.access).await?.into_iter().map(|s| SessionLine {
        here: s.digest == here(web),
        about: if s.about.is_empty() { "a program".to_owned() } else { s.about },
        address: s.address,
        seen: say::moment(s.seen.millis(), now),
        digest: s.digest,
    });
    let tokens = web.app.tokens(&web.access, None).await?;
    let enrolment = match shown.add_factor && account.totp.is_none() {
        true => {
            let made = web.app.begin_second_factor(&web.access).await?;
            Some((made.secret, made.address, made.ticket))
        }
        false => None,
    };
    Ok(AccountPage {
        shell: shell(web, headers, "Your account", "account").await?,
        roles: in_words(&web.app.granted_to(&web.access, account.id).await?),
        sessions: sessions.collect(),
        tokens: tokens.iter().map(|t| token_line(t, now)).collect(),
        permissions: Permission::ALL.iter().map(|p| (p.id(), p.about().trim())).collect(),
        second_factor: account.totp.is_some(),
        recovery_left: account.recovery.len(),
        provider: web.app.provider_label().await?,
        linked: account.provider.is_some(),
        name: account.name,
        enrolment,
        told: shown.told,
        refusal: shown.refusal,
        done: shown.done,
    })
}

/// Roles with how far they reach.
pub fn in_words(granted: &[Granted]) -> Vec<String> {
    granted.iter().map(|g| format!("{} {}", g.role, scope_in_words(&g.scope))).collect()
}

/// A token as a line of a table.
pub fn token_line(token: &Token, now: i64) -> TokenLine {
    let at = |at: Option<Instant>, none: &str| at.map_or_else(|| none.to_owned(), |at| say::moment(at.millis(), now));
    TokenLine {
        id: token.id.to_string(),
        name: token.name.clone(),
        scopes: if token.scopes.is_empty() { "all one may".to_owned() } else { token.scopes.join(", ") },
        expires: at(token.expires, "never"),
        seen: at(token.seen, "never"),
    }
}

pub(super) async fn again(web: &Web, headers: &HeaderMap, error: AppError) -> Result<Response, Oops> {
    let (status, said) = beside(error)?;
    let shown = Shown { refusal: Some(said), ..Shown::default() };
    Ok(respond(status, &build(web, headers, shown).await?))
}

fn to(done: &str) -> Response {
    Redirect::to(&format!("/account?done={done}")).into_response()
}

/// Ends one session, or all others.
pub async fn end_session(web: Web, headers: HeaderMap, Form(filled): Form<Filled>) -> Result<Response, Oops> {
    let ctx = context(&web, &headers, "/account/sessions", &filled).await?;
    let digest = filled.get("digest").map(String::as_str);
    match web.app.end_session(&ctx, digest, here(&web)).await {
        Ok(()) => Ok(to("session")),
        Err(error) => again(&web, &headers, error).await,
    }
}

/// Makes a token.
pub async fn make_token(
    web: Web,
    headers: HeaderMap,
    Form(filled): Form<Vec<(String, String)>>,
) -> Result<Response, Oops> {
    let text = |wanted: &str| filled.iter().find(|(name, _)| name == wanted).map_or("", |(_, v)| v.trim());
    let days: Option<i64> = text("days").parse().ok().filter(|d| (1..=3650).contains(d));
    let new = NewToken {
        account: None,
        name: text("name").to_owned(),
        scopes: filled.iter().filter(|(name, _)| name == "scope").map(|(_, v)| v.clone()).collect(),
        expires: days.map(|d| web.app.now().plus(d * DAY)),
    };
    let ctx = context(&web, &headers, "/account/tokens", &Filled::new()).await?;
    match web.app.make_token(&ctx, new).await {
        Ok((secret, kept)) => {
            let told = Told { what: format!("The token “{}”.", kept.name), secrets: vec![secret] };
            let shown = Shown { told: Some(told), ..Shown::default() };
            Ok(respond(StatusCode::OK, &build(&web, &headers, shown).await?))
        }
        Err(error) => again(&web, &headers, error).await,
    }
}

/// Takes a token away.
pub async fn revoke_token(web: Web, headers: HeaderMap, Form(filled): Form<Filled>) -> Result<Response, Oops> {
    let ctx = context(&web, &headers, "/account/tokens/revoke", &filled).await?;
    let id = filled.get("token").and_then(|t| t.parse().ok()).unwrap_or_default();
    match web.app.revoke_token(&ctx, None, id).await {
        Ok(()) => Ok(to("token")),
        Err(error) => again(&web, &headers, error).await,
    }
}

/// Changes the password.
pub async fn change_password(web: Web, headers: HeaderMap, Form(filled): Form<Filled>) -> Result<Response, Oops> {
    let ctx = context(&web, &headers, "/account/password", &Filled::new()).await?;
    let text = |name: &str| filled.get(name).cloned().unwrap_or_default();
    match web.app.change_password(&ctx, text("before"), text("after"), here(&web)).await {
        Ok(()) => Ok(to("password")),
        Err(error) => again(&web, &headers, error).await,
    }
}

/// Adds the second factor.
pub async fn add_factor(web: Web, headers: HeaderMap, Form(filled): Form<Filled>) -> Result<Response, Oops> {
    let ctx = context(&web, &headers, "/account/second-factor", &Filled::new()).await?;
    let text = |name: &str| filled.get(name).cloned().unwrap_or_default();
    match web.app.add_second_factor(&ctx, text("password"), &text("ticket"), &text("code")).await {
        Ok(codes) => {
            let what = "The second factor is added. These are your recovery codes, each good once.".to_owned();
            let shown = Shown { told: Some(Told { what, secrets: codes }), ..Shown::default() };
            Ok(respond(StatusCode::OK, &build(&web, &headers, shown).await?))
        }
        Err(error) => again(&web, &headers, error).await,
    }
}

/// Takes the second factor away.
pub async fn remove_factor(web: Web, headers: HeaderMap, Form(filled): Form<Filled>) -> Result<Response, Oops> {
    let ctx = context(&web, &headers, "/account/second-factor/remove", &Filled::new()).await?;
    match web.app.remove_second_factor(&ctx, filled.get("password").cloned().unwrap_or_default()).await {
        Ok(()) => Ok(to("factor")),
        Err(error) => again(&web, &headers, error).await,
    }
}
