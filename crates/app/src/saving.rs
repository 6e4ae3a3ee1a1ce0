//! Saved views: filters with a name, for oneself or shared.

use crate::access::{Access, Permission};
use crate::app::App;
use crate::audit::{Action, note};
use crate::context::Context;
use crate::error::AppError;
use crate::items::{boxed, keep_answer};
use std::sync::Arc;
use watercourse_core::time::Instant;
use watercourse_store::{Conn, ROOT, SavedView, Sort};

/// The most characters of a view's name.
const NAME_MOST: usize = 100;

/// A view, new or to be changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewView {
    /// A short name for addresses and commands, such as `my-waiting`.
    pub id: String,
    /// What people read; its id where empty.
    pub name: String,
    /// The filter.
    pub q: String,
    /// The order.
    pub sort: Sort,
    /// Whether others see it too. Where nobody signs in, every view is shared.
    pub is_shared: bool,
    /// The entity whose people see it, if it is shared; empty: the whole organisation.
    pub entity: String,
}

impl App {
    /// The views that somebody sees: their own, and the shared ones of entities whose items they see. By name.
    ///
    /// # Errors
    /// The store's.
    pub async fn saved_views(&self, access: &Access) -> Result<Vec<SavedView>, AppError> {
        access.may(Permission::ItemSee)?;
        let owner = owner(access);
        let views = self.store.reader().await?.views_of(&owner).await?;
        Ok(views.into_iter().filter(|v| !v.owner.is_empty() || access.horizon.holds(&v.entity)).collect())
    }
    /// The view with an id: one’s own before a shared one.
    ///
    /// # Errors
    /// `NotFound` where there is none that one sees.
    pub async fn saved_view(&self, access: &Access, id: &str) -> Result<SavedView, AppError> {
        let mut views = self.saved_views(access).await?;
        views.retain(|v| v.id == id);
        views.sort_by_key(|v| v.owner.is_empty());
        views.into_iter().next().ok_or_else(|| no_view(id))
    }
    /// Keeps a view, new or changed. Its filter is checked first.
    ///
    /// # Errors
    /// When its id, name or filter is off, or it is shared by somebody who may not keep what others see.
    pub async fn put_view(&self, ctx: &Context, new: NewView) -> Result<SavedView, AppError> {
        ctx.access.may(Permission::ItemSee)?;
        crate::organisation::label("/id", &new.id)?;
        if new.name.chars().count() > NAME_MOST || new.name.chars().any(char::is_control) {
            let right = format!("Use one line of up to {NAME_MOST} characters.");
            return Err(AppError::invalid("/name", "The name is too long, or has more than one line.", right));
        }
        crate::listing::read(&new.q)?;
        let own = owner(&ctx.access);
        let is_shared = new.is_shared || own.is_empty();
        let entity = if new.entity.is_empty() { ROOT.to_owned() } else { new.entity };
        if is_shared {
            ctx.access.may_in(Permission::OrganisationKeep, &entity)?;
        }
        let view = SavedView {
            owner: if is_shared { String::new() } else { own },
            name: if new.name.trim().is_empty() { crate::organisation::title_of(&new.id) } else { new.name },
            id: new.id,
            entity,
            q: new.q,
            sort: new.sort,
            changed_at: self.now(),
        };
        let (ctx, now) = (Arc::new(ctx.clone()), self.now());
        let write = boxed(move |conn: &mut Conn| {
            let (ctx, view) = (Arc::clone(&ctx), view.clone());
            Box::pin(async move {
                conn.put_view(&view).await?;
                noted(conn, &ctx, Action::ViewKept, &view, now).await?;
                keep_answer(conn, &ctx, || serde_json::to_string(&view).unwrap_or_default(), now).await?;
                Ok(view)
            })
        });
        self.store.write(write).await
    }
    /// Takes a view away: one’s own, or else a shared one.
    ///
    /// # Errors
    /// `NotFound` where there is none that one sees; `Denied` where it is shared and not one’s to take.
    pub async fn delete_view(&self, ctx: &Context, id: &str) -> Result<(), AppError> {
        let view = self.saved_view(&ctx.access, id).await?;
        if view.owner.is_empty() {
            ctx.access.may_in(Permission::OrganisationKeep, &view.entity)?;
        }
        let (ctx, now) = (Arc::new(ctx.clone()), self.now());
        let write = boxed(move |conn: &mut Conn| {
            let (ctx, view) = (Arc::clone(&ctx), view.clone());
            Box::pin(async move {
                conn.delete_view(&view.owner, &view.id).await?;
                noted(conn, &ctx, Action::ViewRemoved, &view, now).await?;
                keep_answer(conn, &ctx, || "null".to_owned(), now).await
            })
        });
        self.store.write(write).await
    }
}

/// Whose views somebody keeps as their own: their account’s.
fn owner(access: &Access) -> String {
    access.account.map(|account| account.to_string()).unwrap_or_default()
}

/// Writes down what is done to a view that others see. Without its filter: that may hold words to be erased one day.
async fn noted(conn: &mut Conn, ctx: &Context, action: Action, view: &SavedView, now: Instant) -> Result<(), AppError> {
    if !view.owner.is_empty() {
        return Ok(());
    }
    note(conn, ctx, action, &view.id, serde_json::json!({ "entity": view.entity }), now).await
}

fn no_view(id: &str) -> AppError {
    let shown: String = id.chars().take(60).collect();
    AppError::not_found(format!("view “{shown}”"), "GET /api/v1/views lists those there are.")
}
