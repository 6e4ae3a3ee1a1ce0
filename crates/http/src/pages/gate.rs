//! `/sign-in`, `/first`, `/invitation` and `/sign-out`.

use super::asking::Filled;
use super::gate_view::{GateInput, GatePage};
use super::oops::said;
use super::shell::{respond, theme};
use super::verb_form::Said;
use crate::caller::{Caller, session_cookie};
use crate::credential;
use crate::state::{Base, Web};
use axum::Form;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use watercourse_app::{AppError, SignIn};

const fn input(name: &'static str, label: &'static str, kind: &'static str, autocomplete: &'static str) -> GateInput {
    GateInput { name, label, kind, autocomplete, value: String::new(), hint: "" }
}

fn new_password() -> GateInput {
    GateInput {
        hint: "12 characters or more; a few words that have nothing to do with each other are good.",
        ..input("password", "New password", "password", "new-password")
    }
}

fn text(filled: &Filled, name: &str) -> String {
    filled.get(name).cloned().unwrap_or_default()
}

/// Where to go afterwards: an address of this server, or its first page.
pub(super) fn next(filled: &Filled) -> String {
    let next = text(filled, "next");
    let own = next.starts_with('/') && !next.starts_with("//") && !next.starts_with("/\\") && next.is_ascii();
    if own && !next.contains(char::is_control) { next } else { "/".to_owned() }
}

pub(super) async fn sign_in_form(base: &Base, headers: &HeaderMap, filled: &Filled) -> GatePage {
    // Where the database cannot say whether there is a provider, name and password still do.
    let provider = base.app.provider_label().await.ok().flatten();
    let href = format!("/sign-in/provider?next={}", crate::view::html::query(&next(filled)));
    let other = provider.map(|label| (href, format!("Sign in with {label}"))).into_iter().collect();
    GatePage { other, ..gate(headers, filled) }
}

/// A page before the door: that which asks for name and password.
fn gate(headers: &HeaderMap, filled: &Filled) -> GatePage {
    GatePage {
        title: "Sign in",
        about: String::new(),
        theme: theme(headers),
        action: "/sign-in",
        hidden: vec![("next", next(filled))],
        inputs: vec![
            GateInput { value: text(filled, "name"), ..input("name", "Name", "text", "username") },
            input("password", "Password", "password", "current-password"),
        ],
        button: "Sign in",
        other: Vec::new(),
        refusal: None,
    }
}

/// Asks for name and password.
pub async fn sign_in_page(
    State(base): State<Base>,
    headers: HeaderMap,
    Query(filled): Query<Filled>,
) -> Result<Response, super::Oops> {
    if base.app.awaits_first().await? {
        return Ok(Redirect::to("/first").into_response());
    }
    Ok(respond(StatusCode::OK, &sign_in_form(&base, &headers, &filled).await))
}

/// Signs in, or asks for the code of the second factor.
pub async fn sign_in_sent(
    State(base): State<Base>,
    headers: HeaderMap,
    Caller(client): Caller,
    Form(filled): Form<Filled>,
) -> Response {
    let told = match filled.get("ticket") {
        None => base.app.sign_in(&text(&filled, "name"), &text(&filled, "password"), &client).await,
        Some(ticket) => base.app.give_code(ticket, &text(&filled, "code"), &client).await.map(SignIn::Done),
    };
    match told {
        Ok(SignIn::Done(cookie)) => let_in(&base, &cookie, &next(&filled)),
        Ok(SignIn::NeedsCode(ticket)) => respond(StatusCode::OK, &code_form(&headers, &filled, ticket)),
        Err(error) => match filled.get("ticket") {
            Some(ticket) => refused(code_form(&headers, &filled, ticket.clone()), &error),
            None => refused(sign_in_form(&base, &headers, &filled).await, &error),
        },
    }
}

pub(super) fn code_form(headers: &HeaderMap, filled: &Filled, ticket: String) -> GatePage {
    GatePage {
        about: "Give the code that your authenticator shows, or one of your recovery codes.".to_owned(),
        hidden: vec![("next", next(filled)), ("ticket", ticket)],
        inputs: vec![input("code", "Code", "text", "one-time-code")],
        ..gate(headers, filled)
    }
}

pub(super) fn refused(page: GatePage, error: &AppError) -> Response {
    let (status, wrong, right) = said(error);
    let mut response = respond(status, &GatePage { refusal: Some(Said { wrong, right }), ..page });
    if let AppError::TooMany(seconds) = error
        && let Ok(seconds) = seconds.to_string().parse()
    {
        response.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    response
}

pub(super) fn let_in(base: &Base, cookie: &str, to: &str) -> Response {
    ([(header::SET_COOKIE, session_cookie(&base.settings, cookie))], Redirect::to(to)).into_response()
}

/// Signs out.
pub async fn sign_out(web: Web, headers: HeaderMap) -> Result<Response, super::Oops> {
    if let Some(cookie) = credential::session_cookie(&headers) {
        web.app.sign_out(&cookie).await?;
    }
    let cleared = [(header::SET_COOKIE, session_cookie(&web.settings, ""))];
    Ok((cleared, Redirect::to("/sign-in")).into_response())
}

fn first_form(headers: &HeaderMap, filled: &Filled) -> GatePage {
    GatePage {
        title: "The first administrator",
        about: "Nobody has an account here yet. The program has printed a code where it was started.".to_owned(),
        action: "/first",
        hidden: Vec::new(),
        inputs: vec![
            GateInput { value: text(filled, "code"), ..input("code", "Code", "text", "off") },
            GateInput {
                value: text(filled, "name"),
                hint: "Small letters, digits, hyphens and dots, such as ada.",
                ..input("name", "Name to sign in with", "text", "username")
            },
            GateInput { value: text(filled, "display"), ..input("display", "What people call you", "text", "name") },
            new_password(),
        ],
        button: "Begin",
        ..gate(headers, filled)
    }
}

/// Asks for the code of the console, while there is no account.
pub async fn first_page(
    State(base): State<Base>,
    headers: HeaderMap,
    Query(filled): Query<Filled>,
) -> Result<Response, super::Oops> {
    if !base.app.awaits_first().await? {
        return Ok(Redirect::to("/sign-in").into_response());
    }
    Ok(respond(StatusCode::OK, &first_form(&headers, &filled)))
}

/// Makes the first administrator.
pub async fn first_sent(
    State(base): State<Base>,
    headers: HeaderMap,
    Caller(client): Caller,
    Form(filled): Form<Filled>,
) -> Response {
    let (code, name, display) = (text(&filled, "code"), text(&filled, "name"), text(&filled, "display"));
    match base.app.make_first(&code, &name, &display, text(&filled, "password"), &client).await {
        Ok(cookie) => let_in(&base, &cookie, "/"),
        Err(error) => refused(first_form(&headers, &filled), &error),
    }
}

fn invitation_form(headers: &HeaderMap, filled: &Filled) -> GatePage {
    GatePage {
        title: "Choose a password",
        about: "An administrator has given you a code.".to_owned(),
        action: "/invitation",
        hidden: Vec::new(),
        inputs: vec![GateInput { value: text(filled, "code"), ..input("code", "Code", "text", "off") }, new_password()],
        button: "Choose",
        ..gate(headers, filled)
    }
}

/// Asks for the code of an invitation.
pub async fn invitation_page(headers: HeaderMap, Query(filled): Query<Filled>) -> Response {
    respond(StatusCode::OK, &invitation_form(&headers, &filled))
}

/// Chooses a password.
pub async fn invitation_sent(
    State(base): State<Base>,
    headers: HeaderMap,
    Caller(client): Caller,
    Form(filled): Form<Filled>,
) -> Response {
    match base.app.accept(&text(&filled, "code"), text(&filled, "password"), &client).await {
        Ok(cookie) => let_in(&base, &cookie, "/"),
        Err(error) => refused(invitation_form(&headers, &filled), &error),
    }
}
