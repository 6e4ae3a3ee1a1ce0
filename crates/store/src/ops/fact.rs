//! The log of everything that happened, and the words kept beside it.

use super::sight::push_sight;
use super::sql::{self, AssertSqlSafe, QueryBuilder};
use super::{
    AFTER, CHUNK, Connection, LAST, ORDER, Row, SETTLED, Stored, get, maybe_word, parsed, revision, signed, small,
};
use crate::record::{Note, Numbered};
use crate::rows::json;
use crate::sight::Sight;
use uuid::Uuid;
use watercourse_core::fact::Fact;
use watercourse_core::id::{CommentId, ItemId};
use watercourse_core::time::Instant;

pub(crate) async fn append_facts(c: &mut Connection, stream: &str, facts: &[Fact]) -> Stored<Vec<i64>> {
    let facts: Vec<(&str, &Fact)> = facts.iter().map(|f| (stream, f)).collect();
    append_many(c, &facts).await
}

pub(crate) async fn append_many(c: &mut Connection, facts: &[(&str, &Fact)]) -> Stored<Vec<i64>> {
    let mut numbers = Vec::with_capacity(facts.len());
    for chunk in facts.chunks(CHUNK) {
        let mut query = QueryBuilder::new("");
        push_facts(&mut query, chunk);
        let found: Vec<i64> = query.build_query_scalar().fetch_all(&mut *c).await?;
        numbers.extend(found);
    }
    numbers.sort_unstable();
    Ok(numbers)
}

pub(crate) fn push_facts(query: &mut QueryBuilder, facts: &[(&str, &Fact)]) {
    query.push(
        "INSERT INTO fact (item, revision, happened_at, recorded_at, actor, cause, note, stream, version, step, activity, \
         phase, team, what, event) ",
    );
    query.push_values(facts, |mut b, (stream, f)| {
        b.push_bind(f.item.0)
            .push_bind(signed(f.revision))
            .push_bind(f.happened_at.micros())
            .push_bind(f.recorded_at.micros())
            .push_bind(json(&f.actor))
            .push_bind(f.cause.as_str())
            .push_bind(f.note.map(|n| n.0))
            .push_bind(*stream)
            .push_bind(i64::from(f.version))
            .push_bind(f.step.as_deref())
            .push_bind(f.activity.map(|a| a.id()))
            .push_bind(f.phase.map(|p| p.id()))
            .push_bind(f.team.as_deref())
            .push_bind(f.event.id())
            .push_bind(json(&f.event));
    });
    query.push(" RETURNING seq");
}

pub(crate) fn numbered(row: &Row) -> Stored<Numbered> {
    let fact = Fact {
        item: ItemId(get(row, "item")?),
        revision: revision("fact", get(row, "revision")?)?,
        happened_at: Instant(get(row, "happened_at")?),
        recorded_at: Instant(get(row, "recorded_at")?),
        actor: parsed(row, "fact", "actor")?,
        cause: get(row, "cause")?,
        note: get::<Option<Uuid>>(row, "note")?.map(CommentId),
        version: small("fact", get(row, "version")?)?,
        step: get(row, "step")?,
        activity: maybe_word("fact", get::<Option<String>>(row, "activity")?.as_deref())?,
        phase: maybe_word("fact", get::<Option<String>>(row, "phase")?.as_deref())?,
        team: get(row, "team")?,
        event: parsed(row, "fact", "event")?,
    };
    Ok(Numbered { seq: get(row, "seq")?, stream: get(row, "stream")?, fact })
}

pub(crate) async fn facts_of(c: &mut Connection, item: ItemId) -> Stored<Vec<Numbered>> {
    let rows = sql::query("SELECT * FROM fact WHERE item = $1 ORDER BY revision").bind(item.0).fetch_all(c).await?;
    rows.iter().map(numbered).collect()
}

pub(crate) async fn facts_after(c: &mut Connection, sight: &Sight, seq: i64, limit: i64) -> Stored<Vec<Numbered>> {
    let mut query = seen(sight);
    // After a fact means after it in the order in which facts become final.
    let (before, between, behind) = AFTER;
    query.push(before).push_bind(seq).push(between).push_bind(seq).push(behind);
    query.push(format_args!(" AND {SETTLED} ORDER BY {ORDER} LIMIT "));
    let rows = query.push_bind(limit).build().fetch_all(c).await?;
    rows.iter().map(numbered).collect()
}

/// Facts of the items that may be seen.
fn seen(sight: &Sight) -> QueryBuilder {
    let mut query = QueryBuilder::new("SELECT fact.* FROM fact");
    if *sight != Sight::Everything {
        query.push(" JOIN item ON item.id = fact.item");
    }
    query.push(" WHERE TRUE");
    push_sight(&mut query, sight);
    query
}

pub(crate) async fn newest_facts(c: &mut Connection, sight: &Sight, limit: i64) -> Stored<Vec<Numbered>> {
    let mut query = seen(sight);
    query.push(" ORDER BY fact.seq DESC LIMIT ").push_bind(limit);
    let rows = query.build().fetch_all(c).await?;
    rows.iter().map(numbered).collect()
}

pub(crate) async fn greatest_settled(c: &mut Connection) -> Stored<i64> {
    let sql = format!("SELECT COALESCE(MAX(seq), 0) FROM fact WHERE {SETTLED}");
    Ok(sql::query_scalar(AssertSqlSafe(sql)).fetch_one(c).await?)
}

pub(crate) async fn last_seq(c: &mut Connection) -> Stored<i64> {
    let sql = format!("SELECT fact.seq FROM fact WHERE {SETTLED} ORDER BY {LAST} LIMIT 1");
    let last: Option<i64> = sql::query_scalar(AssertSqlSafe(sql)).fetch_optional(c).await?;
    Ok(last.unwrap_or(0))
}

pub(crate) async fn insert_note(c: &mut Connection, note: &Note) -> Stored<()> {
    insert_notes(c, std::slice::from_ref(note)).await
}

pub(crate) async fn insert_notes(c: &mut Connection, notes: &[Note]) -> Stored<()> {
    for chunk in notes.chunks(CHUNK) {
        let mut query = QueryBuilder::new("");
        push_notes(&mut query, chunk);
        query.build().execute(&mut *c).await?;
    }
    super::search::add_notes(c, notes).await
}

pub(crate) fn push_notes(query: &mut QueryBuilder, notes: &[Note]) {
    query.push("INSERT INTO note (id, item, actor, words, at) ");
    query.push_values(notes, |mut b, n| {
        b.push_bind(n.id.0)
            .push_bind(n.item.0)
            .push_bind(json(&n.actor))
            .push_bind(n.words.as_str())
            .push_bind(n.at.micros());
    });
}

pub(crate) async fn notes_of(c: &mut Connection, item: ItemId) -> Stored<Vec<Note>> {
    let rows = sql::query("SELECT * FROM note WHERE item = $1 ORDER BY at, id").bind(item.0).fetch_all(c).await?;
    let note = |row: &Row| {
        Ok(Note {
            id: CommentId(get(row, "id")?),
            item,
            actor: parsed(row, "note", "actor")?,
            words: get(row, "words")?,
            at: Instant(get(row, "at")?),
        })
    };
    rows.iter().map(note).collect()
}
