//! Frecency: the frequency and recency of visits to a page in one number, as in Firefox 147 and later.
//!
//! ```text
//! visit     = weight * 2 ^ (-age / 30 days)    weight: 100 if typed or bookmarked, else 50; age: before the last visit
//! score     = mean of the last 10 visits * number of all visits
//! frecency  = time of the last visit + 30 days * log2(score)
//! ```
//!
//! That is the time at which the score will have decayed to 1, so values computed at different times are comparable.
//! Firefox stores it in days since 1970, we in milliseconds. We leave out what Firefox derives from redirects, frames,
//! reloads and the time spent on a page, which the store does not know, and from bookmarks that were never visited.

use rusqlite::{Connection, OptionalExtension, named_params};

use crate::sql::HISTORY as SQL;

const SAMPLE: i64 = 10;
/// Milliseconds.
const HALF_LIFE: f64 = 30.0 * 86_400_000.0;

/// `visits` are the time and weight of the last visits, newest first; there is at least one.
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)] // times and counts are far below 2^53
fn frecency(visits: &[(i64, i64)], visit_count: i64) -> i64 {
    let reference = visits[0].0;
    let score = |&(visited_at, weight): &(i64, i64)| {
        weight as f64 * ((visited_at - reference) as f64 / HALF_LIFE).exp2()
    };
    let total: f64 = visits.iter().map(score).sum();
    let score = total / visits.len() as f64 * visit_count as f64;
    reference + (score.log2() * HALF_LIFE + 0.5).floor() as i64
}

/// Update the visit count, last visit and frecency of a page; false if it has no visits left.
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

/// Update the frecency of a URL that was bookmarked or is no longer bookmarked.
pub fn rescore_url(db: &Connection, url: &str) -> rusqlite::Result<()> {
    let page: Option<i64> = db
        .prepare_cached(SQL.get("page_of"))?
        .query_row(named_params! {":url": url}, |row| row.get(0))
        .optional()?;
    page.map_or(Ok(()), |page| rescore(db, page).map(drop))
}
