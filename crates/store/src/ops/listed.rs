//! Lists of values in a statement.

use super::Db;
use sqlx::{Encode, QueryBuilder, Type};

/// Adds ` IN (…)`. Not for an empty list: PostgreSQL does not understand one.
pub(crate) fn push_in<T>(query: &mut QueryBuilder<Db>, values: impl IntoIterator<Item = T>)
where
    T: Send + Type<Db> + for<'q> Encode<'q, Db> + 'static,
{
    query.push(" IN (");
    let mut list = query.separated(", ");
    for value in values {
        list.push_bind(value);
    }
    query.push(")");
}
