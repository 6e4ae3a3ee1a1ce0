//! `/audit`: the audit trail, newest first.

use super::audit_view::{AuditPage, AuditRow};
use super::oops::Oops;
use super::shell::{render, shell};
use crate::state::Web;
use crate::view::{html, say};
use axum::extract::Query;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use std::collections::HashMap;
use watercourse_core::actor::Actor;
use watercourse_core::id::PersonId;

/// Rows of one page.
const ROWS: usize = 100;

/// What is looked for; empty where nothing is said.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    before: Option<i64>,
    #[serde(default)]
    action: String,
    #[serde(default)]
    object: String,
}

/// Shows a page of the trail.
pub async fn page(web: Web, headers: HeaderMap, Query(asked): Query<Asked>) -> Result<Response, Oops> {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let (action, object) = (some(&asked.action), some(&asked.object));
    let trail = web.app.trail(&web.access, asked.before, action.as_deref(), object.as_deref(), ROWS).await?;
    let shell = shell(&web, &headers, "Audit trail", "audit").await?;
    let people = web.app.people(&web.access).await?;
    let names: HashMap<PersonId, String> = people.into_iter().map(|p| (p.id, p.name)).collect();
    let who = |actor: &Actor| match actor {
        Actor::Person(id) => names.get(id).cloned().unwrap_or_else(|| "A former person".to_owned()),
        other => other.to_string(),
    };
    let earlier = trail.last().filter(|_| trail.len() == ROWS).map(|last| {
        let (action, object) = (html::query(&asked.action), html::query(&asked.object));
        format!("/audit?before={}&action={action}&object={object}", last.seq)
    });
    let rows = trail
        .iter()
        .map(|row| AuditRow {
            number: row.seq,
            at: say::exact(row.at.millis()),
            who: who(&row.actor),
            action: row.action.clone(),
            same_action: format!("/audit?action={}", html::query(&row.action)),
            object: row.object.clone(),
            same_object: format!("/audit?object={}", html::query(&row.object)),
            detail: row.detail.clone(),
        })
        .collect();
    let narrowed = !asked.action.is_empty() || !asked.object.is_empty() || asked.before.is_some();
    Ok(render(&AuditPage { shell, rows, earlier, narrowed }))
}
