//! One connection to either database, and every operation on it.

use crate::error::StoreError;
use crate::keeping::{Keeping, KeptAnswer};
use crate::record::{
    After, Answer, Cut, Deployment, HookSource, ItemRow, Kept, Linked, Listed, LogEvent, Note, Numbered, Person,
    Service, Sort, Standing, StreamVersion, Team, Timer, Words,
};
use crate::rows::Rows;
use crate::{postgres, sqlite};
use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, Postgres, Sqlite, SqliteConnection, Transaction};
use watercourse_core::fact::Fact;
use watercourse_core::id::{ItemId, PersonId};
use watercourse_core::item::Item;
use watercourse_core::link::Link;
use watercourse_core::time::Instant;

enum Kind {
    /// The writer's own connection.
    Writer(SqliteConnection),
    SqlitePool(PoolConnection<Sqlite>),
    SqliteTx(Transaction<'static, Sqlite>),
    PostgresPool(PoolConnection<Postgres>),
    PostgresTx(Transaction<'static, Postgres>),
}

/// A connection inside whatever transaction it was given with.
pub struct Conn {
    kind: Kind,
    /// Whether anything was written since the writer last looked.
    dirty: bool,
    /// The writer's: answers that are written with the COMMIT, which saves a way to the database for each.
    answers: Vec<KeptAnswer>,
}

impl std::fmt::Debug for Conn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Conn").field("dirty", &self.dirty).finish_non_exhaustive()
    }
}

enum Side<'c> {
    Sqlite(&'c mut SqliteConnection),
    Postgres(&'c mut PgConnection),
}

impl Conn {
    const fn new(kind: Kind) -> Self {
        Self { kind, dirty: false, answers: Vec::new() }
    }
    pub(crate) const fn writer(connection: SqliteConnection) -> Self {
        Self::new(Kind::Writer(connection))
    }
    pub(crate) const fn sqlite(connection: PoolConnection<Sqlite>) -> Self {
        Self::new(Kind::SqlitePool(connection))
    }
    pub(crate) const fn sqlite_tx(transaction: Transaction<'static, Sqlite>) -> Self {
        Self::new(Kind::SqliteTx(transaction))
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
            Kind::SqlitePool(c) => Side::Sqlite(c),
            Kind::SqliteTx(c) => Side::Sqlite(c),
            Kind::PostgresPool(c) => Side::Postgres(c),
            Kind::PostgresTx(c) => Side::Postgres(c),
        }
    }
    /// Whether anything was written since this was last asked.
    pub(crate) const fn take_dirty(&mut self) -> bool {
        std::mem::replace(&mut self.dirty, false)
    }
    /// What was answered to a request with this key.
    ///
    /// # Errors
    /// As `StoreError` says.
    pub async fn answer_to(&mut self, principal: &str, key: &str) -> Result<Option<Answer>, StoreError> {
        if let Some(kept) = self.answers.iter().find(|a| a.key == key && a.principal == principal) {
            return Ok(Some(kept.answer.clone()));
        }
        match self.side() {
            Side::Sqlite(c) => sqlite::ops::outside::answer_to(c, principal, key).await,
            Side::Postgres(c) => postgres::ops::outside::answer_to(c, principal, key).await,
        }
    }
    /// Keeps an answer. It is there once the transaction is.
    ///
    /// # Errors
    /// As `StoreError` says.
    pub async fn keep_answer(
        &mut self,
        principal: &str,
        key: &str,
        answer: &Answer,
        at: Instant,
    ) -> Result<(), StoreError> {
        self.dirty = true;
        let kept = KeptAnswer { principal: principal.to_owned(), key: key.to_owned(), answer: answer.clone(), at };
        if matches!(self.kind, Kind::Writer(_)) {
            self.answers.push(kept);
            return Ok(());
        }
        match self.side() {
            Side::Sqlite(c) => sqlite::ops::outside::keep_answers(c, &[kept], "").await,
            Side::Postgres(c) => postgres::ops::outside::keep_answers(c, &[kept], "").await,
        }
    }
    /// The writer's COMMIT, with the answers that are still to be kept.
    pub(crate) async fn commit(&mut self) -> Result<(), StoreError> {
        let answers = std::mem::take(&mut self.answers);
        match self.side() {
            Side::Sqlite(c) if !answers.is_empty() => sqlite::ops::outside::keep_answers(c, &answers, "; COMMIT").await,
            _ => self.say("COMMIT").await,
        }
    }
    /// The writer's ROLLBACK.
    pub(crate) async fn roll_back(&mut self) -> Result<(), StoreError> {
        self.answers.clear();
        self.say("ROLLBACK").await
    }
    /// A word such as BEGIN.
    pub(crate) async fn say(&mut self, word: &'static str) -> Result<(), StoreError> {
        match self.side() {
            Side::Sqlite(c) => sqlx::query(word).execute(c).await.map(|_| ())?,
            Side::Postgres(c) => sqlx::query(word).execute(c).await.map(|_| ())?,
        }
        Ok(())
    }
    /// A statement that was put together, without anything from outside in it.
    pub(crate) async fn say_built(&mut self, sql: String) -> Result<(), StoreError> {
        match self.side() {
            Side::Sqlite(c) => sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(c).await.map(|_| ())?,
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
            sqlx::Connection::close(c).await?;
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
    reads fact::facts_after(seq: i64, limit: i64) -> Vec<Numbered>;
    /// The newest facts of all, newest first.
    reads fact::newest_facts(limit: i64) -> Vec<Numbered>;
    /// Appends many facts of many items, each with its stream.
    writes fact::append_many(facts: &[(&str, &Fact)]) -> Vec<i64>;
    /// Keeps many notes.
    writes fact::insert_notes(notes: &[Note]) -> ();
    /// The greatest number of a fact below which none can still come.
    reads fact::last_seq() -> i64;
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

    /// A page of items.
    reads list::list_items(cut: &Cut, sort: Sort, after: Option<After>, limit: i64) -> Vec<Listed>;
    /// How many items, counted up to `most`.
    reads list::count_items(cut: &Cut, most: i64) -> i64;
    /// Rows of several items, in no order, without their fields.
    reads list::rows_of(items: &[ItemId]) -> Vec<ItemRow>;
    /// How many open rounds stand where.
    reads list::where_it_stands() -> Vec<Standing>;

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

    /// Keeps timers; those there already stay as they are.
    writes timer::set_timers(timers: &[Timer]) -> ();
    /// Timers whose time has come, the oldest first.
    reads timer::due_timers(now: Instant, limit: i64) -> Vec<Timer>;
    /// Takes a timer to fire it; false when somebody else has.
    writes timer::claim_timer(timer: Timer, now: Instant) -> bool;
    /// When the next timer is due.
    reads timer::next_due() -> Option<Instant>;

    /// All native items, in the order they were opened.
    reads flow::native_items() -> Vec<Item>;
    /// Keeps events of an imported log, in order, after those of it that are kept.
    writes flow::append_events(stream: &str, version: u32, from: i64, events: &[LogEvent]) -> ();
    /// The events of an imported log, in order.
    reads flow::log_events(stream: &str, version: u32) -> Vec<LogEvent>;
    /// The events of one case of an imported log, by time.
    reads flow::events_of_case(stream: &str, version: u32, case: &str) -> Vec<LogEvent>;
    /// Takes away what was imported to a stream before.
    writes flow::delete_import(stream: &str) -> ();
    /// Keeps a sender of hooks, new or changed.
    writes outside::put_hook_source(source: &HookSource) -> ();
    /// All senders of hooks, by name.
    reads outside::hook_sources() -> Vec<HookSource>;
    /// Brings the schema up to date.
    writes schema::migrate(now: i64) -> ();
}
