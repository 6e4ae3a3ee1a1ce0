//! Statements and what they find.

use super::connection::{Connection, Known};
use super::value::{Got, Put};
use crate::error::StoreError;
use rusqlite::Statement;
use rusqlite::fallible_iterator::FallibleIterator;
use rusqlite::types::Value;
use std::borrow::Cow;
use std::marker::PhantomData;
use std::sync::Arc;

type Answer<T> = Result<T, StoreError>;

/// A text that was put together, without anything from outside in it.
pub(crate) struct AssertSqlSafe(pub(crate) String);

/// A text that may be asked.
pub(crate) trait Sql {
    fn sql(self) -> Cow<'static, str>;
}
impl Sql for &'static str {
    fn sql(self) -> Cow<'static, str> {
        Cow::Borrowed(self)
    }
}
impl Sql for AssertSqlSafe {
    fn sql(self) -> Cow<'static, str> {
        Cow::Owned(self.0)
    }
}

/// A row.
#[derive(Clone)]
pub(crate) struct Row {
    names: Arc<[Box<str>]>,
    values: Vec<Value>,
}

/// Where in a row.
pub(crate) trait At: Copy {
    fn at(self, row: &Row) -> Option<usize>;
    fn said(self) -> String;
}
impl At for usize {
    fn at(self, _: &Row) -> Option<usize> {
        Some(self)
    }
    fn said(self) -> String {
        self.to_string()
    }
}
impl At for &str {
    fn at(self, row: &Row) -> Option<usize> {
        row.names.iter().position(|name| **name == *self)
    }
    fn said(self) -> String {
        self.to_owned()
    }
}

impl Row {
    /// Its last values.
    pub(crate) fn tail(&self, width: usize) -> &[Value] {
        self.values.get(self.values.len().saturating_sub(width)..).unwrap_or_default()
    }
    /// The value of a column.
    pub(crate) fn try_get<T: Got, I: At>(&self, at: I) -> Answer<T> {
        let value = at.at(self).and_then(|place| self.values.get(place));
        let value = value.ok_or_else(|| StoreError::Other(format!("there is no column {}", at.said())))?;
        T::got(value).ok_or_else(|| {
            let (column, found) = (at.said(), value.data_type());
            StoreError::Other(format!("column {column} holds {found}, which does not fit"))
        })
    }
}

/// What was changed.
pub(crate) struct Done {
    rows: u64,
}

impl Done {
    /// How many rows.
    pub(crate) const fn rows_affected(&self) -> u64 {
        self.rows
    }
}

/// A statement with its values.
pub(crate) struct Query {
    sql: Cow<'static, str>,
    values: Vec<Value>,
}

/// A statement.
pub(crate) fn query(sql: impl Sql) -> Query {
    Query { sql: sql.sql(), values: Vec::new() }
}
/// A statement of whose rows the first column counts.
pub(crate) fn query_scalar<T: Got>(sql: impl Sql) -> Scalars<T> {
    Scalars { query: query(sql), of: PhantomData }
}
/// A statement whose rows are tuples.
pub(crate) fn query_as<T: Tuple>(sql: impl Sql) -> Tuples<T> {
    Tuples { query: query(sql), of: PhantomData }
}
/// Statements without values.
pub(crate) fn raw_sql(sql: impl Sql) -> Raw {
    Raw(sql.sql())
}

impl Query {
    pub(super) fn built(sql: String, values: Vec<Value>) -> Self {
        Self { sql: Cow::Owned(sql), values }
    }
    pub(super) fn scalars<T: Got>(self) -> Scalars<T> {
        Scalars { query: self, of: PhantomData }
    }
    /// Gives the next value.
    pub(crate) fn bind(mut self, value: impl Put) -> Self {
        self.values.push(value.put());
        self
    }
    /// Runs it, and gives what it finds to `take`, which says whether it wants more; how many rows were changed.
    fn run(self, c: &mut Connection, take: impl FnMut(Row) -> Answer<bool>) -> Answer<u64> {
        let Self { sql, values } = self;
        c.ask(&sql, |raw, known| {
            let mut statement = raw.prepare_cached(&sql)?;
            bind(&mut statement, &values)?;
            take_rows(&mut statement, known, take)?;
            Ok(if statement.readonly() { 0 } else { raw.changes() })
        })
    }
    /// Takes each row that is found.
    pub(crate) fn each(self, c: &mut Connection, mut take: impl FnMut(&Row) -> Answer<()>) -> Answer<()> {
        self.run(c, |row| take(&row).map(|()| true)).map(drop)
    }
    #[expect(clippy::unused_async, reason = "the other driver waits")]
    pub(crate) async fn execute(self, c: &mut Connection) -> Answer<Done> {
        Ok(Done { rows: self.run(c, |_| Ok(true))? })
    }
    #[expect(clippy::unused_async, reason = "the other driver waits")]
    pub(crate) async fn fetch_all(self, c: &mut Connection) -> Answer<Vec<Row>> {
        let mut found = Vec::new();
        self.run(c, |row| {
            found.push(row);
            Ok(true)
        })?;
        Ok(found)
    }
    #[expect(clippy::unused_async, reason = "the other driver waits")]
    pub(crate) async fn fetch_optional(self, c: &mut Connection) -> Answer<Option<Row>> {
        let mut found = None;
        self.run(c, |row| {
            found = Some(row);
            Ok(false)
        })?;
        Ok(found)
    }
    pub(crate) async fn fetch_one(self, c: &mut Connection) -> Answer<Row> {
        let found = self.fetch_optional(c).await?;
        found.ok_or_else(|| StoreError::Other("no row was found where there is always one".to_owned()))
    }
}

/// Gives a statement its values: `$1` the first, `?` the next one.
fn bind(statement: &mut Statement<'_>, values: &[Value]) -> Answer<()> {
    let mut given = 0_usize;
    for parameter in 1..=statement.parameter_count() {
        let place = match statement.parameter_name(parameter) {
            Some(name) => name.get(1..).and_then(|n| n.parse().ok()).unwrap_or(0),
            None => {
                given += 1;
                given
            }
        };
        let value = place.checked_sub(1).and_then(|at| values.get(at));
        let value = value.ok_or_else(|| StoreError::Other(format!("a statement has no value {place}")))?;
        statement.raw_bind_parameter(parameter, value)?;
    }
    Ok(())
}

/// Gives the rows it finds to `take` until that wants no more.
fn take_rows(
    statement: &mut Statement<'_>,
    known: &mut Known,
    mut take: impl FnMut(Row) -> Answer<bool>,
) -> Answer<()> {
    let width = statement.column_count();
    let names = match known.names.take().filter(|names| names.len() == width) {
        Some(names) => names,
        None => statement.column_names().into_iter().map(Box::from).collect(),
    };
    known.names = Some(Arc::clone(&names));
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next()? {
        let values = (0..width).map(|at| row.get(at)).collect::<Result<_, _>>()?;
        if !take(Row { names: Arc::clone(&names), values })? {
            break;
        }
    }
    Ok(())
}

/// A statement of whose rows the first column counts.
pub(crate) struct Scalars<T> {
    query: Query,
    of: PhantomData<fn() -> T>,
}

impl<T: Got> Scalars<T> {
    pub(crate) fn bind(mut self, value: impl Put) -> Self {
        self.query = self.query.bind(value);
        self
    }
    pub(crate) async fn fetch_all(self, c: &mut Connection) -> Answer<Vec<T>> {
        self.query.fetch_all(c).await?.iter().map(|row| row.try_get(0)).collect()
    }
    pub(crate) async fn fetch_optional(self, c: &mut Connection) -> Answer<Option<T>> {
        self.query.fetch_optional(c).await?.map(|row| row.try_get(0)).transpose()
    }
    pub(crate) async fn fetch_one(self, c: &mut Connection) -> Answer<T> {
        self.query.fetch_one(c).await?.try_get(0)
    }
}

/// A row as a tuple.
pub(crate) trait Tuple: Sized {
    fn of(row: &Row) -> Answer<Self>;
}

macro_rules! tuples {
    ($(($($name:ident $at:literal),+);)+) => {$(
        impl<$($name: Got),+> Tuple for ($($name,)+) {
            fn of(row: &Row) -> Answer<Self> {
                Ok(($(row.try_get($at)?,)+))
            }
        }
    )+};
}

tuples! {
    (A 0, B 1);
    (A 0, B 1, C 2);
    (A 0, B 1, C 2, D 3);
}

/// A statement whose rows are tuples.
pub(crate) struct Tuples<T> {
    query: Query,
    of: PhantomData<fn() -> T>,
}

impl<T: Tuple> Tuples<T> {
    pub(crate) fn bind(mut self, value: impl Put) -> Self {
        self.query = self.query.bind(value);
        self
    }
    pub(crate) async fn fetch_all(self, c: &mut Connection) -> Answer<Vec<T>> {
        self.query.fetch_all(c).await?.iter().map(T::of).collect()
    }
    pub(crate) async fn fetch_one(self, c: &mut Connection) -> Answer<T> {
        T::of(&self.query.fetch_one(c).await?)
    }
}

/// Statements without values.
pub(crate) struct Raw(Cow<'static, str>);

impl Raw {
    #[expect(clippy::unused_async, reason = "the other driver waits")]
    pub(crate) async fn execute(self, c: &mut Connection) -> Answer<()> {
        c.ask(&self.0, |raw, _| {
            let mut batch = rusqlite::Batch::new(raw, &self.0);
            while let Some(mut statement) = FallibleIterator::next(&mut batch)? {
                // A pragma may find something, which nobody asked for.
                let mut rows = statement.raw_query();
                while rows.next()?.is_some() {}
            }
            Ok(())
        })
    }
}
