//! One connection to either database, and every operation on it.

use crate::access_record::{Entity, Granted, Role};
use crate::account_record::{Account, Session, SignInFlow, Token};
use crate::ask::Ask;
use crate::chain::{AuditRow, ChainRow, Entry, FactPlace, Head, Sealed, Source};
use crate::error::StoreError;
use crate::glimpse::{Glimpse, Others};
use crate::here::{self, Connection, Reader};
use crate::import_record::{ImportJob, ImportMapping, ImportState};
use crate::keeping::Keeping;
use crate::leaving_record::{Attempt, Delivery, DeliveryState, OnTheWay, Receiver};
use crate::record::{
    After, Answer, Deployment, Found, HookSource, ItemRow, Kept, Linked, LogEvent, Note, Numbered, Person, Service,
    Sort, Standing, StreamVersion, Team, Timer, Words,
};
use crate::rows::Rows;
use crate::sight::Sight;
use crate::table::Table;
use crate::view::SavedView;
use crate::{postgres, sqlite};
use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, Postgres, Transaction};
use watercourse_core::fact::Fact;
use watercourse_core::id::{AccountId, ItemId, PersonId};
use watercourse_core::item::Item;
use watercourse_core::link::Link;
use watercourse_core::time::Instant;

enum Kind {
    /// The writer's own connection.
    Writer(Box<Connection>),
    /// One to read with.
    Reader(Reader),
    PostgresPool(PoolConnection<Postgres>),
    PostgresTx(Transaction<'static, Postgres>),
}

/// A connection inside whatever transaction it was given with.
pub struct Conn {
    kind: Kind,
    /// Whether anything was written since the writer last looked.
    dirty: bool,
}

impl std::fmt::Debug for Conn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Conn").field("dirty", &self.dirty).finish_non_exhaustive()
    }
}

enum Side<'c> {
    Sqlite(&'c mut Connection),
    Postgres(&'c mut PgConnection),
}

impl Conn {
    const fn new(kind: Kind) -> Self {
        Self { kind, dirty: false }
    }
    pub(crate) fn writer(connection: Connection) -> Self {
        Self::new(Kind::Writer(Box::new(connection)))
    }
    /// Whatever is begun on it ends with it.
    pub(crate) const fn reader(reader: Reader) -> Self {
        Self::new(Kind::Reader(reader))
    }
    pub(crate) const fn postgres(connection: PoolConnection<Postgres>) -> Self {
        Self::new(Kind::PostgresPool(connection))
    }
    pub(crate) const fn postgres_tx(transaction: Transaction<'static, Postgres>) -> Self {
        Self::new(Kind::PostgresTx(transaction))
    }
    fn side(&mut self) -> Side<'_> {
        match &mut self.kind {
            Kind::Writer(c) => Side::Sqlite(c),
            Kind::Reader(c) => Side::Sqlite(c),
            Kind::PostgresPool(c) => Side::Postgres(c),
            Kind::PostgresTx(c) => Side::Postgres(c),
        }
    }
    /// Whether anything was written since this was last asked.
    pub(crate) const fn take_dirty(&mut self) -> bool {
        std::mem::replace(&mut self.dirty, false)
    }
    /// A word such as BEGIN.
    pub(crate) async fn say(&mut self, word: &'static str) -> Result<(), StoreError> {
        match self.side() {
            Side::Sqlite(c) => here::query(word).execute(c).await.map(|_| ())?,
            Side::Postgres(c) => sqlx::query(word).execute(c).await.map(|_| ())?,
        }
        Ok(())
    }
    /// The schema this program makes.
    pub(crate) fn known_schema() -> i64 {
        sqlite::ops::schema::known()
    }
    /// `sqlite` or `postgres`.
    pub(crate) const fn from(&self) -> &'static str {
        match &self.kind {
            Kind::Writer(_) | Kind::Reader(_) => "sqlite",
            Kind::PostgresPool(_) | Kind::PostgresTx(_) => "postgres",
        }
    }
    /// Copies an SQLite database as it is at this moment into a new file.
    pub(crate) async fn copy_into(&mut self, file: &str) -> Result<(), StoreError> {
        if let Side::Sqlite(c) = self.side() {
            here::query("VACUUM INTO $1").bind(file).execute(c).await?;
        }
        Ok(())
    }
    /// A statement that was put together, without anything from outside in it.
    pub(crate) async fn say_built(&mut self, sql: String) -> Result<(), StoreError> {
        match self.side() {
            Side::Sqlite(c) => here::raw_sql(here::AssertSqlSafe(sql)).execute(c).await?,
            Side::Postgres(c) => sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(c).await.map(|_| ())?,
        }
        Ok(())
    }
    /// Ends a PostgreSQL transaction; does nothing for other connections.
    pub(crate) async fn finish(self, commit: bool) -> Result<(), StoreError> {
        match (self.kind, commit) {
            (Kind::PostgresTx(t), true) => t.commit().await?,
            (Kind::PostgresTx(t), false) => t.rollback().await?,
            _ => {}
        }
        Ok(())
    }
    pub(crate) async fn close(self) -> Result<(), StoreError> {
        if let Kind::Writer(c) = self.kind {
            c.close()?;
        }
        Ok(())
    }
}

/// Declares operations as methods that go to the driver at hand. `writes`: the operation changes rows.
macro_rules! operations {
    (@mark reads $self:ident) => {};
    (@mark writes $self:ident) => { $self.dirty = true; };
    ($($(#[$doc:meta])* $mark:ident $module:ident :: $name:ident ($($arg:ident : $ty:ty),*) -> $out:ty;)+) => {
        #[expect(clippy::missing_errors_doc, reason = "all of them fail as `StoreError` says")]
        impl Conn {$(
            $(#[$doc])*
            pub async fn $name(&mut self, $($arg: $ty),*) -> Result<$out, StoreError> {
                operations!(@mark $mark self);
                match self.side() {
                    Side::Sqlite(c) => sqlite::ops::$module::$name(c, $($arg),*).await,
                    Side::Postgres(c) => postgres::ops::$module::$name(c, $($arg),*).await,
                }
            }
        )+}
    };
}

operations! {
    /// What was answered to a request with this key.
    reads outside::answer_to(principal: &str, key: &str) -> Option<Answer>;
    /// Keeps an answer; `Conflict` when there is one already.
    writes outside::keep_answer(principal: &str, key: &str, answer: &Answer, at: Instant) -> ();

    /// The newest version of a stream.
    reads stream::latest_version(id: &str) -> Option<u32>;
    /// One version of a stream.
    reads stream::stream_version(id: &str, version: u32) -> Option<StreamVersion>;
    /// The newest version of every stream, by id.
    reads stream::latest_streams() -> Vec<StreamVersion>;
    /// All versions of a stream, newest first.
    reads stream::stream_versions(id: &str) -> Vec<StreamVersion>;
    /// Keeps a new version; `Conflict` when it is there already.
    writes stream::insert_stream_version(stream: &StreamVersion) -> ();

    /// The item with a human key.
    reads item::item_id(key: &str) -> Option<ItemId>;
    /// Locks an item against other writers; its revision.
    reads item::lock_item(id: ItemId) -> Option<u64>;
    /// The revision of an item, without locking it.
    reads item::revision_of(id: ItemId) -> Option<u64>;
    /// An item with everything.
    reads item::load_item(id: ItemId) -> Option<Kept>;
    /// The item with a human key, with everything.
    reads item::load_named(key: &str) -> Option<Kept>;
    /// The next number of a kind's human keys.
    writes item::next_key(kind: &str) -> i64;
    /// The first of so many numbers of a kind's human keys.
    writes item::take_keys(kind: &str, count: i64) -> i64;
    /// Sees to it that the next key of a kind is greater than this number.
    writes item::keys_from(kind: &str, last: i64) -> ();
    /// Keeps a new item's row.
    writes save::insert_item(row: &ItemRow, words: &Words, item: &Item) -> ();
    /// Keeps many new items' rows.
    writes save::insert_items(items: &[(&ItemRow, &Words, &Item)]) -> ();
    /// Writes the row of an item loaded at revision `before`; `Conflict` when it moved on.
    writes save::update_item(row: &ItemRow, item: &Item, before: u64) -> ();
    /// Writes what changed of rounds, visits, spells and fields.
    writes save::save_rows(rows: &Rows) -> ();

    /// Keeps what a verb changed of an item; the numbers of the facts, ascending.
    writes keep::keep_item(keeping: &Keeping<'_>) -> Vec<i64>;

    /// Appends facts; their numbers, ascending.
    writes fact::append_facts(stream: &str, facts: &[Fact]) -> Vec<i64>;
    /// The facts of an item, oldest first.
    reads fact::facts_of(item: ItemId) -> Vec<Numbered>;
    /// Facts with greater numbers, oldest first.
    reads fact::facts_after(sight: &Sight, seq: i64, limit: i64) -> Vec<Numbered>;
    /// The newest facts of all, newest first.
    reads fact::newest_facts(sight: &Sight, limit: i64) -> Vec<Numbered>;
    /// Appends many facts of many items, each with its stream.
    writes fact::append_many(facts: &[(&str, &Fact)]) -> Vec<i64>;
    /// Keeps many notes.
    writes fact::insert_notes(notes: &[Note]) -> ();
    /// The number of the last fact in the order in which they became final: where one reads on from.
    reads fact::last_seq() -> i64;
    /// The greatest number of a fact that is final; on PostgreSQL a smaller one may still come.
    reads fact::greatest_settled() -> i64;
    /// Keeps words.
    writes fact::insert_note(note: &Note) -> ();
    /// The words kept beside an item, oldest first.
    reads fact::notes_of(item: ItemId) -> Vec<Note>;

    /// Keeps a relation.
    writes link::insert_link(source: ItemId, link: Link, target: ItemId, at: Instant) -> ();
    /// Keeps many relations.
    writes link::insert_links(links: &[(ItemId, Link, ItemId, Instant)]) -> ();
    /// Takes a relation away.
    writes link::delete_link(source: ItemId, link: Link, target: ItemId) -> ();
    /// Whether the relation is there.
    reads link::has_link(source: ItemId, link: Link, target: ItemId) -> bool;
    /// The relations of an item, from both ends.
    reads link::links_of(item: ItemId) -> Vec<Linked>;
    /// The items a step of which opened this one.
    reads link::parents_of(child: ItemId) -> Vec<ItemId>;

    /// A page: up to `limit` items after a place, and, up to `count`, how many there are where that is cheap to say.
    reads list::list_items(ask: &Ask, sort: Sort, after: Option<After>, limit: i64, count: Option<i64>) -> Found;
    /// How many items, counted up to `most`.
    reads list::count_items(ask: &Ask, most: i64) -> i64;
    /// The keys of all items that a question finds, in no order.
    reads list::item_keys(ask: &Ask) -> Vec<String>;
    /// Makes some of the items found that were there before there was a search; 0: none was left.
    writes search::index_owed(limit: i64) -> u64;
    /// Keeps a view, new or changed.
    writes view::put_view(view: &SavedView) -> ();
    /// The views of an account, and those that are shared.
    reads view::views_of(owner: &str) -> Vec<SavedView>;
    /// Takes a view away; whether it was there.
    writes view::delete_view(owner: &str, id: &str) -> bool;
    /// Rows of several items, in no order, without their fields.
    reads list::rows_of(items: &[ItemId]) -> Vec<ItemRow>;
    /// How many open rounds stand where.
    reads list::where_it_stands(sight: &Sight) -> Vec<Standing>;

    /// Keeps an account, new or changed.
    writes account::put_account(account: &Account) -> ();
    /// All accounts, by name.
    reads account::accounts() -> Vec<Account>;
    /// Whether there is any account.
    reads account::has_accounts() -> bool;
    /// The account with an id.
    reads account::account_by_id(id: AccountId) -> Option<Account>;
    /// The account with a name.
    reads account::account_by_name(name: &str) -> Option<Account>;
    /// The account of somebody at the sign-in provider.
    reads account::account_of_provider(issuer: &str, subject: &str) -> Option<Account>;
    /// The account with an invitation.
    reads account::account_invited(invitation: &str) -> Option<Account>;
    /// Uses a time step of the second factor; false where one as late was used before.
    writes account::use_totp_step(id: AccountId, step: i64) -> bool;
    /// Begins a session.
    writes account::insert_session(session: &Session) -> ();
    /// A session with its account, where that is active.
    reads account::session_of(digest: &str) -> Option<(Session, Account)>;
    /// The sessions of an account, the last used first.
    reads account::sessions_of(account: AccountId) -> Vec<Session>;
    /// Writes down when a session was used.
    writes account::see_session(digest: &str, at: Instant) -> ();
    /// Ends one session of an account; false where there is no such one.
    writes account::end_session(account: AccountId, digest: &str) -> bool;
    /// Ends all sessions of an account but one; how many.
    writes account::end_sessions(account: AccountId, but: &str) -> u64;
    /// Forgets sessions that ended, and tries and flows from before.
    writes account::forget_sign_ins(now: Instant, before: Instant) -> ();
    /// Keeps a new token.
    writes account::insert_token(token: &Token) -> ();
    /// A token with its account, where that is active.
    reads account::token_of(digest: &str) -> Option<(Token, Account)>;
    /// The tokens of all accounts, the youngest first.
    reads account::tokens() -> Vec<Token>;
    /// The tokens of an account, the youngest first.
    reads account::tokens_of(account: AccountId) -> Vec<Token>;
    /// Writes down when a token was used.
    writes account::see_token(id: uuid::Uuid, at: Instant) -> ();
    /// Takes a token of an account away; false where there is no such one.
    writes account::delete_token(account: AccountId, id: uuid::Uuid) -> bool;
    /// Takes all tokens of an account away.
    writes account::delete_tokens(account: AccountId) -> ();
    /// Counts a try that failed.
    writes account::insert_attempt(who: &str, at: Instant) -> ();
    /// How often somebody tried in vain since, and when last.
    reads account::attempts(who: &str, since: Instant) -> (i64, Instant);
    /// Forgets the tries of somebody who has shown who they are.
    writes account::forgive(who: &str) -> ();
    /// What is set for the whole installation under a name.
    reads account::setting(name: &str) -> Option<String>;
    /// Sets something for the whole installation.
    writes account::put_setting(name: &str, value: &str, at: Instant) -> ();
    /// Takes a setting away; false where it was not there.
    writes account::take_setting(name: &str) -> bool;
    /// Keeps a sign-in under way at the provider.
    writes account::insert_flow(flow: &SignInFlow) -> ();
    /// Takes such a sign-in, once.
    writes account::take_flow(state: &str) -> Option<SignInFlow>;

    /// The tree of entities, by id.
    reads access::entities() -> Vec<Entity>;
    /// Keeps an entity, new or changed.
    writes access::put_entity(entity: &Entity) -> ();
    /// All roles, by id.
    reads access::roles() -> Vec<Role>;
    /// Keeps a role, new or changed.
    writes access::put_role(role: &Role) -> ();
    /// Takes a role away, and from whoever has it; false where it was not there.
    writes access::delete_role(id: &str) -> bool;
    /// What is granted to all accounts.
    reads access::granted() -> Vec<(AccountId, Granted)>;
    /// What is granted to an account.
    reads access::granted_to(account: AccountId) -> Vec<Granted>;
    /// Grants this to an account, in place of what this source granted before.
    writes access::grant(account: AccountId, source: &str, granted: &[Granted]) -> ();
    /// The teams of a person.
    reads access::teams_of(person: PersonId) -> Vec<String>;
    /// Grows with every change that may change what somebody sees.
    reads access::policy_version() -> i64;
    /// Whether an item is seen.
    reads access::sees(item: ItemId, sight: &Sight) -> bool;
    /// Those of some items that are seen.
    reads access::seen_of(items: &[ItemId], sight: &Sight) -> Vec<ItemId>;
    /// The keys of native items that may be seen, of a stream or of all.
    reads access::seen_keys(stream: Option<&str>, sight: &Sight) -> Vec<String>;

    /// Keeps a person, new or changed.
    writes organisation::put_person(person: &Person) -> ();
    /// Everybody, by handle.
    reads organisation::people() -> Vec<Person>;
    /// The person with a handle.
    reads organisation::person_by_handle(handle: &str) -> Option<Person>;
    /// The person with an id.
    reads organisation::person_by_id(id: PersonId) -> Option<Person>;
    /// Several people, in no order.
    reads organisation::people_of(ids: &[PersonId]) -> Vec<Person>;
    /// Keeps a team, new or changed, with its members.
    writes organisation::put_team(team: &Team) -> ();
    /// All teams, by id.
    reads organisation::teams() -> Vec<Team>;
    /// Keeps a service, new or changed.
    writes organisation::put_service(service: &Service) -> ();
    /// All services, by id.
    reads organisation::services() -> Vec<Service>;

    /// Forgets old answers; how many.
    writes outside::forget_answers(before: Instant) -> u64;
    /// What was answered to a delivery, if it came before.
    reads outside::delivered_before(source: &str, delivery: &str) -> Option<String>;
    /// Keeps a delivery and its answer.
    writes outside::keep_delivery(source: &str, delivery: &str, response: &str, at: Instant) -> ();
    /// Keeps a deployment.
    writes outside::insert_deployment(deployment: &Deployment) -> ();
    /// The newest deployments.
    reads outside::deployments(limit: i64) -> Vec<Deployment>;

    /// All receivers of events, by id.
    reads leaving::receivers() -> Vec<Receiver>;
    /// The receiver with an id.
    reads leaving::receiver_named(id: &str) -> Option<Receiver>;
    /// Keeps a receiver, new or changed; how far it was told is kept only with a new one.
    writes leaving::put_receiver(receiver: &Receiver) -> ();
    /// Takes a receiver away with all its deliveries; false where it was not there.
    writes leaving::delete_receiver(id: &str) -> bool;
    /// Moves on how far a receiver was told; false where it is off, gone, or somebody else did.
    writes leaving::move_told(id: &str, from: i64, to: i64) -> bool;
    /// Keeps deliveries of facts to a receiver, each a number and its item; `Conflict` where one is there already.
    writes leaving::insert_deliveries(receiver: &str, facts: &[(i64, ItemId)], now: Instant) -> ();
    /// Deliveries that may be tried now: due, nobody at them, nothing earlier of their item waiting.
    reads leaving::due_deliveries(receiver: &str, now: Instant, limit: i64) -> Vec<Delivery>;
    /// Takes a delivery until a moment; false when somebody else has, or its receiver is off.
    writes leaving::lease_delivery(id: i64, now: Instant, until: Instant) -> bool;
    /// Writes what became of a leased delivery; false where the lease had ended and somebody else took it.
    writes leaving::end_attempt(now: &Delivery, lease: Instant, attempt: &Attempt) -> bool;
    /// Deliveries to a receiver with smaller numbers, the newest first, of one state or of all.
    reads leaving::deliveries(receiver: &str, state: Option<DeliveryState>, before: i64, limit: i64) -> Vec<Delivery>;
    /// The attempts of some deliveries, the oldest first.
    reads leaving::attempts_of(deliveries: &[i64]) -> Vec<Attempt>;
    /// How many deliveries of one receiver, or of every one, stand where.
    reads leaving::on_the_way(only: Option<&str>) -> Vec<(String, OnTheWay)>;
    /// Sends one delivery that ended, or all dead ones, again; how many.
    writes leaving::replay(receiver: &str, one: Option<i64>, now: Instant) -> u64;
    /// Forgets deliveries that arrived before a moment; how many.
    writes leaving::forget_deliveries(before: Instant) -> u64;
    /// The fact with a number.
    reads leaving::fact_numbered(seq: i64) -> Option<Numbered>;

    /// Keeps timers; those there already stay as they are.
    writes timer::set_timers(timers: &[Timer]) -> ();
    /// Timers whose time has come, the oldest first.
    reads timer::due_timers(now: Instant, limit: i64) -> Vec<Timer>;
    /// Takes a timer to fire it; false when somebody else has.
    writes timer::claim_timer(timer: Timer, now: Instant) -> bool;
    /// When the next timer is due.
    reads timer::next_due() -> Option<Instant>;

    /// Native items in the order they were opened, after one of them.
    reads flow::native_items(after: Option<(Instant, ItemId)>, limit: i64) -> Vec<Kept>;
    /// Native items that are not closed, and those that something happened to since.
    reads flow::moving_items(since: Instant) -> Vec<Kept>;
    /// Items of a version of a stream that may be seen and are not closed, or were closed since.
    reads flow::items_to_replay(version: (&str, u32), since: Instant, sight: &Sight) -> Vec<Kept>;
    /// Keeps events of an imported log, in order, after those of it that are kept.
    writes flow::append_events(stream: &str, version: u32, from: i64, events: &[LogEvent]) -> ();
    /// Events of an imported log, in order, from a number on; the first has the number 0.
    reads flow::log_events(stream: &str, version: u32, from: i64, limit: i64) -> Vec<LogEvent>;
    /// The events of one case of an imported log, by time.
    reads flow::events_of_case(stream: &str, version: u32, case: &str) -> Vec<LogEvent>;
    /// Takes away the imported items of a stream, and the events of all its versions but one.
    writes flow::delete_import(stream: &str, but: u32) -> ();
    /// Takes away a version of an imported stream with its items and events.
    writes flow::delete_import_version(stream: &str, version: u32) -> ();
    /// How many events of a version of an imported stream are kept.
    reads flow::count_log_events(stream: &str, version: u32) -> i64;

    /// Keeps a new import.
    writes import::insert_import(job: &ImportJob) -> ();
    /// Writes an import that stood so and was begun so often; false where it moved on.
    writes import::move_import(from: ImportState, run: i64, job: &ImportJob) -> bool;
    /// The import with an id.
    reads import::import_job(id: uuid::Uuid) -> Option<ImportJob>;
    /// The newest imports, the newest first, without how they were read.
    reads import::import_jobs(limit: i64) -> Vec<ImportJob>;
    /// The imports of one node that are to run or run, the oldest first.
    reads import::imports_under_way(spool: &str) -> Vec<ImportJob>;
    /// Asks an import that is to run or runs to stop; false where it does neither.
    writes import::ask_to_cancel_import(id: uuid::Uuid) -> bool;
    /// Whether an import was asked to stop, or is gone.
    reads import::import_is_to_stop(id: uuid::Uuid) -> bool;
    /// Forgets an import that is not under way; false where there is none.
    writes import::delete_import_job(id: uuid::Uuid) -> bool;
    /// The greatest version an import ever made of a stream.
    reads import::last_imported_version(stream: &str) -> Option<u32>;
    /// How many relations there are between items of an imported stream and others.
    reads import::links_into_import(stream: &str) -> i64;
    /// Keeps a mapping by name, new or changed.
    writes import::put_import_mapping(mapping: &ImportMapping) -> ();
    /// All mappings, the last changed first.
    reads import::import_mappings() -> Vec<ImportMapping>;

    /// Keeps a sender of hooks, new or changed.
    writes outside::put_hook_source(source: &HookSource) -> ();
    /// All senders of hooks, by name.
    reads outside::hook_sources() -> Vec<HookSource>;
    // Following other programs on the same database, and what operators watch.
    /// Facts with greater numbers, settled or not, oldest first: hints, no log.
    reads follow::glimpses_after(seq: i64, limit: i64) -> Vec<Glimpse>;
    /// What changes beside items.
    reads follow::others() -> Others;

    /// Brings the schema up to date.
    writes schema::migrate(now: i64) -> ();

    // What is kept of changes: the audit trail, the chain, copies, faults.
    /// Writes a change down that is no fact of an item; its number is given here.
    writes audit::insert_audit(row: &AuditRow) -> ();
    /// Changes with smaller numbers, newest first, of one action and one object where that is said.
    reads audit::audit_before(seq: i64, action: Option<&str>, object: Option<&str>, limit: i64) -> Vec<AuditRow>;
    /// When the first change with a greater number was written.
    reads audit::first_change(after: i64) -> Option<Instant>;
    /// The last numbers of facts and of the audit trail, whether or not smaller ones are still to come.
    reads chain::newest_entries() -> (i64, i64);
    /// A number above that of every transaction that has begun.
    reads chain::begun() -> i64;
    /// A number below which every transaction has ended.
    reads chain::finished() -> i64;
    /// Entries with numbers after one and not after another, in order.
    reads chain::entries(source: Source, after: i64, until: i64, limit: i64) -> Vec<Entry>;
    /// The last link of the chain.
    reads chain::chain_end() -> Option<Sealed>;
    /// A link of the chain.
    reads chain::chain_link(number: i64) -> Option<Sealed>;
    /// Appends links; `Conflict` when somebody else was first.
    writes chain::append_chain(links: &[Sealed]) -> ();
    /// Links with numbers after one and not after another, with what stands in their entries now.
    reads chain::chain_found(after: i64, until: i64) -> Vec<ChainRow>;
    /// How many entries have numbers not after one.
    reads chain::count_entries(source: Source, until: i64) -> i64;
    /// Numbers of entries, not after one, that no link seals.
    reads chain::entries_without_link(source: Source, until: i64, limit: i64) -> Vec<i64>;
    /// Where a fact belongs.
    reads chain::fact_place(seq: i64) -> Option<FactPlace>;
    /// Items whose facts are not numbered from 1 to their revision: key, revision, facts, last number.
    reads chain::items_with_gaps(limit: i64) -> Vec<(String, i64, i64, i64)>;
    /// Keeps a signed head; one that is there stays.
    writes chain::insert_head(head: &Head) -> ();
    /// Signed heads, newest first.
    reads chain::heads(limit: i64) -> Vec<Head>;
    /// What is damaged; empty where nothing is.
    reads health::damage() -> Vec<String>;
    /// Tables with rows that point to rows that are not there, and how many.
    reads health::orphans() -> Vec<(String, i64)>;
    /// What time it is by the clock of the database, where it has one of its own.
    reads health::database_clock() -> Option<Instant>;
    /// How many timers should have fired before a time.
    reads health::overdue_timers(before: Instant) -> i64;
    /// Native items, those touched last first.
    reads health::touched_last(limit: i64) -> Vec<ItemId>;
    /// How many rows a table has.
    reads copy::count_rows(table: &str) -> i64;
    /// The schema of the database; 0 where it has none.
    reads schema::schema_version() -> i64;
}

/// As [`operations`], for this crate only.
macro_rules! own_operations {
    ($($mark:ident $module:ident :: $name:ident ($($arg:ident : $ty:ty),*) -> $out:ty;)+) => {
        impl Conn {$(
            pub(crate) async fn $name(&mut self, $($arg: $ty),*) -> Result<$out, StoreError> {
                operations!(@mark $mark self);
                match self.side() {
                    Side::Sqlite(c) => sqlite::ops::$module::$name(c, $($arg),*).await,
                    Side::Postgres(c) => postgres::ops::$module::$name(c, $($arg),*).await,
                }
            }
        )+}
    };
}

own_operations! {
    reads copy::tables() -> Vec<Table>;
    reads copy::read_table(table: &Table, to: tokio::sync::mpsc::Sender<crate::table::Rows>) -> ();
    writes copy::write_rows(table: &Table, rows: &crate::table::Rows) -> ();
    writes copy::begin_filling(tables: &[Table]) -> ();
    writes copy::end_filling() -> ();
    writes schema::migrate_to(version: i64, now: i64) -> ();
}
