//! Lists, counts, search and views of items over a database of so many, with and without bounds on what is seen.

use crate::storing::store_items;
use crate::synthetic::Dice;
use anyhow::{Context as _, Result};
use sqlx::{ConnectOptions as _, Executor as _};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant as Clocked};
use uuid::Uuid;
use watercourse_app::access::Reach;
use watercourse_app::{
    Access, App, Context, ItemQuery, NewItem, Permission, Published, Rows, Store, Words, add_changed, row,
};
use watercourse_core::actor::Actor;
use watercourse_core::id::ItemId;
use watercourse_core::item::{Ending, Item, Outcome, Phase, Place, Round, Spell, Visit};
use watercourse_core::marking::Marking;
use watercourse_core::time::Instant;

/// Items that are written at once.
const AT_ONCE: usize = 5_000;
/// How often each question is asked.
const TIMES: usize = 40;
/// Durable writes of a turn.
const WRITES: usize = 300;
const TEAMS: [&str; 8] = ["hr", "network", "operations", "service-desk", "payments", "security", "data", "facilities"];
/// A year, in microseconds.
const YEAR: u64 = 31_536_000_000_000;

/// Fills a database unless it is there, asks it, and prints what the answers took.
pub fn run(items: usize, path: Option<&Path>) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let folder = tempfile::tempdir()?;
        let path = path.map_or_else(|| folder.path().join("list.db"), Path::to_owned);
        let is_new = !path.exists();
        let clock = App::system_clock();
        let begun = Clocked::now();
        let store = Store::open(path.to_str().context("a readable path")?, clock().micros()).await?;
        println!("open              {:>9.1} ms", millis(begun.elapsed()));
        let app = App::new(store, clock);
        let ctx = Context::of(Actor::Rule("bench".to_owned()));
        app.seed(&ctx).await?;
        if is_new {
            let begun = Clocked::now();
            fill(&app, items, &path).await?;
            println!("filled with {items} items in {:.0} s", begun.elapsed().as_secs_f64());
        }
        let size = std::fs::metadata(&path)?.len();
        println!("database          {:>9.0} MB", size as f64 / 1e6);
        println!("{:<58} {:>9} {:>9} {:>6}", "", "p50 ms", "p95 ms", "rows");
        lists(&app).await?;
        searches(&app).await?;
        counts(&app).await?;
        writes(&app, &ctx, &path).await
    })
}

fn millis(took: Duration) -> f64 {
    took.as_secs_f64() * 1e3
}

/// A word of a vocabulary in which few are frequent and many are rare.
fn word(dice: &mut Dice) -> String {
    let even = (dice.next() >> 11) as f64 / (1_u64 << 53) as f64;
    format!("word{}", (30_000_f64.powf(even)) as u64)
}

fn sentence(dice: &mut Dice, words: usize) -> String {
    (0..words).map(|_| word(dice)).collect::<Vec<_>>().join(" ")
}

fn item(dice: &mut Dice, published: &Published, number: usize, now: Instant) -> (Words, Item) {
    let created = Instant(now.micros() - i64::try_from(dice.below(3 * YEAR)).unwrap_or(0));
    let touched = Instant(created.micros() + i64::try_from(dice.below(YEAR / 12)).unwrap_or(0)).min(now);
    let is_open = dice.below(100) < 8;
    let team = if dice.below(20_000) == 0 { "tiny" } else { TEAMS[(dice.below(64) as f64).sqrt() as usize] };
    let phase = [Phase::Queued, Phase::Active, Phase::Waiting][dice.below(3) as usize];
    let reason = if phase == Phase::Waiting { "user".to_owned() } else { String::new() };
    let until = (!is_open).then_some(touched);
    let round = Round {
        number: 1,
        place: Place::Step(u8::try_from(dice.below(3)).unwrap_or(0)),
        opened: created,
        started: Some(created),
        ended: until.map(|at| (at, Ending::Done(None))),
        released_by: None,
        gates: BTreeMap::new(),
        child: None,
        visits: vec![Visit {
            team: Some(team.to_owned()),
            spells: vec![Spell { phase, reason, from: created, until }],
            left: until,
        }],
    };
    let priority = ["low", "normal", "high", "urgent"][dice.below(4) as usize];
    let service = format!("service-{}", dice.below(400));
    let item = Item {
        id: ItemId(Uuid::now_v7()),
        key: format!("BEN-{number}"),
        kind: published.head.kind.clone(),
        stream: published.head.id.clone(),
        version: published.head.version,
        created,
        opened_by: Actor::Integration(format!("mail-{}", dice.below(5_000))),
        fields: BTreeMap::from([("priority".to_owned(), priority.to_owned()), ("service".to_owned(), service)]),
        rounds: vec![round],
        marking: Marking::default(),
        closed: until.map(|at| (at, if dice.below(20) == 0 { Outcome::Failed } else { Outcome::Delivered })),
        ended_by: None,
        parked: Vec::new(),
        touched,
        revision: 1,
    };
    (Words { title: sentence(dice, 6), description: sentence(dice, 24), ..Words::default() }, item)
}

async fn fill(app: &App, items: usize, path: &Path) -> Result<()> {
    let streams: Vec<Arc<Published>> = app.streams(&watercourse_app::Access::of_the_program()).await?;
    let (mut dice, now) = (Dice(1), app.now());
    for from in (0..items).step_by(AT_ONCE) {
        let mut rows = Rows::default();
        let mut made = Vec::with_capacity(AT_ONCE);
        for number in from..items.min(from + AT_ONCE) {
            let stream = &streams[(dice.next() % streams.len() as u64) as usize];
            let (words, item) = item(&mut dice, stream, number, now);
            add_changed(&mut rows, None, &item, &stream.stream);
            made.push((row(&item, &words, &stream.stream, false), words, item));
        }
        store_items(app, made, rows).await?;
    }
    // A third belongs to one entity, a hundredth to each of three, a hundred items to one more.
    let mut bare = sqlx::sqlite::SqliteConnectOptions::new().filename(path).connect().await?;
    bare.execute("UPDATE item SET entity = 'common' WHERE CAST(substr(key, 5) AS INTEGER) % 100 < 33").await?;
    for n in 0..3 {
        let sql =
            format!("UPDATE item SET entity = 'small-{n}' WHERE CAST(substr(key, 5) AS INTEGER) % 100 = {}", 40 + n);
        bare.execute(sqlx::AssertSqlSafe(sql)).await?;
    }
    bare.execute("UPDATE item SET entity = 'rare' WHERE CAST(substr(key, 5) AS INTEGER) BETWEEN 50 AND 149").await?;
    bare.execute("PRAGMA wal_checkpoint(TRUNCATE)").await?;
    Ok(())
}

fn seeing(reach: Reach) -> Access {
    let actor = Actor::Integration("mail-7".to_owned());
    Access::new(
        actor,
        None,
        None,
        "root".to_owned(),
        watercourse_app::access::Horizon::default(),
        BTreeMap::from([(Permission::ItemSee, reach)]),
    )
}

fn set(words: &[&str]) -> BTreeSet<String> {
    words.iter().map(|w| (*w).to_owned()).collect()
}

/// Who sees how much.
fn sights() -> Vec<(&'static str, Access)> {
    let entities = |list: &[&str]| seeing(Reach { entities: set(list), ..Reach::default() });
    vec![
        ("all", Access::of_the_program()),
        ("entity, a third", entities(&["common"])),
        ("entity, 100 items", entities(&["rare"])),
        ("entities, 3 hundredths", entities(&["small-0", "small-1", "small-2"])),
        ("team, common", seeing(Reach { teams: set(&["facilities"]), ..Reach::default() })),
        ("team, rare", seeing(Reach { teams: set(&["tiny"]), ..Reach::default() })),
        ("own", seeing(Reach { own: true, ..Reach::default() })),
        (
            "mixed",
            seeing(Reach { entities: set(&["small-0", "rare"]), teams: set(&["hr"]), own: true, ..Reach::default() }),
        ),
    ]
}

async fn timed(app: &App, what: &str, access: &Access, ask: impl Fn(usize) -> String) -> Result<()> {
    let (mut took, mut found) = (Vec::new(), 0);
    for n in 0..TIMES {
        let query = ItemQuery { q: ask(n), ..ItemQuery::default() };
        let begun = Clocked::now();
        found = app.items(access, &query).await?.items.len();
        took.push(begun.elapsed());
    }
    say(what, took, found);
    Ok(())
}

fn say(what: &str, mut took: Vec<Duration>, found: usize) {
    took.sort_unstable();
    let at = |share: usize| millis(took.get(took.len() * share / 100).copied().unwrap_or_default());
    println!("{what:<58} {:>9.2} {:>9.2} {found:>6}", at(50), at(95));
}

const FILTERS: [&str; 18] = [
    "",
    "state:open",
    "kind:incident",
    "kind:incident,problem state:open",
    "stream:restore-service state:open",
    "team:hr",
    "team:tiny",
    "phase:waiting",
    "waiting:user team:network",
    "priority:high",
    "service:service-7",
    "result:failed",
    "created:>-7d",
    "created:<-1000d",
    "age:>300d state:open",
    "-team:hr state:open priority:urgent,high",
    "(team:hr OR team:payments) -phase:waiting",
    "key:BEN-4711",
];

async fn lists(app: &App) -> Result<()> {
    for (who, access) in sights() {
        for q in ["", "state:open"] {
            timed(app, &format!("list · sees {who} · {q}"), &access, |_| q.to_owned()).await?;
        }
    }
    for q in FILTERS {
        timed(app, &format!("list · {q}"), &Access::of_the_program(), |_| q.to_owned()).await?;
    }
    Ok(())
}

async fn searches(app: &App) -> Result<()> {
    let all = Access::of_the_program();
    let common = seeing(Reach { entities: set(&["common"]), ..Reach::default() });
    timed(app, "search · a rare word", &all, |n| format!("word{}", 20_000 + 31 * n)).await?;
    timed(app, "search · a word of middling frequency", &all, |n| format!("word{}", 800 + 3 * n)).await?;
    timed(app, "search · a frequent word", &all, |n| format!("word{}", 2 + n % 10)).await?;
    timed(app, "search · two words", &all, |n| format!("word{} word{}", 40 + n, 300 + n)).await?;
    timed(app, "search · a phrase", &all, |n| format!("\"word{} word{}\"", 2 + n % 10, 20 + n)).await?;
    timed(app, "search · a beginning of few", &all, |n| format!("word{}*", 2_000 + n)).await?;
    timed(app, "search · a beginning of many", &all, |n| format!("word{}*", 10 + n)).await?;
    timed(app, "search · a beginning of all", &all, |_| "wo*".to_owned()).await?;
    timed(app, "search · one of two words", &all, |n| format!("word{} OR word{}", 20_000 + n, 25_000 + n)).await?;
    timed(app, "search · a word, open, of a team", &all, |n| format!("word{} state:open team:hr", 100 + n)).await?;
    timed(app, "search · sees a third · a rare word", &common, |n| format!("word{}", 20_000 + 31 * n)).await?;
    timed(app, "search · sees a third · a frequent word", &common, |n| format!("word{}", 2 + n % 10)).await?;
    timed(app, "search · a key", &all, |n| format!("BEN-{}", 4_711 + n)).await?;
    timed(app, "search · nothing", &all, |n| format!("nothing{n}")).await
}

async fn counts(app: &App) -> Result<()> {
    for q in ["", "state:open", "kind:incident state:open", "team:hr", "word20000", "service:service-7"] {
        let (mut took, mut found) = (Vec::new(), 0);
        for _ in 0..5 {
            let begun = Clocked::now();
            found = app.count(&Access::of_the_program(), q).await?;
            took.push(begun.elapsed());
        }
        say(&format!("count, all of them · {q}"), took, usize::try_from(found)?);
    }
    Ok(())
}

/// Durable writes one after another, with the index of words and without it; and what was written, looked at.
async fn writes(app: &App, ctx: &Context, path: &Path) -> Result<()> {
    let keys = opened(app, ctx, "open an item, durable").await?;
    let mut took = Vec::new();
    for key in &keys {
        let begun = Clocked::now();
        app.item(&watercourse_app::Access::of_the_program(), key).await?;
        took.push(begun.elapsed());
    }
    say("view an item", took, keys.len());
    let mut bare = sqlx::sqlite::SqliteConnectOptions::new().filename(path).connect().await?;
    bare.execute("DROP TRIGGER search_insert").await?;
    opened(app, ctx, "open an item, durable, its words not indexed").await?;
    bare.execute(
        "CREATE TRIGGER search_insert AFTER INSERT ON search BEGIN
           INSERT INTO search_index (rowid, words) VALUES (new.number, new.words);
         END;
         INSERT INTO search_index (search_index) VALUES ('rebuild');",
    )
    .await?;
    Ok(())
}

async fn opened(app: &App, ctx: &Context, what: &str) -> Result<Vec<String>> {
    let (mut took, mut keys, mut dice) = (Vec::new(), Vec::new(), Dice(9));
    for _ in 0..WRITES {
        let new = NewItem {
            stream: "standard-request".to_owned(),
            title: sentence(&mut dice, 6),
            description: sentence(&mut dice, 24),
            ..NewItem::default()
        };
        let begun = Clocked::now();
        keys.push(app.open(ctx, new).await?.item.key);
        took.push(begun.elapsed());
    }
    say(what, took, keys.len());
    Ok(keys)
}
