//! Opening: whose file it is, made where there is none, moved aside where it is damaged.

use std::fs;
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode};

use crate::damage::{self, FileKey};
use crate::database::Database;
use crate::error::{Error, Kind, Result};
use crate::failure::Failure;
use crate::pool::Link;

impl Database {
    pub(crate) fn look(&self) -> Result<()> {
        let path = &self.path;
        let parent = Path::new(path).parent().unwrap_or(Path::new("/"));
        if !parent.is_dir() {
            let message = format!("The folder {} does not exist: create it first", parent.display());
            return Err(Error::new(Kind::Storage, path, message));
        }
        match fs::metadata(path) {
            Ok(found) if found.is_dir() => {
                Err(Error::new(Kind::Storage, path, format!("{path} is a folder: name a file in it")))
            }
            // SQLite would take it for empty, and write over it.
            Ok(found) if (1..512).contains(&found.len()) => Err(self.foreign("it is too short for one")),
            Ok(_) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::NotFound && !self.options.read_only => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let message = format!("{path} does not exist, and read_only=True creates nothing");
                Err(Error::new(Kind::Storage, path, message))
            }
            Err(error) => Err(Error::from_io(&error, path)),
        }
    }

    /// A connection to a file of ours, made so where it was empty.
    pub(crate) fn recognised(&self) -> std::result::Result<Link, Failure> {
        let link = self.connect()?;
        let (db, format, path) = (&link.connection, self.format, &self.path);
        if !self.in_memory() && !self.options.read_only && db.is_readonly("main")? {
            let message = format!("{path} may not be written by you: open it with read_only=True");
            return Err(Error::new(Kind::ReadOnly, path, message).into());
        }
        let mut identity = identity(db)?;
        if identity == EMPTY && (self.in_memory() || !self.options.read_only) {
            self.create(db)?;
            identity = self::identity(db)?;
        }
        if identity == EMPTY {
            identity = self.created_by_another(db)?;
        }
        let (application_id, version, _) = identity;
        if application_id != i64::from(format.application_id) {
            return Err(self.foreign("it belongs to another program").into());
        }
        if version > format.version {
            let known = format.version;
            let message = format!(
                "{path} was written by a newer version (format {version}, this one reads {known}): it was left as \
                 it is; update to open it"
            );
            return Err(Error::new(Kind::SchemaTooNew, path, message).into());
        }
        if version < format.version {
            self.migrate(db, version)?;
        }
        db.query_row(format.probe, [], |_| Ok(()))?;
        if self.options.check_on_open {
            let found: String = db.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
            if found != "ok" {
                let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT);
                return Err(rusqlite::Error::SqliteFailure(code, Some(found)).into());
            }
        }
        // From here on `patiently` waits for the write lock, and looks up meanwhile.
        db.busy_timeout(self.patience())?;
        Ok(link)
    }

    fn create(&self, db: &Connection) -> std::result::Result<(), Failure> {
        if !self.in_memory() {
            self.patiently(|| db.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(())))?;
        }
        let transaction = self.begin(db)?;
        if identity(db)?.2 == 0 {
            // Nobody else was faster.
            db.execute_batch(self.format.schema)?;
        }
        Ok(transaction.commit()?)
    }

    /// What the file is once whoever is just making it has done so.
    fn created_by_another(&self, db: &Connection) -> std::result::Result<Identity, Failure> {
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
            if (self.options.stop)() {
                return Err(Error::new(Kind::Stopped, &self.path, "Stopped").into());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    pub(crate) fn unopened(&self, error: &rusqlite::Error) -> Error {
        if error.sqlite_error_code() == Some(ErrorCode::CannotOpen) && !self.options.read_only {
            match fs::OpenOptions::new().write(true).open(&self.path) {
                // To close it would drop the locks that this process holds on the file.
                Ok(file) => std::mem::forget(file),
                Err(denied) => return Error::from_io(&denied, &self.path),
            }
        }
        Error::from_sqlite(error, &self.path)
    }

    pub(crate) fn damaged(self, error: &rusqlite::Error, judged: Option<FileKey>) -> Error {
        let path = self.path.clone();
        self.release();
        let told = Error::from_sqlite(error, &path);
        if self.in_memory() {
            return told;
        }
        match self.options.owners.open_count(&path) {
            Ok(0) => {}
            Ok(_) => return told,
            Err(error) => return error,
        }
        let marker = format!("CREATE VIRTUAL TABLE {} USING fts5", self.format.indexes[0]);
        match damage::is_ours(&path, self.format.application_id, &marker) {
            Ok(false) => return self.foreign(&error.to_string()),
            Ok(true) if self.options.read_only => return told,
            Ok(true) => {}
            Err(error) => return Error::from_io(&error, &path),
        }
        damage::rescue(&path, judged, self.format, &error.to_string(), &self.options.stop)
            .unwrap_or_else(|error| error)
    }

    pub(crate) fn foreign(&self, why: &str) -> Error {
        let (path, name) = (&self.path, self.format.name);
        let message =
            format!("{path} is not a database of {name} ({why}): it was left as it is; name another file");
        Error::new(Kind::Foreign, path, message)
    }
}

/// `application_id`, `user_version` and the number of tables and the like.
type Identity = (i64, i64, i64);

const EMPTY: Identity = (0, 0, 0);

/// In one statement, so that it is of one moment: another process may be making the file.
fn identity(db: &Connection) -> rusqlite::Result<Identity> {
    db.query_row(
        "SELECT application_id, user_version, (SELECT count(*) FROM sqlite_master) \
         FROM pragma_application_id, pragma_user_version",
        [],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )
}
