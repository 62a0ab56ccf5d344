//! The work of `maintenance`, in slices that a writer can wait for.

use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use crate::error::{Kind, kind_of};
use crate::maintenance::Signals;
use crate::options::{Durability, Format};
use crate::pool::Pool;
use crate::segments::{due_merge, is_crowded, merge, raise};

/// Of the log. SQLite's own 1000 are too few: the write that begins the log anew waits for the disk, which at 20 pages a
/// row would be one in fifty.
const PAGES_BETWEEN_CHECKPOINTS: i64 = 5000;
/// Where writers never pause, the copy does not catch up behind their backs: here they wait for it.
const PAGES_AT_MOST: i64 = 8000;

pub enum Slice {
    Done,
    More,
    /// A caller wants the connection, or does such work itself.
    Awaited,
    /// Another process holds the file.
    Busy,
}

pub struct Worker {
    pub signals: Arc<Signals>,
    pub writer: Arc<Pool>,
    /// None in memory.
    pub path: Option<String>,
    pub durability: Durability,
    /// What the connection waits for a lock.
    pub busy_timeout: Duration,
    pub format: &'static Format,
    pub checkpointer: Option<Connection>,
}

impl Worker {
    /// A little of what is left to do: rows of the backlog, or some `pages` of a merge. An error leaves it to the next
    /// write, or to whoever reads the file and is told.
    pub fn slice(&self, pages: u64) -> Slice {
        if self.signals.callers_catch_up() {
            return Slice::Awaited;
        }
        let Some(lease) = self.writer.try_take() else { return Slice::Awaited };
        let Ok(link) = lease.link("") else { return Slice::Awaited };
        let db = &link.connection;
        let outcome = self.unhurried(db, || {
            let begin = || Transaction::new_unchecked(db, TransactionBehavior::Immediate);
            if let Some(backlog) = self.format.backlog
                && (backlog.is_behind)(db)?
                && !is_crowded(db, self.format.merged)?
            {
                let transaction = begin()?;
                (backlog.catch_up)(db, &mut || self.signals.is_stopping() || self.writer.is_awaited())?;
                transaction.commit()?;
            } else if let Some(index) = due_merge(db, self.format.merged)? {
                let transaction = begin()?;
                raise(db, index)?;
                merge(db, index, pages)?;
                transaction.commit()?;
            } else {
                return Ok(Slice::Done);
            }
            Ok(Slice::More)
        });
        match outcome {
            Err(error) if kind_of(&error) == Kind::Locked => Slice::Busy,
            outcome => outcome.unwrap_or(Slice::Done),
        }
    }

    /// Neither waiting for another process nor for the disk: whoever loses a slice does it again.
    fn unhurried<T>(
        &self,
        db: &Connection,
        work: impl FnOnce() -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        db.busy_timeout(Duration::ZERO)?;
        let full = self.durability == Durability::Full;
        if full {
            db.execute_batch("PRAGMA synchronous = NORMAL")?;
        }
        let outcome = work();
        if full {
            db.execute_batch("PRAGMA synchronous = FULL")?;
        }
        db.busy_timeout(self.busy_timeout)?;
        outcome
    }

    /// Copy the log back where it has grown, beside writers and readers; the next write begins it anew.
    pub fn checkpoint(&mut self) {
        let Some((mut pages, copied)) = self.log("NOOP") else { return };
        if pages - copied >= PAGES_BETWEEN_CHECKPOINTS {
            let Some((found, _)) = self.log("PASSIVE") else { return };
            pages = found;
        }
        if pages >= PAGES_AT_MOST {
            let writer = self.writer.clone();
            let _lease = writer.try_take();
            self.log("PASSIVE");
        }
    }

    /// Pages in the log, and how many of them are copied.
    fn log(&mut self, mode: &str) -> Option<(i64, i64)> {
        let path = self.path.as_deref()?;
        if self.checkpointer.is_none() {
            let flags = OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_READ_WRITE;
            self.checkpointer = Connection::open_with_flags(path, flags).ok();
        }
        let db = self.checkpointer.as_ref()?;
        db.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |row| Ok((row.get(1)?, row.get(2)?))).ok()
    }
}
