//! Every operation on the database, written once and compiled for each driver against its dialect.
//! They take one connection, inside whatever transaction the caller opened.

pub(crate) mod access;
pub(crate) mod account;
pub(crate) mod audit;
pub(crate) mod chain;
pub(crate) mod column;
pub(crate) mod condition;
pub(crate) mod copy;
pub(crate) mod fact;
pub(crate) mod flow;
pub(crate) mod follow;
pub(crate) mod health;
pub(crate) mod import;
pub(crate) mod item;
pub(crate) mod keep;
pub(crate) mod leaving;
pub(crate) mod link;
pub(crate) mod list;
pub(crate) mod listed;
pub(crate) mod organisation;
pub(crate) mod outside;
pub(crate) mod save;
pub(crate) mod schema;
pub(crate) mod search;
pub(crate) mod sight;
pub(crate) mod stream;
pub(crate) mod timer;
pub(crate) mod view;
pub(crate) mod way;

pub(crate) use super::dialect::{
    AFTER, AWAY, BEGIN, BEGUN, CLOCK, COLUMNS, COUNTED, Connection, FINISHED, FOUND, INTEGRITY, JOINS, LAST, LOCK,
    NUMBERED, ORDER, ORPHANS, POSITION, RULES, Reading, Row, SCAN, SETTLED, WORDS, each, hex, index_word, sql, value,
};
pub(crate) use crate::error::StoreError;
pub(crate) use column::{get, maybe_word, parsed, revision, signed, small, word};
pub(crate) use listed::push_in;

/// Rows in one statement at most: with 20 columns far below the most parameters of either database.
pub(crate) const CHUNK: usize = 500;

pub(crate) type Stored<T> = Result<T, StoreError>;
