//! One error: what happened, to which file, what to do.

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
    /// The program was asked to stop while it waited; the asker knows why.
    Stopped,
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
        Self {
            kind,
            message: message.into(),
            path: Some(path.to_owned()),
            quarantined: None,
            recovered: 0,
            lost: 0,
        }
    }

    pub fn invalid(message: impl Into<String>) -> Self {
        Self {
            kind: Kind::InvalidData,
            message: message.into(),
            path: None,
            quarantined: None,
            recovered: 0,
            lost: 0,
        }
    }

    pub fn closed(path: &str) -> Self {
        Self::new(Kind::Storage, path, format!("{path} is closed"))
    }

    pub fn quarantined_to(mut self, moved: String) -> Self {
        self.quarantined = Some(moved);
        self
    }

    pub fn rescued(mut self, recovered: usize, lost: usize) -> Self {
        (self.recovered, self.lost) = (recovered, lost);
        self
    }

    /// Rows that a new file of the old name holds, and rows that were seen and could not be read.
    pub fn rescue(&self) -> (usize, usize) {
        (self.recovered, self.lost)
    }

    pub fn kind(&self) -> Kind {
        self.kind
    }

    pub fn path(&self) -> Option<&str> {
        self.path.as_deref()
    }

    /// Where a damaged file now is.
    pub fn quarantined(&self) -> Option<&str> {
        self.quarantined.as_deref()
    }

    pub fn from_sqlite(error: &rusqlite::Error, path: &str) -> Self {
        let said = error.to_string();
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
                    "{path} is damaged ({said}): close it and open it again with check_on_open=True (on the command \
                     line: check --rescue) to have it moved aside and what can be read recovered, or restore a backup"
                ),
            ),
            Kind::Full => (
                Kind::Full,
                format!("No space is left to write {path}; nothing was changed: free some, then try again"),
            ),
            Kind::ReadOnly => (Kind::ReadOnly, format!("{path} cannot be written ({said})")),
            Kind::Interrupted => (Kind::Interrupted, "The search was interrupted".to_owned()),
            Kind::InvalidData => (
                Kind::InvalidData,
                format!("A text is too long to be stored in {path}: SQLite takes 1,000,000,000 bytes"),
            ),
            _ if error.sqlite_error_code() == Some(ErrorCode::CannotOpen) => (
                Kind::Storage,
                format!("{path} cannot be opened: does its folder exist, and may you write there?"),
            ),
            kind => (kind, format!("{path}: {said}")),
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
        // A column of another type, or text that is not UTF-8: only damage puts it there.
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
