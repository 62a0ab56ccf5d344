//! Reading the history: completion in the address bar, full-text recall.

use rusqlite::{Row, named_params};

use crate::conversations::cut_to;
use crate::cursor::{self, Key};
use crate::error::Result;
use crate::history::{HistoryHit, HistoryStore};
use crate::query::{Field, Part, Query, as_typed, parse};
use crate::snippet::{Finder, snippet};
use crate::sql::HISTORY as SQL;
use crate::values::checked_limit;

/// Matches, the last first visited, that a search ranks.
pub const RANKED: i64 = 20_000;
/// Pages of the highest frecency, among which a completion is sought first.
const WALKED: i64 = 1_000;
/// Matches of the others, the last first visited, that a completion looks at.
const SOUGHT: i64 = 1_000;

static COMPLETION_FIELDS: [Field; 1] =
    [Field { name: "", words: &["title", "url"], grams: &["title_grams", "url_grams"] }];

pub static FIELDS: [Field; 4] = [
    Field { name: "", words: &["title", "url", "text"], grams: &["title_grams", "url_grams", "text_grams"] },
    Field { name: "title", words: &["title"], grams: &["title_grams"] },
    Field { name: "url", words: &["url"], grams: &["url_grams"] },
    Field { name: "text", words: &["text"], grams: &["text_grams"] },
];

#[derive(Clone, Debug)]
pub struct HistoryPage {
    pub hits: Vec<HistoryHit>,
    pub next_cursor: Option<String>,
    /// False where only the matches that were first visited last were ranked.
    pub complete: bool,
}

/// How many, and with a visit in what time.
#[derive(Clone, Copy)]
struct Within {
    limit: i64,
    since: Option<i64>,
    until: Option<i64>,
}

impl HistoryStore {
    /// The pages whose title or URL has a word that begins with each of those typed, by frecency.
    ///
    /// Nothing typed gives the best of all. Sought among the `WALKED` best; where these do not fill `limit`, also among
    /// the `SOUGHT` matches that were first visited last.
    pub fn complete(&self, text: &str, limit: i64) -> Result<Vec<HistoryHit>> {
        let wanted = as_typed(text, &COMPLETION_FIELDS);
        let limit = checked_limit(limit)?;
        if wanted.nothing {
            return Ok(Vec::new());
        }
        let mut hits = self.db.read(|db| {
            let enough = usize::try_from(limit).unwrap_or(usize::MAX);
            let mut hits: Vec<HistoryHit> = Vec::new();
            let mut finder = Finder::new(&wanted.parts);
            let walked = if wanted.matching.is_some() { WALKED } else { limit };
            let mut statement = db.prepare_cached(SQL.get("best"))?;
            let mut best = statement.query(named_params! {":limit": walked})?;
            while let Some(row) = best.next()? {
                if shows(row, &mut finder)? {
                    hits.push(hit(row)?);
                    if hits.len() == enough {
                        return Ok(hits);
                    }
                }
            }
            if let Some(matching) = &wanted.matching {
                let values = named_params! {":match": matching, ":bound": SOUGHT, ":limit": limit};
                for found in db.prepare_cached(SQL.get("complete"))?.query_map(values, hit)? {
                    let found = found?;
                    if !hits.iter().any(|hit| hit.id == found.id) {
                        hits.push(found);
                    }
                }
                hits.sort_by_key(|hit| std::cmp::Reverse((hit.frecency, hit.id)));
                hits.truncate(enough);
            }
            Ok(hits)
        })?;
        for hit in &mut hits {
            let shown = snippet(&[("title", &hit.title), ("url", &hit.url)], &wanted.parts);
            (hit.snippet, hit.highlights) = shown;
        }
        Ok(hits)
    }

    /// One page of what `query` finds in titles, URLs and kept texts, the best first.
    ///
    /// Without a word that must be there, the last visited comes first. `since` and `until` ask for a visit in that time.
    pub fn search(
        &self,
        query: &str,
        limit: i64,
        cursor: Option<&str>,
        since: Option<i64>,
        until: Option<i64>,
    ) -> Result<HistoryPage> {
        let limit = checked_limit(limit)?;
        let wanted = parse(query, &FIELDS);
        let within = Within { limit, since, until };
        match &wanted.matching {
            Some(matching) => self.ranked(matching, &wanted.parts, cursor, within),
            None => self.last_visited(&wanted, cursor, within),
        }
    }

    fn ranked(
        &self,
        matching: &str,
        parts: &[Part],
        cursor: Option<&str>,
        within: Within,
    ) -> Result<HistoryPage> {
        let from = cursor.map(|cursor| cursor::ranked("recall", cursor)).transpose()?;
        let (last_id, last_score) = (from.map(|from| from.1), from.map(|from| from.2));
        let mark = self.db.interrupt_mark();
        let (newest, mut rows, matches) = self.db.read(|db| {
            let newest: i64 = match from {
                Some((newest, ..)) => newest,
                None => db.prepare_cached(SQL.get("newest_page"))?.query_row([], |row| row.get(0))?,
            };
            let mut statement = db.prepare_cached(SQL.get("search"))?;
            let mut found = statement.query(named_params! {
                ":match": matching, ":newest": newest, ":bound": RANKED + 1, ":since": within.since,
                ":until": within.until, ":last_id": last_id, ":last_score": last_score, ":limit": within.limit + 1,
            })?;
            let (mut rows, mut matches) = (Vec::new(), 0);
            while let Some(row) = found.next()? {
                let score: f64 = row.get(7)?;
                rows.push((HistoryHit { score: 0.0 - score, ..hit(row)? }, row.get::<_, String>(6)?));
                matches = row.get::<_, i64>(8)?;
            }
            Ok((newest, rows, matches))
        })?;
        let more = cut_to(&mut rows, within.limit);
        let next_cursor = rows.last().filter(|_| more).map(|(last, _)| {
            cursor::write("recall", &[Key::Whole(newest), Key::Whole(last.id), Key::Float(0.0 - last.score)])
        });
        Ok(HistoryPage { hits: self.shown(rows, parts, mark)?, next_cursor, complete: matches <= RANKED })
    }

    fn last_visited(&self, wanted: &Query, cursor: Option<&str>, within: Within) -> Result<HistoryPage> {
        let (visited_at, id) =
            cursor.map_or(Ok((i64::MAX, i64::MAX)), |cursor| cursor::two("visited", cursor))?;
        if wanted.nothing {
            return Ok(HistoryPage { hits: Vec::new(), next_cursor: None, complete: true });
        }
        let mark = self.db.interrupt_mark();
        let mut rows: Vec<(HistoryHit, String)> = self.db.read(|db| {
            let values = named_params! {
                ":without": wanted.without, ":visited_at": visited_at, ":id": id, ":since": within.since,
                ":until": within.until, ":limit": within.limit + 1,
            };
            let mut statement = db.prepare_cached(SQL.get("search_without"))?;
            let rows = statement.query_map(values, |row| Ok((hit(row)?, row.get(6)?)))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })?;
        let more = cut_to(&mut rows, within.limit);
        let next_cursor = rows.last().filter(|_| more).map(|(last, _)| {
            cursor::write("visited", &[Key::Whole(last.last_visited_at), Key::Whole(last.id)])
        });
        Ok(HistoryPage { hits: self.shown(rows, &[], mark)?, next_cursor, complete: true })
    }

    fn shown(&self, rows: Vec<(HistoryHit, String)>, parts: &[Part], mark: i64) -> Result<Vec<HistoryHit>> {
        let show = |(hit, text): (HistoryHit, String)| {
            self.db.still(mark)?;
            // Of equal windows the text's is shown: title and URL are on display anyway.
            let texts = [("text", &*text), ("title", &*hit.title), ("url", &*hit.url)];
            let (snippet, highlights) = snippet(&texts, parts);
            Ok(HistoryHit { snippet, highlights, ..hit })
        };
        rows.into_iter().map(show).collect()
    }
}

/// Whether title and URL of a page hold what is sought; copies neither.
fn shows(row: &Row<'_>, finder: &mut Finder<'_>) -> rusqlite::Result<bool> {
    Ok(finder.finds_all_in(&[row.get_ref(2)?.as_str()?, row.get_ref(1)?.as_str()?]))
}

fn hit(row: &Row<'_>) -> rusqlite::Result<HistoryHit> {
    Ok(HistoryHit {
        id: row.get(0)?,
        url: row.get(1)?,
        title: row.get(2)?,
        visit_count: row.get(3)?,
        last_visited_at: row.get(4)?,
        frecency: row.get(5)?,
        score: 0.0,
        snippet: String::new(),
        highlights: Vec::new(),
    })
}
