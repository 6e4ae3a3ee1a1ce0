//! One writer of an SQLite file: whoever has the lock beside it.

use crate::error::StoreError;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

/// The lock of a database; given back when it is dropped, or when the program ends, however it ends.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

/// The file that is locked for a database.
pub(crate) fn beside(database: &Path, end: &str) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

impl Lock {
    /// Takes the lock of a database.
    ///
    /// # Errors
    /// `InUse` when another program has it.
    pub(crate) fn take(database: &Path) -> Result<Self, StoreError> {
        let path = beside(database, ".lock");
        let unreachable = |e: std::io::Error| StoreError::Unreachable(format!("{}: {e}", path.display()));
        let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(unreachable)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(StoreError::InUse(database.display().to_string())),
            Err(TryLockError::Error(e)) => Err(unreachable(e)),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::Lock;
    use crate::error::StoreError;

    #[test]
    fn of_two_one_has_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let first = Lock::take(&path).unwrap();
        let told = Lock::take(&path).unwrap_err();
        assert!(matches!(&told, StoreError::InUse(name) if name.ends_with("a.db")), "{told}");
        drop(first);
        Lock::take(&path).unwrap();
    }
}
