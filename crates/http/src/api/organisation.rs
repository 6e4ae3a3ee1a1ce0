//! Teams, people and services: simple records, put in their place by id.

use super::once::{Once, replayed};
use super::operation::{Endpoint, Operation};
use super::schemas::{all_of, list, object, or_null, reference, text};
use super::sent::Sent;
use super::write::Headers;
use crate::problem::{Kind, Problem};
use crate::state::{Base, Web};
use axum::Json;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, put};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use watercourse_app::{NewPerson, NewTeam};
use watercourse_core::calendar::CalendarDefinition;
use watercourse_store::{Person, Service, Team};

const CHAPTER: &str = "Organisation";

pub(super) fn endpoints() -> Vec<Endpoint<Base>> {
    let all = |what: &str, summary: &str, schema: &str| {
        Operation::get(&format!("/api/v1/{what}"), &format!("list_{what}"), CHAPTER, summary).answers(
            200,
            "All of them.",
            all_of(schema),
        )
    };
    let one =
        |what: &str, id: &str, summary: &str, schema: &str, example: &str| {
            Operation::get(&format!("/api/v1/{what}/{{id}}"), id, CHAPTER, summary)
                .path("id", "Its id.", example)
                .answers(200, "It.", reference(schema))
        };
    let put_one = |what: &str, id: &str, summary: &str, schema: &str, example: &str| {
        Operation::put(&format!("/api/v1/{what}/{{id}}"), id, CHAPTER, summary)
            .about("Makes it where it is not there, and replaces it where it is.")
            .path("id", "Its id.", example)
            .answers(200, "As it is kept now.", reference(schema))
            .problem(Kind::Invalid)
    };
    let capacity = or_null(json!({"type": "number", "description": "How many people's worth of time it has."}));
    let calendar = or_null(
        json!({"type": "object", "description": "When it works: `zone`, `hours` by day, `holidays`. Around the clock where none is given."}),
    );
    let team = object(&[
        ("name?", text("What people read.")),
        ("capacity?", capacity),
        ("calendar?", calendar),
        ("members?", list(text("A person's handle or id."))),
        ("entity?", belongs()),
    ]);
    let person = object(&[
        ("name", text("What people read.")),
        ("mail?", or_null(text("Where mail goes."))),
        ("entity?", belongs()),
    ]);
    let service = object(&[
        ("name", text("What people read.")),
        ("team?", or_null(text("The team that answers for it."))),
        ("about?", text("What it is, in a sentence.")),
        ("entity?", belongs()),
    ]);
    vec![
        all("teams", "All teams", "Team").by(get(teams)),
        one("teams", "get_team", "One team", "Team", "service-desk").by(get(team_of)),
        put_one("teams", "put_team", "Keep a team", "Team", "service-desk")
            .sends(team, json!({"name": "Service desk", "capacity": 4, "members": ["ada"]}))
            .by(put(put_team)),
        all("people", "Everybody", "Person").by(get(people)),
        one("people", "get_person", "One person, by handle or id", "Person", "ada").by(get(person_of)),
        put_one("people", "put_person", "Keep a person, by handle", "Person", "ada")
            .sends(person, json!({"name": "Ada Novak", "mail": "ada@example.org"}))
            .by(put(put_person)),
        all("services", "All services", "Service").by(get(services)),
        one("services", "get_service", "One service", "Service", "vpn").by(get(service_of)),
        put_one("services", "put_service", "Keep a service", "Service", "vpn")
            .sends(service, json!({"name": "VPN", "team": "operations", "about": "The way in from outside"}))
            .by(put(put_service)),
    ]
}

fn belongs() -> Value {
    or_null(text("The entity it belongs to; where none is named, the one its id begins with, else the root."))
}

fn all_of_them<T: Serialize>(rows: &[T]) -> Json<Value> {
    Json(json!({"data": rows}))
}

/// A team, with its calendar as an object.
fn team(team: &Team) -> Value {
    let calendar: Option<Value> = team.calendar.as_ref().and_then(|c| serde_json::from_str(c).ok());
    json!({"id": team.id, "name": team.name, "capacity": team.capacity, "calendar": calendar, "members": team.members, "entity": team.entity})
}

async fn teams(web: Web) -> Result<Json<Value>, Problem> {
    Ok(all_of_them(&web.app.teams(&web.access).await?.iter().map(team).collect::<Vec<_>>()))
}
async fn team_of(web: Web, Path(id): Path<String>) -> Result<Json<Value>, Problem> {
    let found = web.app.teams(&web.access).await?.into_iter().find(|t| t.id == id);
    found.map(|t| Json(team(&t))).ok_or_else(|| Problem::not_found("team", &id))
}
async fn people(web: Web) -> Result<Json<Value>, Problem> {
    Ok(all_of_them(&web.app.people(&web.access).await?))
}
async fn person_of(web: Web, Path(id): Path<String>) -> Result<Json<Person>, Problem> {
    Ok(Json(web.app.person(&web.access, &id).await?))
}
async fn services(web: Web) -> Result<Json<Value>, Problem> {
    Ok(all_of_them(&web.app.services(&web.access).await?))
}
async fn service_of(web: Web, Path(id): Path<String>) -> Result<Json<Service>, Problem> {
    let found = web.app.services(&web.access).await?.into_iter().find(|s| s.id == id);
    found.map(Json).ok_or_else(|| Problem::not_found("service", &id))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TeamSent {
    #[serde(default)]
    name: String,
    capacity: Option<f64>,
    calendar: Option<CalendarDefinition>,
    #[serde(default)]
    members: Vec<String>,
    entity: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PersonSent {
    name: String,
    mail: Option<String>,
    entity: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ServiceSent {
    name: String,
    team: Option<String>,
    #[serde(default)]
    about: String,
    entity: Option<String>,
}

async fn put_team(web: Web, Path(id): Path<String>, headers: Headers, sent: Sent) -> Result<Response, Problem> {
    let new: TeamSent = sent.read("A team takes name, capacity, calendar, members and entity, all optional.")?;
    let context = headers.context(&web, &["PUT", "teams", &id], &sent.bytes, None).await?;
    if let Some(before) = Once::of(&web, &context).await?.answered::<Team>() {
        return Ok(replayed(Json(team(&before)).into_response()));
    }
    let TeamSent { name, capacity, calendar, members, entity } = new;
    let kept = web.app.put_team(&context, NewTeam { id, name, capacity, calendar, members, entity }).await?;
    Ok(Json(team(&kept)).into_response())
}

async fn put_person(web: Web, Path(id): Path<String>, headers: Headers, sent: Sent) -> Result<Response, Problem> {
    let new: PersonSent = sent.read("A person takes name; optional are mail and entity.")?;
    let context = headers.context(&web, &["PUT", "people", &id], &sent.bytes, None).await?;
    if let Some(before) = Once::of(&web, &context).await?.answered::<Value>() {
        return Ok(replayed(Json(before).into_response()));
    }
    let kept = web
        .app
        .put_person(&context, NewPerson { handle: id, name: new.name, mail: new.mail, entity: new.entity })
        .await?;
    Ok(Json(json!(kept)).into_response())
}

async fn put_service(web: Web, Path(id): Path<String>, headers: Headers, sent: Sent) -> Result<Response, Problem> {
    let new: ServiceSent = sent.read("A service takes name; optional are team, about and entity.")?;
    let context = headers.context(&web, &["PUT", "services", &id], &sent.bytes, None).await?;
    if let Some(before) = Once::of(&web, &context).await?.answered::<Value>() {
        return Ok(replayed(Json(before).into_response()));
    }
    let kept = web
        .app
        .put_service(
            &context,
            Service { id, name: new.name, team: new.team, about: new.about, entity: new.entity.unwrap_or_default() },
        )
        .await?;
    Ok(Json(json!(kept)).into_response())
}
