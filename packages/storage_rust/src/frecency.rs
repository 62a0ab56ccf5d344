//! Frequency and recency of a page in one number, as Firefox has it since version 147.
//!
//! ```text
//! visit     = weight * 2 ^ (-age / 30 days)    weight: 100 typed or bookmarked, 50 else; age: before the last visit
//! score     = mean of the last 10 visits * number of all visits
//! frecency  = time of the last visit + 30 days * log2(score)
//! ```
//!
//! That is the time at which the score will have decayed to 1: it is comparable as it stands, whenever it was reckoned.
//! Firefox counts it in days since 1970, we in milliseconds, and leave out what it makes of redirects, frames, reloads
//! and time spent on a page, which the store is not told, and of bookmarks that were never visited.

use rusqlite::{Connection, OptionalExtension, named_params};

use crate::sql::HISTORY as SQL;

const SAMPLE: i64 = 10;
/// In milliseconds.
const HALF_LIFE: f64 = 30.0 * 86_400_000.0;

/// `visits` are the time and weight of the last ones, the newest first; there is at least one.
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)] // times and counts are far below 2^53
pub fn frecency(visits: &[(i64, i64)], visit_count: i64) -> i64 {
    let reference = visits[0].0;
    let score = |&(visited_at, weight): &(i64, i64)| {
        weight as f64 * ((visited_at - reference) as f64 / HALF_LIFE).exp2()
    };
    let total: f64 = visits.iter().map(score).sum();
    let score = total / visits.len() as f64 * visit_count as f64;
    reference + (score.log2() * HALF_LIFE + 0.5).floor() as i64
}

/// Reckon a page's count, last visit and frecency anew; false where it has no visit left.
pub fn rescore(db: &Connection, page: i64) -> rusqlite::Result<bool> {
    let newest: Vec<(i64, i64)> = db
        .prepare_cached(SQL.get("newest_visits"))?
        .query_map(named_params! {":id": page, ":sample": SAMPLE}, |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    let Some(&(last, _)) = newest.first() else { return Ok(false) };
    let count: i64 = db
        .prepare_cached(SQL.get("visit_count"))?
        .query_row(named_params! {":id": page}, |row| row.get(0))?;
    db.prepare_cached(SQL.get("score"))?.execute(named_params! {
        ":id": page, ":visit_count": count, ":visited_at": last, ":frecency": frecency(&newest, count),
    })?;
    Ok(true)
}

/// For a URL that has become a bookmark, or is one no longer.
pub fn rescore_url(db: &Connection, url: &str) -> rusqlite::Result<()> {
    let page: Option<i64> = db
        .prepare_cached(SQL.get("page_of"))?
        .query_row(named_params! {":url": url}, |row| row.get(0))
        .optional()?;
    page.map_or(Ok(()), |page| rescore(db, page).map(drop))
}
