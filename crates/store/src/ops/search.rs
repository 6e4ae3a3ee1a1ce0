//! The words of items in the form in which they are searched, kept in the transaction that writes the words.

use super::sql::{self, QueryBuilder};
use super::{CHUNK, Connection, LOCK, Row, Stored, get, push_in};
use crate::record::{ItemRow, Note, Words};
use std::collections::BTreeMap;
use uuid::Uuid;
use watercourse_core::filter::{Searched, fold};

/// What is searched of one item.
struct Text {
    item: Uuid,
    title: Searched,
    words: Searched,
}

impl Text {
    fn of(item: Uuid, key: &str, title: &str, description: &str) -> Self {
        Self { item, title: Searched::of(&[title]), words: Searched::of(&[key, title, description]) }
    }
}

/// Makes new items found.
pub(crate) async fn insert_texts(c: &mut Connection, items: &[(&ItemRow, &Words)]) -> Stored<()> {
    let text = |(row, words): &(&ItemRow, &Words)| Text::of(row.id.0, &row.key, &words.title, &words.description);
    for chunk in items.chunks(CHUNK) {
        insert(c, &chunk.iter().map(text).collect::<Vec<_>>()).await?;
    }
    Ok(())
}

async fn insert(c: &mut Connection, texts: &[Text]) -> Stored<()> {
    let mut query = QueryBuilder::new("INSERT INTO search (item, title, words) ");
    query.push_values(texts, |mut b, text| {
        b.push_bind(text.item).push_bind(text.title.as_str()).push_bind(text.words.as_str());
    });
    query.push(" ON CONFLICT (item) DO NOTHING");
    query.build().execute(&mut *c).await?;
    Ok(())
}

/// Makes items found by what somebody wrote to them. Items that are still owed get all their words later.
pub(crate) async fn add_notes(c: &mut Connection, notes: &[Note]) -> Stored<()> {
    let mut by_item: BTreeMap<Uuid, Vec<&str>> = BTreeMap::new();
    for note in notes {
        by_item.entry(note.item.0).or_default().push(&note.words);
    }
    for (item, notes) in by_item {
        let kept: Option<String> =
            sql::query_scalar("SELECT words FROM search WHERE item = $1").bind(item).fetch_optional(&mut *c).await?;
        let Some(kept) = kept else { continue };
        let mut words = Searched::kept(kept);
        notes.iter().for_each(|note| words.add(note));
        sql::query("UPDATE search SET words = $1 WHERE item = $2")
            .bind(words.as_str())
            .bind(item)
            .execute(&mut *c)
            .await?;
    }
    Ok(())
}

/// The value of a field as it is compared, where that is not simply the value in small letters.
pub(crate) fn folded(value: &str) -> Option<String> {
    if value.is_ascii() { None } else { Some(fold(value)) }
}

/// Makes some of the items found that were there before there was a search; how many were looked at.
pub(crate) async fn index_owed(c: &mut Connection, limit: i64) -> Stored<u64> {
    let owed: Vec<Uuid> =
        sql::query_scalar("SELECT item FROM search_owed ORDER BY item LIMIT $1").bind(limit).fetch_all(&mut *c).await?;
    if owed.is_empty() {
        return Ok(0);
    }
    // Locked, so that nobody adds words between the look at them and the end of this transaction.
    let mut query = QueryBuilder::new("SELECT id, key, title, description FROM item WHERE id");
    push_in(&mut query, owed.iter().copied());
    query.push(" ORDER BY id").push(LOCK);
    let mut texts: BTreeMap<Uuid, Text> = BTreeMap::new();
    for row in query.build().fetch_all(&mut *c).await? {
        let word = |column: &'static str| get::<String>(&row, column);
        let id: Uuid = get(&row, "id")?;
        texts.insert(id, Text::of(id, &word("key")?, &word("title")?, &word("description")?));
    }
    let mut query = QueryBuilder::new("SELECT item, words FROM note WHERE item");
    push_in(&mut query, owed.iter().copied());
    query.push(" ORDER BY item, at, id");
    for row in query.build().fetch_all(&mut *c).await? {
        if let Some(text) = texts.get_mut(&get::<Uuid>(&row, "item")?) {
            text.words.add(&get::<String>(&row, "words")?);
        }
    }
    // Items that were taken away since are owed nothing.
    let texts: Vec<Text> = texts.into_values().collect();
    if !texts.is_empty() {
        insert(c, &texts).await?;
    }
    fold_fields(c, &owed).await?;
    let mut query = QueryBuilder::new("DELETE FROM search_owed WHERE item");
    push_in(&mut query, owed.iter().copied());
    query.build().execute(c).await?;
    Ok(u64::try_from(owed.len()).unwrap_or(0))
}

async fn fold_fields(c: &mut Connection, items: &[Uuid]) -> Stored<()> {
    let mut query = QueryBuilder::new("SELECT item, name, value FROM item_field WHERE item");
    push_in(&mut query, items.iter().copied());
    let rows: Vec<Row> = query.build().fetch_all(&mut *c).await?;
    for row in &rows {
        let Some(folded) = folded(&get::<String>(row, "value")?) else { continue };
        sql::query("UPDATE item_field SET folded = $1 WHERE item = $2 AND name = $3")
            .bind(folded)
            .bind(get::<Uuid>(row, "item")?)
            .bind(get::<String>(row, "name")?)
            .execute(&mut *c)
            .await?;
    }
    Ok(())
}
