//! Sealing entries into the chain, and reading them back beside what they seal.

use super::sql::{self, AssertSqlSafe, QueryBuilder};
use super::{BEGUN, CHUNK, Connection, FINISHED, Row, StoreError, Stored, get, hex};
use crate::chain::{ChainRow, Entry, FactPlace, Hash, Head, Sealed, Source};
use std::sync::LazyLock;
use uuid::Uuid;
use watercourse_core::id::{CommentId, ItemId};
use watercourse_core::time::Instant;

/// A text with its length in bytes; a hyphen where there is none.
fn part(column: &str) -> String {
    format!("COALESCE(OCTET_LENGTH({column}) || ':' || {column}, '-') || ','")
}

/// A whole number.
fn number(column: &str) -> String {
    format!("{column} || ','")
}

fn id(column: &str) -> String {
    format!("COALESCE({}, '-') || ','", hex(column))
}

/// Everything that stands in a row of `fact f`.
static FACT: LazyLock<String> = LazyLock::new(|| {
    let mut parts = vec!["'fact,'".to_owned(), number("f.seq"), id("f.item"), number("f.revision")];
    parts.extend([number("f.happened_at"), number("f.recorded_at"), part("f.actor"), part("f.cause"), id("f.note")]);
    parts.extend([part("f.stream"), number("f.version"), part("f.step"), part("f.activity"), part("f.phase")]);
    parts.extend([part("f.team"), part("f.what"), part("f.event")]);
    parts.join(" || ")
});

/// The words beside a fact: its note, and the title and description of the item it opened.
static WORDS: LazyLock<String> = LazyLock::new(|| {
    format!(
        "CASE WHEN f.note IS NULL AND f.revision > 1 THEN NULL ELSE {} || {} || {} END",
        part("n.words"),
        part("i.title"),
        part("i.description")
    )
});

/// What [`WORDS`] reads beside a fact.
const BESIDE: &str = "LEFT JOIN note n ON n.id = f.note
     LEFT JOIN item i ON i.id = CASE WHEN f.revision = 1 THEN f.item END";

/// Everything that stands in a row of `audit a`.
static AUDIT: LazyLock<String> = LazyLock::new(|| {
    let mut parts = vec!["'audit,'".to_owned(), number("a.seq"), number("a.at"), part("a.actor")];
    parts.extend([part("a.action"), part("a.object"), part("a.detail")]);
    parts.join(" || ")
});

/// The last numbers of facts and of the audit trail, whether or not smaller ones are still to come.
pub(crate) async fn newest_entries(c: &mut Connection) -> Stored<(i64, i64)> {
    let sql = "SELECT (SELECT COALESCE(MAX(seq), 0) FROM fact), (SELECT COALESCE(MAX(seq), 0) FROM audit)";
    Ok(sql::query_as(sql).fetch_one(c).await?)
}

pub(crate) async fn begun(c: &mut Connection) -> Stored<i64> {
    Ok(sql::query_scalar(BEGUN).fetch_one(c).await?)
}

pub(crate) async fn finished(c: &mut Connection) -> Stored<i64> {
    Ok(sql::query_scalar(FINISHED).fetch_one(c).await?)
}

fn entry(row: &Row) -> Stored<Entry> {
    Ok(Entry { seq: get(row, "seq")?, text: get(row, "entry")?, words: get(row, "words")? })
}

/// Entries of a source with numbers after one and not after another, in order.
pub(crate) async fn entries(
    c: &mut Connection,
    source: Source,
    after: i64,
    until: i64,
    limit: i64,
) -> Stored<Vec<Entry>> {
    let sql = match source {
        Source::Fact => format!(
            "SELECT f.seq, {} AS entry, {} AS words FROM fact f {BESIDE}
             WHERE f.seq > $1 AND f.seq <= $2 ORDER BY f.seq LIMIT $3",
            *FACT, *WORDS
        ),
        Source::Audit => format!(
            "SELECT a.seq, {} AS entry, CAST(NULL AS TEXT) AS words FROM audit a
             WHERE a.seq > $1 AND a.seq <= $2 ORDER BY a.seq LIMIT $3",
            *AUDIT
        ),
    };
    let rows = sql::query(AssertSqlSafe(sql)).bind(after).bind(until).bind(limit).fetch_all(c).await?;
    rows.iter().map(entry).collect()
}

fn hash(bytes: Vec<u8>) -> Stored<Hash> {
    Hash::try_from(bytes).map_err(|_| StoreError::malformed("chain", "a hash is not 32 bytes long"))
}

fn sealed(row: &Row) -> Stored<Sealed> {
    let source: String = get(row, "source")?;
    let source = match source.as_str() {
        "fact" => Source::Fact,
        "audit" => Source::Audit,
        other => return Err(StoreError::malformed("chain", format!("“{other}” is no source"))),
    };
    Ok(Sealed {
        number: get(row, "number")?,
        source,
        seq: get(row, "seq")?,
        other: get(row, "other")?,
        words: get::<Option<Vec<u8>>>(row, "digest")?.map(hash).transpose()?,
        hash: hash(get(row, "hash")?)?,
    })
}

/// The columns of [`sealed`].
const LINK: &str = "c.number, c.source, c.seq, c.other, c.words AS digest, c.hash";

pub(crate) async fn chain_end(c: &mut Connection) -> Stored<Option<Sealed>> {
    let sql = AssertSqlSafe(format!("SELECT {LINK} FROM chain c ORDER BY number DESC LIMIT 1"));
    sql::query(sql).fetch_optional(c).await?.as_ref().map(sealed).transpose()
}

pub(crate) async fn chain_link(c: &mut Connection, number: i64) -> Stored<Option<Sealed>> {
    let sql = AssertSqlSafe(format!("SELECT {LINK} FROM chain c WHERE number = $1"));
    sql::query(sql).bind(number).fetch_optional(c).await?.as_ref().map(sealed).transpose()
}

pub(crate) async fn append_chain(c: &mut Connection, links: &[Sealed]) -> Stored<()> {
    for chunk in links.chunks(CHUNK) {
        let mut query = QueryBuilder::new("INSERT INTO chain (number, source, seq, other, words, hash) ");
        query.push_values(chunk, |mut b, l| {
            b.push_bind(l.number)
                .push_bind(l.source.id())
                .push_bind(l.seq)
                .push_bind(l.other)
                .push_bind(l.words.map(|w| w.to_vec()))
                .push_bind(l.hash.to_vec());
        });
        query.build().execute(&mut *c).await?;
    }
    Ok(())
}

/// Links with numbers after one and not after another, in order, with what stands in their entries now.
pub(crate) async fn chain_found(c: &mut Connection, after: i64, until: i64) -> Stored<Vec<ChainRow>> {
    let sql = format!(
        "SELECT {LINK}, CASE WHEN f.seq IS NOT NULL THEN {} WHEN a.seq IS NOT NULL THEN {} END AS entry, {} AS words
         FROM chain c
         LEFT JOIN fact f ON f.seq = CASE WHEN c.source = 'fact' THEN c.seq END
         LEFT JOIN audit a ON a.seq = CASE WHEN c.source = 'audit' THEN c.seq END
         {BESIDE}
         WHERE c.number > $1 AND c.number <= $2 ORDER BY c.number",
        *FACT, *AUDIT, *WORDS
    );
    let rows = sql::query(AssertSqlSafe(sql)).bind(after).bind(until).fetch_all(c).await?;
    let found = |row: &Row| {
        let sealed = sealed(row)?;
        let words = if sealed.source == Source::Fact { get(row, "words")? } else { None };
        let entry = get::<Option<String>>(row, "entry")?.map(|text| Entry { seq: sealed.seq, text, words });
        Ok(ChainRow { sealed, entry })
    };
    rows.iter().map(found).collect()
}

/// How many entries of a source have numbers not after one.
pub(crate) async fn count_entries(c: &mut Connection, source: Source, until: i64) -> Stored<i64> {
    let sql = match source {
        Source::Fact => "SELECT COUNT(*) FROM fact WHERE seq <= $1",
        Source::Audit => "SELECT COUNT(*) FROM audit WHERE seq <= $1",
    };
    Ok(sql::query_scalar(sql).bind(until).fetch_one(c).await?)
}

/// Numbers of entries that no link seals, not after one.
pub(crate) async fn entries_without_link(
    c: &mut Connection,
    source: Source,
    until: i64,
    limit: i64,
) -> Stored<Vec<i64>> {
    let sql = format!(
        "SELECT e.seq FROM {} e WHERE e.seq <= $1 AND e.seq NOT IN (SELECT seq FROM chain WHERE source = $2)
         ORDER BY e.seq LIMIT $3",
        source.id()
    );
    let found = sql::query_scalar(AssertSqlSafe(sql)).bind(until).bind(source.id()).bind(limit).fetch_all(c).await?;
    Ok(found)
}

pub(crate) async fn fact_place(c: &mut Connection, seq: i64) -> Stored<Option<FactPlace>> {
    let sql = "SELECT item.key, fact.revision, fact.item, fact.note FROM fact JOIN item ON item.id = fact.item WHERE fact.seq = $1";
    let row = sql::query(sql).bind(seq).fetch_optional(c).await?;
    let place = |row: &Row| {
        Ok(FactPlace {
            key: get(row, "key")?,
            revision: get(row, "revision")?,
            item: ItemId(get(row, "item")?),
            note: get::<Option<Uuid>>(row, "note")?.map(CommentId),
        })
    };
    row.as_ref().map(place).transpose()
}

/// Native items whose facts are not numbered from 1 to the item's revision: key, revision, facts, last number.
pub(crate) async fn items_with_gaps(c: &mut Connection, limit: i64) -> Stored<Vec<(String, i64, i64, i64)>> {
    let sql = "SELECT item.key, item.revision, COALESCE(f.count, 0), COALESCE(f.last, 0) FROM item
               LEFT JOIN (SELECT item, COUNT(*) AS count, MAX(revision) AS last FROM fact GROUP BY item) f ON f.item = item.id
               WHERE item.imported = FALSE
                 AND (f.count IS NULL OR f.count <> item.revision OR f.last <> item.revision)
               ORDER BY item.key LIMIT $1";
    Ok(sql::query_as(sql).bind(limit).fetch_all(c).await?)
}

pub(crate) async fn insert_head(c: &mut Connection, head: &Head) -> Stored<()> {
    let sql = "INSERT INTO chain_head (number, hash, at, public_key, signature) VALUES ($1, $2, $3, $4, $5)
               ON CONFLICT (number) DO NOTHING";
    sql::query(sql)
        .bind(head.number)
        .bind(head.hash.to_vec())
        .bind(head.at.micros())
        .bind(&head.public_key)
        .bind(&head.signature)
        .execute(c)
        .await?;
    Ok(())
}

/// Heads that were kept, newest first.
pub(crate) async fn heads(c: &mut Connection, limit: i64) -> Stored<Vec<Head>> {
    let rows = sql::query("SELECT * FROM chain_head ORDER BY number DESC LIMIT $1").bind(limit).fetch_all(c).await?;
    let head = |row: &Row| {
        Ok(Head {
            number: get(row, "number")?,
            hash: hash(get(row, "hash")?)?,
            at: Instant(get(row, "at")?),
            public_key: get(row, "public_key")?,
            signature: get(row, "signature")?,
        })
    };
    rows.iter().map(head).collect()
}
