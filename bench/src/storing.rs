//! Many items into a store at once, past the verbs.

use std::sync::Arc;
use watercourse_app::{App, ItemRow, Rows, StoreError, Words};
use watercourse_core::item::Item;

/// Writes items with what hangs on them.
pub(crate) async fn store_items(app: &App, made: Vec<(ItemRow, Words, Item)>, rows: Rows) -> Result<(), StoreError> {
    let made = Arc::new((made, rows));
    let write = app.store().write_much::<(), StoreError, _>(move |conn| {
        let made = Arc::clone(&made);
        Box::pin(async move {
            let items: Vec<_> = made.0.iter().map(|(row, words, item)| (row, words, item)).collect();
            conn.insert_items(&items).await?;
            conn.save_rows(&made.1).await
        })
    });
    write.await
}
