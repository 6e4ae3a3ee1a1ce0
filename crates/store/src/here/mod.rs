//! SQLite, asked on the thread that asks: a statement that was prepared before takes less time than waking another
//! thread for it. What is offered has the form of the other driver's, so that each operation is written once.

mod builder;
mod connection;
mod query;
mod readers;
mod value;

pub(crate) use builder::QueryBuilder;
pub(crate) use connection::{Connection, Opening};
pub(crate) use query::{AssertSqlSafe, At, Query, Row, query, query_as, query_scalar, raw_sql};
pub(crate) use readers::{Reader, Readers};
pub(crate) use value::{Got, Put};
