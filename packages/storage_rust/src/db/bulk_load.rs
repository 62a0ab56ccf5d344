//! Storing many rows in one transaction, and indexing them afterwards.

use std::thread;
use std::time::Duration;

use rusqlite::Connection;

use crate::db::database::Database;
use crate::error::{Error, Failure, Kind, Result};

/// Up to this many rows are indexed in the transaction that stores them.
const INDEXED_AT_ONCE: i64 = 1000;

impl Database {
    /// Run `work`, which returns how many rows it stored, in one transaction, and index them.
    pub fn load(&self, work: impl FnOnce(&Connection) -> std::result::Result<i64, Failure>) -> Result<()> {
        let Some(index) = &self.format.pending_index else { return self.write_many(work).map(drop) };
        let is_pending = self.write_many(|db| {
            let first = index.begin(db)?;
            let stored = work(db)?;
            index.end(db, first)?;
            if stored > INDEXED_AT_ONCE {
                return Ok(true);
            }
            while index.index_batch(db, &mut || false)? {}
            Ok(false)
        })?;
        let indexed = if is_pending { self.index_pending() } else { Ok(()) };
        self.replace_writer();
        indexed
    }

    /// Index pending rows in batches, between which other writers get their turn.
    ///
    /// The rows themselves are stored, so a locked file, a full disk or `interrupt` is no error: idle maintenance indexes
    /// the rest later.
    pub fn index_pending(&self) -> Result<()> {
        let Some(index) = &self.format.pending_index else { return Ok(()) };
        if !self.read(|db| Ok(index.has_rows(db)?))? {
            return Ok(());
        }
        let epoch = self.interrupt_epoch();
        let _guard = self.maintenance.leave_index_to_caller();
        loop {
            let is_enough = &mut || self.interrupt_epoch() != epoch || self.writer.is_awaited();
            match self.write(|db| Ok(index.index_batch(db, is_enough)?)) {
                Ok(true) if self.interrupt_epoch() == epoch => {}
                Err(error) if error.kind() == Kind::Stopped => return Err(error),
                _ => return Ok(()),
            }
            if self.should_stop() {
                return Err(Error::stopped(&self.path));
            }
            thread::sleep(Duration::from_millis(2)); // those who wait for the lock try again every millisecond
        }
    }
}
