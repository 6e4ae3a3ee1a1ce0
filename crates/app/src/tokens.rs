//! Tokens: what programs bring to be let in.

use crate::access::{Access, Permission};
use crate::app::App;
use crate::audit::{Action, note};
use crate::context::Context;
use crate::error::AppError;
use crate::items::{boxed, keep_answer};
use crate::sign_in::secret;
use serde_json::json;
use std::sync::Arc;
use uuid::Uuid;
use watercourse_core::time::Instant;
use watercourse_store::{Conn, Token};

/// A token to be made.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NewToken {
    /// The account it is for, by name or id; one's own where none is named.
    pub account: Option<String>,
    /// What it is for.
    pub name: String,
    /// Ids of permissions it is narrowed to; empty: all the account has.
    pub scopes: Vec<String>,
    /// When it ends.
    pub expires: Option<Instant>,
}

impl App {
    /// Makes a token; the token itself, which is said this once, and what is kept of it.
    ///
    /// # Errors
    /// `NotFound` for an account one does not keep; when a scope or the end is off.
    pub async fn make_token(&self, ctx: &Context, new: NewToken) -> Result<(String, Token), AppError> {
        let now = self.now();
        if new.name.trim().is_empty() || new.name.chars().count() > 100 || new.name.contains(char::is_control) {
            let right = "Say in up to 100 characters what it is for.";
            return Err(AppError::invalid("/name", "The token needs a name.", right));
        }
        if new.expires.is_some_and(|at| at <= now) {
            return Err(AppError::invalid("/expires", "The token would have ended already.", "Name a later time."));
        }
        if let Some((index, off)) = new.scopes.iter().enumerate().find(|(_, s)| Permission::named(s).is_none()) {
            let known: Vec<&str> = Permission::ALL.iter().map(|p| p.id()).collect();
            let wrong = format!("There is no permission “{}”.", off.chars().take(60).collect::<String>());
            return Err(AppError::invalid(
                format!("/scopes/{index}"),
                wrong,
                format!("There are {}.", known.join(", ")),
            ));
        }
        let text = secret::fresh_token()?;
        let (app, ask) = (self.clone(), Arc::new((ctx.clone(), new, secret::digest(&text))));
        let write = boxed(move |conn: &mut Conn| {
            let (app, ask) = (app.clone(), Arc::clone(&ask));
            Box::pin(async move {
                let (ctx, new, digest) = &*ask;
                let account = match &new.account {
                    Some(named) => app.account_in(conn, &ctx.access, named).await?,
                    None => app.own_in(conn, &ctx.access).await?,
                };
                if ctx.access.account.is_some_and(|own| own != account.id) {
                    // A token for somebody else does what that account may, and a token to keep oneself.
                    ctx.access.may(Permission::AccountKeep)?;
                    if account.person.is_some() {
                        return Err(AppError::Denied("to act as somebody else"));
                    }
                }
                let token = Token {
                    id: Uuid::now_v7(),
                    digest: digest.clone(),
                    account: account.id,
                    name: new.name.trim().to_owned(),
                    scopes: new.scopes.clone(),
                    created: now,
                    expires: new.expires,
                    seen: None,
                };
                conn.insert_token(&token).await?;
                let detail = json!({ "account": token.account, "scopes": token.scopes, "expires": token.expires });
                note(conn, ctx, Action::TokenMade, &token.id.to_string(), detail, now).await?;
                keep_answer(conn, ctx, || json!(token.id).to_string(), now).await?;
                Ok(token)
            })
        });
        Ok((text, self.store.write(write).await?))
    }

    /// The tokens of an account one keeps, or of one's own, the youngest first.
    ///
    /// # Errors
    /// `NotFound` for an account one does not keep.
    pub async fn tokens(&self, access: &Access, account: Option<&str>) -> Result<Vec<Token>, AppError> {
        let account = match account {
            Some(named) => self.account(access, named).await?,
            None => self.own_of(access).await?,
        };
        Ok(self.store.reader().await?.tokens_of(account.id).await?)
    }

    /// Takes a token away; what brings it is not let in any more.
    ///
    /// # Errors
    /// `NotFound` where there is no such token of an account one keeps.
    pub async fn revoke_token(&self, ctx: &Context, account: Option<&str>, id: Uuid) -> Result<(), AppError> {
        let account = match account {
            Some(named) => self.account(&ctx.access, named).await?.id,
            None => self.own(ctx).await?.id,
        };
        let (ctx, now) = (Arc::new(ctx.clone()), self.now());
        let write = boxed(move |conn: &mut Conn| {
            let ctx = Arc::clone(&ctx);
            Box::pin(async move {
                if conn.delete_token(account, id).await? {
                    let detail = json!({ "account": account });
                    note(conn, &ctx, Action::TokenEnded, &id.to_string(), detail, now).await?;
                    return keep_answer(conn, &ctx, || json!(id).to_string(), now).await;
                }
                Err(AppError::not_found("such token", "It was taken away already."))
            })
        });
        self.store.write(write).await
    }
}
