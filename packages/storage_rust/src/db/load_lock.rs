//! The lock of large loads: one at a time for each file, and it shows whether the process of an unfinished load lives.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;

use crate::db::paths::{file_id, id_of};

/// A locked file next to the database, which is deleted when the lock is dropped. The system unlocks it if the process
/// ends.
pub struct LoadLock {
    file: File,
    path: String,
}

impl LoadLock {
    /// Lock the file of the database at `path`; None if a load of this or of another process holds the lock.
    pub fn try_take(path: &str) -> io::Result<Option<Self>> {
        let path = format!("{path}-load");
        loop {
            let file = open_private(&path)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(error)) => return Err(error),
            }
            // The previous owner may have deleted this file before it was locked here.
            if file_id(&path) == id_of(&file.metadata()?) {
                return Ok(Some(Self { file, path }));
            }
        }
    }
}

impl Drop for LoadLock {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
        // A forked child has the file open, too.
        let _ = self.file.unlock();
    }
}

fn open_private(path: &str) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
