//! Writing items: the row, what changed of its rounds, visits, spells and fields.

use super::search::{folded, insert_texts};
use super::sql::{self, QueryBuilder};
use super::{CHUNK, Connection, StoreError, Stored, signed};
use crate::record::{ItemRow, Words};
use crate::rows::{FieldRow, RoundRow, Rows, SpellRow, VisitRow, json};
use watercourse_core::item::Item;
use watercourse_core::time::Instant;

pub(crate) async fn insert_item(c: &mut Connection, row: &ItemRow, words: &Words, item: &Item) -> Stored<()> {
    insert_items(c, &[(row, words, item)]).await
}

pub(crate) async fn insert_items(c: &mut Connection, items: &[(&ItemRow, &Words, &Item)]) -> Stored<()> {
    for chunk in items.chunks(CHUNK) {
        let mut query = QueryBuilder::new("");
        push_items(&mut query, chunk);
        query.build().execute(&mut *c).await?;
    }
    let texts: Vec<(&ItemRow, &Words)> = items.iter().map(|(row, words, _)| (*row, *words)).collect();
    insert_texts(c, &texts).await
}

pub(crate) fn push_items(query: &mut QueryBuilder, items: &[(&ItemRow, &Words, &Item)]) {
    query.push(
        "INSERT INTO item (id, key, kind, stream, version, title, description, requester, opened_by, created, committed, \
         delivered, closed, result, ended_step, ended_result, parked, marking, open_rounds, touched, revision, imported, entity) ",
    );
    query.push_values(items, |mut b, (row, words, item)| {
        b.push_bind(row.id.0)
            .push_bind(row.key.as_str())
            .push_bind(row.kind.as_str())
            .push_bind(row.stream.as_str())
            .push_bind(i64::from(row.version))
            .push_bind(words.title.as_str())
            .push_bind(words.description.as_str())
            .push_bind(words.requester.map(|p| p.0))
            .push_bind(json(&row.opened_by))
            .push_bind(row.created.micros())
            .push_bind(row.committed.map(Instant::micros))
            .push_bind(row.delivered.map(Instant::micros))
            .push_bind(row.closed.map(Instant::micros))
            .push_bind(row.result.map(|r| r.id()))
            .push_bind(item.ended_by.map(|(step, _)| i64::from(step)))
            .push_bind(item.ended_by.map(|(_, result)| result.id()))
            .push_bind(json(&item.parked))
            .push_bind(json(&item.marking))
            .push_bind(json(&row.open))
            .push_bind(row.touched.micros())
            .push_bind(signed(row.revision))
            .push_bind(row.imported)
            .push_bind(row.entity.as_str());
    });
}

/// Writes an item that was loaded at revision `before`.
///
/// # Errors
/// `Conflict` when somebody else wrote it since.
pub(crate) async fn update_item(c: &mut Connection, row: &ItemRow, item: &Item, before: u64) -> Stored<()> {
    let sql =
        "UPDATE item SET committed = $1, delivered = $2, closed = $3, result = $4, ended_step = $5, ended_result = $6,
                 parked = $7, marking = $8, open_rounds = $9, touched = $10, revision = $11
               WHERE id = $12 AND revision = $13";
    let done = sql::query(sql)
        .bind(row.committed.map(Instant::micros))
        .bind(row.delivered.map(Instant::micros))
        .bind(row.closed.map(Instant::micros))
        .bind(row.result.map(|r| r.id()))
        .bind(item.ended_by.map(|(step, _)| i64::from(step)))
        .bind(item.ended_by.map(|(_, result)| result.id()))
        .bind(json(&item.parked))
        .bind(json(&item.marking))
        .bind(json(&row.open))
        .bind(row.touched.micros())
        .bind(signed(row.revision))
        .bind(row.id.0)
        .bind(signed(before))
        .execute(c)
        .await?;
    if done.rows_affected() == 0 {
        return Err(StoreError::Conflict(format!("{} was changed since it was read", row.key)));
    }
    Ok(())
}

pub(crate) async fn save_rows(c: &mut Connection, rows: &Rows) -> Stored<()> {
    for chunk in rows.rounds.chunks(CHUNK) {
        let mut query = QueryBuilder::new("");
        push_rounds(&mut query, chunk);
        query.build().execute(&mut *c).await?;
    }
    for chunk in rows.visits.chunks(CHUNK) {
        let mut query = QueryBuilder::new("");
        push_visits(&mut query, chunk);
        query.build().execute(&mut *c).await?;
    }
    for chunk in rows.spells.chunks(CHUNK) {
        let mut query = QueryBuilder::new("");
        push_spells(&mut query, chunk);
        query.build().execute(&mut *c).await?;
    }
    let kept: Vec<&FieldRow> = rows.fields.iter().filter(|f| f.value.is_some()).collect();
    for chunk in kept.chunks(CHUNK) {
        let mut query = QueryBuilder::new("");
        push_fields(&mut query, chunk);
        query.build().execute(&mut *c).await?;
    }
    for gone in rows.fields.iter().filter(|f| f.value.is_none()) {
        sql::query("DELETE FROM item_field WHERE item = $1 AND name = $2")
            .bind(gone.item)
            .bind(&gone.name)
            .execute(&mut *c)
            .await?;
    }
    Ok(())
}

pub(crate) fn push_rounds(query: &mut QueryBuilder, rows: &[RoundRow]) {
    query.push(
        "INSERT INTO round (item, number, step, place, label, activity, opened, started, ended, ending, outcome, released_by, \
         gates, child, child_result, team, phase, reason) ",
    );
    query.push_values(rows, |mut b, r| {
        b.push_bind(r.item)
            .push_bind(r.number)
            .push_bind(r.step.as_str())
            .push_bind(r.place)
            .push_bind(r.label.as_deref())
            .push_bind(r.activity)
            .push_bind(r.opened)
            .push_bind(r.started)
            .push_bind(r.ended)
            .push_bind(r.ending)
            .push_bind(r.outcome.as_deref())
            .push_bind(r.released_by)
            .push_bind(r.gates.as_str())
            .push_bind(r.child)
            .push_bind(r.child_result)
            .push_bind(r.team.as_deref())
            .push_bind(r.phase)
            .push_bind(r.reason.as_str());
    });
    query.push(
        " ON CONFLICT (item, number) DO UPDATE SET started = excluded.started, ended = excluded.ended, ending = excluded.ending, \
         outcome = excluded.outcome, gates = excluded.gates, child = excluded.child, child_result = excluded.child_result, \
         team = excluded.team, phase = excluded.phase, reason = excluded.reason",
    );
}

pub(crate) fn push_visits(query: &mut QueryBuilder, rows: &[VisitRow]) {
    query.push("INSERT INTO visit (item, round, number, team, entered, started, left_at) ");
    query.push_values(rows, |mut b, v| {
        b.push_bind(v.item)
            .push_bind(v.round)
            .push_bind(v.number)
            .push_bind(v.team.as_deref())
            .push_bind(v.entered)
            .push_bind(v.started)
            .push_bind(v.left);
    });
    query.push(
        " ON CONFLICT (item, round, number) DO UPDATE SET started = excluded.started, left_at = excluded.left_at",
    );
}

pub(crate) fn push_spells(query: &mut QueryBuilder, rows: &[SpellRow]) {
    query.push("INSERT INTO spell (item, round, visit, number, phase, reason, from_at, until_at) ");
    query.push_values(rows, |mut b, s| {
        b.push_bind(s.item)
            .push_bind(s.round)
            .push_bind(s.visit)
            .push_bind(s.number)
            .push_bind(s.phase)
            .push_bind(s.reason.as_str())
            .push_bind(s.from)
            .push_bind(s.until);
    });
    query.push(
        " ON CONFLICT (item, round, visit, number) DO UPDATE SET phase = excluded.phase, reason = excluded.reason, \
         from_at = excluded.from_at, until_at = excluded.until_at",
    );
}

pub(crate) fn push_fields(query: &mut QueryBuilder, rows: &[&FieldRow]) {
    query.push("INSERT INTO item_field (item, name, value, number, folded) ");
    query.push_values(rows, |mut b, f| {
        let value = f.value.as_deref().unwrap_or_default();
        b.push_bind(f.item)
            .push_bind(f.name.as_str())
            .push_bind(value)
            .push_bind(value.parse::<f64>().ok().filter(|n| n.is_finite()))
            .push_bind(folded(value));
    });
    query.push(
        " ON CONFLICT (item, name) DO UPDATE SET value = excluded.value, number = excluded.number, folded = excluded.folded",
    );
}
