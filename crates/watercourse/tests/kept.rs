//! What keeps data safe, as people and scripts use it: backup, restore, audit, doctor, one writer a file.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod support;

use serde_json::Value;
use sqlx::Connection as _;
use std::path::Path;
use support::{Ran, Served, run};

fn say(sql: String, file: Option<&Path>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let sql = sqlx::AssertSqlSafe(sql);
        if let Some(file) = file {
            let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file).foreign_keys(false);
            let mut c = sqlx::ConnectOptions::connect(&options).await.unwrap();
            sqlx::raw_sql(sql).execute(&mut c).await.unwrap();
            c.close().await.unwrap();
        } else {
            let mut c = sqlx::PgConnection::connect(&base()).await.expect("PostgreSQL (WATERCOURSE_TEST_POSTGRES)");
            sqlx::raw_sql(sql).execute(&mut c).await.unwrap();
            c.close().await.unwrap();
        }
    });
}

fn base() -> String {
    std::env::var("WATERCOURSE_TEST_POSTGRES")
        .unwrap_or_else(|_| "postgres://postgres@127.0.0.1:5432/postgres".to_owned())
}

/// A schema of its own in PostgreSQL, taken away at the end.
struct Schema {
    name: String,
    address: String,
}

impl Schema {
    fn new() -> Self {
        let name = format!("wc_test_{}", uuid::Uuid::now_v7().simple());
        say(format!("CREATE SCHEMA {name}"), None);
        let sign = if base().contains('?') { '&' } else { '?' };
        Self { address: format!("{}{sign}options[search_path]={name}", base()), name }
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        say(format!("DROP SCHEMA {} CASCADE", self.name), None);
    }
}

fn done(ran: Ran) -> Ran {
    assert_eq!(ran.code, 0, "{ran:?}");
    ran
}

fn open_some(served: &Served, count: usize) {
    for number in 0..count {
        done(served.run(&["item", "open", "restore-service", &format!("Number {number}")]));
    }
}

/// What the API tells of everything that happened.
fn history(served: &Served) -> String {
    done(served.run(&["export"])).out
}

#[test]
fn a_backup_of_a_running_server_goes_into_another_database_of_the_other_kind() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (here, there) = (Schema::new(), Schema::new());
    let data = path("data");
    for (number, (from, to)) in
        [(path("data/watercourse.db"), there.address.clone()), (here.address.clone(), path("elsewhere/new.db"))]
            .iter()
            .enumerate()
    {
        let served = Served::begin(&["serve", "--open", "--data", &data, "--database", from, "--port", "0"]);
        open_some(&served, 3);
        let file = path(&format!("backup{number}.db"));
        let made = done(run(&["backup", &file, "--database", from]));
        assert!(made.err.contains("Its manifest is") && made.err.contains("key file"), "{}", made.err);
        assert_eq!(made.out.trim().len(), 64, "the digest of the file");
        let facts = history(&served);
        open_some(&served, 1);
        let checked = done(run(&["restore", &file, "--check"]));
        assert!(checked.err.contains("is whole") && checked.err.contains("Nothing was changed"), "{}", checked.err);
        let restored = done(run(&["restore", &file, "--database", to]));
        assert!(restored.err.starts_with("Restored: schema ") && restored.err.contains("chain holds"), "{restored:?}");
        assert!(served.stop().success());

        let again = Served::begin(&[
            "serve",
            "--open",
            "--data",
            &path(&format!("data{number}")),
            "--database",
            to,
            "--port",
            "0",
        ]);
        assert_eq!(history(&again), facts, "word for word what was there");
        open_some(&again, 1);
        let refused = run(&["restore", &file, "--database", to]);
        assert_eq!(refused.code, 1);
        assert!(refused.err.contains("empty one only") || refused.err.contains("in use"), "{}", refused.err);
        assert!(again.stop().success());
        done(run(&["audit", "verify", "--database", to]));
        let well = run(&["doctor", "--database", to, "--json"]);
        assert!(!well.out.contains("\"chain\"") && !well.out.contains("facts-and-state"), "{well:?}");
    }
}

#[test]
fn the_signed_head_is_kept_beside_the_database_and_shows_what_was_done_behind_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().display().to_string();
    let served = Served::begin(&["serve", "--open", "--data", &data, "--port", "0"]);
    open_some(&served, 3);
    // The server seals within a second or so; until then there is none.
    let head = loop {
        let ran = served.run(&["audit", "head"]);
        if ran.code == 0 {
            break ran.json();
        }
        assert_eq!(ran.code, 3, "{ran:?}");
    };
    assert!(head["number"].as_i64().unwrap() > 0 && head["signature"].as_str().unwrap().len() == 128, "{head}");
    assert!(served.stop().success());
    let heads = folder.path().join("watercourse.heads");
    let text = std::fs::read_to_string(&heads).unwrap();
    let last: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    assert_eq!(last["public_key"], head["public_key"], "the same key, kept in a file");
    assert!(last["number"].as_i64() >= head["number"].as_i64());

    let heads = heads.display().to_string();
    let whole = done(run(&["audit", "verify", "--data", &data, "--head", &heads, "--json"])).json();
    assert_eq!((&whole["findings"], &whole["unsealed"]), (&Value::Array(vec![]), &0.into()), "{whole}");
    assert_eq!(whole["anchored"], last["number"]);
    let said = done(run(&["audit", "verify", "--data", &data]));
    assert!(said.err.contains("Everything is as it was sealed"), "{}", said.err);

    let database = folder.path().join("watercourse.db");
    say("UPDATE fact SET happened_at = happened_at - 1 WHERE seq = 2".into(), Some(&database));
    let found = run(&["audit", "verify", "--data", &data, "--head", &heads]);
    assert_eq!(found.code, 1);
    assert!(found.out.starts_with("fact 2 (INC-1001, revision 2) is not what was sealed as link "), "{found:?}");
    let sick = run(&["doctor", "--data", &data]);
    assert!(sick.code == 1 && sick.out.contains("chain: ") && sick.out.contains("audit verify"), "{sick:?}");
    say("UPDATE fact SET happened_at = happened_at + 1 WHERE seq = 2".into(), Some(&database));
    say("DELETE FROM chain WHERE number > 5".into(), Some(&database));
    let found = run(&["audit", "verify", "--data", &data, "--head", &heads]);
    assert!(found.code == 1 && found.out.contains("the chain was cut off: it ends at link 5"), "{found:?}");
    let none = folder.path().join("none");
    std::fs::write(&none, "no head\n").unwrap();
    let ran = run(&["audit", "verify", "--data", &data, "--head", &none.display().to_string()]);
    assert!(ran.code == 2 && ran.err.contains("line 1 is no signed head"), "{ran:?}");
}

#[test]
fn a_second_server_on_one_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().display().to_string();
    let first = Served::begin(&["serve", "--open", "--data", &data, "--port", "0"]);
    let second = run(&["serve", "--open", "--data", &data, "--port", "0"]);
    assert_eq!(second.code, 1);
    assert!(second.err.contains("is in use by another Watercourse"), "{}", second.err);
    open_some(&first, 1);
    assert!(first.stop().success());
    let third = Served::begin(&["serve", "--open", "--data", &data, "--port", "0"]);
    open_some(&third, 1);
    assert!(third.stop().success());
}

#[test]
fn a_newer_database_is_refused_in_one_line_by_every_command() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().display().to_string();
    let served = Served::begin(&["serve", "--open", "--data", &data, "--port", "0"]);
    open_some(&served, 1);
    assert!(served.stop().success());
    let database = folder.path().join("watercourse.db");
    say("INSERT INTO schema_version (version, applied_at) VALUES (999, 0)".into(), Some(&database));
    let before = std::fs::read(&database).unwrap();
    let backup = folder.path().join("b.db").display().to_string();
    for args in [
        &["serve", "--open", "--data", &data, "--port", "0"][..],
        &["backup", &backup, "--data", &data],
        &["audit", "verify", "--data", &data],
    ] {
        let ran = run(args);
        assert_eq!(ran.code, 1, "{ran:?}");
        let lines: Vec<&str> = ran.err.lines().filter(|l| l.starts_with("error: ")).collect();
        let right = "error: the database has schema 999, and this program knows up to ";
        assert!(lines.len() == 1 && lines[0].starts_with(right), "{}", ran.err);
        assert!(lines[0].ends_with("start a newer Watercourse"), "{}", ran.err);
    }
    assert_eq!(std::fs::read(&database).unwrap(), before, "nothing was changed");
    let doctor = run(&["doctor", "--data", &data, "--json"]);
    assert!(doctor.code == 1 && doctor.out.contains("\"schema-newer\""), "{doctor:?}");
}

#[cfg(unix)]
#[test]
fn files_are_for_the_one_who_runs_the_program_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let shown = data.display().to_string();
    let served = Served::begin(&["serve", "--open", "--data", &shown, "--port", "0"]);
    open_some(&served, 1);
    let backup = data.join("b.db").display().to_string();
    done(run(&["backup", &backup, "--data", &shown]));
    let mut seen = Vec::new();
    for entry in std::fs::read_dir(&data).unwrap().map(Result::unwrap) {
        let name = entry.file_name().to_string_lossy().into_owned();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o077, 0, "{name}");
        seen.push(name);
    }
    for name in ["watercourse.db", "watercourse.db-wal", "watercourse.key", "b.db", "b.db.json"] {
        assert!(seen.iter().any(|s| s == name), "{name}: {seen:?}");
    }
    assert!(served.stop().success());
    std::fs::set_permissions(data.join("watercourse.key"), std::fs::Permissions::from_mode(0o644)).unwrap();
    let told = run(&["doctor", "--data", &shown]);
    assert!(told.out.contains("watercourse.key (mode 644)") && told.out.contains("chmod 600"), "{told:?}");
}
