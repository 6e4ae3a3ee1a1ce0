//! To the sign-in provider and back: to be let in, to try it out, or to link one's account.

use super::asking::{Filled, context};
use super::gate::{code_form, let_in, next, refused, sign_in_form};
use super::shell::respond;
use super::{account, provider};
use crate::caller::{Caller, flow_cookie};
use crate::credential::{cookie, flow_of, says_from_here};
use crate::problem::Problem;
use crate::state::{Base, Web};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use watercourse_app::{AppError, Claims, Client, Flow, Permission, ROOT, SignIn};

/// Sends the browser to the provider.
async fn set_out(base: &Base, headers: &HeaderMap, client: &Client, flow: Flow) -> Result<Response, AppError> {
    let door = base.app.provider_at_door().await?.ok_or_else(no_provider)?;
    let begun = base.way.begin(door, base.settings.back(headers)).await?;
    let (state, nonce, verifier) = (begun.state, begun.nonce, begun.verifier);
    let set = flow_cookie(&base.settings, &state);
    base.app.begin_flow(Flow { state, nonce, verifier, ..flow }, client).await?;
    Ok(([(header::SET_COOKIE, set)], Redirect::to(&begun.url)).into_response())
}

fn no_provider() -> AppError {
    let right = "Sign in with name and password.".to_owned();
    AppError::NotLetIn { wrong: "There is no provider to sign in through.".to_owned(), right }
}

/// Begins to sign in.
pub async fn begin(
    State(base): State<Base>,
    headers: HeaderMap,
    Caller(client): Caller,
    Query(filled): Query<Filled>,
) -> Response {
    let flow = Flow { next: next(&filled), ..Flow::default() };
    match set_out(&base, &headers, &client, flow).await {
        Ok(response) => response,
        Err(error) => refused(sign_in_form(&base, &headers, &filled).await, &error),
    }
}

/// Begins to try it out.
pub async fn try_out(
    web: Web,
    State(base): State<Base>,
    headers: HeaderMap,
    Caller(client): Caller,
) -> Result<Response, super::Oops> {
    web.access.may_in(Permission::AccountKeep, ROOT)?;
    let account = Some(web.app.own_of(&web.access).await?.id);
    match set_out(&base, &headers, &client, Flow { trial: true, account, ..Flow::default() }).await {
        Ok(response) => Ok(response),
        Err(error) => provider::refused(&web, &base, &headers, error).await,
    }
}

/// Begins to link one's account. Only a page of this server leads here: who is signed in at the provider may be
/// somebody else's doing.
pub async fn link(
    web: Web,
    State(base): State<Base>,
    headers: HeaderMap,
    Caller(client): Caller,
) -> Result<Response, super::Oops> {
    let account = Some(web.app.own_of(&web.access).await?.id);
    let begun = match says_from_here(&headers) {
        true => set_out(&base, &headers, &client, Flow { account, ..Flow::default() }).await,
        false => Err(AppError::NotLetIn {
            wrong: "Something else than a page of this server led here.".to_owned(),
            right: "Use the button at /account.".to_owned(),
        }),
    };
    match begun {
        Ok(response) => Ok(response),
        Err(error) => account::again(&web, &headers, error).await,
    }
}

/// Takes the link of one's account away.
pub async fn unlink(
    web: Web,
    headers: HeaderMap,
    axum::Form(filled): axum::Form<Filled>,
) -> Result<Response, super::Oops> {
    let ctx = context(&web, &headers, "/account/provider/remove", &filled).await?;
    match web.app.unlink(&ctx).await {
        Ok(()) => Ok(Redirect::to("/account?done=unlinked").into_response()),
        Err(error) => account::again(&web, &headers, error).await,
    }
}

/// Where the browser comes back to.
pub async fn back(
    web: Result<Web, Problem>,
    State(base): State<Base>,
    headers: HeaderMap,
    Caller(client): Caller,
    Query(filled): Query<Filled>,
) -> Response {
    let web = web.ok();
    let came = match begun_here(&base, &headers, &filled).await {
        Err(error) => Err(error),
        Ok(flow) => match arrived(web.as_ref(), &base, &headers, &client, &filled, &flow).await {
            Err(error) => not_arrived(web.as_ref(), &base, &headers, &flow, error).await,
            arrived => arrived,
        },
    };
    let mut response = match came {
        Ok(response) => response,
        Err(error) => refused(sign_in_form(&base, &headers, &Filled::new()).await, &error),
    };
    response.headers_mut().append(header::SET_COOKIE, flow_cookie(&base.settings, ""));
    response
}

/// Whoever was signed in before reads where they began why nothing came of it; everybody else where one signs in.
async fn not_arrived(
    web: Option<&Web>,
    base: &Base,
    headers: &HeaderMap,
    flow: &Flow,
    error: AppError,
) -> Result<Response, AppError> {
    let shown = match web.filter(|_| flow.account.is_some()) {
        Some(web) if flow.trial => provider::refused(web, base, headers, error).await,
        Some(web) => account::again(web, headers, error).await,
        None => return Err(error),
    };
    shown.map_err(|e| e.0)
}

/// What was begun in this browser: nobody else's, whatever link somebody was sent.
async fn begun_here(base: &Base, headers: &HeaderMap, filled: &Filled) -> Result<Flow, AppError> {
    let state = filled.get("state").map(String::as_str).unwrap_or_default();
    let is_here = cookie(headers, flow_of(base.settings.secure)) == Some(state);
    base.app.end_flow(if is_here { state } else { "" }).await
}

/// What the provider says about whoever came back.
async fn said(base: &Base, headers: &HeaderMap, filled: &Filled, flow: &Flow) -> Result<Claims, AppError> {
    let door = base.app.provider_at_door().await?.ok_or_else(no_provider)?;
    let no = |wrong: String| AppError::NotLetIn { wrong, right: "Begin again.".to_owned() };
    if let Some(error) = filled.get("error") {
        let said = filled.get("error_description").unwrap_or(error);
        let said: String = said.chars().filter(|c| !c.is_control()).take(200).collect();
        return Err(no(format!("The provider did not let you in: {said}.")));
    }
    if filled.get("iss").is_some_and(|iss| *iss != door.settings.issuer) {
        return Err(no("The answer comes from another provider.".to_owned()));
    }
    let code = filled.get("code").cloned().unwrap_or_default();
    base.way.redeem(door, base.settings.back(headers), code, flow.verifier.clone(), flow.nonce.clone()).await
}

async fn arrived(
    web: Option<&Web>,
    base: &Base,
    headers: &HeaderMap,
    client: &Client,
    filled: &Filled,
    flow: &Flow,
) -> Result<Response, AppError> {
    let claims = said(base, headers, filled, flow).await?;
    let Some(account) = flow.account else {
        let filled = Filled::from([("next".to_owned(), flow.next.clone())]);
        return Ok(match base.app.enter(claims, client).await? {
            SignIn::Done(cookie) => let_in(base, &cookie, &next(&filled)),
            SignIn::NeedsCode(ticket) => respond(StatusCode::OK, &code_form(headers, &filled, ticket)),
        });
    };
    let web = web.filter(|w| w.access.account == Some(account)).ok_or_else(|| AppError::NotLetIn {
        wrong: "Whoever began this is not signed in any more.".to_owned(),
        right: "Sign in, and begin again.".to_owned(),
    })?;
    if flow.trial {
        let tried = web.app.try_provider(&web.access, claims).await?;
        return provider::tried(web, base, headers, tried).await;
    }
    let ctx = context(web, headers, "/account/provider", &Filled::new()).await?;
    web.app.link(&ctx, &claims).await?;
    Ok(Redirect::to("/account?done=linked").into_response())
}
