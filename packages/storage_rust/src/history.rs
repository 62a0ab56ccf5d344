//! The store of visited pages, in the places file.

use rusqlite::{Connection, OptionalExtension, named_params};

use crate::bookmarks::FORMAT;
use crate::database::{Database, Options};
use crate::error::{Error, Result};
use crate::frecency::rescore;
use crate::paths::host_of;
use crate::snippet::Span;
use crate::sql::HISTORY as SQL;
use crate::text::grams;
use crate::values::now;

/// Thread-safe; several processes may have one file open.
pub struct HistoryStore {
    pub(crate) db: Database,
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
