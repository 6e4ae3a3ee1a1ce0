//! The test of the test: each kind of damage, put into a copy of a sound database, and a client that notes what
//! was never answered. The check must find every one of them.

use super::check::{Found, check};
use super::load::{Load, Seen};
use super::setting::{Row, Setting};
use crate::program::Program;
use anyhow::{Context as _, Result};
use sqlx::{Connection as _, Executor as _, SqliteConnection};
use std::path::Path;
use std::time::Duration;

const BACK: Duration = Duration::from_secs(30);
/// A kind of damage, how it is done, and how it shows.
type Damage = (&'static str, &'static str, fn(&Found) -> bool);
const DAMAGES: &[Damage] = &[
    ("an item is gone", "DELETE FROM item WHERE id = (SELECT id FROM item WHERE title LIKE 'load %' LIMIT 1)", |f| {
        f.lost > 0
    }),
    ("words are gone", "DELETE FROM note WHERE id = (SELECT id FROM note LIMIT 1)", |f| f.lost > 0),
    (
        "words are there twice",
        "INSERT INTO note (id, item, actor, words, at) SELECT randomblob(16), item, actor, words, at FROM note LIMIT 1",
        |f| f.duplicated > 0,
    ),
    (
        "an item is there twice",
        "UPDATE item SET title = (SELECT MIN(title) FROM item WHERE title LIKE 'load %')
         WHERE id = (SELECT id FROM item WHERE title LIKE 'load %' ORDER BY title DESC LIMIT 1)",
        |f| f.duplicated > 0,
    ),
    (
        "a fact is gone from the middle",
        "DELETE FROM fact WHERE seq = (SELECT f.seq FROM fact f WHERE f.revision = 2 LIMIT 1)",
        |f| f.gaps > 0,
    ),
    ("the last fact is gone", "DELETE FROM fact WHERE seq = (SELECT MAX(seq) FROM fact)", |f| f.gaps > 0),
    (
        "the state is not what happened",
        "UPDATE item SET closed = touched, result = 'delivered' WHERE id = (SELECT id FROM item WHERE title LIKE 'load %' AND closed IS NULL LIMIT 1)",
        |f| f.unlike > 0,
    ),
];

/// Plants each damage and looks whether it is found.
pub(crate) async fn found(setting: &Setting) -> Result<Row> {
    let folder = tempfile::tempdir()?;
    let sound = folder.path().join("sound.db");
    let (seen, mut row) = written(setting, &sound).await?;
    for (number, (name, sql, shows)) in DAMAGES.iter().enumerate() {
        let copy = folder.path().join(format!("damaged-{number}.db"));
        std::fs::copy(&sound, &copy)?;
        let copy = copy.to_str().context("a readable path")?;
        damage(copy, sql).await?;
        let found = check(&setting.program, copy, &seen).await?;
        row.times += 1;
        row.demand(shows(&found), format!("not found: {name}"));
    }
    let lied = lying(setting, folder.path()).await?;
    row.tell(format!("{} kinds of damage planted and found", DAMAGES.len()));
    row.tell(format!("a client that notes writes before they are answered: {} found missing after a kill", lied.lost));
    row.demand(lied.lost > 0, "a client that lies was believed");
    Ok(row)
}

async fn written(setting: &Setting, database: &Path) -> Result<(Seen, Row)> {
    let address = database.display().to_string();
    let program = Program::on(&setting.program, &address)?;
    let running = tokio::task::block_in_place(|| program.start())?;
    let load = Load::begin(vec![program.url()], 4).await?;
    load.more(100, BACK).await?;
    let seen = load.end().await;
    tokio::task::block_in_place(|| running.stop())?;
    let found = check(&setting.program, &address, &seen).await?;
    let row = Row::of("planted", 0, &seen, &found);
    Ok((seen, row))
}

async fn damage(database: &str, sql: &'static str) -> Result<()> {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(database).foreign_keys(false);
    let mut connection = SqliteConnection::connect_with(&options).await?;
    let done = connection.execute(sql).await?;
    anyhow::ensure!(done.rows_affected() > 0, "nothing was damaged by: {sql}");
    connection.close().await?;
    Ok(())
}

/// The server is killed under a client that notes what it sends as if it were answered.
async fn lying(setting: &Setting, folder: &Path) -> Result<Found> {
    let database = folder.join("lied.db").display().to_string();
    let program = Program::on(&setting.program, &database)?;
    let running = tokio::task::block_in_place(|| program.start())?;
    let load = Load::begin_lying(vec![program.url()], 32).await?;
    load.more(300, BACK).await?;
    tokio::task::block_in_place(|| running.kill())?;
    let seen = load.end().await;
    let running = tokio::task::block_in_place(|| program.start())?;
    tokio::task::block_in_place(|| running.stop())?;
    check(&setting.program, &database, &seen).await
}
