//! The rows of a load that has not finished, which no read returns.
//!
//! Each transaction of the load enters the ranges of ids that it stores in `index_backlog` and `hidden_threads`. The last
//! one removes these entries, which shows all rows at once. An unfinished load is undone from its last row on, each batch
//! in one transaction with the update of its range.

use std::time::{Duration, Instant};

use rusqlite::{Connection, OptionalExtension, named_params};

use crate::sql::Statements;

/// Rows that are deleted at once.
const UNDO_CHUNK: i64 = 100;
/// A transaction holds the write lock no longer than this, apart from its commit.
const MAX_UNDO_TIME: Duration = Duration::from_millis(50);

/// The statements of one of the two tables with hidden rows.
struct Hidden {
    table: &'static str,
    again: &'static str,
    begin: &'static str,
    end: &'static str,
    drop_empty: &'static str,
    last: &'static str,
    chunk: &'static str,
    undo: &'static [&'static str],
    shorten: &'static str,
}

const TABLES: [Hidden; 2] = [
    Hidden {
        table: "conversations",
        again: "continue_hidden_rows",
        begin: "begin_hidden_rows",
        end: "end_hidden_rows",
        drop_empty: "drop_empty_hidden_rows",
        last: "last_hidden_rows",
        chunk: "undo_chunk_of_rows",
        undo: &["undo_fingerprints", "undo_rows"],
        shorten: "shorten_hidden_rows",
    },
    Hidden {
        table: "threads",
        again: "continue_hidden_threads",
        begin: "begin_hidden_threads",
        end: "end_hidden_threads",
        drop_empty: "drop_empty_hidden_threads",
        last: "last_hidden_threads",
        chunk: "undo_chunk_of_threads",
        undo: &["undo_threads"],
        shorten: "shorten_hidden_threads",
    },
];

/// Whether a load has not finished.
pub fn exist(db: &Connection, sql: &Statements) -> rusqlite::Result<bool> {
    db.prepare_cached(sql.get("hidden"))?.exists([])
}

/// Hide what this transaction stores from now on.
pub fn begin(db: &Connection, sql: &Statements) -> rusqlite::Result<()> {
    let next: [i64; 2] =
        db.prepare_cached(sql.get("next_ids"))?.query_row([], |row| Ok([row.get(0)?, row.get(1)?]))?;
    for (hidden, next) in TABLES.iter().zip(next) {
        let next = named_params! {":next": next};
        if db.prepare_cached(sql.get(hidden.again))?.execute(next)? == 0 {
            db.prepare_cached(sql.get(hidden.begin))?.execute(next)?;
        }
    }
    Ok(())
}

/// End the ranges before the transaction ends; `added` are the rows and the threads that it stored.
pub fn end(db: &Connection, sql: &Statements, added: [i64; 2]) -> rusqlite::Result<()> {
    for (hidden, added) in TABLES.iter().zip(added) {
        db.prepare_cached(sql.get(hidden.end))?.execute(named_params! {":added": added})?;
        db.prepare_cached(sql.get(hidden.drop_empty))?.execute([])?;
    }
    Ok(())
}

/// Show all rows.
pub fn show(db: &Connection, sql: &Statements) -> rusqlite::Result<()> {
    for name in ["show_rows", "show_threads"] {
        db.prepare_cached(sql.get(name))?.execute([])?;
    }
    Ok(())
}

/// Delete the last hidden rows until `is_enough` returns true, the time is up or none is left. Returns whether some are
/// left. Their text is overwritten.
pub fn undo_batch(
    db: &Connection,
    sql: &Statements,
    is_enough: &mut dyn FnMut() -> bool,
) -> rusqlite::Result<bool> {
    let started = Instant::now();
    db.execute_batch("PRAGMA secure_delete = ON")?;
    while undo_chunk(db, sql)? && started.elapsed() < MAX_UNDO_TIME && !is_enough() {}
    db.execute_batch("PRAGMA secure_delete = OFF")?;
    exist(db, sql)
}

/// False if nothing was left.
fn undo_chunk(db: &Connection, sql: &Statements) -> rusqlite::Result<bool> {
    for hidden in &TABLES {
        let range: Option<(i64, i64)> = db
            .prepare_cached(sql.get(hidden.last))?
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        if let Some((first, last)) = range {
            undo_range(db, sql, hidden, first, last)?;
            return Ok(true);
        }
    }
    Ok(false)
}

fn undo_range(
    db: &Connection,
    sql: &Statements,
    hidden: &Hidden,
    first: i64,
    last: i64,
) -> rusqlite::Result<()> {
    let range = named_params! {":first": first, ":last": last, ":limit": UNDO_CHUNK};
    let start: Option<i64> = db.prepare_cached(sql.get(hidden.chunk))?.query_row(range, |row| row.get(0))?;
    let (start, mut deleted) = (start.unwrap_or(first), 0);
    for name in hidden.undo {
        let rows = named_params! {":first": start, ":last": last};
        deleted = db.prepare_cached(sql.get(name))?.execute(rows)?;
    }
    let deleted = i64::try_from(deleted).unwrap_or(i64::MAX);
    let rest = named_params! {":first": first, ":last": start - 1, ":deleted": deleted};
    db.prepare_cached(sql.get(hidden.shorten))?.execute(rest)?;
    db.prepare_cached(sql.get(hidden.drop_empty))?.execute([])?;
    let ids = named_params! {":table": hidden.table, ":last": last, ":seq": start - 1};
    db.prepare_cached(sql.get("return_ids"))?.execute(ids)?;
    Ok(())
}
