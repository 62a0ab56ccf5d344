//! Rows that are stored but not yet in the search index.
//!
//! A bulk load enters its range of ids in `index_backlog` before it stores the first row, in the same transaction: the
//! triggers then leave the index alone. Afterwards the rows are indexed in batches, each with the shrinking of its range
//! in one transaction, so that a kill loses nothing and whoever opens the file next goes on.

use std::time::{Duration, Instant};

use rusqlite::{Connection, OptionalExtension, named_params};

use crate::conversations::ConversationStore;
use crate::database::{Database, Failure};
use crate::error::Result;
use crate::segments::raise;
use crate::sql::CONVERSATIONS as SQL;
use crate::values::{Search, SearchPage};

/// Rows between two looks whether to go on. FTS5 writes a segment for each statement that stores many rows: with few rows
/// in each, the first level would be full of segments.
const CHUNK: i64 = 4096;
/// A transaction holds the write lock no longer, but for its commit.
const BATCH: Duration = Duration::from_secs(1);
/// Fewer rows are indexed in the transaction that stores them.
const FEW: i64 = 1000;
const INDEX: &str = "conversations_fts";

/// Whether rows are missing in the search index.
pub fn is_behind(db: &Connection) -> rusqlite::Result<bool> {
    db.prepare_cached(SQL.get("backlog_next"))?.exists([])
}

/// Index what stands in the backlog until `enough` says so; whether some is left.
pub fn catch_up(db: &Connection, enough: &mut dyn FnMut() -> bool) -> rusqlite::Result<bool> {
    let is_left = index(db, enough)?;
    raise(db, INDEX)?;
    Ok(is_left)
}

fn index(db: &Connection, enough: &mut dyn FnMut() -> bool) -> rusqlite::Result<bool> {
    let began = Instant::now();
    loop {
        let mut statement = db.prepare_cached(SQL.get("backlog_next"))?;
        let next: Option<(i64, i64)> =
            statement.query_row([], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        let Some((first, last)) = next else { return Ok(false) };
        let mut statement = db.prepare_cached(SQL.get("backlog_chunk"))?;
        let range = named_params! {":first": first, ":last": last, ":limit": CHUNK};
        let end: Option<i64> = statement.query_row(range, |row| row.get(0))?;
        if let Some(end) = end {
            let rows = named_params! {":first": first, ":last": end};
            db.prepare_cached(SQL.get("index_rows"))?.execute(rows)?;
        }
        match end.filter(|end| *end < last) {
            Some(end) => {
                let rest = named_params! {":first": first, ":rest": end + 1};
                db.prepare_cached(SQL.get("backlog_shrink"))?.execute(rest)?;
            }
            None => {
                db.prepare_cached(SQL.get("backlog_done"))?.execute(named_params! {":first": first})?;
            }
        }
        if began.elapsed() >= BATCH || enough() {
            return is_behind(db);
        }
    }
}

/// A transaction that stores many rows, and then indexes them; `work` tells how many it stored.
pub fn load(
    database: &Database,
    work: impl FnOnce(&Connection) -> std::result::Result<i64, Failure>,
) -> Result<()> {
    let is_left = database.write_many(|db| {
        let first: i64 = db.prepare_cached(SQL.get("backlog_first"))?.query_row([], |row| row.get(0))?;
        db.prepare_cached(SQL.get("backlog_begin"))?.execute(named_params! {":first": first})?;
        let stored = work(db)?;
        db.prepare_cached(SQL.get("backlog_end"))?.execute(named_params! {":first": first})?;
        if stored > FEW {
            return Ok(true);
        }
        while catch_up(db, &mut || false)? {}
        Ok(false)
    })?;
    if is_left { database.catch_up() } else { Ok(()) }
}

impl ConversationStore {
    /// One page of what `query` finds; its language stands in `query`, and no text is an error.
    ///
    /// Unless `exact`, a query with more than `RANKED` matches ranks the newest of them, and says so; so does a search while
    /// rows wait in the backlog.
    pub fn search(&self, query: &str, search: &Search) -> Result<SearchPage> {
        let is_whole = !self.db.read(|db| Ok(is_behind(db)?))?;
        let page = self.search_index(query, search)?;
        Ok(SearchPage { complete: page.complete && is_whole, ..page })
    }
}
