//! The store of visited pages, in the places file.

mod completion;
pub mod import;
pub mod records;
pub mod search;
pub mod urls;

use rusqlite::{Connection, OptionalExtension, named_params};

use crate::db::database::Database;
use crate::db::options::Options;
use crate::error::{Error, Result};
use crate::salvage::recovery;
use crate::search::grams::grams;
use crate::search::url_text::url_grams;
use crate::sql::HISTORY as SQL;
use crate::stores::frecency::rescore;
use crate::stores::history::records::Deletion;
use crate::stores::history::urls::host_of;
use crate::stores::places::{PLACES, SCHEMA_VERSION};
use crate::stores::store::Store;
use crate::stores::values::now;

/// Thread-safe. Several processes may have one file open.
pub struct HistoryStore {
    db: Database,
}

impl Store for HistoryStore {
    fn database(&self) -> &Database {
        &self.db
    }

    fn schema_version(&self) -> i64 {
        SCHEMA_VERSION
    }

    fn len(&self) -> Result<i64> {
        self.db.read(|db| Ok(db.prepare_cached(SQL.get("count"))?.query_row([], |row| row.get(0))?))
    }

    fn counts(&self) -> Result<Vec<(&'static str, i64)>> {
        let visits = self
            .db
            .read(|db| Ok(db.prepare_cached(SQL.get("count_visits"))?.query_row([], |row| row.get(0))?))?;
        Ok(vec![("pages", self.len()?), ("visits", visits)])
    }

    fn index_check(&self) -> String {
        format!("{};{}", SQL.get("check_pages"), SQL.get("check_recall"))
    }
}

impl HistoryStore {
    pub fn open(path: &str, options: Options) -> Result<Self> {
        Ok(Self { db: recovery::open(path, &PLACES, &options)? })
    }

    /// Store a visit, at the current time by default, and return the id of its page. An empty title keeps the stored one.
    pub fn visit(&self, url: &str, title: &str, timestamp: Option<i64>, typed: bool) -> Result<i64> {
        let url = checked_url(url)?;
        let visited_at = timestamp.unwrap_or_else(now);
        let (host, title_grams, url_grams) = (host_of(url), grams(title), url_grams(url));
        self.db.write(|db| {
            let id = if let Some((id, stored_title)) = find_page(db, url)? {
                if !title.is_empty() && title != stored_title {
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

    /// Replace the title of a page without a visit. False if the page is not in the history.
    pub fn set_title(&self, url: &str, title: &str) -> Result<bool> {
        let url = checked_url(url)?;
        let title_grams = grams(title);
        self.db.write(|db| {
            let Some((id, stored_title)) = find_page(db, url)? else { return Ok(false) };
            if title != stored_title {
                retitle(db, id, title, &title_grams)?;
            }
            Ok(true)
        })
    }

    /// Replace the readable text of a page; an empty one deletes it. False if the page is not in the history.
    pub fn set_text(&self, url: &str, text: &str) -> Result<bool> {
        let url = checked_url(url)?;
        let grams = grams(text);
        self.db.write(|db| {
            let Some((page, _)) = find_page(db, url)? else { return Ok(false) };
            db.prepare_cached(SQL.get("drop_text"))?.execute(named_params! {":id": page})?;
            if !text.is_empty() {
                db.prepare_cached(SQL.get("add_text"))?
                    .execute(named_params! {":id": page, ":text": text, ":grams": grams})?;
            }
            Ok(true)
        })
    }

    /// Delete visits, all or nothing, and return how many. A page is deleted with its last visit.
    pub fn delete(&self, deletion: &Deletion) -> Result<i64> {
        let Deletion { url, domain, since, until } = deletion;
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
            let mut deleted = 0;
            for id in pages {
                deleted += db
                    .prepare_cached(SQL.get("delete_visits"))?
                    .execute(named_params! {":id": id, ":since": since, ":until": until})?;
                if !rescore(db, id)? {
                    db.prepare_cached(SQL.get("delete_page"))?.execute(named_params! {":id": id})?;
                }
            }
            Ok(i64::try_from(deleted).unwrap_or(i64::MAX))
        })
    }

    /// Delete the visits before `before`, and wipe what was deleted. Without it, only wipe.
    ///
    /// Afterwards no deleted data is in the file, its log or its indexes.
    pub fn purge(&self, before: Option<i64>) -> Result<i64> {
        let deleted = match before {
            Some(_) => self.delete(&Deletion { until: before, ..Deletion::default() })?,
            None => 0,
        };
        self.db.write(|db| {
            db.execute_batch(SQL.get("optimize_pages"))?;
            db.execute_batch(SQL.get("optimize_recall"))?;
            Ok(())
        })?;
        self.db.vacuum()?;
        Ok(deleted)
    }

    /// The stored text of a page.
    pub fn text(&self, url: &str) -> Result<Option<String>> {
        let url = checked_url(url)?;
        self.db.read(|db| {
            let mut statement = db.prepare_cached(SQL.get("text"))?;
            Ok(statement.query_row(named_params! {":url": url}, |row| row.get(0)).optional()?)
        })
    }
}

/// The id and the title of the page at a URL.
fn find_page(db: &Connection, url: &str) -> rusqlite::Result<Option<(i64, String)>> {
    db.prepare_cached(SQL.get("page_of"))?
        .query_row(named_params! {":url": url}, |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()
}

fn retitle(db: &Connection, id: i64, title: &str, title_grams: &str) -> rusqlite::Result<usize> {
    let values = named_params! {":id": id, ":title": title, ":title_grams": title_grams};
    db.prepare_cached(SQL.get("retitle"))?.execute(values)
}

fn checked_url(url: &str) -> Result<&str> {
    if url.is_empty() {
        return Err(Error::invalid("url must not be empty"));
    }
    Ok(url)
}
