//! Searching conversations that have some words of a query, by relevance or by time.

use rusqlite::named_params;

use crate::db::database::Database;
use crate::error::Result;
use crate::search::loose_query::LooseQuery;
use crate::search::query::Part;
use crate::sql::CONVERSATIONS as SQL;
use crate::stores::conversations::filter::Filter;
use crate::stores::conversations::format::FIELDS;
use crate::stores::conversations::queries::query_conversations;
use crate::stores::conversations::records::{Conversation, FoundRows, Order, Search};
use crate::stores::conversations::relevance::COLUMN_WEIGHTS;
use crate::stores::relaxed::{Found, Index, Position, Request, rank};
use crate::stores::values::truncate;

pub fn index() -> Index {
    Index { fields: &FIELDS, columns: &COLUMN_WEIGHTS, statements: &SQL }
}

/// The rows after `position`, or from the beginning but without `seen`, and the parts that they may match.
pub fn search(
    database: &Database,
    mut query: LooseQuery,
    search: &Search,
    limit: i64,
    position: Option<Position>,
    seen: Vec<i64>,
) -> Result<Option<(FoundRows, Vec<Part>)>> {
    let filter = Filter::new(search);
    // In other scripts only the tokenizer of the index knows where words end.
    if let Some(model) = search.model.as_deref().filter(|model| model.is_ascii()) {
        query.require_words(model, "model");
    }
    let max_rows = usize::try_from(limit + 1).unwrap_or(usize::MAX);
    database.read(|db| {
        let allowed = filter.ids(db)?;
        let request = Request {
            query,
            mode: search.match_mode,
            is_unordered: search.order == Order::Recent,
            limit: max_rows,
            max_ranked: (!search.exact).then_some(search.max_ranked),
            allowed,
            params: vec![(":model", &search.model)],
        };
        let Some(found) = rank(db, &index(), request, position, seen)? else { return Ok(None) };
        let Found { rows: best, parts, position, is_complete } = found;
        let mut rows: Vec<(Conversation, f64)> = Vec::new();
        if search.order == Order::Recent {
            let ids: Vec<i64> = best.iter().map(|row| row.id).collect();
            let ids = format!("{ids:?}");
            let newest =
                query_conversations(db, "by_time", named_params! {":ids": ids, ":limit": limit + 1})?;
            rows.extend(newest.into_iter().map(|row| (row, 0.0)));
        } else {
            let mut get = db.prepare_cached(SQL.get("get"))?;
            for row in best {
                rows.push((get.query_row(named_params! {":id": row.id}, Conversation::from_row)?, row.score));
            }
        }
        let has_more = truncate(&mut rows, limit);
        let next_cursor = has_more.then(|| position.cursor(rows.iter().map(|(row, _)| row.id)));
        Ok(Some((FoundRows { rows, next_cursor, complete: is_complete }, parts)))
    })
}
