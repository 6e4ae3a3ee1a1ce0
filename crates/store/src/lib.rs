//! Keeping: SQLite inside by default, PostgreSQL by URL, one body of SQL.
//!
//! [`Store::write`] runs a closure in a transaction: on SQLite queued to the one writer with others (group
//! commit), on PostgreSQL in a transaction of its own that is tried again after a lost race. What a closure
//! can do is what [`Conn`] offers; each operation is written once under `ops` and compiled for both drivers.

mod access_record;
mod account_record;
mod ask;
mod backup;
mod chain;
mod conn;
mod connect;
mod error;
mod figures;
mod glimpse;
mod here;
mod import_record;
mod keeping;
mod leaving_record;
mod lock;
mod record;
mod restoring;
mod rows;
mod sight;
mod store;
mod table;
mod view;
mod writer;

#[path = "."]
#[expect(clippy::needless_question_mark, reason = "the other driver has errors of its own")]
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

pub use access_record::{Entity, Granted, Role};
pub use account_record::{Account, AccountSort, Session, SignInFlow, Token};
pub use ask::{Ask, Column, Condition, Holds, Looks};
pub use backup::{Backup, End, Manifest, manifest_path};
pub use chain::{AuditRow, BEGINNING, ChainRow, Entry, FactPlace, Hash, Head, Sealed, Source, digest, link};
pub use conn::Conn;
pub use connect::file_of;
pub use error::StoreError;
pub use figures::{Connections, Figures, Histogram, Spread};
pub use glimpse::{Glimpse, Others};
pub use import_record::{ImportJob, ImportMapping, ImportState};
pub use keeping::Keeping;
pub use leaving_record::{Attempt, Delivery, DeliveryState, OnTheWay, Receiver};
pub use record::{
    After, Answer, Deployment, Found, HookSource, ItemRow, Kept, Linked, LogEvent, Note, Numbered, OpenRound, Person,
    ROOT, Service, Sort, Standing, StreamVersion, Team, Timer, Words,
};
pub use restoring::{Restored, check_backup, restore};
pub use rows::{FieldRow, RoundRow, Rows, SpellRow, VisitRow, add_changed, changed, row};
pub use sight::Sight;
pub use store::{Settings, Store};
pub use view::SavedView;
pub use writer::{Act, Failure};
