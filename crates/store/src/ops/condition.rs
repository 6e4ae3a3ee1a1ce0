//! Conditions as SQL over the table `item`. Every test is true or false, never null, so that `NOT` turns it round.

use super::sql::{Put, QueryBuilder};
use super::{POSITION, SCAN, push_in};
use crate::ask::{Column, Condition, Holds};
use std::ops::Bound;
use watercourse_core::filter::{Bounds, Meaning, days};

/// Adds a condition. The query must name the table `item` by that name.
pub(crate) fn push_condition(query: &mut QueryBuilder, condition: &Condition, now: i64) {
    match condition {
        // Behind an `OR`, PostgreSQL leaves a test a test. Otherwise it makes a join of each and seeks their best
        // order, which takes seconds where there are many.
        Condition::All(parts) => joined(query, parts, " AND ", "TRUE", |q, part| {
            q.push("(FALSE OR ");
            push_condition(q, part, now);
            q.push(")");
        }),
        Condition::Any(parts) => joined(query, parts, " OR ", "FALSE", |q, part| push_condition(q, part, now)),
        Condition::Not(part) => {
            query.push("(NOT ");
            push_condition(query, part, now);
            query.push(")");
        }
        Condition::Words(phrase) => words(query, "search.words", &phrase.piece()),
        Condition::Is(column, meaning) => is(query, column, meaning, now),
    }
}

/// Parts in parentheses, or what stands for none.
fn joined<T>(
    query: &mut QueryBuilder,
    parts: &[T],
    between: &str,
    none: &str,
    mut push: impl FnMut(&mut QueryBuilder, &T),
) {
    if parts.is_empty() {
        query.push(none);
        return;
    }
    for (index, part) in parts.iter().enumerate() {
        query.push(if index == 0 { "(" } else { between });
        push(query, part);
    }
    query.push(")");
}

/// The piece is found where the phrase stands, and nowhere else: see `Searched`.
fn words(query: &mut QueryBuilder, column: &str, piece: &str) {
    query
        .push(format_args!("EXISTS (SELECT 1 FROM search WHERE search.item = item.id AND {POSITION}({column}, "))
        .push_bind(piece.to_owned())
        .push(") > 0)");
}

fn is(query: &mut QueryBuilder, column: &Column, meaning: &Meaning, now: i64) {
    match column {
        Column::Key => known(query, &format!("{SCAN}lower(item.key)"), meaning),
        Column::Kind => known(query, &format!("{SCAN}item.kind"), meaning),
        Column::Stream => known(query, &format!("{SCAN}item.stream"), meaning),
        Column::Result => perhaps(query, &format!("{SCAN}item.result"), meaning),
        Column::Title => match meaning {
            Meaning::Words(phrases) => joined(query, phrases, " OR ", "FALSE", |q, phrase| {
                words(q, "search.title", &phrase.piece());
            }),
            _ => always(query),
        },
        Column::State => state(query, meaning),
        Column::Imported => match meaning {
            Meaning::Truth(list) => joined(query, list, " OR ", "FALSE", |q, is| {
                q.push("item.imported = ").push_bind(*is);
            }),
            _ => always(query),
        },
        Column::Created => known(query, &format!("{SCAN}item.created"), meaning),
        Column::Touched => known(query, &format!("{SCAN}item.touched"), meaning),
        Column::Delivered => perhaps(query, "item.delivered", meaning),
        Column::Closed => perhaps(query, &format!("{SCAN}item.closed"), meaning),
        Column::Age => age(query, meaning, now),
        Column::Step => round(query, "r.step", "TRUE", meaning),
        Column::Team => round(query, "r.team", "r.team IS NOT NULL", meaning),
        Column::Activity => round(query, "r.activity", "TRUE", meaning),
        Column::Phase => round(query, "r.phase", "TRUE", meaning),
        Column::Waiting => round(query, "r.reason", "r.reason <> ''", meaning),
        Column::Field(name, holds) => {
            query
                .push("EXISTS (SELECT 1 FROM item_field f WHERE f.item = item.id AND f.name = ")
                .push_bind(name.clone())
                .push(" AND ");
            field(query, *holds, meaning);
            query.push(")");
        }
    }
}

fn always(query: &mut QueryBuilder) {
    query.push("TRUE");
}

/// A column that always has a value.
fn known(query: &mut QueryBuilder, column: &str, meaning: &Meaning) {
    match meaning {
        Meaning::OneOf(list) => one_of(query, column, list),
        Meaning::Micros(list) => within(query, column, list),
        _ => always(query),
    }
}

/// A column that may have no value.
fn perhaps(query: &mut QueryBuilder, column: &str, meaning: &Meaning) {
    query.push(format_args!("({column} IS NOT NULL AND "));
    known(query, column, meaning);
    query.push(")");
}

fn state(query: &mut QueryBuilder, meaning: &Meaning) {
    let Meaning::OneOf(list) = meaning else { return always(query) };
    joined(query, list, " OR ", "FALSE", |q, word| {
        q.push(match word.as_str() {
            "open" => format!("{SCAN}item.closed IS NULL"),
            "closed" => format!("{SCAN}item.closed IS NOT NULL"),
            _ => "FALSE".to_owned(),
        });
    });
}

fn age(query: &mut QueryBuilder, meaning: &Meaning, now: i64) {
    let Meaning::Micros(list) = meaning else { return always(query) };
    joined(query, list, " OR ", "FALSE", |q, bounds| {
        let (low, high) = edges(bounds);
        q.push("(TRUE");
        for (sign, length) in [low, high].into_iter().flatten() {
            q.push(" AND COALESCE(item.closed, ").push_bind(now);
            q.push(format_args!(") - item.created {sign} ")).push_bind(length);
        }
        q.push(")");
    });
}

fn round(query: &mut QueryBuilder, column: &str, set: &str, meaning: &Meaning) {
    query.push("EXISTS (SELECT 1 FROM round r WHERE r.item = item.id AND r.ended IS NULL AND ");
    match meaning {
        Meaning::OneOf(list) => {
            query.push(format_args!("{set} AND "));
            one_of(query, &format!("{SCAN}lower({column})"), list);
        }
        _ => {
            query.push(set);
        }
    }
    query.push(")");
}

fn field(query: &mut QueryBuilder, holds: Holds, meaning: &Meaning) {
    match (holds, meaning) {
        (Holds::Text, Meaning::OneOf(list)) => one_of(query, "COALESCE(f.folded, lower(f.value))", list),
        (Holds::Text, _) => {
            query.push("f.value <> ''");
        }
        (Holds::Number, Meaning::Numbers(list)) => {
            query.push("f.number IS NOT NULL AND ");
            within(query, "f.number", list);
        }
        (Holds::Number, _) => {
            query.push("f.number IS NOT NULL");
        }
        (Holds::Date, Meaning::Micros(list)) => {
            let list: Vec<(String, String)> = list.iter().filter_map(days).collect();
            query.push("length(f.value) = 10 AND ");
            joined(query, &list, " OR ", "FALSE", |q, (first, last)| {
                q.push("f.value BETWEEN ").push_bind(first.clone()).push(" AND ").push_bind(last.clone());
            });
        }
        (Holds::Date, _) => {
            query.push("length(f.value) = 10");
        }
        (Holds::Bool, Meaning::Truth(list)) => {
            let list: Vec<String> = list.iter().map(ToString::to_string).collect();
            one_of(query, "lower(f.value)", &list);
        }
        (Holds::Bool, _) => {
            query.push("lower(f.value) IN ('true', 'false')");
        }
    }
}

/// One of some values.
pub(crate) fn one_of(query: &mut QueryBuilder, column: &str, values: &[String]) {
    if values.is_empty() {
        query.push("FALSE");
        return;
    }
    query.push(column);
    push_in(query, values.to_vec());
}

/// A comparison and what is compared with.
type Edge<T> = (&'static str, T);

/// Signs and values of the two ends.
fn edges<T: Copy>(bounds: &Bounds<T>) -> (Option<Edge<T>>, Option<Edge<T>>) {
    let low = match bounds.low {
        Bound::Included(at) => Some((">=", at)),
        Bound::Excluded(at) => Some((">", at)),
        Bound::Unbounded => None,
    };
    let high = match bounds.high {
        Bound::Included(at) => Some(("<=", at)),
        Bound::Excluded(at) => Some(("<", at)),
        Bound::Unbounded => None,
    };
    (low, high)
}

/// Within one of some bounds.
pub(crate) fn within<T>(query: &mut QueryBuilder, column: &str, list: &[Bounds<T>])
where
    T: Copy + Put,
{
    joined(query, list, " OR ", "FALSE", |q, bounds| {
        let (low, high) = edges(bounds);
        q.push("(TRUE");
        for (sign, at) in [low, high].into_iter().flatten() {
            q.push(format_args!(" AND {column} {sign} ")).push_bind(at);
        }
        q.push(")");
    });
}
