//! Lists of values in a statement.

use super::sql::{Put, QueryBuilder};

/// Adds ` IN (…)`. Not for an empty list: PostgreSQL does not understand one.
pub(crate) fn push_in<T: Put>(query: &mut QueryBuilder, values: impl IntoIterator<Item = T>) {
    query.push(" IN (");
    let mut list = query.separated(", ");
    for value in values {
        list.push_bind(value);
    }
    query.push(")");
}
