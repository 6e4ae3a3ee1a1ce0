//! What one verb changed of one item: in one statement where the database is away, since on the way there and back a
//! small statement costs more time than what it does there.

use super::sql::QueryBuilder;
use super::{AWAY, CHUNK, Connection, Stored};
use super::{fact, save, search, timer};
use crate::keeping::Keeping;

/// Statements that go as one, as parts of the last.
struct Together {
    query: QueryBuilder,
    parts: usize,
}

impl Together {
    fn part(&mut self, is_needed: bool, write: impl FnOnce(&mut QueryBuilder)) {
        if !is_needed {
            return;
        }
        let begin = if self.parts == 0 { "WITH" } else { "," };
        self.query.push(format_args!("{begin} part{} AS (", self.parts));
        write(&mut self.query);
        self.query.push(") ");
        self.parts += 1;
    }
}

/// Keeps all but the row of an item that was there before; the numbers of the facts, ascending.
pub(crate) async fn keep_item(c: &mut Connection, keeping: &Keeping<'_>) -> Stored<Vec<i64>> {
    let Keeping { new, stream, rows, note, timers, facts } = *keeping;
    let fits = [rows.rounds.len(), rows.visits.len(), rows.spells.len(), rows.fields.len(), timers.len(), facts.len()];
    if !AWAY || facts.is_empty() || fits.iter().any(|n| *n > CHUNK) || rows.fields.iter().any(|f| f.value.is_none()) {
        return one_by_one(c, keeping).await;
    }
    let fields: Vec<_> = rows.fields.iter().collect();
    let facts: Vec<_> = facts.iter().map(|f| (stream, f)).collect();
    let mut all = Together { query: QueryBuilder::new(""), parts: 0 };
    all.part(new.is_some(), |q| save::push_items(q, new.as_slice()));
    all.part(!rows.rounds.is_empty(), |q| save::push_rounds(q, &rows.rounds));
    all.part(!rows.visits.is_empty(), |q| save::push_visits(q, &rows.visits));
    all.part(!rows.spells.is_empty(), |q| save::push_spells(q, &rows.spells));
    all.part(!fields.is_empty(), |q| save::push_fields(q, &fields));
    all.part(note.is_some(), |q| fact::push_notes(q, note.map(std::slice::from_ref).unwrap_or_default()));
    all.part(!timers.is_empty(), |q| timer::push_timers(q, timers));
    fact::push_facts(&mut all.query, &facts);
    let mut numbers: Vec<i64> = all.query.build_query_scalar().fetch_all(&mut *c).await?;
    numbers.sort_unstable();
    if let Some((row, words, _)) = new {
        search::insert_texts(c, &[(row, words)]).await?;
    }
    search::add_notes(c, note.map(std::slice::from_ref).unwrap_or_default()).await?;
    Ok(numbers)
}

/// The same, where a statement costs nothing on its way, it is too much for one, or something is to be deleted.
async fn one_by_one(c: &mut Connection, keeping: &Keeping<'_>) -> Stored<Vec<i64>> {
    if let Some(new) = keeping.new {
        save::insert_items(c, &[new]).await?;
    }
    save::save_rows(c, keeping.rows).await?;
    if let Some(note) = keeping.note {
        fact::insert_note(c, note).await?;
    }
    timer::set_timers(c, keeping.timers).await?;
    fact::append_facts(c, keeping.stream, keeping.facts).await
}
