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

mod accounts;
mod app;
mod context;
mod counting;
mod delivering;
mod entities;
mod error;
mod fact_json;
mod following;
mod granting;
mod importing;
mod imports;
mod items;
mod listing;
mod living;
mod measured;
mod measuring;
mod off_thread;
mod organisation;
mod outside;
mod provider;
mod published;
mod receivers;
mod refused_hook;
mod roles;
mod saving;
mod searching;
mod sender;
mod shipped;
mod sign_in;
mod signing_in;
mod spool;
mod streams;
mod timers;
mod tokens;
mod transaction;
mod validate;
mod views;
mod watch;

pub use access::{Access, Permission};
pub use accounts::{AccountView, Enrolment, NewAccount};
pub use app::{App, Change, Clock};
pub use context::{Context, Idempotency};
pub use delivering::{Delivered, Tried};
pub use entities::EntitySettings;
pub use error::AppError;
pub use fact_json::fact_json;
pub use granting::SignedIn;
pub use importing::{Import, ImportDone};
pub use imports::{
    Begin, Begun, Decided, Look, LookColumn, LookFinding, LookLabel, Outcome, Role as LookRole, RowCounts, Spread,
    Upload, outcome_of, stream_id_of,
};
pub use items::{Done, NewItem};
pub use listing::{ItemQuery, Looked, PAGE_MOST, Page, field_labels, schema as list_schema};
pub use measured::{Course, FEW};
pub use off_thread::off_thread;
pub use organisation::{NewPerson, NewTeam, WorkingCalendars};
pub use outside::{Deployed, Heard, News};
pub use provider::{AtDoor, Claims, Flow, GroupRole, ProviderSettings, Tried as TriedProvider};
pub use published::Published;
pub use receivers::{NewReceiver, ReceiverKept, ReceiverView};
pub use refused_hook::RefusedHook;
pub use roles::{BY_HAND, NewEntity, NewRole, scope_in_words};
pub use saving::NewView;
pub use sender::{Answered, Outgoing, Sender, Sending};
pub use shipped::SHIPPED;
pub use signing_in::{Client, Credential, Identity, Presented, SignIn};
pub use spool::{LARGEST_FILE, Spool, SpoolError};
pub use streams::{Publication, has_errors};
pub use tokens::NewToken;
pub use validate::{TITLE_MOST, WORDS_MOST};
pub use views::ItemView;
pub use watch::{Phase as ImportPhase, Progress};
pub use watercourse_store::{
    Account, AccountSort, Attempt, AuditRow, Backup, Delivery, DeliveryState, Deployment, Entity, Granted, Head,
    HookSource, ImportJob, ImportMapping, ImportState, ItemRow, Linked, LogEvent, Looks, Manifest, Note, Numbered,
    OnTheWay, OpenRound, Person, ROOT, Receiver, Role, Rows, SavedView, Service, Session, Settings, Sight, Sort,
    Standing, Store, StoreError, StreamVersion, Team, Token, Words, add_changed, row,
};
