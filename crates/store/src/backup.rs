//! Backups: an SQLite file with everything in it, whatever database it came from, and beside it a manifest that
//! says what must be in it.

use crate::chain::Sealed;
use crate::conn::Conn;
use crate::connect::alone;
use crate::error::StoreError;
use crate::lock::beside;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use tokio::sync::mpsc;
use watercourse_core::time::Instant;

/// The form of manifest this program writes and reads.
const FORM: u32 = 1;
/// Batches of rows that wait to be written.
const WAITING: usize = 8;

/// The end of the chain in a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    /// How many links.
    pub number: i64,
    /// The hash of the last, in hexadecimal digits.
    pub hash: String,
}

/// What must be in a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The form of this manifest.
    pub form: u32,
    /// The schema of the database.
    pub schema: i64,
    /// When it was made.
    pub made_at: Instant,
    /// What it came from: `sqlite` or `postgres`.
    pub from: String,
    /// Rows by table.
    pub tables: BTreeMap<String, i64>,
    /// The end of the chain; none where nothing was sealed yet.
    pub chain: Option<End>,
    /// The size of the file, bytes.
    pub bytes: u64,
    /// The SHA-256 of the file, in hexadecimal digits.
    pub sha256: String,
}

/// A backup that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    /// The file.
    pub file: PathBuf,
    /// What is in it.
    pub manifest: Manifest,
}

/// Where the manifest of a backup stands.
#[must_use]
pub fn manifest_path(file: &Path) -> PathBuf {
    beside(file, ".json")
}

pub(crate) fn failed(file: &Path, wrong: impl std::fmt::Display) -> StoreError {
    StoreError::Backup(format!("{}: {wrong}", file.display()))
}

/// Runs work on files where it does not hold up those who wait for answers.
pub(crate) async fn on_files<T, F>(work: F) -> Result<T, StoreError>
where
    T: Send + 'static,
    F: FnOnce() -> Result<T, StoreError> + Send + 'static,
{
    tokio::task::spawn_blocking(work).await.map_err(|e| StoreError::Other(format!("work on a file broke off: {e}")))?
}

/// Writes a backup of what a connection sees. Nothing stands under the name before all of it does.
pub(crate) async fn write(conn: &mut Conn, file: &Path, now: Instant) -> Result<Backup, StoreError> {
    if file.exists() || manifest_path(file).exists() {
        return Err(failed(file, "there is a file of this name already; give another name"));
    }
    let part = beside(file, ".part");
    on_files({
        let part = part.clone();
        move || match std::fs::remove_file(&part) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(failed(&part, e)),
            _ => Ok(()),
        }
    })
    .await?;
    let written = fill(conn, &part, now).await;
    if written.is_err() {
        drop(std::fs::remove_file(&part));
    }
    written?;
    let mut manifest = look(&part, conn.from(), now).await?;
    let target = file.to_owned();
    on_files(move || {
        (manifest.bytes, manifest.sha256) = digest_of(&part)?;
        let json = serde_json::to_string_pretty(&manifest).map_err(|e| failed(&target, e))?;
        let about = manifest_path(&target);
        std::fs::write(&about, format!("{json}\n")).map_err(|e| failed(&about, e))?;
        sync(&about)?;
        sync(&part)?;
        std::fs::rename(&part, &target).map_err(|e| failed(&target, e))?;
        sync_folder(&target)?;
        Ok(Backup { file: target, manifest })
    })
    .await
}

/// Makes sure that a file is on its disk.
pub(crate) fn sync(file: &Path) -> Result<(), StoreError> {
    std::fs::File::open(file).and_then(|f| f.sync_all()).map_err(|e| failed(file, e))
}

/// Makes sure that the name of a file is on its disk.
pub(crate) fn sync_folder(file: &Path) -> Result<(), StoreError> {
    let folder = file.parent().filter(|f| !f.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    sync(folder)
}

async fn fill(conn: &mut Conn, file: &Path, now: Instant) -> Result<(), StoreError> {
    if conn.from() == "sqlite" {
        return conn.copy_into(&file.to_string_lossy()).await;
    }
    let schema = conn.schema_version().await?;
    let mut copy = alone(file, true)?;
    copy.migrate_to(schema, now.micros()).await?;
    copy_all(conn, &mut copy).await?;
    copy.close().await
}

/// Copies all tables into an empty database of the same schema.
pub(crate) async fn copy_all(from: &mut Conn, to: &mut Conn) -> Result<(), StoreError> {
    let (theirs, ours) = (from.tables().await?, to.tables().await?);
    for table in &theirs {
        match ours.iter().find(|t| t.name == table.name) {
            None => tracing::warn!(table = table.name, "a table that is none of Watercourse's is not copied"),
            Some(there) if there.like(table).columns.len() == table.columns.len() => {}
            Some(_) => {
                let wrong =
                    format!("the table {} has columns this program does not know; nothing was copied", table.name);
                return Err(StoreError::Other(wrong));
            }
        }
    }
    to.begin_filling(&ours).await?;
    for table in &ours {
        let Some(source) = theirs.iter().find(|t| t.name == table.name) else { continue };
        let source = source.like(table);
        let target = table.like(&source);
        let (sender, mut ready) = mpsc::channel(WAITING);
        let reading = from.read_table(&source, sender);
        let writing = async {
            while let Some(rows) = ready.recv().await {
                to.write_rows(&target, &rows).await?;
            }
            // Dropped here, so that the reader sees at once when nobody writes any more.
            drop(ready);
            Ok::<_, StoreError>(())
        };
        let (read, written) = tokio::join!(reading, writing);
        written?;
        read?;
    }
    to.end_filling().await
}

/// What is in a file that was made as a backup, looked through for damage. Size and digest are not known yet.
async fn look(file: &Path, from: &str, now: Instant) -> Result<Manifest, StoreError> {
    let mut conn = alone(file, false)?;
    let damage = conn.damage().await?;
    if let Some(first) = damage.first() {
        return Err(failed(file, format!("the copy is damaged: {first}")));
    }
    let schema = conn.schema_version().await?;
    let tables = counts(&mut conn).await?;
    let chain = end(&mut conn, &tables).await?;
    conn.close().await?;
    let from = from.to_owned();
    Ok(Manifest { form: FORM, schema, made_at: now, from, tables, chain, bytes: 0, sha256: String::new() })
}

/// Rows by table.
pub(crate) async fn counts(conn: &mut Conn) -> Result<BTreeMap<String, i64>, StoreError> {
    let mut counts = BTreeMap::new();
    for table in conn.tables().await? {
        let count = conn.count_rows(&table.name).await?;
        counts.insert(table.name, count);
    }
    Ok(counts)
}

pub(crate) async fn end(conn: &mut Conn, tables: &BTreeMap<String, i64>) -> Result<Option<End>, StoreError> {
    if !tables.contains_key("chain") {
        return Ok(None);
    }
    let of = |link: Sealed| End { number: link.number, hash: digits(&link.hash) };
    Ok(conn.chain_end().await?.map(of))
}

/// Bytes as hexadecimal digits.
fn digits(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The size and SHA-256 of a file.
fn digest_of(file: &Path) -> Result<(u64, String), StoreError> {
    let mut open = std::fs::File::open(file).map_err(|e| failed(file, e))?;
    let (mut hash, mut bytes, mut buffer) = (Sha256::new(), 0, vec![0; 1 << 20]);
    loop {
        let read = open.read(&mut buffer).map_err(|e| failed(file, e))?;
        let Some(part) = buffer.get(..read).filter(|p| !p.is_empty()) else { break };
        hash.update(part);
        bytes += u64::try_from(read).unwrap_or_default();
    }
    Ok((bytes, digits(&hash.finalize())))
}

/// Looks whether a backup is whole: its manifest, every byte of the file, its pages, rows and the end of its chain.
/// Changes nothing.
///
/// # Errors
/// `Backup` with what is wrong, or `Newer`.
pub(crate) async fn check(file: &Path, known: i64) -> Result<Manifest, StoreError> {
    let path = file.to_owned();
    let manifest = on_files(move || {
        let about = manifest_path(&path);
        let text = std::fs::read_to_string(&about).map_err(|e| {
            failed(
                &about,
                format!(
                    "the manifest of the backup cannot be read ({e}); it is made with the backup and belongs beside it"
                ),
            )
        })?;
        let manifest: Manifest =
            serde_json::from_str(&text).map_err(|e| failed(&about, format!("this is no manifest of a backup: {e}")))?;
        if manifest.form != FORM {
            return Err(failed(&about, "this form of backup is not known; restore it with a newer Watercourse"));
        }
        let (bytes, sha256) = digest_of(&path)?;
        if bytes < manifest.bytes {
            let wrong = format!("the backup is cut off: {bytes} of {} bytes are there; copy it again", manifest.bytes);
            return Err(failed(&path, wrong));
        }
        if sha256 != manifest.sha256 {
            return Err(failed(&path, "the backup was changed since it was made, or belongs to another manifest"));
        }
        Ok(manifest)
    })
    .await?;
    if manifest.schema > known {
        return Err(StoreError::Newer { found: manifest.schema, known });
    }
    let found = look(file, &manifest.from, manifest.made_at).await?;
    compare(file, &manifest, &found.tables, found.chain.as_ref())?;
    Ok(manifest)
}

/// Compares what is there with what a manifest says.
pub(crate) fn compare(
    place: &Path,
    manifest: &Manifest,
    tables: &BTreeMap<String, i64>,
    chain: Option<&End>,
) -> Result<(), StoreError> {
    let names = manifest.tables.keys().chain(tables.keys());
    for name in names {
        let (said, found) = (manifest.tables.get(name), tables.get(name));
        if said != found {
            let rows = |n: Option<&i64>| n.map_or_else(|| "no such table".to_owned(), |n| format!("{n} rows"));
            let wrong = format!("{name} should have {} and has {}", rows(said), rows(found));
            return Err(failed(place, wrong));
        }
    }
    if manifest.chain.as_ref() != chain {
        return Err(failed(place, "the audit chain ends otherwise than the manifest says"));
    }
    Ok(())
}

/// Makes a backup of an older database before its schema is brought up to date; none where it is empty.
pub(crate) async fn before_migrating(
    conn: &mut Conn,
    known: i64,
    name: impl Fn(i64) -> PathBuf,
    now: i64,
) -> Result<Option<Backup>, StoreError> {
    let found = conn.schema_version().await?;
    if found == 0 || found >= known {
        return Ok(None);
    }
    let mut file = name(known);
    for again in 2.. {
        if !file.exists() && !manifest_path(&file).exists() {
            break;
        }
        file = name(known).with_extension(format!("{again}.db"));
    }
    if let Some(folder) = file.parent().filter(|f| !f.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|e| failed(folder, e))?;
    }
    let made = write(conn, &file, Instant(now)).await.map_err(|e| {
        StoreError::Backup(format!(
            "the database has schema {found} and must be brought to {known}, but no backup could be made before, so nothing was changed: {e}"
        ))
    })?;
    tracing::info!(file = %made.file.display(), from = found, to = known, "a backup was made before the schema is brought up to date");
    Ok(Some(made))
}
