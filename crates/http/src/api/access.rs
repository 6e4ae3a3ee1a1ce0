//! Entities, roles, and who has them.

use super::once::{Once, replayed};
use super::operation::{Endpoint, Operation};
use super::schemas::{choice, list, object, or_null, reference, text};
use super::sent::Sent;
use super::write::Headers;
use crate::problem::{Kind, Problem};
use crate::state::{Base, Web};
use axum::Json;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, put};
use serde::Deserialize;
use serde_json::{Value, json};
use watercourse_app::{Entity, EntitySettings, Granted, NewEntity, NewRole, Permission, Role};
use watercourse_core::id::AccountId;

const CHAPTER: &str = "Access";

pub(super) fn endpoints() -> Vec<Endpoint<Base>> {
    let permissions: Vec<&str> = Permission::ALL.iter().map(|p| p.id()).collect();
    let all = |schema: &str| object(&[("data", list(reference(schema)))]);
    let settings = json!({"type": "object", "description": "What is set here and not inherited: `prefix` of keys, `calendar` of teams without one."});
    vec![
        Operation::get("/api/v1/entities", "list_entities", CHAPTER, "The entities you know of")
            .answers(200, "All of them.", all("Entity"))
            .by(get(entities)),
        Operation::put("/api/v1/entities/{id}", "put_entity", CHAPTER, "Keep an entity")
            .about("A part of the organisation that sees its own work. Ids of what belongs to it begin with its id and a hyphen.")
            .path("id", "Its id.", "be")
            .sends(
                object(&[
                    ("name?", text("What people read.")),
                    ("parent?", or_null(text("The entity it is part of; the root where none is named."))),
                    ("settings?", settings),
                ]),
                json!({"name": "Belgium", "settings": {"prefix": "BE"}}),
            )
            .answers(200, "As it is kept now.", reference("Entity"))
            .problem(Kind::Invalid)
            .problem(Kind::Denied)
            .by(put(put_entity)),
        Operation::get("/api/v1/roles", "list_roles", CHAPTER, "All roles")
            .answers(200, "All of them.", all("Role"))
            .problem(Kind::Denied)
            .by(get(roles)),
        Operation::put("/api/v1/roles/{id}", "put_role", CHAPTER, "Keep a role")
            .path("id", "Its id.", "dispatcher")
            .sends(
                object(&[
                    ("name?", text("What people read.")),
                    ("permissions", list(choice(&permissions, "What it allows."))),
                ]),
                json!({"name": "Dispatcher", "permissions": ["item:see", "item:act"]}),
            )
            .answers(200, "As it is kept now.", reference("Role"))
            .problem(Kind::Invalid)
            .problem(Kind::Denied)
            .by(put(put_role)),
        Operation::get("/api/v1/accounts/{id}/roles", "list_granted", CHAPTER, "The roles of an account")
            .path("id", "The account's id.", "0190a1b2-0000-7000-8000-000000000000")
            .answers(200, "All of them.", all("Granted"))
            .problem(Kind::Denied)
            .by(get(granted)),
        Operation::put("/api/v1/accounts/{id}/roles", "grant_roles", CHAPTER, "Give an account its roles")
            .about("In place of those it was given by hand before. Nobody gives, or takes, what they do not have as far themselves.")
            .path("id", "The account's id.", "0190a1b2-0000-7000-8000-000000000000")
            .sends(
                object(&[(
                    "roles",
                    list(object(&[
                        ("role", text("A role's id.")),
                        ("scope", text("How far: `all`, `entity:ID`, `team` or `own`.")),
                    ])),
                )]),
                json!({"roles": [{"role": "agent", "scope": "entity:be"}]}),
            )
            .answers(200, "As they are now.", all("Granted"))
            .problem(Kind::Invalid)
            .problem(Kind::Denied)
            .by(put(grant)),
    ]
}

fn entity(entity: &Entity) -> Value {
    let settings: Value = serde_json::from_str(&entity.settings).unwrap_or_default();
    json!({"id": entity.id, "parent": entity.parent, "name": entity.name, "settings": settings})
}

fn role(role: &Role) -> Value {
    json!({"id": role.id, "name": role.name, "permissions": role.permissions})
}

fn shown(granted: &[Granted]) -> Value {
    let each = |g: &Granted| json!({"role": g.role, "scope": g.scope, "source": g.source});
    json!({"data": granted.iter().map(each).collect::<Vec<_>>()})
}

fn account(id: &str) -> Result<AccountId, Problem> {
    id.parse().map_err(|_| Problem::not_found("account", id))
}

async fn entities(web: Web) -> Result<Json<Value>, Problem> {
    let all: Vec<Value> = web.app.entities(&web.access).await?.iter().map(entity).collect();
    Ok(Json(json!({"data": all})))
}

async fn roles(web: Web) -> Result<Json<Value>, Problem> {
    let all: Vec<Value> = web.app.roles(&web.access).await?.iter().map(role).collect();
    Ok(Json(json!({"data": all})))
}

async fn granted(web: Web, Path(id): Path<String>) -> Result<Json<Value>, Problem> {
    Ok(Json(shown(&web.app.granted_to(&web.access, account(&id)?).await?)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EntitySent {
    #[serde(default)]
    name: String,
    parent: Option<String>,
    #[serde(default)]
    settings: EntitySettings,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RoleSent {
    #[serde(default)]
    name: String,
    permissions: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GrantSent {
    roles: Vec<GrantedSent>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GrantedSent {
    role: String,
    scope: String,
}

async fn put_entity(web: Web, Path(id): Path<String>, headers: Headers, sent: Sent) -> Result<Response, Problem> {
    let new: EntitySent = sent.read("An entity takes name, parent and settings, all optional.")?;
    let context = headers.context(&web, &["PUT", "entities", &id], &sent.bytes, None).await?;
    if let Some(before) = Once::of(&web, &context).await?.answered::<Entity>() {
        return Ok(replayed(Json(entity(&before)).into_response()));
    }
    let EntitySent { name, parent, settings } = new;
    let kept = web.app.put_entity(&context, NewEntity { id, parent, name, settings }).await?;
    Ok(Json(entity(&kept)).into_response())
}

async fn put_role(web: Web, Path(id): Path<String>, headers: Headers, sent: Sent) -> Result<Response, Problem> {
    let new: RoleSent = sent.read("A role takes permissions, and optional name.")?;
    let context = headers.context(&web, &["PUT", "roles", &id], &sent.bytes, None).await?;
    if let Some(before) = Once::of(&web, &context).await?.answered::<Role>() {
        return Ok(replayed(Json(role(&before)).into_response()));
    }
    let kept = web.app.put_role(&context, NewRole { id, name: new.name, permissions: new.permissions }).await?;
    Ok(Json(role(&kept)).into_response())
}

async fn grant(web: Web, Path(id): Path<String>, headers: Headers, sent: Sent) -> Result<Response, Problem> {
    let new: GrantSent = sent.read("Roles are given as roles, a list of role and scope.")?;
    let context = headers.context(&web, &["PUT", "accounts", &id, "roles"], &sent.bytes, None).await?;
    if let Some(before) = Once::of(&web, &context).await?.answered::<Vec<Granted>>() {
        return Ok(replayed(Json(shown(&before)).into_response()));
    }
    let roles = new.roles.into_iter().map(|g| (g.role, g.scope)).collect();
    let kept = web.app.grant(&context, account(&id)?, roles).await?;
    Ok(Json(shown(&kept)).into_response())
}
