//! Searching conversations newest first, by timestamp.
//!
//! The full-text index knows the order of insertion, which is usually that of the timestamps: then the matches that were
//! inserted last are the newest, and reading the timestamps of the rows between them proves it. Otherwise all matches are
//! sorted if they are few, or the rows are walked in order, in growing windows, and matched.

use rusqlite::{Connection, OptionalExtension, ToSql, named_params};

use crate::db::database::Database;
use crate::error::{Failure, Result};
use crate::search::query::Query;
use crate::sql::CONVERSATIONS as SQL;
use crate::stores::conversations::filter::Filter;
use crate::stores::conversations::queries::query_conversations;
use crate::stores::conversations::records::{Conversation, FoundRows, Search};
use crate::stores::cursor::{self, Key};
use crate::stores::values::truncate;

/// The last inserted rows among which a page of matches is looked up at once.
const SPAN: i64 = 8_192;
/// The newest rows that are walked first.
const WINDOW: i64 = 512;
/// Up to this many matches are sorted at once.
const FEW_MATCHES: i64 = 1_000;

/// The matches of a query, newest first. A query without required terms matches every row that it does not exclude.
pub fn search(database: &Database, query: &Query, search: &Search, limit: i64) -> Result<FoundRows> {
    let before =
        search.cursor.as_deref().map_or(Ok((i64::MAX, i64::MAX)), |cursor| cursor::two("search", cursor))?;
    if query.matches_nothing {
        return Ok(FoundRows { rows: Vec::new(), next_cursor: None, complete: true });
    }
    let filter = Filter::new(search);
    let mut rows = database.read(|db| {
        if let Some(expression) = &query.expression {
            return matches(db, expression, &filter, before, limit + 1);
        }
        let (last, (timestamp, id)) = (limit + 1, before);
        let mut params = filter.params();
        let more: [(&str, &dyn ToSql); 4] =
            [(":without", &query.excluded), (":timestamp", &timestamp), (":id", &id), (":limit", &last)];
        params.extend(more);
        query_conversations(db, "search_without", &*params)
    })?;
    let has_more = truncate(&mut rows, limit);
    let next_cursor = rows
        .last()
        .filter(|_| has_more)
        .map(|last| cursor::write("search", &[Key::Integer(last.timestamp), Key::Integer(last.id)]));
    let rows = rows.into_iter().map(|row| (row, 0.0)).collect();
    Ok(FoundRows { rows, next_cursor, complete: true })
}

fn matches(
    db: &Connection,
    expression: &str,
    filter: &Filter<'_>,
    (mut timestamp, mut id): (i64, i64),
    mut limit: i64,
) -> std::result::Result<Vec<Conversation>, Failure> {
    let is_filtered = filter.is_active();
    if !is_filtered && let Some(rows) = last_inserted(db, expression, (timestamp, id), limit)? {
        return Ok(rows);
    }
    let mut rows = Vec::new();
    let mut window = WINDOW;
    loop {
        let mut params = filter.params();
        let more: [(&str, &dyn ToSql); 4] =
            [(":match", &expression), (":timestamp", &timestamp), (":id", &id), (":limit", &limit)];
        params.extend(more);
        let windowed: [(&str, &dyn ToSql); 2] = [(":window", &window), (":filtered", &is_filtered)];
        let matches = query_conversations(db, "search_recent", &*[&*params, &windowed].concat())?;
        let left = limit - i64::try_from(matches.len()).unwrap_or(i64::MAX);
        rows.extend(matches);
        let end: Option<(i64, i64)> = db
            .prepare_cached(SQL.get("search_recent_end"))?
            .query_row(named_params! {":timestamp": timestamp, ":id": id, ":window": window}, |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()?;
        let Some(end) = end.filter(|_| left > 0) else { return Ok(rows) };
        ((timestamp, id), limit) = (end, left);
        if window == WINDOW && count(db, expression)? <= FEW_MATCHES {
            let mut params = filter.params();
            let more: [(&str, &dyn ToSql); 4] =
                [(":match", &expression), (":timestamp", &timestamp), (":id", &id), (":limit", &limit)];
            params.extend(more);
            rows.extend(query_conversations(db, "search_recent_few", &*params)?);
            return Ok(rows);
        }
        window *= 8;
    }
}

/// The `limit` matches that were inserted last, or None if there are fewer, or if others may be newer.
fn last_inserted(
    db: &Connection,
    expression: &str,
    (timestamp, id): (i64, i64),
    limit: i64,
) -> std::result::Result<Option<Vec<Conversation>>, Failure> {
    let newest: i64 = db.prepare_cached(SQL.get("newest_id"))?.query_row([], |row| row.get(0))?;
    let last = newest.min(id.saturating_sub(1));
    let from = last.saturating_sub(SPAN - 1);
    let params = named_params! {":match": expression, ":first": from, ":last": last, ":limit": limit};
    let rows = query_conversations(db, "search_arrived", params)?;
    let (Some(first), Some(newest), Some(oldest)) =
        (rows.iter().map(|row| row.id).min(), rows.first(), rows.last())
    else {
        return Ok(None);
    };
    if usize::try_from(limit) != Ok(rows.len()) || (newest.timestamp, newest.id) >= (timestamp, id) {
        return Ok(None);
    }
    let is_in_order: bool = db.prepare_cached(SQL.get("arrived_in_order"))?.query_row(
        named_params! {
            ":oldest": oldest.timestamp, ":oldest_id": oldest.id, ":timestamp": timestamp, ":id": id,
            ":first": first, ":last": last,
        },
        |row| row.get(0),
    )?;
    Ok(is_in_order.then_some(rows))
}

/// The number of matches, up to one more than `FEW_MATCHES`.
fn count(db: &Connection, expression: &str) -> rusqlite::Result<i64> {
    db.prepare_cached(SQL.get("search_count"))?
        .query_row(named_params! {":match": expression, ":bound": FEW_MATCHES + 1}, |row| row.get(0))
}
