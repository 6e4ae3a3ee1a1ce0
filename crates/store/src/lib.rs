//! Keeping: SQLite inside by default, PostgreSQL by URL, one body of SQL.
//!
//! [`Store::write`] runs a closure in a transaction: on SQLite queued to the one writer with others (group
//! commit), on PostgreSQL in a transaction of its own that is tried again after a lost race. What a closure
//! can do is what [`Conn`] offers; each operation is written once under `ops` and compiled for both drivers.

mod conn;
mod error;
mod keeping;
mod record;
mod rows;
mod sight;
mod store;
mod writer;

#[path = "."]
mod sqlite {
    #[path = "sqlite_dialect.rs"]
    pub(crate) mod dialect;
    #[path = "ops/mod.rs"]
    pub(crate) mod ops;
}

#[path = "."]
#[expect(clippy::duplicate_mod, reason = "the operations are compiled once per driver, that is the point")]
mod postgres {
    #[path = "postgres_dialect.rs"]
    pub(crate) mod dialect;
    #[path = "ops/mod.rs"]
    pub(crate) mod ops;
}

pub use conn::Conn;
pub use error::StoreError;
pub use keeping::Keeping;
pub use record::{
    After, Answer, Cut, Deployment, HookSource, ItemRow, Kept, Linked, Listed, LogEvent, Note, Numbered, OpenRound,
    Person, Service, Sort, Standing, StreamVersion, Team, Timer, Words,
};
pub use rows::{FieldRow, RoundRow, Rows, SpellRow, VisitRow, add_changed, changed, row};
pub use sight::Sight;
pub use store::{Settings, Store};
pub use writer::{Act, Failure};
