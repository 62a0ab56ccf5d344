//! Full-text search in titles, URLs and texts of visited pages.

use rusqlite::named_params;

use crate::error::Result;
use crate::search::loose_query::{LooseQuery, parse_loosely};
use crate::search::query::{Field, Part, Query, parse};
use crate::search::relaxation::MatchMode;
use crate::search::snippet::snippet;
use crate::sql::HISTORY as SQL;
use crate::stores::cursor::{self, Key};
use crate::stores::history::HistoryStore;
use crate::stores::history::records::{HistoryHit, HistoryPage, HistorySearch};
use crate::stores::relaxed::{Index, Position, Request, rank};
use crate::stores::values::{checked_limit, truncate};

/// How many matches, the most recently first visited ones, are ranked.
const MAX_RANKED: i64 = 20_000;

pub static FIELDS: [Field; 4] = [
    Field { name: "", words: &["title", "url", "text"], grams: &["title_grams", "url_grams", "text_grams"] },
    Field { name: "title", words: &["title"], grams: &["title_grams"] },
    Field { name: "url", words: &["url"], grams: &["url_grams"] },
    Field { name: "text", words: &["text"], grams: &["text_grams"] },
];

/// The weights of the columns of the index.
static COLUMN_WEIGHTS: [f64; 6] = [4.0, 2.0, 1.0, 4.0, 2.0, 1.0];

impl HistoryStore {
    /// One page of the matches of `query`, best first; without required terms, last visited first.
    pub fn search(&self, query: &str, search: &HistorySearch) -> Result<HistoryPage> {
        let limit = checked_limit(search.limit)?;
        let parsed = parse(query, &FIELDS);
        let Some(expression) = &parsed.expression else {
            return self.search_last_visited(&parsed, search);
        };
        let all_words = || self.search_by_relevance(expression, &parsed.parts, search);
        if search.match_mode == MatchMode::All {
            return all_words();
        }
        let loose = parse_loosely(query, &FIELDS);
        if loose.optional.is_empty() {
            return all_words();
        }
        let is_relaxed = search.cursor.as_deref().is_some_and(Position::is_in);
        if is_relaxed || search.match_mode == MatchMode::Any {
            let position =
                search.cursor.as_deref().map(|cursor| Position::parse(cursor, &loose)).transpose()?;
            let page = self.search_some_words(loose, search, limit, position, Vec::new())?;
            let none = HistoryPage {
                hits: Vec::new(),
                next_cursor: None,
                complete: true,
                match_mode: MatchMode::Any,
            };
            return Ok(page.unwrap_or(none));
        }
        let mut page = all_words()?;
        let left = limit - i64::try_from(page.hits.len()).unwrap_or(limit);
        let is_single = loose.optional == parsed.parts && parsed.parts.len() == 1;
        if left == 0 || search.cursor.is_some() || is_single {
            return Ok(page);
        }
        let seen = page.hits.iter().map(|hit| hit.id).collect();
        match self.search_some_words(loose, search, left, None, seen)? {
            Some(more) if !more.hits.is_empty() => {
                page.hits.extend(more.hits);
                Ok(HistoryPage { hits: page.hits, ..more })
            }
            _ => Ok(page),
        }
    }

    /// The page at `position`, or the first one without the rows `seen`; None if no row matches.
    fn search_some_words(
        &self,
        query: LooseQuery,
        search: &HistorySearch,
        limit: i64,
        position: Option<Position>,
        seen: Vec<i64>,
    ) -> Result<Option<HistoryPage>> {
        let epoch = self.db.interrupt_epoch();
        let index = Index { fields: &FIELDS, columns: &COLUMN_WEIGHTS, statements: &SQL };
        let found = self.db.read(|db| {
            let request = Request {
                query,
                mode: search.match_mode,
                is_unordered: false,
                limit: usize::try_from(limit + 1).unwrap_or(usize::MAX),
                max_ranked: Some(MAX_RANKED),
                allowed: None,
                params: vec![(":since", &search.since), (":until", &search.until)],
            };
            let Some(found) = rank(db, &index, request, position, seen)? else { return Ok(None) };
            let mut get = db.prepare_cached(SQL.get("page"))?;
            let mut rows = Vec::new();
            for row in &found.rows {
                rows.push(get.query_row([row.id], |result| {
                    Ok((HistoryHit { score: row.score, ..HistoryHit::from_row(result)? }, result.get(6)?))
                })?);
            }
            Ok(Some((rows, found)))
        })?;
        let Some((mut rows, found)) = found else { return Ok(None) };
        let has_more = truncate(&mut rows, limit);
        let next_cursor = has_more.then(|| found.position.cursor(rows.iter().map(|(hit, _)| hit.id)));
        Ok(Some(HistoryPage {
            hits: self.with_snippets(rows, &found.parts, epoch)?,
            next_cursor,
            complete: found.is_complete,
            match_mode: MatchMode::Any,
        }))
    }

    fn search_by_relevance(
        &self,
        expression: &str,
        parts: &[Part],
        limits: &HistorySearch,
    ) -> Result<HistoryPage> {
        let previous = limits.cursor.as_deref().map(|cursor| cursor::ranked("recall", cursor)).transpose()?;
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
            match_mode: MatchMode::All,
        })
    }

    fn search_last_visited(&self, query: &Query, limits: &HistorySearch) -> Result<HistoryPage> {
        let cursor = limits.cursor.as_deref();
        let (visited_at, id) =
            cursor.map_or(Ok((i64::MAX, i64::MAX)), |cursor| cursor::two("visited", cursor))?;
        if query.matches_nothing {
            return Ok(HistoryPage {
                hits: Vec::new(),
                next_cursor: None,
                complete: true,
                match_mode: MatchMode::All,
            });
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
        let hits = self.with_snippets(rows, &[], epoch)?;
        Ok(HistoryPage { hits, next_cursor, complete: true, match_mode: MatchMode::All })
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
