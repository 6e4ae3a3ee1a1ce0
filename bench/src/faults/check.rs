//! Whether a database holds what was acknowledged, once, whole and without a gap. It reads the tables itself,
//! so that a mistake of the program in reading does not hide one in writing.

use super::load::{Seen, What};
use crate::program::data;
use anyhow::{Context as _, Result, ensure};
use sqlx::{Connection as _, PgConnection, SqliteConnection};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use uuid::Uuid;
use watercourse_core::apply;
use watercourse_core::fact::Fact;
use watercourse_core::stream::read;
use watercourse_store::{Conn, Store};

/// What is wrong that is shown in words.
const SHOWN: usize = 12;
/// How long facts may take to settle: others may use the same PostgreSQL.
const SETTLING: Duration = Duration::from_secs(30);
/// Facts read at once.
const AT_ONCE: i64 = 20_000;

/// What was found.
#[derive(Debug, Default)]
pub struct Found {
    /// Items of the load.
    pub items: u64,
    /// Facts in the database.
    pub facts: u64,
    /// Acknowledged writes that are not there.
    pub lost: u64,
    /// Writes that are there more than once.
    pub duplicated: u64,
    /// Items whose revisions have a gap, or end elsewhere than the item says.
    pub gaps: u64,
    /// Items that their facts do not make again.
    pub unlike: u64,
    /// What the audit chain says.
    pub audit: Audit,
    /// The first things that are wrong, in words.
    pub said: Vec<String>,
}

/// What `audit verify` said.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum Audit {
    /// The program has no such command.
    #[default]
    None,
    /// The chain is whole.
    Whole,
    /// It is not.
    Broken,
}

impl Found {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_well(&self) -> bool {
        self.lost + self.duplicated + self.gaps + self.unlike == 0 && self.audit != Audit::Broken
    }
    fn say(&mut self, what: String) {
        if self.said.len() < SHOWN {
            self.said.push(what);
        }
    }
}

/// A database of either kind.
enum Tables {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// Rows of a query, which has one text for both databases.
macro_rules! rows {
    ($tables:expr, $sql:expr, $row:ty) => {
        match $tables {
            Tables::Sqlite(c) => sqlx::query_as::<_, $row>($sql).fetch_all(c).await?,
            Tables::Postgres(c) => sqlx::query_as::<_, $row>($sql).fetch_all(c).await?,
        }
    };
}

impl Tables {
    async fn open(database: &str) -> Result<Self> {
        if database.starts_with("postgres") {
            return Ok(Self::Postgres(PgConnection::connect(database).await?));
        }
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(database);
        Ok(Self::Sqlite(SqliteConnection::connect_with(&options).await?))
    }
}

/// Compares a database with what a client saw. Nobody may be writing.
///
/// # Errors
/// Where it cannot be read.
pub async fn check(program: &Path, database: &str, seen: &Seen) -> Result<Found> {
    let mut tables = Tables::open(database).await?;
    let mut found = Found::default();
    let items = items(&mut tables, &mut found).await?;
    let written = facts(&mut tables, &mut found, &items).await?;
    let words = words(&mut tables).await?;
    for write in &seen.writes {
        let item = items.by_title.get(&*write.title).map(Vec::as_slice).unwrap_or_default();
        let times = match (&write.what, item) {
            (_, []) => 0,
            (What::Opened, ids) => ids.len() as u64,
            (What::Did(what), ids) => {
                ids.iter().map(|i| written.get(&(*i, (*what).to_owned())).copied().unwrap_or(0)).sum()
            }
            (What::Said(said), _) => words.get(said).copied().unwrap_or(0),
        };
        if times == 0 && write.revision.is_some() {
            found.lost += 1;
            found.say(format!("lost: “{}”, {:?}", write.title, write.what));
        }
        if times > 1 {
            found.duplicated += 1;
            found.say(format!("{times} times: “{}”, {:?}", write.title, write.what));
        }
    }
    drop(tables);
    replayed(database, &mut found).await?;
    found.audit = audit(program, database)?;
    if found.audit == Audit::Broken {
        found.say("the audit chain is broken".to_owned());
    }
    Ok(found)
}

/// The items of the load, by what tells them apart.
struct Items {
    by_title: HashMap<String, Vec<Uuid>>,
    revisions: HashMap<Uuid, i64>,
}

async fn items(tables: &mut Tables, found: &mut Found) -> Result<Items> {
    let rows = rows!(tables, "SELECT id, title, revision FROM item WHERE title LIKE 'load %'", (Uuid, String, i64));
    let mut items = Items { by_title: HashMap::new(), revisions: HashMap::new() };
    found.items = rows.len() as u64;
    for (id, title, revision) in rows {
        items.by_title.entry(title).or_default().push(id);
        items.revisions.insert(id, revision);
    }
    Ok(items)
}

/// How often each thing happened to each item; and whether the revisions are whole.
async fn facts(tables: &mut Tables, found: &mut Found, items: &Items) -> Result<HashMap<(Uuid, String), u64>> {
    let sql = "SELECT item, revision, what FROM fact ORDER BY item, revision, seq";
    let rows = rows!(tables, sql, (Uuid, i64, String));
    found.facts = rows.len() as u64;
    let mut written: HashMap<(Uuid, String), u64> = HashMap::new();
    let mut last: HashMap<Uuid, i64> = HashMap::new();
    for (item, revision, what) in rows {
        *written.entry((item, what)).or_default() += 1;
        let before = last.insert(item, revision).unwrap_or(0);
        if revision != before + 1 {
            found.gaps += 1;
            found.say(format!("revision {revision} of {item} follows {before}"));
        }
    }
    for (id, revision) in &items.revisions {
        let counted = last.get(id).copied().unwrap_or(0);
        if counted != *revision {
            found.gaps += 1;
            found.say(format!("{id} is at revision {revision}, its facts end with {counted}"));
        }
    }
    Ok(written)
}

async fn words(tables: &mut Tables) -> Result<HashMap<String, u64>> {
    let rows = rows!(tables, "SELECT words FROM note", (String,));
    let mut words = HashMap::new();
    for (said,) in rows {
        *words.entry(said).or_default() += 1;
    }
    Ok(words)
}

/// All facts that are settled, by item.
async fn settled(conn: &mut Conn) -> Result<HashMap<Uuid, Vec<Fact>>> {
    let mut facts: HashMap<Uuid, Vec<Fact>> = HashMap::new();
    let mut seq = 0;
    loop {
        let some = conn.facts_after(&watercourse_store::Sight::Everything, seq, AT_ONCE).await?;
        let Some(last) = some.last() else { return Ok(facts) };
        seq = last.seq;
        for one in some {
            facts.entry(one.fact.item.0).or_default().push(one.fact);
        }
    }
}

/// Makes every item again from its facts and compares.
async fn replayed(database: &str, found: &mut Found) -> Result<()> {
    let store = Store::open(database, 0).await?;
    let begun = Instant::now();
    let (mut conn, mut facts) = loop {
        let mut conn = store.snapshot().await?;
        let facts = settled(&mut conn).await?;
        let count = facts.values().map(|f| f.len() as u64).sum::<u64>();
        if count == found.facts {
            break (conn, facts);
        }
        // On PostgreSQL they settle when no older transaction is open, in any of its databases.
        ensure!(begun.elapsed() < SETTLING, "{count} facts of {} can be read as settled", found.facts);
        drop(conn);
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    let mut streams = BTreeMap::new();
    for item in conn.native_items(None, i64::MAX).await?.into_iter().map(|kept| kept.item) {
        let version = (item.stream.clone(), item.version);
        if !streams.contains_key(&version) {
            let head = conn.stream_version(&version.0, version.1).await?.context("the stream of an item")?;
            let stream = read(&head.definition, &watercourse_practices::context())
                .stream
                .context("a stream that can be read")?;
            streams.insert(version.clone(), stream);
        }
        let Some(stream) = streams.get(&version) else { continue };
        let mut facts = facts.remove(&item.id.0).unwrap_or_default();
        facts.sort_by_key(|f| f.revision);
        let again = facts.split_first().and_then(|(first, rest)| {
            let mut again = apply::opened(stream, first)?;
            rest.iter().for_each(|fact| apply::apply(&mut again, stream, fact));
            Some(again)
        });
        if again.as_ref() != Some(&item) {
            found.unlike += 1;
            found.say(format!("{} is not what its facts make", item.key));
        }
    }
    drop(conn);
    store.close().await;
    Ok(())
}

/// Asks the program to verify its audit chain, where it can.
fn audit(program: &Path, database: &str) -> Result<Audit> {
    let quiet = |arguments: &[&str]| {
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.status()
    };
    if !quiet(&["audit", "verify", "--help"])?.success() {
        return Ok(Audit::None);
    }
    let data = data(database).display().to_string();
    let whole = quiet(&["audit", "verify", "--database", database, "--data", &data])?.success();
    Ok(if whole { Audit::Whole } else { Audit::Broken })
}
