//! Opening a database: checking the path, identifying the file, creating or migrating it.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::PoisonError;
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode};

use crate::db::database::Database;
use crate::db::format::Format;
use crate::db::hidden_rows;
use crate::db::options::Options;
use crate::db::paths::{FileId, absolute, file_id};
use crate::db::pool::PooledConnection;
use crate::error::{Error, Failure, Kind, Result, kind_of};
use crate::search::segments::due_merge;

/// The smallest page size of SQLite, and therefore the smallest database.
const MIN_FILE_SIZE: u64 = 512;

/// Why a database could not be opened.
pub enum OpenError {
    Store(Error),
    /// SQLite cannot read the file; `file` is the one that it tried.
    Unreadable {
        path: String,
        error: rusqlite::Error,
        file: Option<FileId>,
    },
}

impl From<Error> for OpenError {
    fn from(error: Error) -> Self {
        Self::Store(error)
    }
}

impl Database {
    pub fn open(
        path: &str,
        format: &'static Format,
        options: Options,
    ) -> std::result::Result<Self, OpenError> {
        let mut database = Self::new(absolute(path)?, format, options);
        if !database.in_memory() {
            database.check_path()?;
            let claim = database.options.owners.claim(&database.path, !database.options.read_only)?;
            *database.claim.get_mut().unwrap_or_else(PoisonError::into_inner) = Some(claim);
        }
        let file = if database.in_memory() { None } else { file_id(&database.path) };
        database.file = file;
        let mut opened = database.connect_and_identify();
        if let Err(Failure::Sqlite(error)) = &opened
            && error.sqlite_error_code() == Some(ErrorCode::CannotOpen)
            && database.options.read_only
        {
            database.immutable = true;
            opened = database.connect_and_identify();
        }
        match opened {
            Ok(pooled) => {
                let has_work = !database.options.read_only && database.has_work_left(&pooled.connection);
                database.writer.put(pooled);
                if has_work {
                    database.maintenance.wake(|signals| database.maintenance_worker(signals));
                }
                Ok(database)
            }
            Err(Failure::Store(error)) => Err(error.into()),
            Err(Failure::Sqlite(error)) if kind_of(&error) == Kind::Corrupt => {
                Err(OpenError::Unreadable { path: database.path.clone(), error, file })
            }
            Err(Failure::Sqlite(error)) => Err(database.cannot_open(&error).into()),
        }
    }

    fn check_path(&self) -> Result<()> {
        let path = &self.path;
        let parent = Path::new(path).parent().unwrap_or(Path::new("/"));
        if !parent.is_dir() {
            let message = format!("The folder {} does not exist: create it first", parent.display());
            return Err(Error::new(Kind::Storage, path, message));
        }
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => {
                Err(Error::new(Kind::Storage, path, format!("{path} is a folder: name a file in it")))
            }
            // SQLite would consider it empty and overwrite it.
            Ok(metadata) if (1..MIN_FILE_SIZE).contains(&metadata.len()) => {
                Err(self.format.foreign(path, "it is too short for one"))
            }
            Ok(_) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::NotFound && !self.options.read_only => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let message = format!("{path} does not exist, and read_only=True creates nothing");
                Err(Error::new(Kind::Storage, path, message))
            }
            Err(error) => Err(Error::from_io(&error, path)),
        }
    }

    /// A connection to a file of this format in its current version. An empty file becomes one.
    fn connect_and_identify(&self) -> std::result::Result<PooledConnection, Failure> {
        let pooled = self.connect()?;
        let (db, format, path) = (&pooled.connection, self.format, &self.path);
        if !self.in_memory() && !self.options.read_only && db.is_readonly("main")? {
            let message = format!("{path} is not writable for you: open it with read_only=True");
            return Err(Error::new(Kind::ReadOnly, path, message).into());
        }
        let mut identity = identity(db)?;
        if identity == EMPTY && (self.in_memory() || !self.options.read_only) {
            self.create(db)?;
            identity = self::identity(db)?;
        }
        if identity == EMPTY {
            identity = self.wait_for_creator(db)?;
        }
        let (application_id, version, _) = identity;
        if application_id != i64::from(format.application_id) {
            return Err(format.foreign(path, "it belongs to another program").into());
        }
        if version > format.version {
            let known = format.version;
            let message = format!(
                "{path} was written by a newer version (format {version}, this one reads {known}): it was left as \
                 it is; update to open it"
            );
            return Err(Error::new(Kind::SchemaTooNew, path, message).into());
        }
        self.refuse_planted_readers(db)?;
        if version < format.version {
            self.migrate(db, version)?;
        }
        db.query_row(format.probe, [], |_| Ok(()))?;
        if self.options.check_on_open {
            let problem: String = db.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
            if problem != "ok" {
                let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT);
                return Err(rusqlite::Error::SqliteFailure(code, Some(problem)).into());
            }
        }
        // From now on `retry_while_locked` waits for the write lock and checks for a stop.
        db.busy_timeout(self.connection_busy_timeout())?;
        Ok(pooled)
    }

    fn create(&self, db: &Connection) -> std::result::Result<(), Failure> {
        if !self.in_memory() {
            self.retry_while_locked(|| db.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(())))?;
        }
        let transaction = self.begin(db)?;
        // Another process may have created the schema first.
        if identity(db)?.2 == 0 {
            db.execute_batch(self.format.schema)?;
        }
        Ok(transaction.commit()?)
    }

    /// The identity of an empty file that another process is creating.
    fn wait_for_creator(&self, db: &Connection) -> std::result::Result<Identity, Failure> {
        let deadline = Instant::now() + self.options.busy_timeout;
        loop {
            let identity = identity(db)?;
            if identity != EMPTY {
                return Ok(identity);
            }
            if Instant::now() >= deadline {
                let path = &self.path;
                let message =
                    format!("{path} is empty, and read_only=True writes nothing: open it for writing");
                return Err(Error::new(Kind::Storage, path, message).into());
            }
            if self.should_stop() {
                return Err(Error::stopped(&self.path).into());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn has_work_left(&self, db: &Connection) -> bool {
        let has_work = || match &self.format.pending_index {
            Some(index) if index.has_rows(db)? || hidden_rows::exist(db, index.statements)? => Ok(true),
            _ => Ok::<_, rusqlite::Error>(due_merge(db, self.format.idle_merged)?.is_some()),
        };
        has_work().unwrap_or(false)
    }

    fn cannot_open(&self, error: &rusqlite::Error) -> Error {
        if error.sqlite_error_code() == Some(ErrorCode::CannotOpen) && !self.options.read_only {
            match fs::OpenOptions::new().write(true).open(&self.path) {
                // Closing it would drop the locks that this process holds on the file.
                Ok(file) => std::mem::forget(file),
                Err(denied) => return Error::from_io(&denied, &self.path),
            }
        }
        Error::from_sqlite(error, &self.path)
    }
}

/// `application_id`, `user_version` and the number of schema entries.
type Identity = (i64, i64, i64);

const EMPTY: Identity = (0, 0, 0);

/// Read in one statement, because another process may be creating the file.
fn identity(db: &Connection) -> rusqlite::Result<Identity> {
    db.query_row(
        "SELECT application_id, user_version, (SELECT count(*) FROM sqlite_master) \
         FROM pragma_application_id, pragma_user_version",
        [],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )
}
