//! One SQLite file: opened and recognised, one writer, a few readers, closed. Both stores stand on it.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior};

use crate::damage;
use crate::error::{Error, Kind, Result, kind_of};
use crate::owners::{Claim, Owners};
use crate::paths::{MEMORY, absolute, is_writable};
use crate::pool::{IDLE, Link, Pool, SLICE, Stop};

const READERS: usize = 4;
/// Of SQLite's virtual machine, between two looks for an interrupt.
const STEPS_BETWEEN_CHECKS: i32 = 2000;
/// Bytes that the log keeps on the disk once it has been copied back.
const WAL_LIMIT: i64 = 64 << 20;
const STATEMENTS: usize = 64;

/// One kind of file. `index` is its full-text table, by whose definition a damaged file is still recognised.
#[derive(Debug)]
pub struct Format {
    pub name: &'static str,
    pub application_id: u32,
    pub version: i64,
    pub schema: &'static str,
    pub index: &'static str,
    pub probe: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// A returned write survives a crash of the process.
    Normal,
    /// And power loss.
    Full,
}

#[derive(Clone)]
pub struct Options {
    pub read_only: bool,
    pub busy_timeout: Duration,
    pub durability: Durability,
    pub check_on_open: bool,
    pub owners: Arc<dyn Owners>,
    pub stop: Stop,
}

/// Thread-safe. `write` and `read` give a transaction; both fail in a forked child and after `close`.
pub struct Database {
    pub(crate) path: String,
    format: &'static Format,
    options: Options,
    process: u32,
    epoch: Arc<AtomicI64>,
    writer: Pool,
    readers: Pool,
    claim: Mutex<Option<Claim>>,
    /// The medium cannot be written, whatever the permissions say.
    immutable: bool,
}

impl Database {
    pub fn open(path: &str, format: &'static Format, options: Options) -> Result<Self> {
        let path = absolute(path)?;
        let mut database = Self {
            path,
            format,
            options,
            process: std::process::id(),
            epoch: Arc::default(),
            writer: Pool::new(1),
            readers: Pool::new(READERS),
            claim: Mutex::default(),
            immutable: false,
        };
        if !database.in_memory() {
            database.look()?;
            let claim = database.options.owners.claim(&database.path, !database.options.read_only)?;
            *database.claim.get_mut().unwrap_or_else(PoisonError::into_inner) = Some(claim);
        }
        let mut recognised = database.recognised();
        if let Err(Failure::Sqlite(error)) = &recognised
            && error.sqlite_error_code() == Some(ErrorCode::CannotOpen)
            && database.options.read_only
        {
            database.immutable = true;
            recognised = database.recognised();
        }
        match recognised {
            Ok(link) => {
                database.writer.put(link);
                Ok(database)
            }
            Err(Failure::Ours(error)) => Err(error),
            Err(Failure::Sqlite(error)) if kind_of(&error) == Kind::Corrupt => Err(database.damaged(&error)),
            Err(Failure::Sqlite(error)) => Err(database.unopened(&error)),
        }
    }

    fn unopened(&self, error: &rusqlite::Error) -> Error {
        if error.sqlite_error_code() == Some(ErrorCode::CannotOpen) && !self.options.read_only {
            match fs::OpenOptions::new().write(true).open(&self.path) {
                // To close it would drop the locks that this process holds on the file.
                Ok(file) => std::mem::forget(file),
                Err(denied) => return Error::from_io(&denied, &self.path),
            }
        }
        Error::from_sqlite(error, &self.path)
    }

    pub fn in_memory(&self) -> bool {
        self.path == MEMORY
    }

    fn look(&self) -> Result<()> {
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

    // -- opening

    fn connect(&self) -> rusqlite::Result<Link> {
        let flags = OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = if self.in_memory() {
            Connection::open_in_memory_with_flags(
                flags | OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
            )?
        } else if self.options.read_only {
            let flags = flags | OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
            Connection::open_with_flags(self.read_only_uri(), flags)?
        } else {
            Connection::open_with_flags(&self.path, flags | OpenFlags::SQLITE_OPEN_READ_WRITE)?
        };
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        connection.busy_timeout(self.options.busy_timeout)?;
        connection.execute_batch(&format!(
            "PRAGMA foreign_keys = ON; PRAGMA synchronous = {}; PRAGMA journal_size_limit = {WAL_LIMIT};",
            match self.options.durability {
                Durability::Normal => "NORMAL",
                Durability::Full => "FULL",
            }
        ))?;
        let (started, stopped) = (Arc::new(AtomicI64::new(IDLE)), Arc::new(AtomicBool::new(false)));
        connection.progress_handler(STEPS_BETWEEN_CHECKS, Some(self.watch(&started, &stopped)))?;
        Ok(Link { connection, started, stopped })
    }

    /// Ends a read that began before the last `interrupt`, and whatever runs when the program is to stop.
    fn watch(
        &self,
        started: &Arc<AtomicI64>,
        stopped: &Arc<AtomicBool>,
    ) -> impl FnMut() -> bool + Send + 'static + use<> {
        let (started, stopped) = (started.clone(), stopped.clone());
        let (epoch, stop) = (self.epoch.clone(), self.options.stop.clone());
        let mut asked = Instant::now();
        move || {
            let began = started.load(Ordering::Relaxed);
            if began == IDLE {
                return false;
            }
            if began != epoch.load(Ordering::Relaxed) {
                return true;
            }
            if asked.elapsed() >= SLICE {
                asked = Instant::now();
                if stop() {
                    stopped.store(true, Ordering::Relaxed);
                    return true;
                }
            }
            false
        }
    }

    fn read_only_uri(&self) -> String {
        let name = self.path.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
        // Without a log, and with a folder in which none can appear, the medium is read-only: nobody can be writing.
        let parent = Path::new(&self.path).parent().unwrap_or(Path::new("/"));
        let may_have_log =
            Path::new(&format!("{}-wal", self.path)).exists() || !self.immutable && is_writable(parent);
        format!("file:{name}?mode=ro{}", if may_have_log { "" } else { "&immutable=1" })
    }

    /// A connection to a file of ours, made so where it was empty.
    fn recognised(&self) -> std::result::Result<Link, Failure> {
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
        db.query_row(format.probe, [], |_| Ok(()))?;
        if self.options.check_on_open {
            let found: String = db.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
            if found != "ok" {
                let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT);
                return Err(rusqlite::Error::SqliteFailure(code, Some(found)).into());
            }
        }
        // From here on `patiently` waits for the write lock, and looks up meanwhile.
        db.busy_timeout(self.options.busy_timeout.min(SLICE))?;
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

    fn damaged(self, error: &rusqlite::Error) -> Error {
        let path = self.path.clone();
        self.release();
        let told = Error::from_sqlite(error, &path);
        if self.in_memory() || self.options.read_only {
            return told;
        }
        match self.options.owners.open_count(&path) {
            Ok(0) => {}
            Ok(_) => return told,
            Err(error) => return error,
        }
        let marker = format!("CREATE VIRTUAL TABLE {} USING fts5", self.format.index);
        match damage::is_ours(&path, self.format.application_id, &marker) {
            Ok(false) => return self.foreign(&error.to_string()),
            Ok(true) => {}
            Err(error) => return Error::from_io(&error, &path),
        }
        match damage::quarantine(&path) {
            Ok(moved) => {
                let message = format!(
                    "{path} is damaged ({error}). It was moved to {moved}; opening {path} again starts an empty one"
                );
                Error::new(Kind::Corrupt, &path, message).quarantined_to(moved)
            }
            Err(error) => Error::from_io(&error, &path),
        }
    }

    fn foreign(&self, why: &str) -> Error {
        let (path, name) = (&self.path, self.format.name);
        let message =
            format!("{path} is not a database of {name} ({why}): it was left as it is; name another file");
        Error::new(Kind::Foreign, path, message)
    }

    // -- transactions

    /// A transaction that holds the write lock from its start; an error inside rolls it back.
    pub fn write<T>(&self, work: impl FnOnce(&Connection) -> std::result::Result<T, Failure>) -> Result<T> {
        self.ready()?;
        if self.options.read_only {
            let message = format!("{} was opened with read_only=True", self.path);
            return Err(Error::new(Kind::ReadOnly, &self.path, message));
        }
        let lease = self.writer.take(&self.path, &self.options.stop, || Err(Error::closed(&self.path)))?;
        let link = lease.link(&self.path)?;
        let outcome = self.begin(&link.connection).and_then(|transaction| {
            let value = work(&transaction)?;
            transaction.commit()?;
            Ok(value)
        });
        outcome.map_err(|failure| self.told(failure, link))
    }

    /// Write the whole file anew and empty the log, so that nothing is left of what was deleted.
    pub(crate) fn rewrite(&self) -> Result<()> {
        self.ready()?;
        let lease = self.writer.take(&self.path, &self.options.stop, || Err(Error::closed(&self.path)))?;
        let link = lease.link(&self.path)?;
        self.rewrite_on(&link.connection).map_err(|failure| self.told(failure, link))
    }

    fn rewrite_on(&self, db: &Connection) -> std::result::Result<(), Failure> {
        db.execute_batch("PRAGMA secure_delete = ON")?;
        let vacuumed = self.patiently(|| db.execute_batch("VACUUM"));
        db.execute_batch("PRAGMA secure_delete = OFF")?;
        vacuumed?;
        let deadline = Instant::now() + self.options.busy_timeout;
        while db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0))? != 0 {
            if Instant::now() >= deadline {
                let message = format!(
                    "{} is being read, so deleted text may still stand in its log: purge again later",
                    self.path
                );
                return Err(Error::new(Kind::Locked, &self.path, message).into());
            }
            if self.should_stop() {
                return Err(Error::new(Kind::Stopped, &self.path, "Stopped").into());
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        Ok(())
    }

    /// One snapshot, ended by `interrupt` with `Kind::Interrupted`.
    pub fn read<T>(&self, work: impl FnOnce(&Connection) -> std::result::Result<T, Failure>) -> Result<T> {
        self.read_on(false, work)
    }

    pub(crate) fn read_on<T>(
        &self,
        fresh: bool,
        work: impl FnOnce(&Connection) -> std::result::Result<T, Failure>,
    ) -> Result<T> {
        self.ready()?;
        let connect = || self.connect().map_err(|error| Error::from_sqlite(&error, &self.path));
        let mut lease = if self.in_memory() {
            self.writer.take(&self.path, &self.options.stop, || Err(Error::closed(&self.path)))?
        } else {
            self.readers.take(&self.path, &self.options.stop, connect)?
        };
        if fresh && !self.in_memory() {
            lease.replace(connect()?);
        }
        let link = lease.link(&self.path)?;
        link.started.store(self.epoch.load(Ordering::Relaxed), Ordering::Relaxed);
        let transaction = Transaction::new_unchecked(&link.connection, TransactionBehavior::Deferred)
            .map_err(Failure::from);
        let outcome = transaction.and_then(|transaction| work(&transaction));
        link.started.store(IDLE, Ordering::Relaxed);
        outcome.map_err(|failure| self.told(failure, link))
    }

    fn told(&self, failure: Failure, link: &Link) -> Error {
        match failure {
            Failure::Ours(error) => error,
            Failure::Sqlite(error) => {
                if kind_of(&error) == Kind::Interrupted && link.stopped.swap(false, Ordering::Relaxed) {
                    return Error::new(Kind::Stopped, &self.path, "Stopped");
                }
                Error::from_sqlite(&error, &self.path)
            }
        }
    }

    fn begin<'a>(&self, db: &'a Connection) -> std::result::Result<Transaction<'a>, Failure> {
        self.patiently(|| Transaction::new_unchecked(db, TransactionBehavior::Immediate))
    }

    /// Try again until the busy timeout, in slices between which the program may stop.
    fn patiently<T>(&self, attempt: impl Fn() -> rusqlite::Result<T>) -> std::result::Result<T, Failure> {
        let deadline = Instant::now() + self.options.busy_timeout;
        loop {
            match attempt() {
                Err(error) if kind_of(&error) == Kind::Locked && Instant::now() < deadline => {
                    if (self.options.stop)() {
                        return Err(Error::new(Kind::Stopped, &self.path, "Stopped").into());
                    }
                    std::thread::sleep(Duration::from_millis(1));
                }
                outcome => return Ok(outcome?),
            }
        }
    }

    pub fn interrupt(&self) {
        self.epoch.fetch_add(1, Ordering::Relaxed);
    }

    pub fn interrupt_mark(&self) -> i64 {
        self.epoch.load(Ordering::Relaxed)
    }

    /// Fails where `interrupt` was called since `mark` was taken.
    pub fn still(&self, mark: i64) -> Result<()> {
        if mark == self.interrupt_mark() {
            return Ok(());
        }
        Err(Error::new(Kind::Interrupted, &self.path, "The search was interrupted"))
    }

    // -- the rest

    pub(crate) fn owners(&self) -> &dyn Owners {
        &*self.options.owners
    }

    pub(crate) fn is_read_only(&self) -> bool {
        self.options.read_only
    }

    pub(crate) fn should_stop(&self) -> bool {
        (self.options.stop)()
    }

    fn is_forked(&self) -> bool {
        self.process != std::process::id()
    }

    fn ready(&self) -> Result<()> {
        if self.is_forked() {
            let message = format!(
                "{} was opened before this process was forked: open the store in the process that uses it",
                self.path
            );
            return Err(Error::new(Kind::Storage, &self.path, message));
        }
        Ok(())
    }

    /// Waits for the calls under way. In a forked child it does nothing.
    pub fn close(&self) {
        if self.is_forked() {
            return;
        }
        self.readers.close();
        if self.writer.close() {
            self.release();
        }
    }

    fn release(&self) {
        drop(self.claim.lock().unwrap_or_else(PoisonError::into_inner).take());
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if self.is_forked() {
            self.readers.leak();
            self.writer.leak();
            std::mem::forget(self.claim.get_mut().unwrap_or_else(PoisonError::into_inner).take());
        } else {
            self.close();
        }
    }
}

/// What can go wrong inside a transaction, before it is put into words.
pub enum Failure {
    Sqlite(rusqlite::Error),
    Ours(Error),
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Ours(error)
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
