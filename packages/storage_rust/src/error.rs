//! The error type of the crate, and how errors of SQLite and of the system map to it.
//!
//! A message says what happened, to which file, and what to do.

use std::fmt;
use std::io;

use rusqlite::ErrorCode;

pub type Result<T> = std::result::Result<T, Error>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Storage,
    Locked,
    Corrupt,
    SchemaTooNew,
    Full,
    ReadOnly,
    InvalidData,
    Interrupted,
    Foreign,
    SecondEngine,
    /// The `StopCheck` of the store ended the call; its owner knows why.
    Stopped,
}

/// An error inside a transaction. A SQLite error becomes an [`Error`] only outside it, where the path is known.
pub enum Failure {
    Sqlite(rusqlite::Error),
    Store(Error),
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Store(error)
    }
}

#[derive(Clone, Debug)]
pub struct Error {
    kind: Kind,
    message: String,
    path: Option<String>,
    quarantined: Option<String>,
    recovered: usize,
    lost: usize,
}

impl Error {
    pub fn new(kind: Kind, path: &str, message: impl Into<String>) -> Self {
        Self { kind, path: Some(path.to_owned()), ..Self::invalid(message) }
    }

    pub fn invalid(message: impl Into<String>) -> Self {
        let kind = Kind::InvalidData;
        Self { kind, message: message.into(), path: None, quarantined: None, recovered: 0, lost: 0 }
    }

    pub fn stopped(path: &str) -> Self {
        Self::new(Kind::Stopped, path, "Stopped")
    }

    pub fn closed(path: &str) -> Self {
        Self::new(Kind::Storage, path, format!("{path} is closed"))
    }

    /// Add where the damaged file was moved, how many rows were recovered, and how many were found but unreadable.
    #[must_use]
    pub fn with_recovery(mut self, quarantined: String, recovered: usize, lost: usize) -> Self {
        (self.quarantined, self.recovered, self.lost) = (Some(quarantined), recovered, lost);
        self
    }

    /// Rows recovered into a new file, and rows that were found but could not be read.
    pub fn recovery(&self) -> (usize, usize) {
        (self.recovered, self.lost)
    }

    pub fn kind(&self) -> Kind {
        self.kind
    }

    pub fn path(&self) -> Option<&str> {
        self.path.as_deref()
    }

    /// The new path of a damaged file that was moved aside.
    pub fn quarantined(&self) -> Option<&str> {
        self.quarantined.as_deref()
    }

    pub fn from_sqlite(error: &rusqlite::Error, path: &str) -> Self {
        let reason = error.to_string();
        let (kind, message) = match kind_of(error) {
            Kind::Locked => (
                Kind::Locked,
                format!(
                    "{path} is locked by another process: wait until that has finished, or raise busy_timeout"
                ),
            ),
            Kind::Corrupt => (
                Kind::Corrupt,
                format!(
                    "{path} is damaged ({reason}): close it and open it again with check_on_open=True (on the command \
                     line: check --rescue) to move it aside and recover what can be read, or restore a backup"
                ),
            ),
            Kind::Full => (
                Kind::Full,
                format!("No space is left to write {path}; nothing was changed: free some, then try again"),
            ),
            Kind::ReadOnly => (Kind::ReadOnly, format!("{path} cannot be written ({reason})")),
            Kind::Interrupted => (Kind::Interrupted, "The search was interrupted".to_owned()),
            Kind::InvalidData => (
                Kind::InvalidData,
                format!("A text is too long to be stored in {path}: SQLite takes 1,000,000,000 bytes"),
            ),
            _ if error.sqlite_error_code() == Some(ErrorCode::CannotOpen) => (
                Kind::Storage,
                format!("{path} cannot be opened: does its folder exist, and can you write there?"),
            ),
            kind => (kind, format!("{path}: {reason}")),
        };
        Self::new(kind, path, message)
    }

    pub fn from_io(error: &io::Error, path: &str) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::new(
                Kind::Full,
                path,
                format!("No space is left to write {path}: free some, then try again"),
            ),
            io::ErrorKind::ReadOnlyFilesystem => {
                Self::new(Kind::ReadOnly, path, format!("{path} is on a medium that cannot be written"))
            }
            _ => Self::new(Kind::Storage, path, format!("{path}: {error}")),
        }
    }
}

pub fn kind_of(error: &rusqlite::Error) -> Kind {
    use rusqlite::Error as E;
    match error {
        // A column of an unexpected type, or text that is not UTF-8, means that the file is damaged.
        E::FromSqlConversionFailure(..) | E::InvalidColumnType(..) | E::Utf8Error(..) => Kind::Corrupt,
        _ => match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Kind::Locked,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Kind::Corrupt,
            Some(ErrorCode::DiskFull) => Kind::Full,
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Kind::ReadOnly,
            Some(ErrorCode::OperationInterrupted) => Kind::Interrupted,
            Some(ErrorCode::TooBig) => Kind::InvalidData,
            _ => Kind::Storage,
        },
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
