//! A statement that is put together.

use super::query::{Query, Scalars};
use super::value::{Got, Put};
use rusqlite::types::Value;
use std::fmt::{Display, Write as _};

/// A statement on the way.
#[derive(Default)]
pub(crate) struct QueryBuilder {
    sql: String,
    values: Vec<Value>,
}

impl QueryBuilder {
    pub(crate) fn new(sql: impl Into<String>) -> Self {
        Self { sql: sql.into(), ..Self::default() }
    }
    /// Adds text, without anything from outside in it.
    pub(crate) fn push(&mut self, sql: impl Display) -> &mut Self {
        // A text takes all that is written to it.
        let _ = write!(self.sql, "{sql}");
        self
    }
    /// Adds a value.
    pub(crate) fn push_bind(&mut self, value: impl Put) -> &mut Self {
        self.sql.push('?');
        self.values.push(value.put());
        self
    }
    /// Adds parts with something between them.
    pub(crate) const fn separated(&mut self, between: &'static str) -> Separated<'_> {
        Separated { query: self, between, is_first: true }
    }
    /// Adds `VALUES` and one row for each.
    pub(crate) fn push_values<I>(&mut self, rows: I, mut row: impl FnMut(Separated<'_>, I::Item)) -> &mut Self
    where
        I: IntoIterator,
    {
        self.push("VALUES ");
        for (number, one) in rows.into_iter().enumerate() {
            self.push(if number == 0 { "(" } else { ", (" });
            row(self.separated(", "), one);
            self.push(")");
        }
        self
    }
    /// The statement.
    pub(crate) fn build(&mut self) -> Query {
        let Self { sql, values } = std::mem::take(self);
        Query::built(sql, values)
    }
    /// The statement, of whose rows the first column counts.
    pub(crate) fn build_query_scalar<T: Got>(&mut self) -> Scalars<T> {
        self.build().scalars()
    }
}

/// Parts with something between them.
pub(crate) struct Separated<'q> {
    query: &'q mut QueryBuilder,
    between: &'static str,
    is_first: bool,
}

impl Separated<'_> {
    fn part(&mut self) -> &mut QueryBuilder {
        if !std::mem::replace(&mut self.is_first, false) {
            self.query.push(self.between);
        }
        self.query
    }
    pub(crate) fn push_bind(&mut self, value: impl Put) -> &mut Self {
        self.part().push_bind(value);
        self
    }
}
