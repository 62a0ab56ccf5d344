//! Full-text search in titles, URLs and texts of visited pages.

use rusqlite::named_params;

use crate::error::Result;
use crate::search::query::{Field, Part, Query, parse};
use crate::search::snippet::snippet;
use crate::sql::HISTORY as SQL;
use crate::stores::cursor::{self, Key};
use crate::stores::history::HistoryStore;
use crate::stores::history::records::{HistoryHit, HistoryPage};
use crate::stores::values::{checked_limit, truncate};

/// How many matches, the most recently first visited ones, are ranked.
const MAX_RANKED: i64 = 20_000;

static FIELDS: [Field; 4] = [
    Field { name: "", words: &["title", "url", "text"], grams: &["title_grams", "url_grams", "text_grams"] },
    Field { name: "title", words: &["title"], grams: &["title_grams"] },
    Field { name: "url", words: &["url"], grams: &["url_grams"] },
    Field { name: "text", words: &["text"], grams: &["text_grams"] },
];

/// How many hits, of pages with a visit in this time.
#[derive(Clone, Copy)]
struct Limits {
    limit: i64,
    since: Option<i64>,
    until: Option<i64>,
}

impl HistoryStore {
    /// One page of the matches of `query`, best first; without required terms, last visited first. With `since` and
    /// `until`, pages with a visit in that time.
    pub fn search(
        &self,
        query: &str,
        limit: i64,
        cursor: Option<&str>,
        since: Option<i64>,
        until: Option<i64>,
    ) -> Result<HistoryPage> {
        let limit = checked_limit(limit)?;
        let query = parse(query, &FIELDS);
        let limits = Limits { limit, since, until };
        match &query.expression {
            Some(expression) => self.search_by_relevance(expression, &query.parts, cursor, limits),
            None => self.search_last_visited(&query, cursor, limits),
        }
    }

    fn search_by_relevance(
        &self,
        expression: &str,
        parts: &[Part],
        cursor: Option<&str>,
        limits: Limits,
    ) -> Result<HistoryPage> {
        let previous = cursor.map(|cursor| cursor::ranked("recall", cursor)).transpose()?;
        let (last_id, last_score) = (previous.map(|keys| keys.1), previous.map(|keys| keys.2));
        let epoch = self.db.interrupt_epoch();
        let (newest, mut rows, matches) = self.db.read(|db| {
            let newest: i64 = match previous {
                Some((newest, ..)) => newest,
                None => db.prepare_cached(SQL.get("newest_page"))?.query_row([], |row| row.get(0))?,
            };
            let mut statement = db.prepare_cached(SQL.get("search"))?;
            let mut results = statement.query(named_params! {
                ":match": expression, ":newest": newest, ":bound": MAX_RANKED + 1, ":since": limits.since,
                ":until": limits.until, ":last_id": last_id, ":last_score": last_score, ":limit": limits.limit + 1,
            })?;
            let (mut rows, mut matches) = (Vec::new(), 0);
            while let Some(row) = results.next()? {
                let score: f64 = row.get(7)?;
                rows.push((HistoryHit { score: 0.0 - score, ..HistoryHit::from_row(row)? }, row.get::<_, String>(6)?));
                matches = row.get::<_, i64>(8)?;
            }
            Ok((newest, rows, matches))
        })?;
        let has_more = truncate(&mut rows, limits.limit);
        let next_cursor = rows.last().filter(|_| has_more).map(|(last, _)| {
            cursor::write(
                "recall",
                &[Key::Integer(newest), Key::Integer(last.id), Key::Float(0.0 - last.score)],
            )
        });
        Ok(HistoryPage {
            hits: self.with_snippets(rows, parts, epoch)?,
            next_cursor,
            complete: matches <= MAX_RANKED,
        })
    }

    fn search_last_visited(
        &self,
        query: &Query,
        cursor: Option<&str>,
        limits: Limits,
    ) -> Result<HistoryPage> {
        let (visited_at, id) =
            cursor.map_or(Ok((i64::MAX, i64::MAX)), |cursor| cursor::two("visited", cursor))?;
        if query.matches_nothing {
            return Ok(HistoryPage { hits: Vec::new(), next_cursor: None, complete: true });
        }
        let epoch = self.db.interrupt_epoch();
        let mut rows: Vec<(HistoryHit, String)> = self.db.read(|db| {
            let params = named_params! {
                ":without": query.excluded, ":visited_at": visited_at, ":id": id, ":since": limits.since,
                ":until": limits.until, ":limit": limits.limit + 1,
            };
            let mut statement = db.prepare_cached(SQL.get("search_without"))?;
            let rows = statement.query_map(params, |row| Ok((HistoryHit::from_row(row)?, row.get(6)?)))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })?;
        let has_more = truncate(&mut rows, limits.limit);
        let next_cursor = rows.last().filter(|_| has_more).map(|(last, _)| {
            cursor::write("visited", &[Key::Integer(last.last_visited_at), Key::Integer(last.id)])
        });
        Ok(HistoryPage { hits: self.with_snippets(rows, &[], epoch)?, next_cursor, complete: true })
    }

    fn with_snippets(
        &self,
        rows: Vec<(HistoryHit, String)>,
        parts: &[Part],
        epoch: i64,
    ) -> Result<Vec<HistoryHit>> {
        let add_snippet = |(hit, text): (HistoryHit, String)| {
            self.db.check_interrupt(epoch)?;
            // Of equal windows that of the text is used: users see the title and the URL anyway.
            let texts = [("text", &*text), ("title", &*hit.title), ("url", &*hit.url)];
            let (snippet, highlights) = snippet(&texts, parts);
            Ok(HistoryHit { snippet, highlights, ..hit })
        };
        rows.into_iter().map(add_snippet).collect()
    }
}
