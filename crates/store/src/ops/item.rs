//! Loading items.

use super::sql::{self, AssertSqlSafe, QueryBuilder};
use super::{Connection, LOCK, Row, StoreError, Stored, get, maybe_word, parsed, push_in, revision, small, word};
use crate::record::{ItemRow, Kept, Words};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;
use watercourse_core::id::{ItemId, PersonId};
use watercourse_core::item::{Child, Ending, Item, Outcome, Phase, Place, Round, Spell, Visit};
use watercourse_core::time::Instant;

/// The columns lists show.
pub(crate) const ROW: &str = "item.id, item.key, item.kind, item.stream, item.version, item.title, item.requester, item.opened_by, \
     item.created, item.committed, item.delivered, item.closed, item.result, item.open_rounds, item.touched, item.revision, item.imported, item.entity";

fn instant(value: Option<i64>) -> Option<Instant> {
    value.map(Instant)
}

/// A row as lists show it, without its fields.
pub(crate) fn item_row(row: &Row) -> Stored<ItemRow> {
    Ok(ItemRow {
        id: ItemId(get(row, "id")?),
        key: get(row, "key")?,
        kind: get(row, "kind")?,
        stream: get(row, "stream")?,
        version: small("item", get(row, "version")?)?,
        title: get(row, "title")?,
        requester: get::<Option<Uuid>>(row, "requester")?.map(PersonId),
        opened_by: parsed(row, "item", "opened_by")?,
        created: Instant(get(row, "created")?),
        committed: instant(get(row, "committed")?),
        delivered: instant(get(row, "delivered")?),
        closed: instant(get(row, "closed")?),
        result: maybe_word("item", get::<Option<String>>(row, "result")?.as_deref())?,
        open: parsed(row, "item", "open_rounds")?,
        fields: BTreeMap::new(),
        touched: Instant(get(row, "touched")?),
        revision: revision("item", get(row, "revision")?)?,
        imported: get(row, "imported")?,
        entity: get(row, "entity")?,
    })
}

pub(crate) async fn item_id(c: &mut Connection, key: &str) -> Stored<Option<ItemId>> {
    let id: Option<Uuid> = sql::query_scalar("SELECT id FROM item WHERE key = $1").bind(key).fetch_optional(c).await?;
    Ok(id.map(ItemId))
}

pub(crate) async fn lock_item(c: &mut Connection, id: ItemId) -> Stored<Option<u64>> {
    let sql = AssertSqlSafe(format!("SELECT revision FROM item WHERE id = $1{LOCK}"));
    let found: Option<i64> = sql::query_scalar(sql).bind(id.0).fetch_optional(c).await?;
    found.map(|r| revision("item", r)).transpose()
}

pub(crate) async fn revision_of(c: &mut Connection, id: ItemId) -> Stored<Option<u64>> {
    let found: Option<i64> =
        sql::query_scalar("SELECT revision FROM item WHERE id = $1").bind(id.0).fetch_optional(c).await?;
    found.map(|r| revision("item", r)).transpose()
}

/// An item and its fields: a row per field, or one without.
const WITH_FIELDS: &str = "SELECT item.*, item_field.name AS field, item_field.value AS field_value
   FROM item LEFT JOIN item_field ON item_field.item = item.id";

pub(crate) async fn load_item(c: &mut Connection, id: ItemId) -> Stored<Option<Kept>> {
    let sql = AssertSqlSafe(format!("{WITH_FIELDS} WHERE item.id = $1"));
    let rows = sql::query(sql).bind(id.0).fetch_all(&mut *c).await?;
    whole(c, &rows).await
}

pub(crate) async fn load_named(c: &mut Connection, key: &str) -> Stored<Option<Kept>> {
    let sql = AssertSqlSafe(format!("{WITH_FIELDS} WHERE item.key = $1"));
    let rows = sql::query(sql).bind(key).fetch_all(&mut *c).await?;
    whole(c, &rows).await
}

async fn whole(c: &mut Connection, rows: &[Row]) -> Stored<Option<Kept>> {
    let Some(first) = rows.first() else { return Ok(None) };
    let mut kept = kept(first)?;
    for row in rows {
        if let Some(name) = get(row, "field")? {
            kept.item.fields.insert(name, get(row, "field_value")?);
        }
    }
    kept.item.rounds = rounds_of(c, kept.item.id).await?;
    Ok(Some(kept))
}

/// An item without its fields and rounds.
pub(crate) fn kept(row: &Row) -> Stored<Kept> {
    let head = item_row(row)?;
    let ended_by = match (get::<Option<i64>>(row, "ended_step")?, get::<Option<String>>(row, "ended_result")?) {
        (Some(step), Some(result)) => {
            let step = u8::try_from(step).map_err(|_| StoreError::malformed("item", "ended_step is out of range"))?;
            Some((step, word::<Outcome>("item", &result)?))
        }
        _ => None,
    };
    let item = Item {
        id: head.id,
        key: head.key,
        kind: head.kind,
        stream: head.stream,
        version: head.version,
        created: head.created,
        opened_by: head.opened_by,
        fields: BTreeMap::new(),
        rounds: Vec::new(),
        marking: parsed(row, "item", "marking")?,
        closed: head.closed.zip(head.result),
        ended_by,
        parked: parsed(row, "item", "parked")?,
        touched: head.touched,
        revision: head.revision,
    };
    let words = Words {
        title: head.title,
        description: get(row, "description")?,
        requester: head.requester,
        entity: head.entity,
    };
    Ok(Kept { item, words, imported: head.imported })
}

/// The fields of several items.
pub(crate) async fn fields_of(
    c: &mut Connection,
    items: &[ItemId],
) -> Stored<HashMap<ItemId, BTreeMap<String, String>>> {
    let mut fields: HashMap<ItemId, BTreeMap<String, String>> = HashMap::new();
    if items.is_empty() {
        return Ok(fields);
    }
    let mut query = QueryBuilder::new("SELECT item, name, value FROM item_field WHERE item");
    push_in(&mut query, items.iter().map(|i| i.0));
    for row in query.build().fetch_all(c).await? {
        fields.entry(ItemId(get(&row, "item")?)).or_default().insert(get(&row, "name")?, get(&row, "value")?);
    }
    Ok(fields)
}

/// What is read of rounds, visits and spells: a row per spell.
pub(crate) const ROUNDS: &str = "SELECT r.item, r.number, r.place, r.label, r.activity, r.opened, r.started, r.ended, r.ending, r.outcome, \
     r.released_by, r.gates, r.child, r.child_result, v.number AS visit, v.team, v.left_at, s.phase, s.reason, s.from_at, s.until_at \
     FROM round r \
     JOIN visit v ON v.item = r.item AND v.round = r.number \
     JOIN spell s ON s.item = v.item AND s.round = v.round AND s.visit = v.number";
/// The order in which [`add_spell`] wants them.
pub(crate) const ROUNDS_ORDER: &str = " ORDER BY r.item, r.number, v.number, s.number";

async fn rounds_of(c: &mut Connection, item: ItemId) -> Stored<Vec<Round>> {
    let mut rounds: Vec<Round> = Vec::new();
    let sql = AssertSqlSafe(format!("{ROUNDS} WHERE r.item = $1{ROUNDS_ORDER}"));
    for row in &sql::query(sql).bind(item.0).fetch_all(c).await? {
        add_spell(&mut rounds, row)?;
    }
    Ok(rounds)
}

/// Adds one spell, with its round and visit where they are new.
pub(crate) fn add_spell(rounds: &mut Vec<Round>, row: &Row) -> Stored<()> {
    let number = small("round", get(row, "number")?)?;
    if rounds.last().is_none_or(|r| r.number != number) {
        rounds.push(round(row, number)?);
    }
    let Some(round) = rounds.last_mut() else { return Ok(()) };
    let visit: i64 = get(row, "visit")?;
    if usize::try_from(visit).is_ok_and(|v| v > round.visits.len()) {
        round.visits.push(Visit { team: get(row, "team")?, spells: Vec::new(), left: instant(get(row, "left_at")?) });
    }
    let spell = Spell {
        phase: word::<Phase>("spell", &get::<String>(row, "phase")?)?,
        reason: get(row, "reason")?,
        from: Instant(get(row, "from_at")?),
        until: instant(get(row, "until_at")?),
    };
    if let Some(visit) = round.visits.last_mut() {
        visit.spells.push(spell);
    }
    Ok(())
}

fn round(row: &Row, number: u32) -> Stored<Round> {
    let place = match get::<Option<i64>>(row, "place")? {
        Some(step) => {
            Place::Step(u8::try_from(step).map_err(|_| StoreError::malformed("round", "place is out of range"))?)
        }
        None => Place::Adhoc(
            get::<Option<String>>(row, "label")?.unwrap_or_default(),
            word("round", &get::<String>(row, "activity")?)?,
        ),
    };
    let ending = match get::<Option<String>>(row, "ending")?.as_deref() {
        None => None,
        Some("done") => Some(Ending::Done(get(row, "outcome")?)),
        Some("failed") => Some(Ending::Failed),
        Some("dropped") => Some(Ending::Dropped),
        Some(other) => return Err(StoreError::malformed("round", format!("ending “{other}”"))),
    };
    let child = match get::<Option<Uuid>>(row, "child")? {
        Some(child) => {
            let result = maybe_word("round", get::<Option<String>>(row, "child_result")?.as_deref())?;
            Some(Child { item: ItemId(child), result })
        }
        None => None,
    };
    Ok(Round {
        number,
        place,
        opened: Instant(get(row, "opened")?),
        started: instant(get(row, "started")?),
        ended: instant(get(row, "ended")?).zip(ending),
        released_by: get::<Option<i64>>(row, "released_by")?.map(|n| small("round", n)).transpose()?,
        gates: parsed(row, "round", "gates")?,
        child,
        visits: Vec::new(),
    })
}

pub(crate) async fn next_key(c: &mut Connection, kind: &str) -> Stored<i64> {
    let sql = "INSERT INTO key_counter (kind, last) VALUES ($1, 1001)
               ON CONFLICT (kind) DO UPDATE SET last = key_counter.last + 1 RETURNING last";
    Ok(sql::query_scalar(sql).bind(kind).fetch_one(c).await?)
}

pub(crate) async fn take_keys(c: &mut Connection, kind: &str, count: i64) -> Stored<i64> {
    let sql = "INSERT INTO key_counter (kind, last) VALUES ($1, 1000 + $2)
               ON CONFLICT (kind) DO UPDATE SET last = key_counter.last + $2 RETURNING last";
    let last: i64 = sql::query_scalar(sql).bind(kind).bind(count).fetch_one(c).await?;
    Ok(last - count + 1)
}

pub(crate) async fn keys_from(c: &mut Connection, kind: &str, last: i64) -> Stored<()> {
    let sql = "INSERT INTO key_counter (kind, last) VALUES ($1, $2)
               ON CONFLICT (kind) DO UPDATE SET last = CASE WHEN key_counter.last < excluded.last THEN excluded.last ELSE key_counter.last END";
    sql::query(sql).bind(kind).bind(last).execute(c).await?;
    Ok(())
}
