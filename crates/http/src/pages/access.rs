//! `/access`: the tree of entities, and the roles.

use super::access_view::{AccessPage, EntityLine, RoleLine};
use super::asking::{Filled, context, new_key};
use super::oops::{Oops, beside};
use super::shell::{respond, shell};
use super::verb_form::Said;
use crate::state::Web;
use axum::Form;
use axum::extract::Query;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use std::collections::BTreeMap;
use watercourse_app::{AppError, Entity, EntitySettings, NewEntity, NewRole, Permission, ROOT};

/// Shows the page.
pub async fn page(web: Web, headers: HeaderMap, Query(asked): Query<Filled>) -> Result<Response, Oops> {
    let done = match asked.get("done").map(String::as_str) {
        Some("entity") => "The entity is kept.",
        Some("role") => "The role is kept.",
        _ => "",
    };
    let page = build(&web, &headers, None, done).await?;
    Ok(respond(StatusCode::OK, &page))
}

async fn build(web: &Web, headers: &HeaderMap, refusal: Option<Said>, done: &str) -> Result<AccessPage, AppError> {
    let entities = web.app.entities(&web.access).await?;
    let mut lines = Vec::new();
    branch(&entities, None, 0, &mut lines);
    let roles = if web.access.has(Permission::AccountKeep) { web.app.roles(&web.access).await? } else { Vec::new() };
    let roles = roles.into_iter().map(|role| RoleLine {
        permissions: Permission::ALL
            .iter()
            .map(|p| (p.id(), p.about().trim(), role.permissions.iter().any(|has| has == p.id())))
            .collect(),
        has: role.permissions.join(", "),
        id: role.id,
        name: role.name,
    });
    Ok(AccessPage {
        shell: shell(web, headers, "Access", "access").await?,
        entities: lines,
        keeps_entities: web.access.has(Permission::OrganisationKeep),
        roles: roles.collect(),
        permissions: Permission::ALL.iter().map(|p| (p.id(), p.about().trim())).collect(),
        keeps_roles: web.access.may_in(Permission::AccountKeep, ROOT).is_ok(),
        keeps_outside: web.access.has(Permission::OutsideKeep),
        entity_key: new_key(),
        role_key: new_key(),
        refusal,
        done: done.to_owned(),
    })
}

/// An entity and what lies below it; of those whose parent is not known, the first above that is.
fn branch(entities: &[Entity], below: Option<&str>, depth: usize, lines: &mut Vec<EntityLine>) {
    for entity in entities.iter().filter(|e| e.parent.as_deref() == below) {
        let settings: EntitySettings = serde_json::from_str(&entity.settings).unwrap_or_default();
        let words: Vec<String> = [
            settings.prefix.map(|p| format!("keys begin with {p}")),
            settings.calendar.map(|_| "a calendar of its own".to_owned()),
        ]
        .into_iter()
        .flatten()
        .collect();
        lines.push(EntityLine { id: entity.id.clone(), name: entity.name.clone(), depth, settings: words.join(", ") });
        branch(entities, Some(&entity.id), depth + 1, lines);
    }
}

async fn refused(web: &Web, headers: &HeaderMap, error: AppError) -> Result<Response, Oops> {
    let (status, said) = beside(error)?;
    let page = build(web, headers, Some(said), "").await?;
    Ok(respond(status, &page))
}

/// Keeps an entity.
pub async fn put_entity(web: Web, headers: HeaderMap, Form(filled): Form<Filled>) -> Result<Response, Oops> {
    let text = |name: &str| filled.get(name).map(|v| v.trim().to_owned()).unwrap_or_default();
    let context = context(&web, &headers, "/access/entities", &filled).await?;
    // A form has no field for a calendar: what is set already stays.
    let known = web.app.entities(&web.access).await?.into_iter().find(|e| e.id == text("id"));
    let before: EntitySettings = known.and_then(|e| serde_json::from_str(&e.settings).ok()).unwrap_or_default();
    let settings = EntitySettings { prefix: Some(text("prefix")).filter(|p| !p.is_empty()), ..before };
    let new = NewEntity { id: text("id"), parent: Some(text("parent")), name: text("name"), settings };
    match web.app.put_entity(&context, new).await {
        Ok(_) => Ok(Redirect::to("/access?done=entity").into_response()),
        Err(error) => refused(&web, &headers, error).await,
    }
}

/// Keeps a role.
pub async fn put_role(
    web: Web,
    headers: HeaderMap,
    Form(filled): Form<Vec<(String, String)>>,
) -> Result<Response, Oops> {
    let permissions = filled.iter().filter(|(name, _)| name == "permission").map(|(_, v)| v.clone()).collect();
    let mut once: BTreeMap<String, String> = filled.iter().filter(|(name, _)| name != "permission").cloned().collect();
    let id = once.get("id").map(|v| v.trim().to_owned()).unwrap_or_default();
    let name = once.get("name").map(|v| v.trim().to_owned()).unwrap_or_default();
    let new = NewRole { id, name, permissions };
    once.insert("permissions".to_owned(), new.permissions.join(" "));
    let context = context(&web, &headers, "/access/roles", &once).await?;
    match web.app.put_role(&context, new).await {
        Ok(_) => Ok(Redirect::to("/access?done=role").into_response()),
        Err(error) => refused(&web, &headers, error).await,
    }
}
