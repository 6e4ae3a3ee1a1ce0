//! The simulated organisation moves into an empty database: people, teams, services and all items, in
//! one transaction.

use super::organisation::TEAMS;
use super::simulation::{Demo, DemoItem, simulate};
use crate::access::Access;
use crate::app::{App, Change};
use crate::audit::{Action, note};
use crate::context::Context;
use crate::error::AppError;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use watercourse_core::actor::Actor;
use watercourse_core::fact::Event;
use watercourse_core::item::Place;
use watercourse_core::stream::{DoneOn, Stream};
use watercourse_store::{Conn, ItemRow, Note, Person, ROOT, Rows, Service, Team, Timer, Words, add_changed, row};

/// How much moved in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MovedIn {
    /// Items.
    pub items: usize,
    /// Facts.
    pub facts: usize,
    /// People.
    pub people: usize,
}

/// Simulates the year that ends now and keeps it. The shipped streams must have been published.
///
/// # Errors
/// When there are items already, or the database fails; then nothing moved in.
pub async fn move_in(app: &App, seed: u64) -> Result<MovedIn, AppError> {
    let streams: Vec<(Arc<Stream>, u32)> = app
        .streams(&Access::of_the_program())
        .await?
        .into_iter()
        .filter(|p| !p.head.imported)
        .map(|p| (Arc::clone(&p.stream), p.head.version))
        .collect();
    if app.store().reader().await?.last_seq().await? > 0 {
        return Err(AppError::invalid("", "This database holds items already.", "Give the demo an empty one."));
    }
    let prefix = |kind: &str| watercourse_practices::kind(kind).map_or("ITM", |k| k.prefix).to_owned();
    let now = app.now();
    let demo = tokio::task::spawn_blocking(move || simulate(now, seed, &streams, &prefix))
        .await
        .map_err(|e| AppError::invalid("", format!("The simulation ended early: {e}."), "Try another seed."))?;
    let told = MovedIn {
        items: demo.items.len(),
        facts: demo.items.iter().map(|i| i.facts.len()).sum(),
        people: demo.people.len(),
    };
    let demo = Arc::new(demo);
    app.store()
        .write_much(move |conn| {
            let demo = Arc::clone(&demo);
            Box::pin(async move {
                keep(conn, &demo).await?;
                let ctx = Context::of(Actor::Rule("demo".to_owned()));
                let detail = serde_json::json!({ "seed": seed, "items": told.items, "people": told.people });
                note(conn, &ctx, Action::DemoMovedIn, "demo", detail, now).await
            })
        })
        .await?;
    app.tell(Change::Organisation);
    Ok(told)
}

async fn keep(conn: &mut Conn, demo: &Demo) -> Result<(), AppError> {
    organisation(conn, demo).await?;
    let words: Vec<Words> = demo
        .items
        .iter()
        .map(|i| Words {
            title: i.title.clone(),
            description: String::new(),
            requester: requester(i),
            ..Words::default()
        })
        .collect();
    let rows: Vec<ItemRow> = demo.items.iter().zip(&words).map(|(i, w)| row(&i.item, w, &i.stream, false)).collect();
    let items: Vec<_> = demo.items.iter().zip(&rows).zip(&words).map(|((i, r), w)| (r, w, &i.item)).collect();
    conn.insert_items(&items).await?;
    let mut parts = Rows::default();
    for item in &demo.items {
        add_changed(&mut parts, None, &item.item, &item.stream);
    }
    conn.save_rows(&parts).await?;
    // The log of everything is in the order in which it happened, not item by item.
    let mut facts: Vec<_> =
        demo.items.iter().flat_map(|i| i.facts.iter().map(|f| (i.item.stream.as_str(), f))).collect();
    facts.sort_by_key(|(_, f)| f.happened_at);
    conn.append_many(&facts).await?;
    conn.insert_notes(&notes(demo)).await?;
    let links: Vec<_> = demo
        .items
        .iter()
        .flat_map(|i| i.links.iter().map(|(link, to)| (i.item.id, *link, *to, i.item.created)))
        .collect();
    conn.insert_links(&links).await?;
    conn.set_timers(&timers(demo)).await?;
    for (kind, last) in last_keys(demo) {
        conn.keys_from(&kind, last).await?;
    }
    Ok(())
}

fn requester(item: &DemoItem) -> Option<watercourse_core::id::PersonId> {
    if let Actor::Person(id) = &item.item.opened_by { Some(*id) } else { None }
}

async fn organisation(conn: &mut Conn, demo: &Demo) -> Result<(), AppError> {
    let mut handles = BTreeSet::new();
    for person in &demo.people {
        let base = person.name.to_lowercase().replace(' ', ".");
        let handle = (1..)
            .map(|n| if n == 1 { base.clone() } else { format!("{base}.{n}") })
            .find(|h| handles.insert(h.clone()));
        let person = Person {
            id: person.id,
            handle: handle.unwrap_or(base),
            name: person.name.clone(),
            mail: None,
            entity: ROOT.to_owned(),
        };
        conn.put_person(&person).await?;
    }
    for team in TEAMS {
        let members = demo.people.iter().filter(|p| p.team == team.id).map(|p| p.id).collect();
        let calendar = (!team.always).then(|| OFFICE.to_owned());
        let capacity = Some(f64::from(team.capacity));
        conn.put_team(&Team {
            id: team.id.to_owned(),
            name: team.name.to_owned(),
            capacity,
            calendar,
            members,
            entity: ROOT.to_owned(),
        })
        .await?;
    }
    for (id, name) in super::words::services() {
        let about = format!("{name}, as everybody here uses it");
        conn.put_service(&Service { id, name, team: Some("operations".to_owned()), about, entity: ROOT.to_owned() })
            .await?;
    }
    Ok(())
}

/// The hours the simulation keeps.
const OFFICE: &str = r#"{"zone":"UTC","hours":{"mon":["08:00-17:00"],"tue":["08:00-17:00"],"wed":["08:00-17:00"],"thu":["08:00-17:00"],"fri":["08:00-17:00"]},"holidays":[]}"#;

fn notes(demo: &Demo) -> Vec<Note> {
    let mut notes = Vec::new();
    for item in &demo.items {
        let by: BTreeMap<_, _> = item.facts.iter().filter_map(|f| Some((f.note?, f))).collect();
        for (id, words) in &item.notes {
            if let Some(fact) = by.get(id) {
                notes.push(Note {
                    id: *id,
                    item: item.item.id,
                    actor: fact.actor.clone(),
                    words: words.clone(),
                    at: fact.happened_at,
                });
            }
        }
    }
    notes
}

/// The times open rounds wait for.
fn timers(demo: &Demo) -> Vec<Timer> {
    let waits = |i: &DemoItem| {
        let due = |r: &watercourse_core::item::Round| match r.place {
            Place::Step(step) => match i.stream.step(step)?.done_on {
                Some(DoneOn::After(span)) => {
                    Some(Timer { item: i.item.id, round: r.number, due: r.opened.plus(span.as_micros()?) })
                }
                _ => None,
            },
            Place::Adhoc(..) => None,
        };
        i.item.open_rounds().filter(|r| r.waiting_for() == Some("timer")).filter_map(due).collect::<Vec<_>>()
    };
    demo.items.iter().flat_map(waits).collect()
}

/// The last number of each kind's keys.
fn last_keys(demo: &Demo) -> BTreeMap<String, i64> {
    let mut last = BTreeMap::new();
    for item in &demo.items {
        let Some(Event::Opened { kind, key, .. }) = item.facts.first().map(|f| &f.event) else { continue };
        let number = key.rsplit('-').next().and_then(|n| n.parse().ok()).unwrap_or(0);
        let entry = last.entry(kind.clone()).or_insert(0);
        *entry = number.max(*entry);
    }
    last
}
