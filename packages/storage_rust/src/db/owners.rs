//! Which SQLite library owns which file in this process: two of them on one file drop each other's locks.

use std::fs::{File, OpenOptions};
use std::io;

use crate::error::{Error, Result};

/// A register of open files that all SQLite libraries of the process share.
pub trait Owners: Send + Sync {
    /// Register `path`. With `create`, first create an empty file that only its owner can read, if there is none.
    fn claim(&self, path: &str, create: bool) -> Result<Claim>;

    /// The number of stores of this process that are open on `path`; 0 if there is no such file.
    fn open_count(&self, path: &str) -> Result<usize>;
}

/// An entry in the register, removed when dropped.
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

/// No register: for programs in which this is the only SQLite library.
pub struct NoRegistry;

impl Owners for NoRegistry {
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

/// Create an empty file that only its owner can read.
pub fn create_private(path: &str) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
