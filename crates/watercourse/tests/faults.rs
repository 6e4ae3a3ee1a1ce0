//! The quick set of faults against the built program: `cargo run --release -p watercourse-bench -- faults --long`
//! is the long one.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::path::Path;
use watercourse_bench::faults::run::one;
use watercourse_bench::faults::setting::{Setting, Size};

/// The server the tests use, as the store's tests find it.
const POSTGRES: &str = "postgres://postgres@127.0.0.1:5432/postgres";

fn is_survived(name: &str) {
    let mut setting = Setting::of(Path::new(env!("CARGO_BIN_EXE_watercourse")), Size::Quick);
    let named = std::env::var("WATERCOURSE_TEST_POSTGRES").ok().filter(|v| !v.is_empty());
    setting.postgres = Some(named.unwrap_or_else(|| POSTGRES.to_owned()));
    let row = one(name, &setting).unwrap();
    assert!(row.is_well(), "{}", row.shown());
}

#[test]
fn killed_on_sqlite_it_keeps_what_it_confirmed_once() {
    is_survived("kill");
}

#[test]
fn one_of_two_nodes_killed_on_postgres_the_other_answers_for_it() {
    is_survived("node");
}

#[test]
fn a_lost_answer_to_a_commit_on_postgres_is_given_again() {
    is_survived("commit");
}

#[test]
fn planted_damage_is_found() {
    is_survived("planted");
}
