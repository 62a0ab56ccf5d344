//! Rows that are stored but not yet in the full-text index.
//!
//! A bulk load inserts its range of ids into `index_backlog` before it stores the first row, in the same transaction: the
//! triggers then skip the index. Afterwards the rows are indexed in batches, each in one transaction with the update of
//! its range, so that a killed process loses nothing and the next one to open the file continues.

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use rusqlite::{Connection, OptionalExtension, named_params};

use crate::search::segments::{is_crowded, merge, promote};
use crate::sql::Statements;

/// Rows per statement. FTS5 writes a segment for each statement that stores many rows, so small chunks would fill the
/// levels with segments. A transaction begins with the smaller number.
const CHUNK: i64 = 256;
const MAX_CHUNK: i64 = 4096;
/// A transaction holds the write lock about as long as this, apart from its commit.
const MAX_BATCH_TIME: Duration = Duration::from_millis(80);
/// Pages that are merged in a transaction if there are too many segments.
const PAGES_WHEN_CROWDED: u64 = 64;

/// A full-text table that bulk loads fill after they have stored the rows.
pub struct PendingIndex {
    pub table: &'static str,
    pub statements: &'static LazyLock<Statements>,
}

impl PendingIndex {
    /// Whether rows are missing in the index.
    pub fn has_rows(&self, db: &Connection) -> rusqlite::Result<bool> {
        db.prepare_cached(self.statements.get("backlog_next"))?.exists([])
    }

    /// Start a range at the next id: rows stored from now on are not indexed. Returns its first id.
    pub fn begin(&self, db: &Connection) -> rusqlite::Result<i64> {
        let first: i64 =
            db.prepare_cached(self.statements.get("backlog_first"))?.query_row([], |row| row.get(0))?;
        db.prepare_cached(self.statements.get("backlog_begin"))?.execute(named_params! {":first": first})?;
        Ok(first)
    }

    /// End the range that starts at `first` with the last stored id.
    pub fn end(&self, db: &Connection, first: i64) -> rusqlite::Result<usize> {
        db.prepare_cached(self.statements.get("backlog_end"))?.execute(named_params! {":first": first})
    }

    /// Index a batch, or merge segments if there are too many. Returns whether rows are left.
    pub fn work(&self, db: &Connection, is_enough: &mut dyn FnMut() -> bool) -> rusqlite::Result<bool> {
        if is_crowded(db, &[self.table])? {
            merge(db, self.table, PAGES_WHEN_CROWDED)?;
            return self.has_rows(db);
        }
        self.index_batch(db, is_enough)
    }

    /// Index rows until `is_enough` returns true, the time is up or none is left. Returns whether some are left.
    pub fn index_batch(
        &self,
        db: &Connection,
        is_enough: &mut dyn FnMut() -> bool,
    ) -> rusqlite::Result<bool> {
        let started = Instant::now();
        let (mut chunk, mut before) = (CHUNK, Duration::ZERO);
        while self.index_chunk(db, chunk)? {
            let elapsed = started.elapsed();
            // The next chunk takes the rest of the time.
            let rest = MAX_BATCH_TIME.saturating_sub(elapsed).as_micros();
            let rows =
                rest * u128::from(chunk.unsigned_abs()) / elapsed.saturating_sub(before).as_micros().max(1);
            (chunk, before) = (i64::try_from(rows).unwrap_or(MAX_CHUNK).min(MAX_CHUNK), elapsed);
            if chunk < CHUNK / 2 || is_enough() {
                break;
            }
        }
        promote(db, self.table)?;
        self.has_rows(db)
    }

    /// False if there was nothing to index.
    fn index_chunk(&self, db: &Connection, limit: i64) -> rusqlite::Result<bool> {
        let sql = self.statements;
        let mut statement = db.prepare_cached(sql.get("backlog_next"))?;
        let next: Option<(i64, i64)> =
            statement.query_row([], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        let Some((first, last)) = next else { return Ok(false) };
        let mut statement = db.prepare_cached(sql.get("backlog_chunk"))?;
        let range = named_params! {":first": first, ":last": last, ":limit": limit};
        let end: Option<i64> = statement.query_row(range, |row| row.get(0))?;
        if let Some(end) = end {
            let rows = named_params! {":first": first, ":last": end};
            db.prepare_cached(sql.get("index_rows"))?.execute(rows)?;
        }
        if let Some(end) = end.filter(|end| *end < last) {
            let rest = named_params! {":first": first, ":rest": end + 1};
            db.prepare_cached(sql.get("backlog_shrink"))?.execute(rest)?;
        } else {
            db.prepare_cached(sql.get("backlog_done"))?.execute(named_params! {":first": first})?;
        }
        Ok(true)
    }
}
