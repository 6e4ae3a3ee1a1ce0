//! The folder where files lie that were brought to be imported. It belongs to one program at a time.

use std::fs::{File, TryLockError};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;
use uuid::Uuid;

/// The most bytes of a file: 4 GiB. What it unpacks to has limits of its own.
pub const LARGEST_FILE: u64 = 4 << 30;
/// The most bytes of all files together.
const MOST: u64 = 16 << 30;
/// How long a file is kept that nothing is done with.
pub(crate) const KEEP: Duration = Duration::from_secs(14 * 24 * 3600);

/// A folder that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SpoolError {
    /// Another program has it.
    #[error("{0} belongs to another program that runs. Stop that one, or give this one another folder with --data.")]
    Taken(PathBuf),
    /// It cannot be read or written.
    #[error("{0}: {1}")]
    Io(PathBuf, std::io::Error),
}

/// The folder.
#[derive(Debug)]
pub struct Spool {
    folder: PathBuf,
    id: String,
    /// Locked as long as the program lives: what was running when it was taken is running no more.
    _lock: File,
}

impl Spool {
    /// Opens a folder, makes it where it is not there, and takes it.
    ///
    /// # Errors
    /// `Taken` where another program has it.
    pub fn open(folder: &Path) -> Result<Self, SpoolError> {
        let failed = |e| SpoolError::Io(folder.to_owned(), e);
        std::fs::create_dir_all(folder).map_err(failed)?;
        let mut options = File::options();
        options.read(true).write(true).create(true).truncate(false);
        let mut lock = options.open(folder.join("id")).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(SpoolError::Taken(folder.to_owned())),
            Err(TryLockError::Error(e)) => return Err(failed(e)),
        }
        let mut id = String::new();
        lock.read_to_string(&mut id).map_err(failed)?;
        if Uuid::try_parse(id.trim()).is_err() {
            id = Uuid::now_v7().to_string();
            lock.set_len(0).map_err(failed)?;
            lock.write_all(id.as_bytes()).map_err(failed)?;
            lock.sync_all().map_err(failed)?;
        }
        let spool = Self { folder: folder.to_owned(), id: id.trim().to_owned(), _lock: lock };
        // What was on its way here when the program ended is not all there.
        for (path, _) in spool.files().filter(|(p, _)| p.extension().is_some_and(|e| e == "part")) {
            drop(std::fs::remove_file(path));
        }
        Ok(spool)
    }
    /// Its name in the database, which stays the same.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }
    /// Where a file lies.
    pub(crate) fn log(&self, id: Uuid) -> PathBuf {
        self.folder.join(format!("{id}.log"))
    }
    /// Where a file lies that is not all here yet.
    pub(crate) fn part(&self, id: Uuid) -> PathBuf {
        self.folder.join(format!("{id}.part"))
    }
    /// Where its rejected rows lie.
    pub(crate) fn rejected(&self, id: Uuid) -> PathBuf {
        self.folder.join(format!("{id}.rejected.csv"))
    }
    /// Whether there is room for more.
    pub(crate) fn has_room(&self) -> bool {
        self.files().map(|(_, size)| size).sum::<u64>() < MOST
    }
    /// Takes away the files of an import.
    pub(crate) fn forget(&self, id: Uuid) {
        for path in [self.log(id), self.part(id), self.rejected(id)] {
            drop(std::fs::remove_file(path));
        }
    }
    /// The imports of which files lie here.
    pub(crate) fn held(&self) -> Vec<Uuid> {
        let id = |path: &Path| path.file_name()?.to_str()?.get(..36)?.parse::<Uuid>().ok();
        let mut held: Vec<Uuid> = self.files().filter_map(|(path, _)| id(&path)).collect();
        held.sort_unstable();
        held.dedup();
        held
    }
    fn files(&self) -> impl Iterator<Item = (PathBuf, u64)> {
        let entries = std::fs::read_dir(&self.folder).into_iter().flatten().flatten();
        entries.map(|e| (e.path(), e.metadata().map_or(0, |m| m.len())))
    }
}
