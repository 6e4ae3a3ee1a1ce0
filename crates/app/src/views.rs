//! An item with everything there is to see of it.

use crate::access::Access;
use crate::app::{App, Change, no_item};
use crate::error::AppError;
use crate::published::Published;
use crate::transaction::person;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use watercourse_core::actor::Actor;
use watercourse_core::fact::Event;
use watercourse_core::id::{CommentId, ItemId, PersonId};
use watercourse_core::item::Item;
use watercourse_store::{Conn, ItemRow, Linked, Note, Numbered, Person, Sight, row};

/// An item with everything there is to see of it, all at one moment.
#[derive(Debug, Clone)]
pub struct ItemView {
    /// As lists show it.
    pub row: ItemRow,
    /// Rounds, visits, spells, marking.
    pub item: Item,
    /// More about it.
    pub description: String,
    /// The stream version it runs under.
    pub stream: Arc<Published>,
    /// Its relations, from both ends, oldest first.
    pub links: Vec<Linked>,
    /// What happened, oldest first.
    pub facts: Vec<Numbered>,
    /// What people wrote, by the id facts name it with.
    pub notes: BTreeMap<CommentId, Note>,
    /// The people that are named in it.
    pub people: BTreeMap<PersonId, Person>,
    /// The keys of other items that are named in it.
    pub keys: BTreeMap<ItemId, String>,
}

impl ItemView {
    /// What to call whoever did something.
    #[must_use]
    pub fn name_of(&self, actor: &Actor) -> String {
        match actor {
            Actor::Person(id) => self.people.get(id).map_or_else(|| "somebody".to_owned(), |p| p.name.clone()),
            Actor::Rule(name) | Actor::Integration(name) | Actor::Agent(name) => name.clone(),
        }
    }
    /// The words that go with a fact.
    #[must_use]
    pub fn words_of(&self, fact: &Numbered) -> Option<&str> {
        self.notes.get(&fact.fact.note?).map(|n| n.words.as_str())
    }
}

impl App {
    /// An item, by key or id.
    ///
    /// # Errors
    /// `NotFound` where there is none.
    pub async fn item(&self, access: &Access, named: &str) -> Result<ItemView, AppError> {
        let mut conn = self.store.snapshot().await?;
        let conn = &mut conn;
        let kept = self.seen(conn, named).await?.ok_or_else(|| no_item(named))?;
        let id = kept.item.id;
        self.must_see(conn, access, id, named).await?;
        let stream = self.published(conn, &kept.item.stream, kept.item.version).await?;
        let links = seen_links(conn, access, id).await?;
        let facts = conn.facts_of(id).await?;
        let notes = if facts.iter().any(|f| f.fact.note.is_some()) { conn.notes_of(id).await? } else { Vec::new() };
        let notes: BTreeMap<CommentId, Note> = notes.into_iter().map(|n| (n.id, n)).collect();
        let mut named: BTreeSet<PersonId> = facts.iter().filter_map(|f| person(&f.fact.actor)).collect();
        named.extend(kept.words.requester);
        named.extend(person(&kept.item.opened_by));
        let named: Vec<PersonId> = named.into_iter().collect();
        let people = conn.people_of(&named).await?.into_iter().map(|p| (p.id, p)).collect();
        let keys = keys(conn, access, &kept.item, &links, &facts).await?;
        let row = row(&kept.item, &kept.words, &stream.stream, kept.imported);
        let description = kept.words.description.clone();
        Ok(ItemView { row, item: kept.item.clone(), description, stream, links, facts, notes, people, keys })
    }

    /// The id of an item that may be seen, by key or id.
    ///
    /// # Errors
    /// `NotFound` where there is none.
    pub async fn item_id(&self, access: &Access, named: &str) -> Result<ItemId, AppError> {
        let mut conn = self.store.reader().await?;
        self.find(&mut conn, access, named).await
    }

    /// Whether somebody may know of a change: of an item they see, of a stream they know of.
    ///
    /// # Errors
    /// The store's.
    pub async fn concerns(&self, access: &Access, change: &Change) -> Result<bool, AppError> {
        Ok(match change {
            Change::Item { .. } if access.sight() == Sight::Everything => true,
            Change::Item { id, .. } => self.store.reader().await?.sees(*id, &access.sight()).await?,
            Change::Stream { .. } | Change::Measured { .. } if access.horizon.all => true,
            Change::Stream { id, .. } | Change::Measured { stream: Some(id) } => {
                self.known_to(&mut self.store.reader().await?, access, id).await.is_ok()
            }
            Change::Organisation | Change::Deployment | Change::Measured { stream: None } => true,
        })
    }

    /// The keys of those of some items that may be seen.
    ///
    /// # Errors
    /// The store's.
    pub async fn keys_of(&self, access: &Access, items: &[ItemId]) -> Result<BTreeMap<ItemId, String>, AppError> {
        let mut conn = self.store.reader().await?;
        let seen = conn.seen_of(items, &access.sight()).await?;
        Ok(conn.rows_of(&seen).await?.into_iter().map(|r| (r.id, r.key)).collect())
    }

    /// The words kept beside those of some items that may be seen.
    ///
    /// # Errors
    /// The store's.
    pub async fn words_of(&self, access: &Access, items: &[ItemId]) -> Result<BTreeMap<CommentId, String>, AppError> {
        let mut conn = self.store.reader().await?;
        let mut words = BTreeMap::new();
        for item in conn.seen_of(items, &access.sight()).await? {
            words.extend(conn.notes_of(item).await?.into_iter().map(|n| (n.id, n.words)));
        }
        Ok(words)
    }

    /// The row of one item, with its fields.
    pub(crate) async fn row_of(&self, conn: &mut Conn, id: ItemId) -> Result<ItemRow, AppError> {
        let kept = self.kept(conn, id).await?.ok_or_else(|| no_item(&id.to_string()))?;
        let stream = self.published(conn, &kept.item.stream, kept.item.version).await?;
        Ok(row(&kept.item, &kept.words, &stream.stream, kept.imported))
    }
}

/// The relations of an item to items that may be seen.
async fn seen_links(conn: &mut Conn, access: &Access, id: ItemId) -> Result<Vec<Linked>, AppError> {
    let mut links = conn.links_of(id).await?;
    let sight = access.sight();
    if sight != Sight::Everything && !links.is_empty() {
        let others: Vec<ItemId> = links.iter().map(|l| l.other).collect();
        let seen: BTreeSet<ItemId> = conn.seen_of(&others, &sight).await?.into_iter().collect();
        links.retain(|l| seen.contains(&l.other));
    }
    Ok(links)
}

/// Keys of the items that are named: children, links.
async fn keys(
    conn: &mut Conn,
    access: &Access,
    item: &Item,
    links: &[Linked],
    facts: &[Numbered],
) -> Result<BTreeMap<ItemId, String>, AppError> {
    let mut keys: BTreeMap<ItemId, String> = links.iter().map(|l| (l.other, l.key.clone())).collect();
    let mut missing: BTreeSet<ItemId> = item.rounds.iter().filter_map(|r| r.child.as_ref()).map(|c| c.item).collect();
    for fact in facts {
        match &fact.fact.event {
            Event::Linked { to, .. } | Event::Unlinked { to, .. } => missing.insert(*to),
            Event::ChildOpened { child, .. } | Event::ChildEnded { child, .. } => missing.insert(*child),
            _ => false,
        };
    }
    let missing: Vec<ItemId> = missing.into_iter().filter(|id| !keys.contains_key(id)).collect();
    let missing = conn.seen_of(&missing, &access.sight()).await?;
    keys.extend(conn.rows_of(&missing).await?.into_iter().map(|r| (r.id, r.key)));
    Ok(keys)
}
