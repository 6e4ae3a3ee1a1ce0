//! Values of columns, as the database gives them and as the product has them.

use super::sql::Got;
use super::{Row, StoreError, Stored, value};
use serde::de::DeserializeOwned;

/// The value of a column.
pub(crate) fn get<T: Got>(row: &Row, column: &'static str) -> Stored<T> {
    value(row, column)
}

/// A column that holds JSON.
pub(crate) fn parsed<T: DeserializeOwned>(row: &Row, table: &'static str, column: &'static str) -> Stored<T> {
    let text: String = get(row, column)?;
    serde_json::from_str(&text).map_err(|e| StoreError::malformed(table, format!("{column}: {e}")))
}

/// A column that holds one of a closed list of words.
pub(crate) fn word<T: DeserializeOwned>(table: &'static str, text: &str) -> Stored<T> {
    serde_json::from_value(serde_json::Value::String(text.to_owned()))
        .map_err(|_| StoreError::malformed(table, format!("“{text}” is not a word it may hold")))
}

/// As [`word`], where there may be none.
pub(crate) fn maybe_word<T: DeserializeOwned>(table: &'static str, text: Option<&str>) -> Stored<Option<T>> {
    text.map(|t| word(table, t)).transpose()
}

/// A count or version kept as a signed number.
pub(crate) fn small(table: &'static str, number: i64) -> Stored<u32> {
    u32::try_from(number).map_err(|_| StoreError::malformed(table, format!("{number} is out of range")))
}

/// A revision kept as a signed number.
pub(crate) fn revision(table: &'static str, number: i64) -> Stored<u64> {
    u64::try_from(number).map_err(|_| StoreError::malformed(table, format!("{number} is out of range")))
}

/// A revision as it is kept.
pub(crate) fn signed(revision: u64) -> i64 {
    i64::try_from(revision).unwrap_or(i64::MAX)
}
