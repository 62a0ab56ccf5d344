//! The work of idle maintenance, in slices short enough for a writer to wait for.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use super::signals::Signals;
use crate::db::format::Format;
use crate::db::hidden_rows;
use crate::db::load_lock::LoadLock;
use crate::db::options::Durability;
use crate::db::pool::Pool;
use crate::error::{Kind, kind_of};
use crate::search::segments::{due_merge, is_crowded, merge, promote};

/// Pages in the log that are not copied yet. SQLite's default of 1000 is too low: the write that restarts the log waits
/// for the disk, which with 20 pages per row would be one write in fifty.
const PAGES_BETWEEN_CHECKPOINTS: i64 = 5000;
/// If writers never pause, a concurrent copy cannot finish: from this size on they wait for it.
const MAX_LOG_PAGES: i64 = 8000;

pub enum SliceOutcome {
    Done,
    More,
    /// A caller needs the connection, or does this work itself.
    Yielded,
    /// Another process has locked the file.
    Locked,
}

pub struct Worker {
    pub signals: Arc<Signals>,
    pub writer: Arc<Pool>,
    /// None for a database in memory.
    pub path: Option<String>,
    pub durability: Durability,
    /// The busy timeout of the connection between slices.
    pub busy_timeout: Duration,
    pub format: &'static Format,
    /// See `Database::replace_writer`.
    pub writer_is_outdated: Arc<AtomicBool>,
    pub checkpointer: Option<Connection>,
}

impl Worker {
    /// Index some pending rows, or merge up to `pages` pages. After an error the next write tries again, and a reader of
    /// the damaged part gets the error.
    pub fn run_slice(&self, pages: u64) -> SliceOutcome {
        if self.signals.callers_are_indexing() {
            return SliceOutcome::Yielded;
        }
        let Some(lease) = self.writer.try_take() else { return SliceOutcome::Yielded };
        let Ok(pooled) = lease.connection("") else { return SliceOutcome::Yielded };
        let db = &pooled.connection;
        let outcome = self.without_waiting(db, || {
            let begin = || Transaction::new_unchecked(db, TransactionBehavior::Immediate);
            if let Some(index) = &self.format.pending_index
                && let Some(path) = &self.path
                && hidden_rows::exist(db, index.statements)?
                && let Ok(Some(_lock)) = LoadLock::try_take(path)
            {
                // The process of this load is gone.
                let transaction = begin()?;
                let should_stop = &mut || self.signals.is_stopping() || self.writer.is_awaited();
                hidden_rows::undo_batch(db, index.statements, should_stop)?;
                transaction.commit()?;
            } else if let Some(index) = &self.format.pending_index
                && index.has_rows(db)?
                && !is_crowded(db, self.format.idle_merged)?
            {
                let transaction = begin()?;
                let should_stop = &mut || self.signals.is_stopping() || self.writer.is_awaited();
                let is_left = index.index_batch(db, should_stop)?;
                transaction.commit()?;
                self.writer_is_outdated.fetch_or(!is_left, Ordering::Relaxed);
            } else if let Some(index) = due_merge(db, self.format.idle_merged)? {
                let transaction = begin()?;
                promote(db, index)?;
                merge(db, index, pages)?;
                transaction.commit()?;
            } else {
                return Ok(SliceOutcome::Done);
            }
            Ok(SliceOutcome::More)
        });
        match outcome {
            Err(error) if kind_of(&error) == Kind::Locked => SliceOutcome::Locked,
            outcome => outcome.unwrap_or(SliceOutcome::Done),
        }
    }

    /// Wait neither for another process nor for the disk: a slice that is lost is simply done again.
    fn without_waiting<T>(
        &self,
        db: &Connection,
        work: impl FnOnce() -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        db.busy_timeout(Duration::ZERO)?;
        let is_full = self.durability == Durability::Full;
        if is_full {
            db.execute_batch("PRAGMA synchronous = NORMAL")?;
        }
        let outcome = work();
        if is_full {
            db.execute_batch("PRAGMA synchronous = FULL")?;
        }
        db.busy_timeout(self.busy_timeout)?;
        outcome
    }

    /// Copy the log into the file if it has grown, while others read and write; the next write restarts the log.
    pub fn checkpoint(&mut self) {
        let Some((mut pages, copied)) = self.log_pages("NOOP") else { return };
        if pages - copied >= PAGES_BETWEEN_CHECKPOINTS {
            let Some((after, _)) = self.log_pages("PASSIVE") else { return };
            pages = after;
        }
        if pages >= MAX_LOG_PAGES {
            let writer = self.writer.clone();
            let _lease = writer.try_take();
            self.log_pages("PASSIVE");
        }
    }

    /// Run a checkpoint of this mode. Returns the pages in the log, and how many of them are copied.
    fn log_pages(&mut self, mode: &str) -> Option<(i64, i64)> {
        let path = self.path.as_deref()?;
        if self.checkpointer.is_none() {
            let flags = OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_READ_WRITE;
            self.checkpointer = Connection::open_with_flags(path, flags).ok();
        }
        let db = self.checkpointer.as_ref()?;
        db.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |row| Ok((row.get(1)?, row.get(2)?))).ok()
    }
}
