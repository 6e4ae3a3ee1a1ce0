//! People, teams and services: simple records.

use crate::access::{Access, Permission};
use crate::app::{App, Change};
use crate::audit::{Action, note};
use crate::context::Context;
use crate::entities::{Tree, fitting};
use crate::error::AppError;
use crate::items::keep_answer;
use crate::validate;
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;
use watercourse_core::calendar::{Calendar, CalendarDefinition, WeeklyHours};
use watercourse_core::id::PersonId;
use watercourse_store::{Conn, Person, ROOT, Service, Standing, Team};

/// A person, new or to be changed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NewPerson {
    /// A short unique name, such as `ada`.
    pub handle: String,
    /// What people read.
    pub name: String,
    /// Where mail goes.
    pub mail: Option<String>,
    /// The entity they belong to; the one the handle begins with, or the root, where none is named.
    pub entity: Option<String>,
}

/// A team, new or to be changed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NewTeam {
    /// Its id, as stream files name it.
    pub id: String,
    /// What people read; its id where empty.
    pub name: String,
    /// How many people's worth of time it has.
    pub capacity: Option<f64>,
    /// When it works; around the clock where none is given.
    pub calendar: Option<CalendarDefinition>,
    /// Its members, by handle or id.
    pub members: Vec<String>,
    /// The entity it belongs to; the one its id begins with, or the root, where none is named.
    pub entity: Option<String>,
}

/// By which hours business time is counted.
#[derive(Debug, Clone)]
pub struct WorkingCalendars {
    /// Where a team has none of its own: the entity's, else weekdays from 9 to 17 in UTC.
    pub usual: Calendar,
    /// Whether the entity or one above it has one.
    pub is_set: bool,
    /// Those of the teams that have one.
    pub teams: BTreeMap<String, Calendar>,
}

fn nine_to_five() -> CalendarDefinition {
    let hours = WeeklyHours::weekdays(&["09:00-17:00"]);
    CalendarDefinition { zone: "UTC".to_owned(), holidays: Vec::new(), hours }
}

impl App {
    /// Keeps a person: new, or changed where the handle is known.
    ///
    /// # Errors
    /// When the handle or the name is off.
    pub async fn put_person(&self, ctx: &Context, new: NewPerson) -> Result<Person, AppError> {
        ctx.access.may(Permission::OrganisationKeep)?;
        label("/handle", &new.handle)?;
        if new.name.trim().is_empty() {
            return Err(AppError::invalid("/name", "The name is empty.", "Say what people call them."));
        }
        let (ctx, now) = (Arc::new(ctx.clone()), self.now());
        let write = crate::items::boxed(move |conn: &mut Conn| {
            let (ctx, new) = (Arc::clone(&ctx), new.clone());
            Box::pin(async move {
                let known = conn.person_by_handle(&new.handle).await?;
                let old = known.as_ref().map(|p| p.entity.as_str());
                let entity = place(conn, &ctx.access, &new.handle, new.entity.as_deref(), old).await?;
                let id = known.as_ref().map_or_else(|| PersonId(Uuid::now_v7()), |p| p.id);
                let person = Person { id, handle: new.handle, name: new.name, mail: new.mail, entity };
                conn.put_person(&person).await?;
                // Never the name or the address itself: what is in the trail cannot be erased.
                let changed: Vec<&str> = [
                    ("name", known.as_ref().map(|k| &k.name) != Some(&person.name)),
                    ("mail", known.as_ref().map(|k| &k.mail) != Some(&person.mail)),
                ]
                .iter()
                .filter_map(|(what, is)| is.then_some(*what))
                .collect();
                let detail = json!({ "new": known.is_none(), "changed": changed });
                note(conn, &ctx, Action::PersonKept, &id.to_string(), detail, now).await?;
                keep_answer(conn, &ctx, || serde_json::to_string(&person).unwrap_or_default(), now).await?;
                Ok(person)
            })
        });
        let person = self.store.write(write).await?;
        self.tell(Change::Organisation);
        Ok(person)
    }
    /// Everybody, by handle.
    ///
    /// # Errors
    /// The store's.
    pub async fn people(&self, access: &Access) -> Result<Vec<Person>, AppError> {
        let mut people = self.store.reader().await?.people().await?;
        people.retain(|p| access.horizon.holds(&p.entity));
        Ok(people)
    }
    /// The person with a handle or id.
    ///
    /// # Errors
    /// `NotFound` where there is none.
    pub async fn person(&self, access: &Access, named: &str) -> Result<Person, AppError> {
        let mut conn = self.store.reader().await?;
        let id = self.somebody(&mut conn, access, named).await?;
        conn.person_by_id(id).await?.ok_or_else(|| AppError::not_found(format!("person “{named}”"), ""))
    }
    /// Keeps a team, new or changed.
    ///
    /// # Errors
    /// When its id, calendar or capacity is off, or a member is not known.
    pub async fn put_team(&self, ctx: &Context, new: NewTeam) -> Result<Team, AppError> {
        ctx.access.may(Permission::OrganisationKeep)?;
        label("/id", &new.id)?;
        if new.capacity.is_some_and(|c| !c.is_finite() || c < 0.0) {
            return Err(AppError::invalid(
                "/capacity",
                "The capacity is no number of people.",
                "Give a number such as 3.5.",
            ));
        }
        if let Some(calendar) = &new.calendar
            && let Err(errors) = Calendar::new(calendar.clone())
        {
            let said: Vec<String> = errors.iter().map(ToString::to_string).collect();
            return Err(AppError::invalid("/calendar", format!("The calendar is off: {}.", said.join("; ")), ""));
        }
        let (app, ctx, now) = (self.clone(), Arc::new(ctx.clone()), self.now());
        let write = crate::items::boxed(move |conn: &mut Conn| {
            let (app, ctx, new) = (app.clone(), Arc::clone(&ctx), new.clone());
            Box::pin(async move {
                let old = conn.teams().await?.into_iter().find(|t| t.id == new.id).map(|t| t.entity);
                let entity = place(conn, &ctx.access, &new.id, new.entity.as_deref(), old.as_deref()).await?;
                let mut members = Vec::with_capacity(new.members.len());
                for member in &new.members {
                    members.push(app.somebody(conn, &ctx.access, member).await?);
                }
                let calendar = new.calendar.as_ref().and_then(|c| serde_json::to_string(c).ok());
                let name = if new.name.trim().is_empty() { title_of(&new.id) } else { new.name };
                let team = Team { id: new.id, name, capacity: new.capacity, calendar, members, entity };
                conn.put_team(&team).await?;
                note(conn, &ctx, Action::TeamKept, &team.id, json!(&team), now).await?;
                keep_answer(conn, &ctx, || serde_json::to_string(&team).unwrap_or_default(), now).await?;
                Ok(team)
            })
        });
        let team = self.store.write(write).await?;
        self.tell(Change::Organisation);
        Ok(team)
    }
    /// All teams, by id.
    ///
    /// # Errors
    /// The store's.
    pub async fn teams(&self, access: &Access) -> Result<Vec<Team>, AppError> {
        let mut teams = self.store.reader().await?.teams().await?;
        teams.retain(|t| access.horizon.holds(&t.entity));
        Ok(teams)
    }
    /// The calendars of the teams that have one.
    ///
    /// # Errors
    /// The store's.
    pub async fn calendars(&self, access: &Access) -> Result<BTreeMap<String, Calendar>, AppError> {
        let read = |t: Team| Some((t.id, serde_json::from_str::<Calendar>(&t.calendar?).ok()?));
        Ok(self.teams(access).await?.into_iter().filter_map(read).collect())
    }
    /// The calendars by which business time is counted for the work of an entity.
    ///
    /// # Errors
    /// The store's.
    pub async fn working_calendars(&self, access: &Access, entity: Option<&str>) -> Result<WorkingCalendars, AppError> {
        let teams = self.calendars(access).await?;
        let tree = Tree::load(&mut self.store.reader().await?).await?;
        let own = tree.settings(entity.unwrap_or(ROOT)).calendar.and_then(|c| Calendar::new(c).ok());
        let (usual, is_set) = match own {
            Some(calendar) => (calendar, true),
            None => (Calendar::new(nine_to_five()).unwrap_or_else(|_| Calendar::around_the_clock()), false),
        };
        Ok(WorkingCalendars { usual, is_set, teams })
    }
    /// Keeps a service, new or changed.
    ///
    /// # Errors
    /// When its id is off or its team is not known.
    pub async fn put_service(&self, ctx: &Context, service: Service) -> Result<Service, AppError> {
        ctx.access.may(Permission::OrganisationKeep)?;
        label("/id", &service.id)?;
        let (ctx, now) = (Arc::new(ctx.clone()), self.now());
        let write = crate::items::boxed(move |conn: &mut Conn| {
            let (ctx, service) = (Arc::clone(&ctx), service.clone());
            Box::pin(async move {
                let old = conn.services().await?.into_iter().find(|s| s.id == service.id).map(|s| s.entity);
                let named = Some(service.entity.as_str()).filter(|e| !e.is_empty());
                let entity = place(conn, &ctx.access, &service.id, named, old.as_deref()).await?;
                let service = Service { entity, ..service };
                if let Some(team) = &service.team {
                    validate::team(conn, &ctx.access, team, "/team").await?;
                }
                conn.put_service(&service).await?;
                note(conn, &ctx, Action::ServiceKept, &service.id, json!(&service), now).await?;
                keep_answer(conn, &ctx, || serde_json::to_string(&service).unwrap_or_default(), now).await?;
                Ok(service)
            })
        });
        let service = self.store.write(write).await?;
        self.tell(Change::Organisation);
        Ok(service)
    }
    /// All services, by id.
    ///
    /// # Errors
    /// The store's.
    pub async fn services(&self, access: &Access) -> Result<Vec<Service>, AppError> {
        let mut services = self.store.reader().await?.services().await?;
        services.retain(|s| access.horizon.holds(&s.entity));
        Ok(services)
    }
    /// How many open rounds stand where.
    ///
    /// # Errors
    /// The store's.
    pub async fn where_it_stands(&self, access: &Access) -> Result<Vec<Standing>, AppError> {
        Ok(self.store.reader().await?.where_it_stands(&access.sight()).await?)
    }
}

/// The entity a record is to belong to, for somebody who may keep it there and where it was before. Below the
/// root only whoever may keep everything gives ids that do not begin with the entity's.
async fn place(
    conn: &mut Conn,
    access: &Access,
    id: &str,
    named: Option<&str>,
    old: Option<&str>,
) -> Result<String, AppError> {
    let tree = Tree::load(conn).await?;
    let entity = match (named, old) {
        (Some(named), _) => named.to_owned(),
        (None, Some(old)) => old.to_owned(),
        (None, None) => tree.owner_of(id),
    };
    for one in old.into_iter().chain([entity.as_str()]) {
        access.may_in(Permission::OrganisationKeep, one)?;
    }
    if !tree.has(&entity) {
        let shown: String = entity.chars().take(60).collect();
        return Err(AppError::not_found(format!("entity “{shown}”"), "The list of entities tells which there are."));
    }
    if !access.reach(Permission::OrganisationKeep).is_some_and(|r| r.all) {
        fitting(&entity, id)?;
    }
    Ok(entity)
}

/// `service-desk` becomes `Service desk`.
pub(crate) fn title_of(id: &str) -> String {
    let mut chars = id.chars();
    let first = chars.next().map(|c| c.to_ascii_uppercase()).into_iter();
    first.chain(chars.map(|c| if c == '-' { ' ' } else { c })).collect()
}

/// Whether a text can be an identifier.
pub(crate) fn label(pointer: &str, text: &str) -> Result<(), AppError> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.' | '_');
    if text.is_empty() || text.len() > 60 || !text.chars().all(plain) {
        let shown: String = text.chars().take(60).collect();
        let right = "Use up to 60 small letters, digits, hyphens and dots, such as service-desk.";
        return Err(AppError::invalid(pointer, format!("“{shown}” is not an identifier."), right));
    }
    Ok(())
}
