//! Restoring a backup into an empty database of either kind.

use crate::backup::{Manifest, check, compare, copy_all, counts, end, failed, on_files, sync, sync_folder};
use crate::conn::Conn;
use crate::connect::{Place, alone, place, pool};
use crate::error::StoreError;
use crate::lock::{Lock, beside};
use std::path::{Path, PathBuf};

/// Tables of which one has rows as soon as a Watercourse has worked there.
const WRITTEN: [&str; 5] = ["stream", "person", "team", "fact", "audit"];

/// A backup that was restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// What it holds.
    pub manifest: Manifest,
    /// Files of an earlier database that would have been mixed with it, and were put aside.
    pub put_aside: Vec<PathBuf>,
}

/// Looks whether a backup is whole. Changes nothing.
///
/// # Errors
/// `Backup` with what is wrong, or `Newer`.
pub async fn check_backup(file: &Path) -> Result<Manifest, StoreError> {
    check(file, Conn::known_schema()).await
}

/// Restores a backup into the database at an address, which must be empty, and looks whether all of it arrived.
///
/// # Errors
/// `Backup` with what is wrong; then the database is as it was.
pub async fn restore(file: &Path, address: &str, now: i64) -> Result<Restored, StoreError> {
    let place = place(address)?;
    let manifest = check_backup(file).await?;
    let put_aside = match place {
        Place::File(path) => into_file(file, &manifest, path).await?,
        Place::Postgres(address) => {
            into_postgres(file, &manifest, address, now).await?;
            Vec::new()
        }
    };
    Ok(Restored { manifest, put_aside })
}

async fn into_file(file: &Path, manifest: &Manifest, target: &Path) -> Result<Vec<PathBuf>, StoreError> {
    if let Some(folder) = target.parent().filter(|f| !f.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|e| failed(folder, e))?;
    }
    let _lock = Lock::take(target)?;
    let (file, target) = (file.to_owned(), target.to_owned());
    let part = beside(&target, ".part");
    let (copied, ready) = (part.clone(), target.clone());
    let put_aside = on_files(move || {
        if target.metadata().is_ok_and(|m| m.len() > 0) {
            let wrong = "there is a database already, and a backup is restored into an empty one only; name another or move this one away";
            return Err(failed(&target, wrong));
        }
        std::fs::copy(&file, &part).map_err(|e| failed(&part, e))?;
        sync(&part)?;
        // A log of an earlier database would be played into this one.
        put_aside(&target)
    })
    .await?;
    let mut conn = alone(&copied, false)?;
    let tables = counts(&mut conn).await?;
    let chain = end(&mut conn, &tables).await?;
    conn.close().await?;
    compare(&copied, manifest, &tables, chain.as_ref())?;
    on_files(move || {
        std::fs::rename(&copied, &ready).map_err(|e| failed(&ready, e))?;
        sync_folder(&ready)
    })
    .await?;
    Ok(put_aside)
}

/// Renames what an earlier database left beside a file.
fn put_aside(target: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let mut moved = Vec::new();
    for end in ["-wal", "-shm", "-journal"] {
        let left = beside(target, end);
        if !left.exists() {
            continue;
        }
        let mut aside = beside(&left, ".old");
        for again in 2.. {
            if !aside.exists() {
                break;
            }
            aside = beside(&left, &format!(".old{again}"));
        }
        std::fs::rename(&left, &aside).map_err(|e| failed(&left, e))?;
        moved.push(aside);
    }
    Ok(moved)
}

async fn into_postgres(file: &Path, manifest: &Manifest, address: &str, now: i64) -> Result<(), StoreError> {
    let pool = pool(address, 1).await?;
    let mut target = Conn::postgres(pool.acquire().await?);
    if holds_something(&mut target).await? {
        let wrong = "there is a Watercourse in this database already, and a backup is restored into an empty one only; make a new database for it";
        return Err(StoreError::Backup(wrong.to_owned()));
    }
    // An older one is brought up to date first, in a copy beside it.
    let copy = (manifest.schema < Conn::known_schema()).then(|| beside(file, ".migrated"));
    let from = match &copy {
        None => file,
        Some(copy) => {
            std::fs::copy(file, copy).map_err(|e| failed(copy, e))?;
            let mut conn = alone(copy, true)?;
            let migrated = conn.migrate(now).await;
            conn.close().await?;
            migrated?;
            copy
        }
    };
    let done = pour(from, &mut target, now).await;
    if let Some(copy) = &copy {
        std::fs::remove_file(copy).map_err(|e| failed(copy, e))?;
    }
    let (tables, chain) = done?;
    let found = counts(&mut target).await?;
    let ends = end(&mut target, &found).await?;
    let manifest = Manifest { tables, chain, ..manifest.clone() };
    compare(Path::new("PostgreSQL"), &manifest, &found, ends.as_ref())?;
    drop(target);
    pool.close().await;
    Ok(())
}

/// Whether anything was ever written there beyond the schema.
async fn holds_something(target: &mut Conn) -> Result<bool, StoreError> {
    for table in target.tables().await?.iter().filter(|t| WRITTEN.contains(&t.name.as_str())) {
        if target.count_rows(&table.name).await? > 0 {
            return Ok(true);
        }
    }
    Ok(false)
}

type Content = (std::collections::BTreeMap<String, i64>, Option<crate::backup::End>);

/// Fills PostgreSQL from a file; what the file holds.
async fn pour(from: &Path, target: &mut Conn, now: i64) -> Result<Content, StoreError> {
    let mut source = alone(from, false)?;
    target.migrate(now).await?;
    let poured = copy_all(&mut source, target).await;
    if poured.is_err() {
        // The failure that counts is the first.
        drop(target.say("ROLLBACK").await);
    }
    poured?;
    let tables = counts(&mut source).await?;
    let chain = end(&mut source, &tables).await?;
    source.close().await?;
    Ok((tables, chain))
}
