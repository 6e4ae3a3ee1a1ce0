//! Ways to the few items that can answer a question, where there are few: an index that leads to them.

use super::condition::{one_of, within};
use super::sql::QueryBuilder;
use super::{COUNTED, Connection, FOUND, JOINS, Stored, index_word};
use crate::ask::{Ask, Column, Condition, Holds};
use crate::sight::Sight;
use watercourse_core::filter::{Bounds, Meaning, Phrase};

/// Ways that are tried for one question.
const MOST_WAYS: usize = 6;

/// A way to items. All that the question asks for lie on it, and others may too.
#[derive(Debug)]
pub(crate) enum Way<'a> {
    Keys(&'a [String]),
    Words(String),
    Sight(&'a Sight),
    Field(&'a str, &'a [String]),
    Team(&'a [String]),
    Step(&'a [String]),
    Kind(&'a [String]),
    Stream(&'a [String]),
    Created(&'a [Bounds<i64>]),
}

/// The first way with no more than so many items on it, if there is one.
pub(crate) async fn short_way<'a>(c: &mut Connection, ask: &'a Ask, most: i64) -> Stored<Option<Way<'a>>> {
    for way in ways(ask).into_iter().take(MOST_WAYS) {
        let mut query = QueryBuilder::new("SELECT COUNT(*) FROM (SELECT 1 FROM (");
        match &way {
            Way::Words(words) => {
                query.push(COUNTED.0).push_bind(words.clone()).push(COUNTED.1);
            }
            way => push_way(&mut query, way),
        }
        query.push(") AS way LIMIT ").push_bind(most + 1).push(") AS found");
        let found: i64 = query.build_query_scalar().fetch_one(&mut *c).await?;
        if found <= most {
            return Ok(Some(way));
        }
    }
    Ok(None)
}

fn ways(ask: &Ask) -> Vec<Way<'_>> {
    let mut ways: Vec<(u8, Way<'_>)> = Vec::new();
    if matches!(ask.sight, Sight::Part { .. }) {
        ways.push((2, Way::Sight(&ask.sight)));
    }
    if let Some(words) = index_query(&ask.condition) {
        ways.push((1, Way::Words(words)));
    }
    for part in ask.condition.parts() {
        let Condition::Is(column, meaning) = part else { continue };
        ways.extend(match (column, meaning) {
            (Column::Key, Meaning::OneOf(list)) => Some((0, Way::Keys(list))),
            (Column::Field(name, Holds::Text), Meaning::OneOf(list)) => Some((3, Way::Field(name, list))),
            (Column::Team, Meaning::OneOf(list)) => Some((4, Way::Team(list))),
            (Column::Step, Meaning::OneOf(list)) => Some((4, Way::Step(list))),
            (Column::Stream, Meaning::OneOf(list)) => Some((5, Way::Stream(list))),
            (Column::Kind, Meaning::OneOf(list)) => Some((6, Way::Kind(list))),
            (Column::Created, Meaning::Micros(list)) => Some((7, Way::Created(list))),
            _ => None,
        });
    }
    ways.sort_by_key(|(rank, _)| *rank);
    ways.into_iter().map(|(_, way)| way).collect()
}

/// What the index of words can tell of a condition: every item for which it holds is found, others may be too.
fn index_query(condition: &Condition) -> Option<String> {
    let joined = |parts: Vec<String>, with: &str| {
        if parts.is_empty() { None } else { Some(format!("({})", parts.join(with))) }
    };
    let words = |phrase: &Phrase| {
        let last = phrase.words.len().saturating_sub(1);
        let words = phrase.words.iter().enumerate();
        joined(words.map(|(i, w)| index_word(w, phrase.prefix && i == last)).collect(), JOINS.0)
    };
    match condition {
        Condition::Words(phrase) => words(phrase),
        Condition::Is(Column::Title, Meaning::Words(phrases)) => {
            joined(phrases.iter().map(words).collect::<Option<_>>()?, JOINS.1)
        }
        Condition::All(parts) => joined(parts.iter().filter_map(index_query).collect(), JOINS.0),
        Condition::Any(parts) => joined(parts.iter().map(index_query).collect::<Option<_>>()?, JOINS.1),
        Condition::Not(_) | Condition::Is(..) => None,
    }
}

/// Adds a query for the ids of the items on a way; an item may come several times.
pub(crate) fn push_way(query: &mut QueryBuilder, way: &Way<'_>) {
    match way {
        Way::Keys(list) => items(query, "lower(item.key)", list),
        Way::Stream(list) => items(query, "item.stream", list),
        Way::Kind(list) => items(query, "item.kind", list),
        Way::Words(words) => {
            query.push(FOUND.0).push_bind(words.clone()).push(FOUND.1);
        }
        Way::Sight(sight) => push_sight_ids(query, sight),
        Way::Field(name, list) => {
            query.push("SELECT f.item AS id FROM item_field f WHERE f.name = ").push_bind((*name).to_owned());
            query.push(" AND ");
            one_of(query, "COALESCE(f.folded, lower(f.value))", list);
        }
        Way::Team(list) => {
            query.push("SELECT r.item AS id FROM round r WHERE r.ended IS NULL AND ");
            one_of(query, "lower(r.team)", list);
        }
        Way::Step(list) => {
            query.push("SELECT r.item AS id FROM round r WHERE r.ended IS NULL AND ");
            one_of(query, "lower(r.step)", list);
        }
        Way::Created(list) => {
            query.push("SELECT item.id AS id FROM item WHERE ");
            within(query, "item.created", list);
        }
    }
}

fn items(query: &mut QueryBuilder, column: &str, list: &[String]) {
    query.push("SELECT item.id AS id FROM item WHERE ");
    one_of(query, column, list);
}

fn push_sight_ids(query: &mut QueryBuilder, sight: &Sight) {
    let Sight::Part { entities, teams, requester, opened_by } = sight else {
        query.push("SELECT item.id AS id FROM item");
        return;
    };
    query.push("SELECT item.id AS id FROM item WHERE FALSE");
    if !entities.is_empty() {
        query.push(" UNION ALL ");
        items(query, "item.entity", entities);
    }
    if !teams.is_empty() {
        query.push(" UNION ALL SELECT seen.item AS id FROM round seen WHERE ");
        one_of(query, "seen.team", teams);
    }
    if let Some(person) = requester {
        query.push(" UNION ALL SELECT item.id AS id FROM item WHERE item.requester = ").push_bind(person.0);
    }
    if let Some(actor) = opened_by {
        query.push(" UNION ALL SELECT item.id AS id FROM item WHERE item.opened_by = ").push_bind(actor.clone());
    }
}
