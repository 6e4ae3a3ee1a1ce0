//! Faults, each against the real program: what was acknowledged must be there afterwards, once.
//!
//! A client that survives notes every acknowledgement; then something is killed, cut, filled up or told the
//! wrong time; in the end the database is compared with the notes.

pub mod check;
pub mod clock;
pub mod disk;
pub mod flood;
pub mod kill;
pub mod load;
pub mod planted;
pub mod postgres;
pub mod power;
pub mod proxy;
pub mod run;
pub mod setting;
