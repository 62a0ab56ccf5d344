//! Storing many rows, all or none, while other processes write, and indexing them afterwards.
//!
//! A small load is one transaction. A large one stores hidden rows in many short transactions, between which other
//! writers get their turn, and ends with one that shows all of them: see `hidden_rows`.

use std::collections::{BTreeMap, BTreeSet};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::{Connection, named_params};

use crate::db::database::Database;
use crate::db::hidden_rows;
use crate::db::load_lock::LoadLock;
use crate::db::pending_index::PendingIndex;
use crate::error::{Error, Failure, Kind, Result};

/// Up to this many rows, with up to this many bytes of text, are stored and indexed in one transaction.
pub const MAX_SMALL_ROWS: usize = 500;
pub const MAX_SMALL_TEXT: usize = 512 << 10;
/// The transactions of a large load hold the write lock no longer than this, apart from their commits.
const MAX_TRANSACTION: Duration = Duration::from_millis(40);
/// Those who wait for the write lock try again every millisecond or two.
const TURN_OF_OTHERS: Duration = Duration::from_millis(4);
/// How often a load looks whether the one before it has finished.
const LOCK_INTERVAL: Duration = Duration::from_millis(20);
/// How long a failed load deletes its rows itself; maintenance deletes the rest.
const MAX_UNDO: Duration = Duration::from_secs(1);

/// What a load stores.
pub trait Items {
    /// Whether everything is within the limits of one transaction.
    fn is_small(&mut self) -> Result<bool>;

    /// Whether the rows can be stored while those of another load are hidden.
    fn allows_hidden(&self) -> bool;

    /// Store the next item; false if there is none.
    fn store_next(&mut self, db: &Connection, load: &mut Load) -> std::result::Result<bool, Failure>;

    /// Called in the transaction that shows the rows.
    fn finish(&mut self, db: &Connection) -> std::result::Result<(), Failure>;
}

/// A running load.
#[derive(Default)]
pub struct Load {
    /// Reads do not return its rows until it ends.
    pub is_hidden: bool,
    /// Rows and threads that the transaction has stored.
    pub added_rows: i64,
    pub added_threads: i64,
    /// Visible threads that it continues, and titles for threads that have none.
    pub continued: BTreeSet<i64>,
    pub titles: BTreeMap<i64, String>,
}

impl Database {
    /// Store all items or none, and index them.
    pub fn load(&self, items: &mut dyn Items) -> Result<()> {
        let Some(index) = &self.format.pending_index else { return Ok(()) };
        let is_small = items.is_small()?;
        let is_stored = (is_small || self.in_memory()) && self.load_at_once(index, items)?;
        if !is_stored {
            self.load_hidden(index, items)?;
        }
        let indexed = self.index_pending();
        self.replace_writer();
        indexed
    }

    /// Store everything in one transaction. False if the rows of another load prevent it.
    fn load_at_once(&self, index: &PendingIndex, items: &mut dyn Items) -> Result<bool> {
        self.write_many(|db| {
            if !items.allows_hidden() && hidden_rows::exist(db, index.statements)? {
                return Ok(false);
            }
            let first = index.begin(db)?;
            let mut load = Load::default();
            while items.store_next(db, &mut load)? {}
            items.finish(db)?;
            index.end(db, first)?;
            if !self.in_memory() {
                while index.index_batch(db, &mut || false)? {}
            }
            Ok(true)
        })
    }

    fn load_hidden(&self, index: &PendingIndex, items: &mut dyn Items) -> Result<()> {
        self.check_writable()?;
        let _guard = self.maintenance.leave_index_to_caller();
        let _lock = self.wait_for_load()?;
        self.undo_unfinished(index, None)?;
        let mut load = Load { is_hidden: true, ..Load::default() };
        let outcome = self.store_hidden(index, items, &mut load).and_then(|()| {
            self.write(|db| {
                items.finish(db)?;
                hidden_rows::show(db, index.statements)?;
                Ok(load.finish(db, index)?)
            })
        });
        if outcome.is_err() {
            // What is left stays hidden, and maintenance deletes it.
            let _ = self.undo_unfinished(index, Some(Instant::now() + MAX_UNDO));
        }
        outcome
    }

    fn store_hidden(&self, index: &PendingIndex, items: &mut dyn Items, load: &mut Load) -> Result<()> {
        let mut has_more = true;
        while has_more {
            has_more = self.write_many(|db| {
                let started = Instant::now();
                hidden_rows::begin(db, index.statements)?;
                (load.added_rows, load.added_threads) = (0, 0);
                let mut has_more = true;
                while has_more {
                    has_more = items.store_next(db, load)?;
                    if started.elapsed() >= MAX_TRANSACTION || self.writer.is_awaited() {
                        break;
                    }
                }
                hidden_rows::end(db, index.statements, [load.added_rows, load.added_threads])?;
                Ok(has_more)
            })?;
            thread::sleep(TURN_OF_OTHERS);
        }
        Ok(())
    }

    /// Wait until no other load holds the lock.
    fn wait_for_load(&self) -> Result<LoadLock> {
        let epoch = self.interrupt_epoch();
        loop {
            self.check_process()?;
            self.check_file()?;
            let lock = LoadLock::try_take(&self.path).map_err(|error| Error::from_io(&error, &self.path))?;
            if let Some(lock) = lock {
                return Ok(lock);
            }
            if self.writer.is_closed() {
                return Err(Error::closed(&self.path));
            }
            if self.should_stop() {
                return Err(Error::stopped(&self.path));
            }
            if self.interrupt_epoch() != epoch {
                let message = "The load was interrupted before it began".to_owned();
                return Err(Error::new(Kind::Interrupted, &self.path, message));
            }
            thread::sleep(LOCK_INTERVAL);
        }
    }

    /// Delete the rows of a load whose process is gone, until `deadline`. The caller holds the lock of loads.
    fn undo_unfinished(&self, index: &PendingIndex, deadline: Option<Instant>) -> Result<()> {
        let is_late = || deadline.is_some_and(|deadline| Instant::now() >= deadline);
        while self.read(|db| Ok(hidden_rows::exist(db, index.statements)?))? && !is_late() {
            self.write_many(|db| {
                let awaited = &mut || self.writer.is_awaited();
                Ok(hidden_rows::undo_batch(db, index.statements, awaited)?)
            })?;
            thread::sleep(TURN_OF_OTHERS);
        }
        Ok(())
    }

    /// Delete the rows of a load that has not finished, if its process is gone. Returns whether rows are hidden still.
    pub(super) fn undo_abandoned(&self) -> Result<bool> {
        let Some(index) = &self.format.pending_index else { return Ok(false) };
        let is_hidden = || self.read(|db| Ok(hidden_rows::exist(db, index.statements)?));
        if !is_hidden()? {
            return Ok(false);
        }
        let lock = LoadLock::try_take(&self.path).map_err(|error| Error::from_io(&error, &self.path))?;
        if lock.is_none() {
            return is_hidden();
        }
        let _guard = self.maintenance.leave_index_to_caller();
        self.undo_unfinished(index, None)?;
        Ok(false)
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
            match self.write(|db| Ok(index.work(db, is_enough)?)) {
                Ok(true) if self.interrupt_epoch() == epoch => {}
                Err(error) if error.kind() == Kind::Stopped => return Err(error),
                _ => return Ok(()),
            }
            if self.should_stop() {
                return Err(Error::stopped(&self.path));
            }
            thread::sleep(TURN_OF_OTHERS);
        }
    }
}

impl Load {
    /// Note that a row was added to a thread.
    pub fn add_to(&mut self, db: &Connection, index: &PendingIndex, thread_id: i64) -> rusqlite::Result<()> {
        self.added_rows += 1;
        if self.is_hidden && !self.continued.contains(&thread_id) {
            let mut is_hidden = db.prepare_cached(index.statements.get("is_hidden_thread"))?;
            if !is_hidden.exists(named_params! {":id": thread_id})? {
                self.continued.insert(thread_id);
            }
        }
        Ok(())
    }

    /// Change what reads see of the threads that were there before.
    fn finish(&self, db: &Connection, index: &PendingIndex) -> rusqlite::Result<()> {
        let mut date = db.prepare_cached(index.statements.get("date_continued_thread"))?;
        for thread_id in &self.continued {
            date.execute(named_params! {":thread_id": thread_id})?;
        }
        let mut title_thread = db.prepare_cached(index.statements.get("title_thread"))?;
        for (thread_id, title) in &self.titles {
            title_thread.execute(named_params! {":thread_id": thread_id, ":title": title})?;
        }
        Ok(())
    }
}
