//! Accounts and their tokens.

use super::once::{Once, is_repeated, replayed};
use super::operation::{Endpoint, Operation};
use super::schemas::{all_of, choice, flag, list, object, or_null, reference, text, time};
use super::sent::Sent;
use super::write::Headers;
use crate::problem::{Kind, Problem};
use crate::state::{Base, Web};
use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post, put};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;
use watercourse_app::{Account, AccountSort, NewAccount, NewToken, Permission, Token};
use watercourse_core::time::Instant;

const CHAPTER: &str = "Access";
const ONE: &str = "/api/v1/accounts/{id}";
const TOKENS: &str = "/api/v1/accounts/{id}/tokens";

pub(super) fn endpoints() -> Vec<Endpoint<Base>> {
    let permissions: Vec<&str> = Permission::ALL.iter().map(|p| p.id()).collect();
    let of = |operation: Operation| {
        operation.path("id", "The account's name or id.", "grace").problem(Kind::Denied).problem(Kind::NotFound)
    };
    vec![
        Operation::get("/api/v1/accounts", "list_accounts", CHAPTER, "The accounts you keep")
            .answers(200, "All of them, by name.", all_of("Account"))
            .problem(Kind::Denied)
            .by(get(accounts)),
        Operation::post("/api/v1/accounts", "add_account", CHAPTER, "Add an account")
            .about("A person's gets an invitation: whoever has it chooses a password at `/invitation`, within three days. It is in the answer, and never again.")
            .sends(
                object(&[
                    ("name", text("What one signs in with.")),
                    ("sort?", choice(&["person", "service"], "Whose it is; a person's where it is not said.")),
                    ("person?", or_null(text("The person, by id or handle; the one whose handle is the name where none is named."))),
                    ("display?", text("What people call them.")),
                ]),
                json!({"name": "grace", "display": "Grace Hopper"}),
            )
            .answers(201, "It is there.", reference("Account"))
            .problem(Kind::Invalid)
            .problem(Kind::Denied)
            .problem(Kind::NotFound)
            .by(post(add)),
        of(Operation::get(ONE, "get_account", CHAPTER, "An account"))
            .answers(200, "One you keep, or your own.", reference("Account"))
            .by(get(one)),
        of(Operation::post("/api/v1/accounts/{id}/invite", "invite_account", CHAPTER, "Invite somebody again"))
            .about("The invitation is in the answer, and never again. With it a new password is chosen.")
            .answers(200, "With the invitation.", reference("Account"))
            .problem(Kind::Invalid)
            .by(post(invite)),
        of(Operation::put("/api/v1/accounts/{id}/active", "set_account_active", CHAPTER, "End an account, or let it be used again"))
            .about("Ending it ends its sessions and tokens at once, on every node.")
            .sends(object(&[("active", flag("Whether it may be used."))]), json!({"active": false}))
            .answers(200, "As it is now.", reference("Account"))
            .problem(Kind::Invalid)
            .by(put(set_active)),
        of(Operation::get(TOKENS, "list_tokens", CHAPTER, "The tokens of an account"))
            .answers(200, "The youngest first, without what they are.", all_of("Token"))
            .by(get(tokens)),
        of(Operation::post(TOKENS, "make_token", CHAPTER, "Make a token"))
                    .about("The token is in the answer, and never again.")
                    .sends(
                        object(&[
                            ("name", text("What it is for.")),
                            ("scopes?", list(choice(&permissions, "What it is narrowed to; all the account may where the list is empty."))),
                            ("expires?", or_null(time("When it ends; never where it is not said."))),
                        ]),
                        json!({"name": "nightly report", "scopes": ["item:see"]}),
                    )
                    .answers(201, "It is made.", reference("Token"))
                    .problem(Kind::Invalid)
                    .by(post(make_token)),
        of(Operation::delete("/api/v1/accounts/{id}/tokens/{token}", "end_token", CHAPTER, "End a token"))
            .path("token", "Its id.", "0190a1b2-0000-7000-8000-000000000000")
            .answers_as(204, "It lets nobody in any more.", None)
            .by(delete(end_token)),
    ]
}

fn shown(account: &Account, invitation: Option<&str>) -> Value {
    let mut shown = json!({
        "id": account.id, "name": account.name, "sort": account.sort.id(), "person": account.person,
        "active": account.active, "has_password": account.password.is_some(),
        "has_second_factor": account.totp.is_some(), "is_linked": account.provider.is_some(),
        "invited_until": account.invited_until, "created": account.created,
    });
    if let Some(invitation) = invitation {
        shown["invitation"] = json!(invitation);
    }
    shown
}

fn token(token: &Token, secret: Option<&str>) -> Value {
    let mut shown = json!({
        "id": token.id, "name": token.name, "scopes": token.scopes, "created": token.created,
        "expires": token.expires, "seen": token.seen,
    });
    if let Some(secret) = secret {
        shown["token"] = json!(secret);
    }
    shown
}

async fn accounts(web: Web) -> Result<Json<Value>, Problem> {
    let all = web.app.accounts(&web.access).await?;
    Ok(Json(json!({"data": all.iter().map(|a| shown(a, None)).collect::<Vec<_>>()})))
}

async fn one(web: Web, Path(id): Path<String>) -> Result<Json<Value>, Problem> {
    Ok(Json(shown(&web.app.account(&web.access, &id).await?, None)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AccountSent {
    name: String,
    sort: Option<String>,
    person: Option<String>,
    #[serde(default)]
    display: String,
}

async fn add(web: Web, headers: Headers, sent: Sent) -> Result<Response, Problem> {
    let new: AccountSent = sent.read("An account takes name; optional are sort, person and display.")?;
    let sort = match new.sort.as_deref() {
        None | Some("person") => AccountSort::Person,
        Some("service") => AccountSort::Service,
        Some(_) => {
            let wrong = "An account is a person's or a service's.";
            return Err(Problem::new(Kind::Malformed, wrong, "Send person or service.").at("/sort", wrong));
        }
    };
    let context = headers.context(&web, &["POST", "accounts"], &sent.bytes, None).await?;
    if is_repeated(&web, &context).await? {
        let before = web.app.account(&web.access, &new.name).await?;
        return Ok(replayed((StatusCode::CREATED, Json(shown(&before, None))).into_response()));
    }
    let new = NewAccount { name: new.name, sort, person: new.person, display: new.display };
    let (account, code) = web.app.add_account(&context, new).await?;
    Ok((StatusCode::CREATED, Json(shown(&account, code.as_deref()))).into_response())
}

async fn invite(web: Web, Path(id): Path<String>, headers: Headers, sent: Sent) -> Result<Response, Problem> {
    let context = headers.context(&web, &["POST", "accounts", &id, "invite"], &sent.bytes, None).await?;
    if is_repeated(&web, &context).await? {
        return Ok(replayed(one(web, Path(id)).await?.into_response()));
    }
    let code = web.app.invite(&context, &id).await?;
    Ok(Json(shown(&web.app.account(&web.access, &id).await?, Some(&code))).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ActiveSent {
    active: bool,
}

async fn set_active(web: Web, Path(id): Path<String>, headers: Headers, sent: Sent) -> Result<Response, Problem> {
    let ActiveSent { active } = sent.read("Say active, true or false.")?;
    let context = headers.context(&web, &["PUT", "accounts", &id, "active"], &sent.bytes, None).await?;
    if is_repeated(&web, &context).await? {
        return Ok(replayed(one(web, Path(id)).await?.into_response()));
    }
    Ok(Json(shown(&web.app.set_active(&context, &id, active).await?, None)).into_response())
}

async fn tokens(web: Web, Path(id): Path<String>) -> Result<Json<Value>, Problem> {
    let all = web.app.tokens(&web.access, Some(&id)).await?;
    Ok(Json(json!({"data": all.iter().map(|t| token(t, None)).collect::<Vec<_>>()})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenSent {
    name: String,
    #[serde(default)]
    scopes: Vec<String>,
    expires: Option<Instant>,
}

async fn make_token(web: Web, Path(id): Path<String>, headers: Headers, sent: Sent) -> Result<Response, Problem> {
    let new: TokenSent = sent.read("A token takes name; optional are scopes and expires.")?;
    let context = headers.context(&web, &["POST", "accounts", &id, "tokens"], &sent.bytes, None).await?;
    if let Some(before) = Once::of(&web, &context).await?.answered::<Uuid>() {
        let all = web.app.tokens(&web.access, Some(&id)).await?;
        let before = all.iter().find(|t| t.id == before).map(|t| token(t, None));
        let before = before.ok_or_else(|| Problem::not_found("token", "that was made, any more"))?;
        return Ok(replayed((StatusCode::CREATED, Json(before)).into_response()));
    }
    let TokenSent { name, scopes, expires } = new;
    let (secret, kept) = web.app.make_token(&context, NewToken { account: Some(id), name, scopes, expires }).await?;
    Ok((StatusCode::CREATED, Json(token(&kept, Some(&secret)))).into_response())
}

async fn end_token(
    web: Web,
    Path((id, token)): Path<(String, String)>,
    headers: Headers,
    sent: Sent,
) -> Result<Response, Problem> {
    let number: Uuid = token.parse().map_err(|_| Problem::not_found("token", &token))?;
    let context = headers.context(&web, &["DELETE", "accounts", &id, "tokens", &token], &sent.bytes, None).await?;
    if is_repeated(&web, &context).await? {
        return Ok(replayed(StatusCode::NO_CONTENT.into_response()));
    }
    web.app.revoke_token(&context, Some(&id), number).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
