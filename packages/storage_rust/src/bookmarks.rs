//! The store of bookmarks, in the places file.

use rusqlite::{OptionalExtension, Row, named_params};

use crate::database::{Database, Format, Options};
use crate::error::{Error, Kind, Result};
use crate::frecency::rescore_url;
use crate::query::{Field, parse};
use crate::sql::{self, BOOKMARKS as SQL};
use crate::text::grams;
use crate::values::{Bookmark, NewBookmark, checked_limit, now, tags_from_json, tags_json};

pub const SCHEMA_VERSION: i64 = 1;

pub(crate) static FORMAT: Format = Format {
    name: "places",
    application_id: 0x4D42_706C, // MBpl
    version: SCHEMA_VERSION,
    schema: sql::PLACES_SCHEMA,
    index: "bookmarks_fts",
    probe: "SELECT (SELECT max(id) FROM bookmarks), (SELECT count(*) FROM bookmarks_fts_config)",
};

pub static FIELDS: [Field; 6] = [
    Field { name: "", words: &["title", "url", "tags", "note", "keyword"], grams: &["grams"] },
    Field { name: "title", words: &["title"], grams: &["grams"] },
    Field { name: "url", words: &["url"], grams: &[] },
    Field { name: "tag", words: &["tags"], grams: &[] },
    Field { name: "note", words: &["note"], grams: &["grams"] },
    Field { name: "keyword", words: &["keyword"], grams: &[] },
];

/// Thread-safe; several processes may have one file open.
pub struct BookmarkStore {
    db: Database,
}

impl BookmarkStore {
    pub fn open(path: &str, options: Options) -> Result<Self> {
        Ok(Self { db: Database::open(path, &FORMAT, options)? })
    }

    pub fn path(&self) -> &str {
        &self.db.path
    }

    /// Store a bookmark and return its id. A URL that is there already keeps its id and takes the new values.
    ///
    /// An empty URL is a snippet of its own. A keyword belongs to one bookmark and holds no spaces.
    pub fn add(&self, new: &NewBookmark) -> Result<i64> {
        let tags = tags_json(&new.tags)?;
        let grams = grams(&[&new.title, &new.note]);
        if let Some(keyword) = &new.keyword
            && (keyword.is_empty() || keyword.contains(char::is_whitespace))
        {
            return Err(Error::invalid(format!("keyword must be one word, not {keyword:?}")));
        }
        self.db.write(|db| {
            let known: Option<i64> = db
                .prepare_cached(SQL.get("by_url"))?
                .query_row(named_params! {":url": new.url}, |row| row.get(0))
                .optional()?;
            if let Some(keyword) = &new.keyword {
                let other: Option<(i64, String)> = db
                    .prepare_cached(SQL.get("by_keyword"))?
                    .query_row(named_params! {":keyword": keyword}, |row| Ok((row.get(0)?, row.get(1)?)))
                    .optional()?;
                if let Some((other, title)) = other
                    && known != Some(other)
                {
                    let message = format!("keyword {keyword:?} belongs to the bookmark {title:?}");
                    return Err(Error::new(Kind::InvalidData, &self.db.path, message).into());
                }
            }
            let Some(id) = known else {
                db.prepare_cached(SQL.get("add"))?.execute(named_params! {
                    ":url": new.url, ":title": new.title, ":tags": tags, ":note": new.note,
                    ":keyword": new.keyword, ":now": now(), ":grams": grams,
                })?;
                let added = db.last_insert_rowid();
                rescore_url(db, &new.url)?;
                return Ok(added);
            };
            db.prepare_cached(SQL.get("replace"))?.execute(named_params! {
                ":id": id, ":title": new.title, ":tags": tags, ":note": new.note,
                ":keyword": new.keyword, ":now": now(), ":grams": grams,
            })?;
            Ok(id)
        })
    }

    pub fn remove(&self, id: i64) -> Result<bool> {
        self.db.write(|db| {
            let known: Option<String> = db
                .prepare_cached(SQL.get("url_of"))?
                .query_row(named_params! {":id": id}, |row| row.get(0))
                .optional()?;
            let Some(url) = known else { return Ok(false) };
            db.prepare_cached(SQL.get("remove"))?.execute(named_params! {":id": id})?;
            rescore_url(db, &url)?;
            Ok(true)
        })
    }

    /// The best first; without a word that must be there, the last added first. `tag` must be equal.
    pub fn search(&self, query: &str, tag: Option<&str>, limit: i64) -> Result<Vec<Bookmark>> {
        let limit = checked_limit(limit)?;
        let wanted = parse(query, &FIELDS);
        if wanted.nothing {
            return Ok(Vec::new());
        }
        self.db.read(|db| {
            let (name, expression) = match &wanted.matching {
                Some(matching) => ("search", (":match", matching as &dyn rusqlite::ToSql)),
                None => ("search_without", (":without", &wanted.without as &dyn rusqlite::ToSql)),
            };
            let values: [(&str, &dyn rusqlite::ToSql); 3] = [expression, (":tag", &tag), (":limit", &limit)];
            let mut statement = db.prepare_cached(SQL.get(name))?;
            let rows = statement.query_map(&values, bookmark)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    pub fn len(&self) -> Result<i64> {
        self.db.read(|db| Ok(db.prepare_cached(SQL.get("count"))?.query_row([], |row| row.get(0))?))
    }

    pub fn is_empty(&self) -> Result<bool> {
        Ok(self.len()? == 0)
    }

    /// Of the database and of its log.
    pub fn file_sizes(&self) -> (i64, i64) {
        self.db.file_sizes()
    }

    /// Problems found, in words; empty when sound.
    pub fn check(&self) -> Result<Vec<String>> {
        self.db.check(SQL.get("check_index"))
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

fn bookmark(row: &Row<'_>) -> rusqlite::Result<Bookmark> {
    Ok(Bookmark {
        id: row.get(0)?,
        url: row.get(1)?,
        title: row.get(2)?,
        tags: tags_from_json(row.get_ref(3)?.as_str()?)?,
        note: row.get(4)?,
        keyword: row.get(5)?,
        created_at: row.get(6)?,
    })
}
