//! Lists of items, and how much stands where.
//!
//! A list is read in one of two courses. Where an index leads to few items, those are read, asked and put in order.
//! Otherwise items are read in the order of the list, and each is asked, until the page is full; so many are looked
//! at and no more, and then the page ends early and says where to go on.

use super::condition::push_condition;
use super::item::{ROW, fields_of, item_row};
use super::sight::push_sight;
use super::sql::QueryBuilder;
use super::way::{Way, push_way, short_way};
use super::{Connection, Row, Stored, get, push_in, word};
use crate::ask::{Ask, Column, Condition};
use crate::record::{After, Found, ItemRow, Sort, Standing};
use crate::sight::Sight;
use watercourse_core::filter::Meaning;
use watercourse_core::id::ItemId;
use watercourse_core::time::Instant;

/// A list in the order of an index.
struct Order {
    column: &'static str,
    direction: &'static str,
    /// How what comes after a place compares with it.
    after: &'static str,
    /// How what comes no later than a place compares with it.
    until: &'static str,
}

impl Order {
    const fn of(sort: Sort) -> Self {
        match sort {
            Sort::Touched => Self { column: "item.touched", direction: "DESC", after: "<", until: ">=" },
            Sort::Newest => Self { column: "item.created", direction: "DESC", after: "<", until: ">=" },
            Sort::Oldest => Self { column: "item.created", direction: "ASC", after: ">", until: "<=" },
        }
    }
    fn push(&self, query: &mut QueryBuilder) {
        let Self { column, direction, .. } = self;
        query.push(format_args!(" ORDER BY {column} {direction}, item.id {direction} LIMIT "));
    }
    fn push_place(&self, query: &mut QueryBuilder, sign: &str, place: After) {
        query
            .push(format_args!(" AND ({}, item.id) {sign} (", self.column))
            .push_bind(place.at)
            .push(", ")
            .push_bind(place.id.0)
            .push(")");
    }
}

/// Indexes that are read side by side.
const MOST_ARMS: usize = 8;

/// The indexes in whose order items are read, side by side where there are several.
struct Along<'a> {
    arms: Vec<Arm<'a>>,
    /// Whether nothing is left to ask of the items along them.
    is_all: bool,
}

/// An index: of all items, or of those with one thing in common.
enum Arm<'a> {
    All,
    Open,
    One(&'static str, &'a str),
}

impl<'a> Along<'a> {
    fn of(ask: &'a Ask, sort: Sort) -> Self {
        let parts = ask.condition.parts();
        let arms = |column, list: &'a [String]| list.iter().map(|value| Arm::One(column, value)).collect();
        if let Some(entities) = only_entities(&ask.sight) {
            return Self { arms: arms("item.entity", entities), is_all: parts.is_empty() };
        }
        let is_all = parts.len() == 1 && ask.sight == Sight::Everything;
        let listed = |column: &Column| {
            parts.iter().find_map(|part| match part {
                Condition::Is(of, Meaning::OneOf(list)) if of == column => few(list),
                _ => None,
            })
        };
        if let Some(streams) = listed(&Column::Stream) {
            return Self { arms: arms("item.stream", streams), is_all };
        }
        if let Some(kinds) = listed(&Column::Kind).filter(|_| sort == Sort::Touched) {
            return Self { arms: arms("item.kind", kinds), is_all };
        }
        if sort == Sort::Touched && listed(&Column::State).is_some_and(|states| states == ["open"]) {
            return Self { arms: vec![Arm::Open], is_all };
        }
        Self { arms: vec![Arm::All], is_all: parts.is_empty() && ask.sight == Sight::Everything }
    }
    /// Adds ` AND` for the items along these indexes.
    fn push(&self, query: &mut QueryBuilder) {
        match &self.arms[..] {
            [one] => one.push(query),
            arms => {
                query.push(" AND (FALSE");
                for arm in arms {
                    query.push(" OR (TRUE");
                    arm.push(query);
                    query.push(")");
                }
                query.push(")");
            }
        }
    }
}

impl Arm<'_> {
    fn push(&self, query: &mut QueryBuilder) {
        match self {
            Self::All => {}
            Self::Open => {
                query.push(" AND item.closed IS NULL");
            }
            Self::One(column, value) => {
                query.push(format_args!(" AND {column} = ")).push_bind((*value).to_owned());
            }
        }
    }
}

/// A list of different values, if it is short enough to read an index for each.
fn few(list: &[String]) -> Option<&[String]> {
    let differ = list.iter().enumerate().all(|(i, value)| !list.iter().skip(i + 1).any(|other| other == value));
    ((1..=MOST_ARMS).contains(&list.len()) && differ).then_some(list)
}

fn only_entities(sight: &Sight) -> Option<&[String]> {
    match sight {
        Sight::Part { entities, teams, requester: None, opened_by: None } if teams.is_empty() => few(entities),
        _ => None,
    }
}

/// A stretch of a list: what comes after one place and no later than another.
#[derive(Clone, Copy)]
struct Stretch {
    after: Option<After>,
    until: Option<After>,
}

impl Stretch {
    fn push(self, query: &mut QueryBuilder, order: &Order) {
        if let Some(after) = self.after {
            order.push_place(query, order.after, after);
        }
        if let Some(until) = self.until {
            order.push_place(query, order.until, until);
        }
    }
}

/// The page that is wanted.
#[derive(Clone, Copy)]
struct Wanted {
    sort: Sort,
    after: Option<After>,
    limit: i64,
    count: Option<i64>,
}

/// What is asked of each item.
fn push_ask(query: &mut QueryBuilder, ask: &Ask) {
    push_sight(query, &ask.sight);
    query.push(" AND ");
    push_condition(query, &ask.condition, ask.now);
}

/// A page: up to `limit` items after a place. With `count`, also how many there are in all, up to so many, where
/// that is cheap to say.
pub(crate) async fn list_items(
    c: &mut Connection,
    ask: &Ask,
    sort: Sort,
    after: Option<After>,
    limit: i64,
    count: Option<i64>,
) -> Stored<Found> {
    let wanted = Wanted { sort, after, limit, count: count.filter(|_| after.is_none()) };
    let along = Along::of(ask, sort);
    let way = if along.is_all { None } else { short_way(c, ask, signed(ask.few())).await? };
    let mut found = match way {
        Some(way) => on_way(c, ask, &way, wanted).await?,
        None => in_order(c, ask, &along, wanted).await?,
    };
    let ids: Vec<ItemId> = found.rows.iter().map(|row| row.id).collect();
    let mut fields = std::collections::HashMap::new();
    for chunk in ids.chunks(super::CHUNK) {
        fields.extend(fields_of(c, chunk).await?);
    }
    for row in &mut found.rows {
        row.fields = fields.remove(&row.id).unwrap_or_default();
    }
    Ok(found)
}

fn signed(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

async fn rows(c: &mut Connection, mut query: QueryBuilder) -> Stored<Vec<ItemRow>> {
    query.build().fetch_all(c).await?.iter().map(item_row).collect()
}

fn push_near(query: &mut QueryBuilder, way: &Way<'_>, ask: &Ask) {
    query.push(" FROM (SELECT DISTINCT way.id FROM (");
    push_way(query, way);
    query.push(") AS way) AS near CROSS JOIN item WHERE item.id = near.id");
    push_ask(query, ask);
}

async fn on_way(c: &mut Connection, ask: &Ask, way: &Way<'_>, wanted: Wanted) -> Stored<Found> {
    let order = Order::of(wanted.sort);
    // Put in order by their ids alone: whole rows are read only for the page.
    let mut query = QueryBuilder::new(format!(
        "SELECT {ROW}, page.many AS many FROM (SELECT item.id AS id, COUNT(*) OVER () AS many"
    ));
    push_near(&mut query, way, ask);
    Stretch { after: wanted.after, until: None }.push(&mut query, &order);
    order.push(&mut query);
    query.push_bind(wanted.limit).push(") AS page CROSS JOIN item WHERE item.id = page.id");
    order.push(&mut query);
    query.push_bind(wanted.limit);
    let found = query.build().fetch_all(c).await?;
    let many = found.first().map_or(Ok(0), |row| get(row, "many"))?;
    let rows = found.iter().map(item_row).collect::<Stored<_>>()?;
    Ok(Found { rows, on: None, count: wanted.count.map(|_| many) })
}

async fn count_near(c: &mut Connection, ask: &Ask, way: &Way<'_>, most: i64) -> Stored<i64> {
    let mut query = QueryBuilder::new("SELECT COUNT(*) FROM (SELECT 1 AS one");
    push_near(&mut query, way, ask);
    query.push(" LIMIT ").push_bind(most).push(") AS found");
    Ok(query.build_query_scalar().fetch_one(c).await?)
}

/// A query of all that is asked for, along indexes; `what` is what it selects.
fn all_along(what: &str, ask: &Ask, along: &Along<'_>) -> QueryBuilder {
    let mut query = QueryBuilder::new(format!("{what} FROM item WHERE TRUE"));
    along.push(&mut query);
    if !along.is_all {
        push_ask(&mut query, ask);
    }
    query
}

async fn count_along(c: &mut Connection, ask: &Ask, along: &Along<'_>, most: i64) -> Stored<i64> {
    let mut query = all_along("SELECT COUNT(*) FROM (SELECT 1 AS one", ask, along);
    query.push(" LIMIT ").push_bind(most).push(") AS found");
    Ok(query.build_query_scalar().fetch_one(c).await?)
}

async fn in_order(c: &mut Connection, ask: &Ask, along: &Along<'_>, wanted: Wanted) -> Stored<Found> {
    let order = Order::of(wanted.sort);
    let most = ask.most();
    let mut found = Found { rows: Vec::new(), on: None, count: None };
    let (mut look, mut looked, mut begin) = (ask.looks.first.min(most), 0, wanted.after);
    loop {
        let until = if along.is_all { None } else { place_after(c, along, &order, begin, look).await? };
        let left = wanted.limit - signed(found.rows.len());
        found.rows.extend(stretch(c, ask, along, &order, Stretch { after: begin, until }, left).await?);
        let is_full = signed(found.rows.len()) >= wanted.limit;
        // Cheap where there are few, or nothing is left to ask of each.
        found.count = match wanted.count.filter(|_| until.is_none()) {
            Some(_) if !is_full => Some(signed(found.rows.len())),
            Some(most) if looked == 0 => Some(count_along(c, ask, along, most).await?),
            _ => None,
        };
        looked += look;
        if until.is_none() || is_full {
            return Ok(found);
        }
        if looked >= most {
            found.on = until;
            return Ok(found);
        }
        begin = until;
        look = (look * 5).min(most - looked);
    }
}

/// The first items of a stretch for which the question holds.
async fn stretch(
    c: &mut Connection,
    ask: &Ask,
    along: &Along<'_>,
    order: &Order,
    stretch: Stretch,
    limit: i64,
) -> Stored<Vec<ItemRow>> {
    let asked = if along.is_all { None } else { Some(ask) };
    let mut query = QueryBuilder::new(format!("SELECT {ROW}"));
    if along.arms.len() == 1 {
        query.push(" FROM item WHERE TRUE");
        along.push(&mut query);
        stretch.push(&mut query, order);
        if let Some(ask) = asked {
            push_ask(&mut query, ask);
        }
    } else {
        push_arms(&mut query, along, asked, order, stretch, limit);
        query.push(" CROSS JOIN item WHERE item.id = page.id");
    }
    order.push(&mut query);
    query.push_bind(limit);
    rows(c, query).await
}

/// Adds ` FROM` the first items of each index, by place and id.
fn push_arms(
    query: &mut QueryBuilder,
    along: &Along<'_>,
    ask: Option<&Ask>,
    order: &Order,
    stretch: Stretch,
    limit: i64,
) {
    for (index, arm) in along.arms.iter().enumerate() {
        query.push(if index == 0 { " FROM (" } else { " UNION ALL " });
        query.push(format_args!("SELECT * FROM (SELECT {} AS at, item.id AS id FROM item WHERE TRUE", order.column));
        arm.push(query);
        stretch.push(query, order);
        if let Some(ask) = ask {
            push_ask(query, ask);
        }
        order.push(query);
        query.push_bind(limit).push(format_args!(") AS arm{index}"));
    }
    query.push(") AS page");
}

/// The place of the item that comes so many after a place; none where there are fewer.
async fn place_after(
    c: &mut Connection,
    along: &Along<'_>,
    order: &Order,
    after: Option<After>,
    count: usize,
) -> Stored<Option<After>> {
    let (beyond, from) = (signed(count.saturating_sub(1)), Stretch { after, until: None });
    let mut query = if along.arms.len() == 1 {
        let mut query = QueryBuilder::new(format!("SELECT {} AS at, item.id AS id FROM item WHERE TRUE", order.column));
        along.push(&mut query);
        from.push(&mut query, order);
        order.push(&mut query);
        query
    } else {
        let mut query = QueryBuilder::new("SELECT page.at AS at, page.id AS id");
        push_arms(&mut query, along, None, order, from, beyond + 1);
        query.push(format_args!(" ORDER BY page.at {0}, page.id {0} LIMIT ", order.direction));
        query
    };
    query.push("1 OFFSET ").push_bind(beyond);
    let place = |row: &Row| Ok(After { at: get(row, "at")?, id: ItemId(get(row, "id")?) });
    query.build().fetch_optional(c).await?.as_ref().map(place).transpose()
}

/// How many items a question finds, counted up to `most`.
pub(crate) async fn count_items(c: &mut Connection, ask: &Ask, most: i64) -> Stored<i64> {
    let along = Along::of(ask, Sort::Touched);
    match if along.is_all { None } else { short_way(c, ask, signed(ask.few())).await? } {
        Some(way) => count_near(c, ask, &way, most).await,
        None => count_along(c, ask, &along, most).await,
    }
}

/// The keys of all items a question finds, in no order.
pub(crate) async fn item_keys(c: &mut Connection, ask: &Ask) -> Stored<Vec<String>> {
    let mut query = all_along("SELECT item.key", ask, &Along::of(ask, Sort::Newest));
    Ok(query.build_query_scalar().fetch_all(c).await?)
}

/// Rows of several items, in no order, without their fields.
pub(crate) async fn rows_of(c: &mut Connection, items: &[ItemId]) -> Stored<Vec<ItemRow>> {
    if items.is_empty() {
        return Ok(Vec::new());
    }
    let mut query = QueryBuilder::new(format!("SELECT {ROW} FROM item WHERE item.id"));
    push_in(&mut query, items.iter().map(|i| i.0));
    query.build().fetch_all(c).await?.iter().map(item_row).collect()
}

pub(crate) async fn where_it_stands(c: &mut Connection, sight: &Sight) -> Stored<Vec<Standing>> {
    let mut query = QueryBuilder::new(
        "SELECT item.stream, r.step, r.activity, r.team, r.phase, COUNT(*) AS count, MIN(r.opened) AS oldest
               FROM round r JOIN item ON item.id = r.item
               WHERE r.ended IS NULL AND item.closed IS NULL",
    );
    push_sight(&mut query, sight);
    query.push(
        " GROUP BY item.stream, r.step, r.activity, r.team, r.phase
               ORDER BY item.stream, r.step, r.phase",
    );
    let standing = |row: &Row| {
        Ok(Standing {
            stream: get(row, "stream")?,
            step: get(row, "step")?,
            activity: word("round", &get::<String>(row, "activity")?)?,
            team: get(row, "team")?,
            phase: word("round", &get::<String>(row, "phase")?)?,
            count: super::revision("round", get(row, "count")?)?,
            oldest: Instant(get(row, "oldest")?),
        })
    };
    query.build().fetch_all(c).await?.iter().map(standing).collect()
}
