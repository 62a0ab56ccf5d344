//! Who has which file open in this process: one SQLite library per file, or they undo each other's locks.

use std::fs::{File, OpenOptions};
use std::io;

use crate::error::{Error, Result};

/// A register of open files that is shared with whatever other SQLite libraries the process has.
pub trait Owners: Send + Sync {
    /// Enter `path`, making an empty file (readable by its owner alone) first where `create` says so.
    fn claim(&self, path: &str, create: bool) -> Result<Claim>;

    /// How many stores of this process are open on `path`; 0 where there is no such file.
    fn open_count(&self, path: &str) -> Result<usize>;
}

/// An entry in the register; dropping it takes the entry out.
pub struct Claim(Option<Box<dyn FnOnce() + Send + Sync>>);

impl Claim {
    pub fn new(release: impl FnOnce() + Send + Sync + 'static) -> Self {
        Self(Some(Box::new(release)))
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if let Some(release) = self.0.take() {
            release();
        }
    }
}

/// No register: for programs in which this is the only SQLite.
pub struct Alone;

impl Owners for Alone {
    fn claim(&self, path: &str, create: bool) -> Result<Claim> {
        if create {
            match create_private(path) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                    return Err(Error::from_io(&error, path));
                }
                _ => {}
            }
        }
        Ok(Claim(None))
    }

    fn open_count(&self, _path: &str) -> Result<usize> {
        Ok(0)
    }
}

/// An empty file for its owner alone.
pub(crate) fn create_private(path: &str) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
