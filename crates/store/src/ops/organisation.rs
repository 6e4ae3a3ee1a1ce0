//! People, teams and services: simple records.

use super::sql::{self, QueryBuilder};
use super::{CHUNK, Connection, Row, Stored, get, push_in};
use crate::record::{Person, Service, Team};
use std::collections::HashMap;
use uuid::Uuid;
use watercourse_core::id::PersonId;

fn person(row: &Row) -> Stored<Person> {
    Ok(Person {
        id: PersonId(get(row, "id")?),
        handle: get(row, "handle")?,
        name: get(row, "name")?,
        mail: get(row, "mail")?,
        entity: get(row, "entity")?,
    })
}

pub(crate) async fn put_person(c: &mut Connection, person: &Person) -> Stored<()> {
    let sql = "INSERT INTO person (id, handle, name, mail, entity) VALUES ($1, $2, $3, $4, $5)
               ON CONFLICT (id) DO UPDATE SET handle = excluded.handle, name = excluded.name, mail = excluded.mail, entity = excluded.entity";
    sql::query(sql)
        .bind(person.id.0)
        .bind(&person.handle)
        .bind(&person.name)
        .bind(&person.mail)
        .bind(&person.entity)
        .execute(&mut *c)
        .await?;
    super::access::policy_changed(c).await
}

pub(crate) async fn people(c: &mut Connection) -> Stored<Vec<Person>> {
    sql::query("SELECT * FROM person ORDER BY handle").fetch_all(c).await?.iter().map(person).collect()
}

pub(crate) async fn person_by_handle(c: &mut Connection, handle: &str) -> Stored<Option<Person>> {
    let row = sql::query("SELECT * FROM person WHERE handle = $1").bind(handle).fetch_optional(c).await?;
    row.as_ref().map(person).transpose()
}

pub(crate) async fn person_by_id(c: &mut Connection, id: PersonId) -> Stored<Option<Person>> {
    let row = sql::query("SELECT * FROM person WHERE id = $1").bind(id.0).fetch_optional(c).await?;
    row.as_ref().map(person).transpose()
}

pub(crate) async fn people_of(c: &mut Connection, ids: &[PersonId]) -> Stored<Vec<Person>> {
    let mut found = Vec::new();
    for chunk in ids.chunks(CHUNK) {
        let mut query = QueryBuilder::new("SELECT * FROM person WHERE id");
        push_in(&mut query, chunk.iter().map(|id| id.0));
        for row in &query.build().fetch_all(&mut *c).await? {
            found.push(person(row)?);
        }
    }
    Ok(found)
}

pub(crate) async fn put_team(c: &mut Connection, team: &Team) -> Stored<()> {
    let sql = "INSERT INTO team (id, name, capacity, calendar, entity) VALUES ($1, $2, $3, $4, $5)
               ON CONFLICT (id) DO UPDATE SET name = excluded.name, capacity = excluded.capacity, calendar = excluded.calendar, entity = excluded.entity";
    sql::query(sql)
        .bind(&team.id)
        .bind(&team.name)
        .bind(team.capacity)
        .bind(&team.calendar)
        .bind(&team.entity)
        .execute(&mut *c)
        .await?;
    sql::query("DELETE FROM team_member WHERE team = $1").bind(&team.id).execute(&mut *c).await?;
    for member in &team.members {
        sql::query("INSERT INTO team_member (team, person) VALUES ($1, $2) ON CONFLICT DO NOTHING")
            .bind(&team.id)
            .bind(member.0)
            .execute(&mut *c)
            .await?;
    }
    // Who is in a team decides what they see.
    super::access::policy_changed(c).await
}

pub(crate) async fn teams(c: &mut Connection) -> Stored<Vec<Team>> {
    let mut members: HashMap<String, Vec<PersonId>> = HashMap::new();
    for row in sql::query("SELECT team, person FROM team_member ORDER BY team, person").fetch_all(&mut *c).await? {
        members.entry(get(&row, "team")?).or_default().push(PersonId(get::<Uuid>(&row, "person")?));
    }
    let mut teams = Vec::new();
    for row in &sql::query("SELECT * FROM team ORDER BY id").fetch_all(c).await? {
        let id: String = get(row, "id")?;
        let members = members.remove(&id).unwrap_or_default();
        teams.push(Team {
            id,
            name: get(row, "name")?,
            capacity: get(row, "capacity")?,
            calendar: get(row, "calendar")?,
            members,
            entity: get(row, "entity")?,
        });
    }
    Ok(teams)
}

pub(crate) async fn put_service(c: &mut Connection, service: &Service) -> Stored<()> {
    let sql = "INSERT INTO service (id, name, team, about, entity) VALUES ($1, $2, $3, $4, $5)
               ON CONFLICT (id) DO UPDATE SET name = excluded.name, team = excluded.team, about = excluded.about, entity = excluded.entity";
    sql::query(sql)
        .bind(&service.id)
        .bind(&service.name)
        .bind(&service.team)
        .bind(&service.about)
        .bind(&service.entity)
        .execute(c)
        .await?;
    Ok(())
}

pub(crate) async fn services(c: &mut Connection) -> Stored<Vec<Service>> {
    let service = |row: &Row| {
        Ok(Service {
            id: get(row, "id")?,
            name: get(row, "name")?,
            team: get(row, "team")?,
            about: get(row, "about")?,
            entity: get(row, "entity")?,
        })
    };
    sql::query("SELECT * FROM service ORDER BY id").fetch_all(c).await?.iter().map(service).collect()
}
