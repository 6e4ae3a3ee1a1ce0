//! The use cases: load, decide, save. What pages, the API and commands do goes through [`App`].
//!
//! Every write is one transaction: facts and the state they make, the words beside them, what follows in other
//! items, and the answer to the request with its key. See [`App::act`].

pub mod access;
pub mod analysis;
pub mod audit;
pub mod demo;
pub mod doctor;
pub mod keys;

mod app;
mod context;
mod error;
mod importing;
mod items;
mod listing;
mod measured;
mod measuring;
mod organisation;
mod outside;
mod published;
mod shipped;
mod streams;
mod timers;
mod transaction;
mod validate;
mod views;

pub use access::{Access, Permission};
pub use app::{App, Change, Clock};
pub use context::{Context, Idempotency};
pub use error::AppError;
pub use importing::{Import, ImportDone};
pub use items::{Done, NewItem};
pub use listing::{ItemQuery, PAGE_MOST, Page, field_labels, schema as list_schema};
pub use organisation::{NewPerson, NewTeam};
pub use outside::{Deployed, Heard, News};
pub use published::Published;
pub use shipped::SHIPPED;
pub use streams::{Publication, has_errors};
pub use validate::{TITLE_MOST, WORDS_MOST};
pub use views::ItemView;
pub use watercourse_store::{
    AuditRow, Backup, Deployment, Head, HookSource, ItemRow, Linked, LogEvent, Manifest, Note, Numbered, OpenRound,
    Person, Service, Settings, Sight, Sort, Standing, Store, StoreError, StreamVersion, Team, Words,
};
