//! One SQLite file: one writer, a few readers, closed. All stores stand on it.
//!
//! `options` says how it is opened, `connect` and `recognise` open it, `transactions` read and write it.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode};

use crate::damage;
use crate::error::{Error, Kind, Result, kind_of};
pub use crate::failure::Failure;
use crate::maintenance::{Maintenance, Signals};
pub use crate::options::{Backlog, Durability, Format, Options};
use crate::owners::{Claim, Owners};
use crate::paths::{MEMORY, absolute};
use crate::pool::{Pool, SLICE};
use crate::segments::due_merge;
use crate::upkeep::Worker;

const READERS: usize = 4;

/// Thread-safe. `write` and `read` give a transaction; both fail in a forked child and after `close`.
pub struct Database {
    pub(crate) path: String,
    pub(crate) format: &'static Format,
    pub(crate) options: Options,
    process: u32,
    pub(crate) epoch: Arc<AtomicI64>,
    pub(crate) writer: Arc<Pool>,
    pub(crate) readers: Pool,
    pub(crate) maintenance: Maintenance,
    claim: Mutex<Option<Claim>>,
    /// The medium cannot be written, whatever the permissions say.
    pub(crate) immutable: bool,
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
            writer: Arc::new(Pool::new(1)),
            maintenance: Maintenance::default(),
            readers: Pool::new(READERS),
            claim: Mutex::default(),
            immutable: false,
        };
        if !database.in_memory() {
            database.look()?;
            let claim = database.options.owners.claim(&database.path, !database.options.read_only)?;
            *database.claim.get_mut().unwrap_or_else(PoisonError::into_inner) = Some(claim);
        }
        let judged = damage::key(&database.path);
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
                let is_left = !database.options.read_only && database.is_work_left(&link.connection);
                database.writer.put(link);
                if is_left {
                    database.maintenance.wake(|signals| database.worker(signals));
                }
                Ok(database)
            }
            Err(Failure::Ours(error)) => Err(error),
            Err(Failure::Sqlite(error)) if kind_of(&error) == Kind::Corrupt => {
                Err(database.damaged(&error, judged))
            }
            Err(Failure::Sqlite(error)) => Err(database.unopened(&error)),
        }
    }

    pub fn in_memory(&self) -> bool {
        self.path == MEMORY
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

    pub(crate) fn owners(&self) -> &dyn Owners {
        &*self.options.owners
    }

    pub(crate) fn is_read_only(&self) -> bool {
        self.options.read_only
    }

    pub(crate) fn should_stop(&self) -> bool {
        (self.options.stop)()
    }

    pub(crate) fn ready(&self) -> Result<()> {
        if self.is_forked() {
            let message = format!(
                "{} was opened before this process was forked: open the store in the process that uses it",
                self.path
            );
            return Err(Error::new(Kind::Storage, &self.path, message));
        }
        Ok(())
    }

    fn is_forked(&self) -> bool {
        self.process != std::process::id()
    }

    /// Waits for the calls under way. In a forked child it does nothing.
    pub fn close(&self) {
        if self.is_forked() {
            return;
        }
        self.maintenance.stop();
        self.readers.close();
        if self.writer.close() {
            self.release();
        }
    }

    fn is_work_left(&self, db: &Connection) -> bool {
        let is_left = || match self.format.backlog {
            Some(backlog) if (backlog.is_behind)(db)? => Ok(true),
            _ => Ok::<_, rusqlite::Error>(due_merge(db, self.format.merged)?.is_some()),
        };
        is_left().unwrap_or(false)
    }

    /// How long SQLite itself waits for a lock, when `patiently` does the rest.
    pub(crate) fn patience(&self) -> Duration {
        self.options.busy_timeout.min(SLICE)
    }

    pub(crate) fn worker(&self, signals: Arc<Signals>) -> Worker {
        Worker {
            signals,
            writer: self.writer.clone(),
            path: (!self.in_memory()).then(|| self.path.clone()),
            durability: self.options.durability,
            busy_timeout: self.patience(),
            format: self.format,
            checkpointer: None,
        }
    }

    pub(crate) fn release(&self) {
        drop(self.claim.lock().unwrap_or_else(PoisonError::into_inner).take());
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if self.is_forked() {
            self.readers.leak();
            self.maintenance.leak();
            std::mem::forget(self.writer.clone());
            std::mem::forget(self.claim.get_mut().unwrap_or_else(PoisonError::into_inner).take());
        } else {
            self.close();
        }
    }
}
