//! Writing the trail, and reading it.

use super::action::Action;
use crate::access::{Access, Permission};
use crate::app::App;
use crate::context::Context;
use crate::error::AppError;
use serde_json::Value;
use watercourse_core::time::Instant;
use watercourse_store::{AuditRow, Conn, ROOT};

/// Writes a change down that is no fact of an item, in the transaction that makes it. `detail` tells what it is
/// now, without secrets, and people by id only: what is written here is never taken away.
///
/// # Errors
/// The store's.
pub async fn note(
    conn: &mut Conn,
    ctx: &Context,
    action: Action,
    object: &str,
    mut detail: Value,
    now: Instant,
) -> Result<(), AppError> {
    if let (Some(account), Some(detail)) = (ctx.access.account, detail.as_object_mut()) {
        detail.insert("by_account".to_owned(), account.to_string().into());
    }
    let row = AuditRow {
        seq: 0,
        at: now,
        actor: ctx.actor.clone(),
        action: action.id().to_owned(),
        object: object.to_owned(),
        detail: detail.to_string(),
    };
    Ok(conn.insert_audit(&row).await?)
}

impl App {
    /// The audit trail, newest first: changes with smaller numbers than `before`, of one action and one object
    /// where that is said.
    ///
    /// # Errors
    /// `Denied`, or `Invalid` where there is no such action.
    pub async fn trail(
        &self,
        access: &Access,
        before: Option<i64>,
        action: Option<&str>,
        object: Option<&str>,
        limit: usize,
    ) -> Result<Vec<AuditRow>, AppError> {
        access.may_in(Permission::AuditRead, ROOT)?;
        if let Some(unknown) = action.filter(|a| Action::named(a).is_none()) {
            let shown: String = unknown.chars().take(60).collect();
            let right = "Give one such as stream:published.";
            return Err(AppError::invalid("?action", format!("There is no action “{shown}”."), right));
        }
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let before = before.unwrap_or(i64::MAX);
        Ok(self.store.reader().await?.audit_before(before, action, object, limit).await?)
    }
}
