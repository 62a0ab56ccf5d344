//! One SQLite file with one writing connection and a few reading ones, on which every store is built.
//!
//! The other modules of this folder add the operations: `open`, `transactions`, `bulk_load`, `backup` and `integrity`.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::db::format::Format;
use crate::db::maintenance::{Maintenance, Signals, Worker};
use crate::db::options::Options;
use crate::db::owners::Claim;
use crate::db::paths::{FileId, MEMORY, file_id};
use crate::db::pool::Pool;
use crate::error::{Error, Kind, Result};

const READERS: usize = 4;

/// Thread-safe. `write` and `read` run a transaction; both fail in a forked child and after `close`.
pub struct Database {
    pub path: String,
    pub(super) format: &'static Format,
    pub(super) options: Options,
    process: u32,
    /// Incremented by `interrupt`: reads that began in an earlier epoch end.
    pub(super) epoch: Arc<AtomicI64>,
    pub(super) writer: Arc<Pool>,
    pub(super) readers: Pool,
    pub(super) maintenance: Maintenance,
    pub(super) claim: Mutex<Option<Claim>>,
    /// The version of the schema in which nothing was found that others planted.
    pub(super) verified_schema: AtomicI64,
    /// The file that was opened; None in memory, or if the system does not number its files.
    pub(super) file: Option<FileId>,
    /// The writing connection is to be replaced before the next write: see `replace_writer`.
    pub(super) writer_is_outdated: Arc<AtomicBool>,
    /// The medium cannot be written, whatever the permissions say.
    pub(super) immutable: bool,
}

impl Database {
    pub(super) fn new(path: String, format: &'static Format, options: Options) -> Self {
        Self {
            path,
            format,
            options,
            process: std::process::id(),
            epoch: Arc::default(),
            writer: Arc::new(Pool::new(1)),
            readers: Pool::new(READERS),
            maintenance: Maintenance::default(),
            claim: Mutex::default(),
            verified_schema: AtomicI64::new(-1),
            file: None,
            writer_is_outdated: Arc::default(),
            immutable: false,
        }
    }

    pub(super) fn in_memory(&self) -> bool {
        self.path == MEMORY
    }

    /// End the reads of all threads with `Kind::Interrupted`, and the indexing after a bulk load.
    pub fn interrupt(&self) {
        self.epoch.fetch_add(1, Ordering::Relaxed);
    }

    pub fn interrupt_epoch(&self) -> i64 {
        self.epoch.load(Ordering::Relaxed)
    }

    /// Fails if `interrupt` was called since `epoch` was read.
    pub fn check_interrupt(&self, epoch: i64) -> Result<()> {
        if epoch == self.interrupt_epoch() {
            return Ok(());
        }
        Err(Error::new(Kind::Interrupted, &self.path, "The search was interrupted"))
    }

    pub(super) fn should_stop(&self) -> bool {
        (self.options.stop)()
    }

    pub(super) fn check_process(&self) -> Result<()> {
        if self.is_forked() {
            let message = format!(
                "{} was opened before this process was forked: open the store in the process that uses it",
                self.path
            );
            return Err(Error::new(Kind::Storage, &self.path, message));
        }
        Ok(())
    }

    /// Fails if another file is at the path now, or none.
    pub(super) fn check_file(&self) -> Result<()> {
        if self.file.is_none() || file_id(&self.path) == self.file {
            return Ok(());
        }
        let message = format!(
            "{} was renamed, deleted or replaced while it was open: close the store, and open the file that you want",
            self.path
        );
        Err(Error::new(Kind::Storage, &self.path, message))
    }

    /// Replace the writing connection before the next write. FTS5 collects the words of a transaction in a hash table,
    /// which never becomes smaller, and which every later commit of the connection reads as a whole.
    pub fn replace_writer(&self) {
        self.writer_is_outdated.store(true, Ordering::Relaxed);
    }

    fn is_forked(&self) -> bool {
        self.process != std::process::id()
    }

    /// Waits for running calls. Does nothing in a forked child.
    pub fn close(&self) {
        if self.is_forked() {
            return;
        }
        self.maintenance.stop();
        self.readers.close();
        if self.check_file().is_err() {
            self.copy_log();
        }
        if self.writer.close() {
            drop(self.claim.lock().unwrap_or_else(PoisonError::into_inner).take());
        }
    }

    /// SQLite does not copy the log into a file that was moved when it closes it: the log would be missing there.
    fn copy_log(&self) {
        if let Some(lease) = self.writer.try_take()
            && let Ok(pooled) = lease.connection(&self.path)
        {
            let _ = pooled.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        }
    }

    /// The busy timeout of connections: `retry_while_locked` does the rest of the waiting. SQLite itself would wait for
    /// longer and longer between two attempts, and miss the moments at which a load of another process lets others write.
    pub(super) fn connection_busy_timeout(&self) -> Duration {
        self.options.busy_timeout.min(Duration::from_millis(1))
    }

    pub(super) fn maintenance_worker(&self, signals: Arc<Signals>) -> Worker {
        Worker {
            signals,
            writer: self.writer.clone(),
            path: (!self.in_memory()).then(|| self.path.clone()),
            durability: self.options.durability,
            busy_timeout: self.connection_busy_timeout(),
            format: self.format,
            writer_is_outdated: self.writer_is_outdated.clone(),
            checkpointer: None,
        }
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
