//! What a query finds, the newest first, by the timestamps.
//!
//! The index knows the order of arrival, which most often is that of the times: then the matches that arrived last are the
//! newest, and a look at the times of the rows between them proves it. Else either all matches are put in order, where they
//! are few, or the rows are walked in order, in windows that grow, and asked whether they match.

use rusqlite::{Connection, OptionalExtension, ToSql, named_params};

use crate::conversations::{ConversationStore, all, cut_to};
use crate::cursor::{self, Key};
use crate::error::Result;
use crate::failure::Failure;
use crate::narrow::Narrow;
use crate::query::Query;
use crate::sql::CONVERSATIONS as SQL;
use crate::values::{Conversation, Search, SearchPage};

/// Rows, the last to arrive, among which a page of matches is sought at once.
const SPAN: i64 = 8_192;
/// Rows, the newest, among which matches are sought first.
const WINDOW: i64 = 512;
/// Matches that are put in order at once.
const FEW: i64 = 1_000;

impl ConversationStore {
    pub(crate) fn newest(
        &self,
        wanted: &Query,
        search: &Search,
        limit: i64,
        mark: i64,
    ) -> Result<SearchPage> {
        let before = search
            .cursor
            .as_deref()
            .map_or(Ok((i64::MAX, i64::MAX)), |cursor| cursor::two("search", cursor))?;
        if wanted.nothing {
            return Ok(SearchPage { hits: Vec::new(), next_cursor: None, complete: true });
        }
        let narrow = Narrow::of(search);
        let mut rows = self.db.read(|db| match &wanted.matching {
            Some(matching) => matches(db, matching, &narrow, before, limit + 1),
            None => {
                let (last, (timestamp, id)) = (limit + 1, before);
                let mut values = narrow.values();
                let more: [(&str, &dyn ToSql); 4] = [
                    (":without", &wanted.without),
                    (":timestamp", &timestamp),
                    (":id", &id),
                    (":limit", &last),
                ];
                values.extend(more);
                all(db, "search_without", &*values)
            }
        })?;
        let more = cut_to(&mut rows, limit);
        let next_cursor = rows
            .last()
            .filter(|_| more)
            .map(|last| cursor::write("search", &[Key::Whole(last.timestamp), Key::Whole(last.id)]));
        let hits = self.hits(rows.into_iter().map(|row| (row, 0.0)), &wanted.parts, mark)?;
        Ok(SearchPage { hits, next_cursor, complete: true })
    }
}

fn matches(
    db: &Connection,
    matching: &str,
    narrow: &Narrow<'_>,
    (mut timestamp, mut id): (i64, i64),
    mut limit: i64,
) -> std::result::Result<Vec<Conversation>, Failure> {
    let filtered = narrow.narrows();
    if !filtered && let Some(rows) = arrived(db, matching, (timestamp, id), limit)? {
        return Ok(rows);
    }
    let mut rows = Vec::new();
    let mut window = WINDOW;
    loop {
        let mut values = narrow.values();
        let more: [(&str, &dyn ToSql); 4] =
            [(":match", &matching), (":timestamp", &timestamp), (":id", &id), (":limit", &limit)];
        values.extend(more);
        let windowed: [(&str, &dyn ToSql); 2] = [(":window", &window), (":filtered", &filtered)];
        let found = all(db, "search_recent", &*[&*values, &windowed].concat())?;
        let left = limit - i64::try_from(found.len()).unwrap_or(i64::MAX);
        rows.extend(found);
        let end: Option<(i64, i64)> = db
            .prepare_cached(SQL.get("search_recent_end"))?
            .query_row(named_params! {":timestamp": timestamp, ":id": id, ":window": window}, |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()?;
        let Some(end) = end.filter(|_| left > 0) else { return Ok(rows) };
        ((timestamp, id), limit) = (end, left);
        if window == WINDOW && count(db, matching)? <= FEW {
            let mut values = narrow.values();
            let more: [(&str, &dyn ToSql); 4] =
                [(":match", &matching), (":timestamp", &timestamp), (":id", &id), (":limit", &limit)];
            values.extend(more);
            rows.extend(all(db, "search_recent_few", &*values)?);
            return Ok(rows);
        }
        window *= 8;
    }
}

/// So many matches that arrived last; none where there are fewer, or others may be newer.
fn arrived(
    db: &Connection,
    matching: &str,
    (timestamp, id): (i64, i64),
    limit: i64,
) -> std::result::Result<Option<Vec<Conversation>>, Failure> {
    let newest: i64 = db.prepare_cached(SQL.get("newest_id"))?.query_row([], |row| row.get(0))?;
    let last = newest.min(id.saturating_sub(1));
    let from = last.saturating_sub(SPAN - 1);
    let asked = named_params! {":match": matching, ":first": from, ":last": last, ":limit": limit};
    let rows = all(db, "search_arrived", asked)?;
    let (Some(first), Some(newest), Some(oldest)) =
        (rows.iter().map(|row| row.id).min(), rows.first(), rows.last())
    else {
        return Ok(None);
    };
    if usize::try_from(limit) != Ok(rows.len()) || (newest.timestamp, newest.id) >= (timestamp, id) {
        return Ok(None);
    }
    let in_order: bool = db.prepare_cached(SQL.get("arrived_in_order"))?.query_row(
        named_params! {
            ":oldest": oldest.timestamp, ":oldest_id": oldest.id, ":timestamp": timestamp, ":id": id,
            ":first": first, ":last": last,
        },
        |row| row.get(0),
    )?;
    Ok(in_order.then_some(rows))
}

/// Of matches, up to one more than `FEW`.
fn count(db: &Connection, matching: &str) -> rusqlite::Result<i64> {
    db.prepare_cached(SQL.get("search_count"))?
        .query_row(named_params! {":match": matching, ":bound": FEW + 1}, |row| row.get(0))
}
