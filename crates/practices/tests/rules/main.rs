//! The rules of a stream (DESIGN §2.1, "The rules, exactly"), sentence by sentence, and the three
//! stories on the shipped streams. A test is named after its rule and says what the sentence says.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may fail loudly")]
#![allow(clippy::disallowed_methods, reason = "a test reads the shipped files; the crate itself reads none")]

mod after;
mod bypassed_and_dead;
mod children;
mod closing;
mod deviations;
mod gates;
mod limits;
mod references;
mod reopening;
mod rounds;
mod run;
mod stories;
mod waiting;
