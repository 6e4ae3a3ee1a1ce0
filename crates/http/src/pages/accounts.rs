//! `/accounts`: those one keeps.

use super::account::{in_words, token_line};
use super::account_view::{AccountLine, AccountsPage, Told};
use super::asking::{Filled, context};
use super::oops::{Oops, beside};
use super::shell::{respond, shell};
use super::verb_form::Said;
use crate::state::Web;
use axum::Form;
use axum::extract::{Path, Query};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use watercourse_app::{AccountSort, AccountView, AppError, NewAccount, NewToken};

/// What a page shows beside what stands.
#[derive(Default)]
struct Shown {
    told: Option<Told>,
    refusal: Option<Said>,
    done: &'static str,
}

/// Shows them.
pub async fn page(web: Web, headers: HeaderMap, Query(asked): Query<Filled>) -> Result<Response, Oops> {
    let done = match asked.get("done").map(String::as_str) {
        Some("roles") => "The roles are given.",
        Some("active") => "Done.",
        Some("token") => "The token is taken away.",
        _ => "",
    };
    Ok(respond(StatusCode::OK, &build(&web, &headers, Shown { done, ..Shown::default() }).await?))
}

async fn build(web: &Web, headers: &HeaderMap, shown: Shown) -> Result<AccountsPage, AppError> {
    let accounts = web.app.accounts_with_all(&web.access).await?.into_iter();
    let now = web.app.now().millis();
    Ok(AccountsPage {
        shell: shell(web, headers, "Accounts", "accounts").await?,
        accounts: accounts.map(|view| line(view, now)).collect(),
        roles: web.app.roles(&web.access).await?.into_iter().map(|r| (r.id, r.name)).collect(),
        told: shown.told,
        refusal: shown.refusal,
        done: shown.done,
    })
}

fn line(view: AccountView, now: i64) -> AccountLine {
    let AccountView { account, granted, tokens } = view;
    let by_hand = granted.iter().filter(|g| g.source == watercourse_app::BY_HAND);
    AccountLine {
        id: account.id.to_string(),
        name: account.name,
        sort: match account.sort {
            AccountSort::Person => "person",
            AccountSort::Service => "program",
        },
        state: match (account.active, account.invitation.is_some() && account.password.is_none()) {
            (false, _) => "ended",
            (true, true) => "invited",
            (true, false) => "active",
        },
        roles: in_words(&granted),
        granted: by_hand.map(|g| format!("{} {}", g.role, g.scope)).collect::<Vec<_>>().join("\n"),
        tokens: tokens.iter().map(|t| token_line(t, now)).collect(),
        active: account.active,
    }
}

async fn again(web: &Web, headers: &HeaderMap, error: AppError) -> Result<Response, Oops> {
    let (status, said) = beside(error)?;
    let shown = Shown { refusal: Some(said), ..Shown::default() };
    Ok(respond(status, &build(web, headers, shown).await?))
}

async fn with_secret(web: &Web, headers: &HeaderMap, what: String, secret: String) -> Result<Response, Oops> {
    let shown = Shown { told: Some(Told { what, secrets: vec![secret] }), ..Shown::default() };
    Ok(respond(StatusCode::OK, &build(web, headers, shown).await?))
}

/// Makes an account.
pub async fn add(web: Web, headers: HeaderMap, Form(filled): Form<Filled>) -> Result<Response, Oops> {
    let text = |name: &str| filled.get(name).map(|v| v.trim().to_owned()).unwrap_or_default();
    let ctx = context(&web, &headers, "/accounts", &Filled::new()).await?;
    let sort = if text("sort") == "service" { AccountSort::Service } else { AccountSort::Person };
    let new = NewAccount { name: text("name"), sort, person: None, display: text("display") };
    let made = async {
        let (account, code) = web.app.add_account(&ctx, new).await?;
        if !text("role").is_empty() {
            web.app.grant(&ctx, account.id, vec![(text("role"), text("scope"))]).await?;
        }
        Ok((account, code))
    };
    match made.await {
        Ok((account, Some(code))) => {
            let what = format!("{} chooses a password at /invitation with this code, within three days.", account.name);
            with_secret(&web, &headers, what, code).await
        }
        Ok((_, None)) => Ok(Redirect::to("/accounts").into_response()),
        Err(error) => again(&web, &headers, error).await,
    }
}

/// Gives roles.
pub async fn roles(
    web: Web,
    headers: HeaderMap,
    Path(id): Path<String>,
    Form(filled): Form<Filled>,
) -> Result<Response, Oops> {
    let ctx = context(&web, &headers, "/accounts/roles", &Filled::new()).await?;
    let lines = filled.get("roles").cloned().unwrap_or_default();
    let lines = lines.lines().map(str::trim).filter(|l| !l.is_empty());
    let roles: Vec<(String, String)> = lines
        .map(|line| line.split_once(char::is_whitespace).unwrap_or((line, "")))
        .map(|(role, scope)| (role.to_owned(), scope.trim().to_owned()))
        .collect();
    let given = async {
        let account = web.app.account(&web.access, &id).await?;
        web.app.grant(&ctx, account.id, roles).await
    };
    match given.await {
        Ok(_) => Ok(Redirect::to("/accounts?done=roles").into_response()),
        Err(error) => again(&web, &headers, error).await,
    }
}

/// Makes a token for a program.
pub async fn make_token(
    web: Web,
    headers: HeaderMap,
    Path(id): Path<String>,
    Form(filled): Form<Filled>,
) -> Result<Response, Oops> {
    let ctx = context(&web, &headers, "/accounts/tokens", &Filled::new()).await?;
    let name = filled.get("name").cloned().unwrap_or_default();
    let new = NewToken { account: Some(id), name, ..NewToken::default() };
    match web.app.make_token(&ctx, new).await {
        Ok((secret, kept)) => with_secret(&web, &headers, format!("The token “{}”.", kept.name), secret).await,
        Err(error) => again(&web, &headers, error).await,
    }
}

/// Takes a token away.
pub async fn revoke_token(web: Web, headers: HeaderMap, Form(filled): Form<Filled>) -> Result<Response, Oops> {
    let ctx = context(&web, &headers, "/accounts/tokens/revoke", &Filled::new()).await?;
    let id = filled.get("token").and_then(|t| t.parse().ok()).unwrap_or_default();
    match web.app.revoke_token(&ctx, filled.get("account").map(String::as_str), id).await {
        Ok(()) => Ok(Redirect::to("/accounts?done=token").into_response()),
        Err(error) => again(&web, &headers, error).await,
    }
}

/// Invites somebody again.
pub async fn invite(web: Web, headers: HeaderMap, Path(id): Path<String>) -> Result<Response, Oops> {
    let ctx = context(&web, &headers, "/accounts/invite", &Filled::new()).await?;
    match web.app.invite(&ctx, &id).await {
        Ok(code) => {
            let what = "With this code a new password is chosen at /invitation, within three days.".to_owned();
            with_secret(&web, &headers, what, code).await
        }
        Err(error) => again(&web, &headers, error).await,
    }
}

/// Ends an account, or lets it be used again.
pub async fn set_active(
    web: Web,
    headers: HeaderMap,
    Path(id): Path<String>,
    Form(filled): Form<Filled>,
) -> Result<Response, Oops> {
    let ctx = context(&web, &headers, "/accounts/active", &Filled::new()).await?;
    match web.app.set_active(&ctx, &id, filled.get("active").is_some_and(|a| a == "true")).await {
        Ok(_) => Ok(Redirect::to("/accounts?done=active").into_response()),
        Err(error) => again(&web, &headers, error).await,
    }
}
