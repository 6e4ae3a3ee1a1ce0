//! Whether the facts of items make what the tables hold.

use super::trouble::Trouble;
use crate::app::App;
use crate::error::AppError;
use watercourse_core::apply;
use watercourse_core::id::ItemId;

/// Replays the facts of some items, those touched last first.
///
/// # Errors
/// The store's.
pub(crate) async fn replay(app: &App, limit: i64) -> Result<Vec<Trouble>, AppError> {
    let mut conn = app.store.reader().await?;
    let items = conn.touched_last(limit).await?;
    drop(conn);
    let mut different = Vec::new();
    for id in &items {
        if let Some(key) = differs(app, *id).await? {
            different.push(key);
        }
    }
    if different.is_empty() {
        return Ok(Vec::new());
    }
    let named: Vec<&str> = different.iter().take(5).map(String::as_str).collect();
    let wrong = format!(
        "Of {} items looked at, {} are not what their facts make of them: {}.",
        items.len(),
        different.len(),
        named.join(", ")
    );
    let remedy = "Somebody changed rows of the database by hand, or this is a bug: keep the database as it is, restore the last good backup beside it, and report what differs.";
    Ok(vec![Trouble::new("facts-and-state", wrong, remedy)])
}

/// The key of an item, where its facts make another than the tables hold.
async fn differs(app: &App, id: ItemId) -> Result<Option<String>, AppError> {
    let mut conn = app.store.snapshot().await?;
    let Some(kept) = conn.load_item(id).await? else { return Ok(None) };
    let facts = conn.facts_of(id).await?;
    let published = app.published(&mut conn, &kept.item.stream, kept.item.version).await?;
    let Some(mut replayed) = facts.first().and_then(|f| apply::opened(&published.stream, &f.fact)) else {
        return Ok(Some(kept.item.key));
    };
    for numbered in facts.iter().skip(1) {
        apply::apply(&mut replayed, &published.stream, &numbered.fact);
    }
    Ok((replayed != kept.item).then_some(kept.item.key))
}
