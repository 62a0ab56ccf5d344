//! The store of visited pages, in the places file.

use rusqlite::{Connection, OptionalExtension, Row, named_params};

use crate::bookmarks::FORMAT;
use crate::conversations::cut_to;
use crate::cursor::{self, Key};
use crate::database::{Database, Options};
use crate::error::{Error, Result};
use crate::frecency::rescore;
use crate::paths::host_of;
use crate::query::{Field, Part, as_typed, parse};
use crate::snippet::{Finder, Span, snippet};
use crate::sql::HISTORY as SQL;
use crate::text::grams;
use crate::values::{checked_limit, now};

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

/// Thread-safe; several processes may have one file open.
pub struct HistoryStore {
    db: Database,
}

/// A visited page. Times are in milliseconds; `frecency` as in the module of that name.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryHit {
    pub id: i64,
    pub url: String,
    pub title: String,
    pub visit_count: i64,
    pub last_visited_at: i64,
    pub frecency: i64,
    pub score: f64,
    pub snippet: String,
    pub highlights: Vec<Span>,
}

#[derive(Clone, Debug)]
pub struct HistoryPage {
    pub hits: Vec<HistoryHit>,
    pub next_cursor: Option<String>,
    /// False where only the matches that were first visited last were ranked.
    pub complete: bool,
}

/// The visits that all of what is set names: `since` <= time < `until`; a domain is a host and all below it.
#[derive(Clone, Debug, Default)]
pub struct Deletion {
    pub url: Option<String>,
    pub domain: Option<String>,
    pub since: Option<i64>,
    pub until: Option<i64>,
}

#[derive(Clone, Copy, Debug)]
pub struct Stats {
    pub pages: i64,
    pub visits: i64,
    pub file_bytes: i64,
    pub wal_bytes: i64,
}

/// So many visits of a page at one time, in milliseconds.
#[derive(Clone, Debug)]
pub struct ImportedVisits {
    pub url: String,
    pub title: String,
    pub visited_at: i64,
    pub count: i64,
}

impl HistoryStore {
    pub fn open(path: &str, options: Options) -> Result<Self> {
        Ok(Self { db: Database::open(path, &FORMAT, options)? })
    }

    pub fn path(&self) -> &str {
        &self.db.path
    }

    // -- writing

    /// Store a visit, now where no time is given, and return the id of its page. An empty title leaves the known one.
    pub fn visit(&self, url: &str, title: &str, timestamp: Option<i64>, typed: bool) -> Result<i64> {
        let url = address(url)?;
        let visited_at = timestamp.unwrap_or_else(now);
        let (host, title_grams, url_grams) = (host_of(url), grams(&[title]), grams(&[url]));
        self.db.write(|db| {
            let id = if let Some((id, known)) = page_of(db, url)? {
                if !title.is_empty() && title != known {
                    retitle(db, id, title, &title_grams)?;
                }
                id
            } else {
                db.prepare_cached(SQL.get("add_page"))?.execute(named_params! {
                    ":url": url, ":host": host, ":title": title, ":visited_at": visited_at,
                    ":title_grams": title_grams, ":url_grams": url_grams,
                })?;
                db.last_insert_rowid()
            };
            db.prepare_cached(SQL.get("add_visit"))?
                .execute(named_params! {":id": id, ":visited_at": visited_at, ":typed": typed})?;
            rescore(db, id)?;
            Ok(id)
        })
    }

    /// Take visits that another program knows, all or nothing; whether each added any. A page that is here keeps its title.
    pub fn import(&self, rows: &[ImportedVisits]) -> Result<Vec<bool>> {
        self.db.write(|db| {
            let mut changed = Vec::with_capacity(rows.len());
            for row in rows {
                let title_grams = grams(&[&row.title]);
                let id = if let Some((id, known)) = page_of(db, &row.url)? {
                    if known.is_empty() && !row.title.is_empty() {
                        retitle(db, id, &row.title, &title_grams)?;
                    }
                    id
                } else {
                    db.prepare_cached(SQL.get("add_page"))?.execute(named_params! {
                        ":url": row.url, ":host": host_of(&row.url), ":title": row.title,
                        ":visited_at": row.visited_at, ":title_grams": title_grams,
                        ":url_grams": grams(&[&row.url]),
                    })?;
                    db.last_insert_rowid()
                };
                let here: i64 = db
                    .prepare_cached(SQL.get("visits_at"))?
                    .query_row(named_params! {":id": id, ":visited_at": row.visited_at}, |row| row.get(0))?;
                for _ in here..row.count {
                    db.prepare_cached(SQL.get("add_visit"))?
                        .execute(named_params! {":id": id, ":visited_at": row.visited_at, ":typed": false})?;
                }
                if here < row.count {
                    rescore(db, id)?;
                }
                changed.push(here < row.count);
            }
            Ok(changed)
        })
    }

    /// Call a page anew, which is no visit. False where the page is not in the history: then nothing is kept.
    pub fn set_title(&self, url: &str, title: &str) -> Result<bool> {
        let url = address(url)?;
        let title_grams = grams(&[title]);
        self.db.write(|db| {
            let Some((id, known)) = page_of(db, url)? else { return Ok(false) };
            if title != known {
                retitle(db, id, title, &title_grams)?;
            }
            Ok(true)
        })
    }

    /// Keep the readable text of a page in place of the one that is kept; an empty one drops it.
    ///
    /// False where the page is not in the history: then nothing is kept.
    pub fn set_text(&self, url: &str, text: &str) -> Result<bool> {
        let url = address(url)?;
        let grams = grams(&[text]);
        self.db.write(|db| {
            let Some((page, _)) = page_of(db, url)? else { return Ok(false) };
            db.prepare_cached(SQL.get("drop_text"))?.execute(named_params! {":id": page})?;
            if !text.is_empty() {
                db.prepare_cached(SQL.get("add_text"))?
                    .execute(named_params! {":id": page, ":text": text, ":grams": grams})?;
            }
            Ok(true)
        })
    }

    /// The number of visits that are gone. A page goes with its last visit. All or nothing.
    pub fn delete(&self, wanted: &Deletion) -> Result<i64> {
        let Deletion { url, domain, since, until } = wanted;
        if url.is_none() && domain.is_none() && since.is_none() && until.is_none() {
            let message =
                "delete needs a url, a domain, since or until: without any it would empty the history";
            return Err(Error::invalid(message));
        }
        let domain = domain.as_ref().map(|domain| domain.trim_matches('.').to_lowercase());
        if domain.as_ref().is_some_and(String::is_empty) {
            return Err(Error::invalid("domain must name a host, not be empty"));
        }
        self.db.write(|db| {
            let values = named_params! {":url": url, ":domain": domain, ":since": since, ":until": until};
            let mut statement = db.prepare_cached(SQL.get("find_visits"))?;
            let pages: Vec<i64> =
                statement.query_map(values, |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
            let mut gone = 0;
            for id in pages {
                gone += db
                    .prepare_cached(SQL.get("delete_visits"))?
                    .execute(named_params! {":id": id, ":since": since, ":until": until})?;
                if !rescore(db, id)? {
                    db.prepare_cached(SQL.get("delete_page"))?.execute(named_params! {":id": id})?;
                }
            }
            Ok(i64::try_from(gone).unwrap_or(i64::MAX))
        })
    }

    /// Delete the visits that were earlier than `before` for good; without it, only wipe.
    ///
    /// Afterwards nothing that was deleted, now or earlier, is in the file, its log or its indexes.
    pub fn purge(&self, before: Option<i64>) -> Result<i64> {
        let gone = match before {
            Some(_) => self.delete(&Deletion { until: before, ..Deletion::default() })?,
            None => 0,
        };
        self.db.write(|db| {
            db.execute_batch(SQL.get("optimize_pages"))?;
            db.execute_batch(SQL.get("optimize_recall"))?;
            Ok(())
        })?;
        self.db.rewrite()?;
        Ok(gone)
    }

    // -- reading

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
        let mark = self.db.interrupt_mark();
        let last = limit + 1;
        if let Some(matching) = &wanted.matching {
            let from = cursor.map(|cursor| cursor::ranked("recall", cursor)).transpose()?;
            let (last_id, last_score) = (from.map(|from| from.1), from.map(|from| from.2));
            let (newest, mut rows, matches) = self.db.read(|db| {
                let newest: i64 = match from {
                    Some((newest, ..)) => newest,
                    None => db.prepare_cached(SQL.get("newest_page"))?.query_row([], |row| row.get(0))?,
                };
                let mut statement = db.prepare_cached(SQL.get("search"))?;
                let bound = RANKED + 1;
                let mut found = statement.query(named_params! {
                    ":match": matching, ":newest": newest, ":bound": bound, ":since": since, ":until": until,
                    ":last_id": last_id, ":last_score": last_score, ":limit": last,
                })?;
                let (mut rows, mut matches) = (Vec::new(), 0);
                while let Some(row) = found.next()? {
                    let score: f64 = row.get(7)?;
                    rows.push((HistoryHit { score: 0.0 - score, ..hit(row)? }, row.get::<_, String>(6)?));
                    matches = row.get::<_, i64>(8)?;
                }
                Ok((newest, rows, matches))
            })?;
            let more = cut_to(&mut rows, limit);
            let next_cursor = rows.last().filter(|_| more).map(|(last, _)| {
                cursor::write(
                    "recall",
                    &[Key::Whole(newest), Key::Whole(last.id), Key::Float(0.0 - last.score)],
                )
            });
            return Ok(HistoryPage {
                hits: self.shown(rows, &wanted.parts, mark)?,
                next_cursor,
                complete: matches <= RANKED,
            });
        }
        let (visited_at, id) =
            cursor.map_or(Ok((i64::MAX, i64::MAX)), |cursor| cursor::two("visited", cursor))?;
        if wanted.nothing {
            return Ok(HistoryPage { hits: Vec::new(), next_cursor: None, complete: true });
        }
        let mut rows: Vec<(HistoryHit, String)> = self.db.read(|db| {
            let values = named_params! {
                ":without": wanted.without, ":visited_at": visited_at, ":id": id, ":since": since, ":until": until,
                ":limit": last,
            };
            let mut statement = db.prepare_cached(SQL.get("search_without"))?;
            let rows = statement.query_map(values, |row| Ok((hit(row)?, row.get(6)?)))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })?;
        let more = cut_to(&mut rows, limit);
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

    /// The text that is kept of a page.
    pub fn text(&self, url: &str) -> Result<Option<String>> {
        let url = address(url)?;
        self.db.read(|db| {
            let mut statement = db.prepare_cached(SQL.get("text"))?;
            Ok(statement.query_row(named_params! {":url": url}, |row| row.get(0)).optional()?)
        })
    }

    // -- the file

    /// Of pages.
    pub fn len(&self) -> Result<i64> {
        self.db.read(|db| Ok(db.prepare_cached(SQL.get("count"))?.query_row([], |row| row.get(0))?))
    }

    pub fn is_empty(&self) -> Result<bool> {
        Ok(self.len()? == 0)
    }

    pub fn stats(&self) -> Result<Stats> {
        let visits = self
            .db
            .read(|db| Ok(db.prepare_cached(SQL.get("count_visits"))?.query_row([], |row| row.get(0))?))?;
        let (file_bytes, wal_bytes) = self.db.file_sizes();
        Ok(Stats { pages: self.len()?, visits, file_bytes, wal_bytes })
    }

    /// Problems found, in words; empty when sound.
    pub fn check(&self) -> Result<Vec<String>> {
        self.db.check(&format!("{};{}", SQL.get("check_pages"), SQL.get("check_recall")))
    }

    pub fn backup(&self, path: &str) -> Result<()> {
        self.db.backup(path)
    }

    pub fn interrupt(&self) {
        self.db.interrupt();
    }

    pub fn close(&self) {
        self.db.close();
    }
}

/// The id and the title of a page.
fn page_of(db: &Connection, url: &str) -> rusqlite::Result<Option<(i64, String)>> {
    db.prepare_cached(SQL.get("page_of"))?
        .query_row(named_params! {":url": url}, |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()
}

fn retitle(db: &Connection, id: i64, title: &str, title_grams: &str) -> rusqlite::Result<usize> {
    let values = named_params! {":id": id, ":title": title, ":title_grams": title_grams};
    db.prepare_cached(SQL.get("retitle"))?.execute(values)
}

fn address(url: &str) -> Result<&str> {
    if url.is_empty() {
        return Err(Error::invalid("url must not be empty"));
    }
    Ok(url)
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
