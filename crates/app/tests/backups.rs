//! Backups, restoring them, and bringing an older database up to date.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may fail loudly")]

mod support;

use serde_json::json;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use support::{World, postgres, say};
use watercourse_app::audit::{Sealer, verify};
use watercourse_app::{Access, App, Context, ItemQuery, NewItem, NewPerson, NewTeam, Settings, Store, StoreError};
use watercourse_store::{Manifest, check_backup, manifest_path, restore};

/// A schema of its own in PostgreSQL, taken away at the end.
struct Elsewhere {
    name: String,
    address: String,
}

impl Elsewhere {
    async fn new() -> Self {
        let name = format!("wc_test_{}", uuid::Uuid::now_v7().simple());
        say(&postgres(), &format!("CREATE SCHEMA {name}")).await;
        let sign = if postgres().contains('?') { '&' } else { '?' };
        Self { address: format!("{}{sign}options[search_path]={name}", postgres()), name }
    }
}

impl Drop for Elsewhere {
    fn drop(&mut self) {
        let sql = format!("DROP SCHEMA {} CASCADE", self.name);
        let dropping = std::thread::spawn(move || {
            tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap()
                .block_on(say(&postgres(), &sql));
        });
        drop(dropping.join());
    }
}

async fn seal_all(app: &App) {
    let mut sealer = Sealer::default();
    while verify(app.store(), &[], 2).await.unwrap().unsealed > 0 {
        sealer.seal(app).await.unwrap();
        tokio::task::yield_now().await;
    }
}

async fn filled(world: &World) -> Context {
    let ctx = world.seeded().await;
    let ada = NewPerson { handle: "ada".into(), name: "Ada “Øst” Novak".into(), mail: None, entity: None };
    let ada = world.app.put_person(&ctx, ada).await.unwrap();
    let team =
        NewTeam { id: "night".into(), capacity: Some(1.5), members: vec![ada.id.to_string()], ..NewTeam::default() };
    world.app.put_team(&ctx, team).await.unwrap();
    for _ in 0..4 {
        let key = world.open(&ctx, "restore-service").await.item.key;
        world.act(&ctx, &key, "start", json!({"step": "reported"})).await.unwrap();
        world.act(&ctx, &key, "comment", json!({"text": "Grüße 🦀"})).await.unwrap();
    }
    seal_all(&world.app).await;
    world.app.keep_head().await.unwrap().unwrap();
    ctx
}

async fn app_on(address: &str) -> App {
    App::new(Store::open(address, 0).await.unwrap(), App::system_clock())
}

/// Everything that can be read, as text: what is equal here is equal to people.
async fn everything(app: &App) -> String {
    let access = Access::of_the_program();
    let mut all = String::new();
    for fact in app.facts_after(&watercourse_app::Access::of_the_program(), 0, 100_000).await.unwrap() {
        all += &format!("{:?}\n", fact);
    }
    let mut items = app.items(&access, &ItemQuery { limit: 200, ..ItemQuery::default() }).await.unwrap().items;
    items.sort_by_key(|i| i.id);
    for row in items {
        let view = app.item(&watercourse_app::Access::of_the_program(), &row.key).await.unwrap();
        all += &format!("{:?} {:?} {:?}\n", view.item, view.notes, row);
    }
    let trail = app.trail(&access, None, None, None, 100_000).await.unwrap();
    let teams = app.teams(&watercourse_app::Access::of_the_program()).await.unwrap();
    let people = app.people(&watercourse_app::Access::of_the_program()).await.unwrap();
    all + &format!("{trail:?}\n{teams:?}\n{people:?}")
}

/// A backup made while others write is whole, and goes into either database.
async fn a_backup_under_load_is_restored_into_either_database(world: &World) {
    let ctx = filled(world).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("monday.db");
    let (stop, count) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let busy: Vec<_> = (0..3)
        .map(|_| {
            let (app, ctx, stop, count) = (world.app.clone(), ctx.clone(), Arc::clone(&stop), Arc::clone(&count));
            tokio::spawn(async move {
                while !stop.load(Ordering::SeqCst) {
                    let new = NewItem { stream: "standard-request".into(), title: "More".into(), ..NewItem::default() };
                    app.open(&ctx, new).await.unwrap();
                    count.fetch_add(1, Ordering::SeqCst);
                }
            })
        })
        .collect();
    while count.load(Ordering::SeqCst) < 5 {
        tokio::task::yield_now().await;
    }
    let before = count.load(Ordering::SeqCst);
    let made = world.app.store().backup(&file, 7).await.unwrap();
    let after = count.load(Ordering::SeqCst);
    stop.store(true, Ordering::SeqCst);
    for one in busy {
        one.await.unwrap();
    }
    let items = usize::try_from(made.manifest.tables["item"]).unwrap();
    assert!((before + 4..=after + 4 + 3).contains(&items), "{before} {items} {after}");
    assert_eq!(check_backup(&file).await.unwrap(), made.manifest);
    assert_eq!(made.manifest.from, world.app.store().kind());

    let there = Elsewhere::new().await;
    let path = folder.path().join("restored/new.db").to_string_lossy().into_owned();
    let mut said = Vec::new();
    for address in [&path, &there.address] {
        let restored = restore(&file, address, 8).await.unwrap();
        assert_eq!((restored.manifest, restored.put_aside), (made.manifest.clone(), Vec::<PathBuf>::new()));
        let app = app_on(address).await;
        let heads = app.store().reader().await.unwrap().heads(10).await.unwrap();
        let whole = verify(app.store(), &heads, 2).await.unwrap();
        assert_eq!((whole.findings.as_slice(), whole.heads), (&[][..], 1));
        said.push(everything(&app).await);
        // Work goes on there, with numbers that follow.
        let new = NewItem { stream: "standard-request".into(), title: "After".into(), ..NewItem::default() };
        app.open(&ctx, new).await.unwrap();
        app.put_team(&ctx, NewTeam { id: "new".into(), ..NewTeam::default() }).await.unwrap();
        seal_all(&app).await;
        let whole = verify(app.store(), &heads, 2).await.unwrap();
        assert_eq!(whole.findings, [], "{address}");
        let told = restore(&file, address, 9).await.unwrap_err().to_string();
        assert!(told.contains("already") && told.contains("empty"), "{told}");
        app.store().close().await;
    }
    assert_eq!(said[0], said[1], "both databases hold the same");
    let told = world.app.store().backup(&file, 7).await.unwrap_err().to_string();
    assert!(told.contains("there is a file of this name already"), "{told}");
}

on_both!(a_backup_under_load_is_restored_into_either_database);

fn files(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        std::fs::read_dir(folder).unwrap().map(|f| f.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn what_can_be_wrong_with_a_backup_is_said_and_nothing_is_changed() {
    support::run(false, |world| async move {
        filled(&world).await;
        let folder = tempfile::tempdir().unwrap();
        let (file, target) = (folder.path().join("b.db"), folder.path().join("new.db"));
        let address = target.to_string_lossy().into_owned();
        let manifest = world.app.store().backup(&file, 7).await.unwrap().manifest;
        let whole = std::fs::read(&file).unwrap();
        let about = std::fs::read_to_string(manifest_path(&file)).unwrap();
        let told = |why: &'static str| {
            let (file, address, target) = (file.clone(), address.clone(), target.clone());
            async move {
                let checked = check_backup(&file).await.map(|_| ()).unwrap_err();
                let refused = restore(&file, &address, 8).await.map(|_| ()).unwrap_err();
                assert_eq!(checked, refused, "{why}");
                assert!(!target.exists(), "{why}");
                assert_eq!(refused.to_string().lines().count(), 1);
                refused.to_string()
            }
        };
        std::fs::write(&file, &whole[..whole.len() / 2]).unwrap();
        assert!(told("cut off").await.contains("the backup is cut off: "));
        let mut flipped = whole.clone();
        flipped[whole.len() / 2] ^= 1;
        std::fs::write(&file, &flipped).unwrap();
        assert!(told("flipped").await.contains("was changed since it was made"));
        std::fs::write(&file, &whole).unwrap();
        std::fs::remove_file(manifest_path(&file)).unwrap();
        assert!(told("alone").await.contains("the manifest of the backup cannot be read"));
        std::fs::write(manifest_path(&file), "{}").unwrap();
        assert!(told("no manifest").await.contains("this is no manifest of a backup"));
        let newer = serde_json::to_string(&Manifest { schema: 999, ..manifest.clone() }).unwrap();
        std::fs::write(manifest_path(&file), newer).unwrap();
        assert!(told("newer").await.contains("schema 999"));
        let mut fewer = manifest.clone();
        fewer.tables.insert("item".into(), 5);
        std::fs::write(manifest_path(&file), serde_json::to_string(&fewer).unwrap()).unwrap();
        assert!(told("fewer").await.contains("item should have 5 rows and has 4 rows"));
        std::fs::write(manifest_path(&file), about).unwrap();

        // What an earlier database left would be played into the restored one.
        std::fs::write(folder.path().join("new.db-wal"), "left").unwrap();
        std::fs::write(folder.path().join("new.db-shm"), "left").unwrap();
        let aside = restore(&file, &address, 8).await.unwrap().put_aside;
        assert_eq!(aside, [folder.path().join("new.db-wal.old"), folder.path().join("new.db-shm.old")]);
        let app = app_on(&address).await;
        assert_eq!(everything(&app).await, everything(&world.app).await);
        app.store().close().await;
        let names = files(folder.path());
        assert!(!names.iter().any(|n| n.ends_with(".part") || n.ends_with(".migrated")), "{names:?}");
    });
}

#[test]
fn of_two_that_write_one_file_the_second_is_told() {
    support::run(false, |world| async move {
        filled(&world).await;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("one.db").to_string_lossy().into_owned();
        let alone = Settings { alone: true, ..Settings::default() };
        let first = Store::open_with(&path, &alone, 0).await.unwrap();
        let told = Store::open_with(&path, &alone, 0).await.unwrap_err();
        assert_eq!(told, StoreError::InUse(path.clone()));
        let file = folder.path().join("b.db");
        world.app.store().backup(&file, 7).await.unwrap();
        assert_eq!(restore(&file, &path, 8).await.unwrap_err(), told, "nor is anything restored into it");
        Store::open_to_read(&path).await.unwrap().close().await;
        first.close().await;
        Store::open_with(&path, &alone, 0).await.unwrap().close().await;
    });
}

/// The schema of the first release, for SQLite or PostgreSQL.
fn first_schema(postgres: bool) -> String {
    let words = if postgres {
        [
            ("{id}", "UUID"),
            ("{word}", "TEXT COLLATE \"C\""),
            ("{serial}", "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY"),
            ("{rowless}", ""),
            ("{settled}", ", written_by BIGINT NOT NULL DEFAULT CAST(CAST(pg_current_xact_id() AS TEXT) AS BIGINT)"),
        ]
    } else {
        [
            ("{id}", "BLOB"),
            ("{word}", "TEXT"),
            ("{serial}", "INTEGER PRIMARY KEY AUTOINCREMENT"),
            ("{rowless}", " WITHOUT ROWID"),
            ("{settled}", ""),
        ]
    };
    let mut sql = include_str!("../../store/migrations/0001_kernel.sql").to_owned();
    for (word, meaning) in words {
        sql = sql.replace(word, meaning);
    }
    sql + "CREATE TABLE schema_version (version BIGINT NOT NULL PRIMARY KEY, applied_at BIGINT NOT NULL);
           INSERT INTO schema_version VALUES (1, 7);"
}

/// The tables of the first release in an order that keeps their rules, with their columns.
const FIRST: &[(&str, &str)] = &[
    ("stream", "id, version, name, kind, definition, published_at, actor, note, imported"),
    ("person", "id, handle, name, mail"),
    ("team", "id, name, capacity, calendar"),
    ("team_member", "team, person"),
    ("service", "id, name, team, about"),
    ("key_counter", "kind, last"),
    (
        "item",
        "id, key, kind, stream, version, title, description, requester, opened_by, created, committed, delivered, closed, result, \
         ended_step, ended_result, parked, marking, open_rounds, touched, revision, imported",
    ),
    ("item_field", "item, name, value, number"),
    (
        "round",
        "item, number, step, place, label, activity, opened, started, ended, ending, outcome, released_by, gates, child, \
         child_result, team, phase, reason",
    ),
    ("visit", "item, round, number, team, entered, started, left_at"),
    ("spell", "item, round, visit, number, phase, reason, from_at, until_at"),
    ("note", "id, item, actor, words, at"),
    (
        "fact",
        "seq, item, revision, happened_at, recorded_at, actor, cause, note, stream, version, step, activity, phase, team, what, event",
    ),
    ("link", "source, kind, target, at"),
    ("timer", "item, round, due, fired"),
];

/// A database of the first release with what a world holds; its address.
async fn as_first_released(world: &World, folder: &Path, there: &Elsewhere) -> String {
    let copy = |from: &str, to: &str| {
        let one = |(table, columns): &(&str, &str)| {
            format!("INSERT INTO {to}{table} ({columns}) SELECT {columns} FROM {from}{table};")
        };
        FIRST.iter().map(one).collect::<String>()
    };
    if let Some((_, schema)) = world.address.split_once("search_path]=") {
        let numbers = "SELECT setval(pg_get_serial_sequence('fact', 'seq'), (SELECT MAX(seq) FROM fact));";
        say(&there.address, &(first_schema(true) + &copy(&format!("{schema}."), "") + numbers)).await;
        return there.address.clone();
    }
    let path = folder.join("first.db").to_string_lossy().into_owned();
    let sql = format!("ATTACH '{}' AS now; {}", world.address, first_schema(false) + &copy("now.", "main."));
    say(&path, &sql).await;
    path
}

async fn a_database_of_the_first_release_is_brought_up_to_date_and_keeps_everything(world: &World) {
    let ctx = filled(world).await;
    let folder = tempfile::tempdir().unwrap();
    let there = Elsewhere::new().await;
    let address = as_first_released(world, folder.path(), &there).await;
    assert!(matches!(Store::open_to_read(&address).await, Err(StoreError::Older { found: 1, .. })));
    let settings = Settings { backups: Some(folder.path().join("backups")), ..Settings::default() };
    let store = Store::open_with(&address, &settings, 9).await.unwrap();
    let app = App::new(store, App::system_clock());

    // A backup of what was there was made before, and is whole.
    let known = app.store().reader().await.unwrap().schema_version().await.unwrap();
    let (place, name) = match app.store().kind() {
        "sqlite" => (folder.path().to_owned(), format!("first.before-v{known}.db")),
        _ => (folder.path().join("backups"), format!("watercourse-{}.before-v{known}.db", std::process::id())),
    };
    let manifest = check_backup(&place.join(&name)).await.unwrap();
    assert_eq!((manifest.schema, manifest.tables["item"], manifest.chain.is_none()), (1, 4, true));

    // Nothing is missing, and what was there before is sealed like everything after it.
    let facts = |app: &App| {
        let app = app.clone();
        async move { app.facts_after(&watercourse_app::Access::of_the_program(), 0, 10_000).await.unwrap() }
    };
    assert_eq!(facts(&app).await, facts(&world.app).await);
    for row in world.app.items(&Access::of_the_program(), &ItemQuery::default()).await.unwrap().items {
        let (then, now) = (
            world.app.item(&watercourse_app::Access::of_the_program(), &row.key).await.unwrap(),
            app.item(&watercourse_app::Access::of_the_program(), &row.key).await.unwrap(),
        );
        assert_eq!((then.item, then.notes, then.row), (now.item, now.notes, now.row));
    }
    let key = app.items(&Access::of_the_program(), &ItemQuery::default()).await.unwrap().items[0].key.clone();
    let verb = watercourse_core::verb::Verb::parse("finish", json!({"step": "reported"})).unwrap();
    app.act(&ctx, &key, &verb, None, None).await.unwrap();
    seal_all(&app).await;
    let whole = verify(app.store(), &[], 2).await.unwrap();
    assert_eq!(whole.findings, []);
    assert!(whole.facts > i64::try_from(facts(&world.app).await.len()).unwrap());
    app.store().close().await;

    // Only what is older is backed up: the second start makes none. The backup goes into either database, too.
    Store::open_with(&address, &settings, 9).await.unwrap().close().await;
    let made = files(&place);
    assert_eq!(made.iter().filter(|n| n.ends_with(".db") && n.contains("before")).count(), 1, "{made:?}");
    let fresh = Elsewhere::new().await;
    restore(&place.join(&name), &fresh.address, 10).await.unwrap();
    let restored = app_on(&fresh.address).await;
    assert_eq!(facts(&restored).await, facts(&world.app).await, "an older backup is brought up to date on its way");
    restored.store().close().await;
    let path = folder.path().join("old.db").to_string_lossy().into_owned();
    restore(&place.join(&name), &path, 10).await.unwrap();
    let restored = app_on(&path).await;
    assert_eq!(facts(&restored).await, facts(&world.app).await);
    restored.store().close().await;
}

mod upgrade {
    #[test]
    fn sqlite() {
        crate::support::run(false, |w| async move {
            super::a_database_of_the_first_release_is_brought_up_to_date_and_keeps_everything(&w).await;
        });
    }
    #[test]
    fn postgres() {
        crate::support::run(true, |w| async move {
            super::a_database_of_the_first_release_is_brought_up_to_date_and_keeps_everything(&w).await;
        });
    }
}

#[test]
fn where_no_backup_can_be_made_nothing_is_changed() {
    support::run(false, |world| async move {
        filled(&world).await;
        let folder = tempfile::tempdir().unwrap();
        let there = Elsewhere::new().await;
        let address = as_first_released(&world, folder.path(), &there).await;
        let known = world.app.store().reader().await.unwrap().schema_version().await.unwrap();
        // A folder stands where the copy would be written.
        let taken = folder.path().join(format!("first.before-v{known}.db.part"));
        std::fs::create_dir_all(taken.join("x")).unwrap();
        let told = Store::open(&address, 9).await.unwrap_err().to_string();
        assert!(told.contains("so nothing was changed"), "{told}");
        assert!(matches!(Store::open_to_read(&address).await, Err(StoreError::Older { found: 1, .. })));
        std::fs::remove_dir_all(taken).unwrap();
        Store::open(&address, 9).await.unwrap().close().await;
    });
}
