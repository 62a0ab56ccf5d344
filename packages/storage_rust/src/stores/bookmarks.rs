//! The store of bookmarks, in the places file.

use rusqlite::{Connection, OptionalExtension, Row, ToSql, named_params};

use crate::db::database::Database;
use crate::db::options::Options;
use crate::error::{Error, Failure, Kind, Result};
use crate::salvage::recovery;
use crate::search::grams::grams;
use crate::search::query::{Field, parse};
use crate::search::url_text::url_grams;
use crate::sql::BOOKMARKS as SQL;
use crate::stores::frecency::rescore_url;
use crate::stores::places::{PLACES, SCHEMA_VERSION};
use crate::stores::store::Store;
use crate::stores::values::{checked_limit, now, tags_from_json, tags_json};

static FIELDS: [Field; 6] = [
    Field {
        name: "",
        words: &["title", "url", "tags", "note", "keyword"],
        grams: &["title_grams", "url_grams", "tags_grams", "note_grams"],
    },
    Field { name: "title", words: &["title"], grams: &["title_grams"] },
    Field { name: "url", words: &["url"], grams: &["url_grams"] },
    Field { name: "tag", words: &["tags"], grams: &["tags_grams"] },
    Field { name: "note", words: &["note"], grams: &["note_grams"] },
    Field { name: "keyword", words: &["keyword"], grams: &[] },
];

#[derive(Clone, Debug, PartialEq)]
pub struct Bookmark {
    pub id: i64,
    pub url: String,
    pub title: String,
    pub tags: Vec<String>,
    pub note: String,
    pub keyword: Option<String>,
    pub created_at: i64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewBookmark {
    pub url: String,
    pub title: String,
    pub tags: Vec<String>,
    pub note: String,
    pub keyword: Option<String>,
}

/// Thread-safe. Several processes may have one file open.
pub struct BookmarkStore {
    db: Database,
}

impl Store for BookmarkStore {
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
        Ok(vec![("bookmarks", self.len()?)])
    }

    fn index_check(&self) -> String {
        SQL.get("check_index").to_owned()
    }
}

impl BookmarkStore {
    pub fn open(path: &str, options: Options) -> Result<Self> {
        Ok(Self { db: recovery::open(path, &PLACES, &options)? })
    }

    /// Store a bookmark and return its id. A bookmark with the same URL keeps its id and gets the new values.
    ///
    /// A bookmark without a URL is a note. A keyword belongs to one bookmark and has no spaces.
    pub fn add(&self, new: &NewBookmark) -> Result<i64> {
        tags_json(&new.tags)?; // checks them
        if let Some(keyword) = &new.keyword
            && (keyword.is_empty() || keyword.contains(char::is_whitespace))
        {
            return Err(Error::invalid(format!("keyword must be one word, not {keyword:?}")));
        }
        self.db.write(|db| {
            let stored: Option<i64> = db
                .prepare_cached(SQL.get("by_url"))?
                .query_row(named_params! {":url": new.url}, |row| row.get(0))
                .optional()?;
            if let Some(keyword) = &new.keyword
                && let Some((owner, title)) = keyword_owner(db, keyword)?
                && stored != Some(owner)
            {
                let message = format!("keyword {keyword:?} belongs to the bookmark {title:?}");
                return Err(Error::new(Kind::InvalidData, &self.db.path, message).into());
            }
            if let Some(id) = stored {
                replace(db, id, new)?;
                Ok(id)
            } else {
                let now = now();
                insert(db, new, "{}", now, now)
            }
        })
    }

    pub fn remove(&self, id: i64) -> Result<bool> {
        self.db.write(|db| {
            let url: Option<String> = db
                .prepare_cached(SQL.get("url_of"))?
                .query_row(named_params! {":id": id}, |row| row.get(0))
                .optional()?;
            let Some(url) = url else { return Ok(false) };
            db.prepare_cached(SQL.get("remove"))?.execute(named_params! {":id": id})?;
            rescore_url(db, &url)?;
            Ok(true)
        })
    }

    /// The matches of `query`, best first; without required terms, last added first. `tag` must be equal.
    pub fn search(&self, query: &str, tag: Option<&str>, limit: i64) -> Result<Vec<Bookmark>> {
        let limit = checked_limit(limit)?;
        let query = parse(query, &FIELDS);
        if query.matches_nothing {
            return Ok(Vec::new());
        }
        self.db.read(|db| {
            let (name, expression) = match &query.expression {
                Some(expression) => ("search", (":match", expression as &dyn ToSql)),
                None => ("search_without", (":without", &query.excluded as &dyn ToSql)),
            };
            let params: [(&str, &dyn ToSql); 3] = [expression, (":tag", &tag), (":limit", &limit)];
            let mut statement = db.prepare_cached(SQL.get(name))?;
            let rows = statement.query_map(&params, bookmark)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// Import all rows or none. An existing bookmark gets the tags that it does not have, and the note and the keyword if
    /// it has none.
    pub fn import(&self, rows: &[ImportedBookmark]) -> Result<ImportOutcome> {
        self.db.write(|db| {
            let (mut changed, mut refused) = (Vec::new(), Vec::new());
            for (index, row) in rows.iter().enumerate() {
                let mut new = row.bookmark.clone();
                let stored = find_same(db, &new)?;
                if let Some(keyword) = &new.keyword
                    && let Some((owner, _)) = keyword_owner(db, keyword)?
                    && stored.as_ref().is_none_or(|(id, _)| *id != owner)
                {
                    refused.push((index, keyword.clone()));
                    new.keyword = None;
                }
                let Some((id, before)) = stored else {
                    let created_at = row.created_at.unwrap_or_else(now);
                    insert(db, &new, &row.metadata, created_at, row.updated_at.unwrap_or(created_at))?;
                    changed.push(true);
                    continue;
                };
                let after = merged(&before, new);
                changed.push(after != before);
                if after != before {
                    replace(db, id, &after)?;
                }
            }
            Ok((changed, refused))
        })
    }

    /// All bookmarks with the times of their creation and last change, in the order of their ids.
    pub fn export(&self) -> Result<Vec<(NewBookmark, i64, i64)>> {
        self.db.read(|db| {
            let mut statement = db.prepare_cached(SQL.get("export"))?;
            let rows = statement.query_map([], |row| {
                let bookmark = NewBookmark {
                    url: row.get(0)?,
                    title: row.get(1)?,
                    tags: tags_from_json(row.get_ref(2)?.as_str()?)?,
                    note: row.get(3)?,
                    keyword: row.get(4)?,
                };
                Ok((bookmark, row.get(5)?, row.get(6)?))
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }
}

/// Whether each row changed something, and the keywords that belong to other bookmarks, by the index of their row.
pub type ImportOutcome = (Vec<bool>, Vec<(usize, String)>);

/// A bookmark of an imported file. Times are in milliseconds; `metadata` is a JSON object.
#[derive(Clone, Debug, Default)]
pub struct ImportedBookmark {
    pub bookmark: NewBookmark,
    pub created_at: Option<i64>,
    pub updated_at: Option<i64>,
    pub metadata: String,
}

/// The id and the title of the bookmark with a keyword.
fn keyword_owner(db: &Connection, keyword: &str) -> rusqlite::Result<Option<(i64, String)>> {
    db.prepare_cached(SQL.get("by_keyword"))?
        .query_row(named_params! {":keyword": keyword}, |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()
}

fn insert(
    db: &Connection,
    new: &NewBookmark,
    metadata: &str,
    created_at: i64,
    updated_at: i64,
) -> std::result::Result<i64, Failure> {
    let tags = tags_json(&new.tags)?;
    db.prepare_cached(SQL.get("import"))?.execute(named_params! {
        ":url": new.url, ":title": new.title, ":tags": tags, ":note": new.note, ":keyword": new.keyword,
        ":metadata": metadata, ":created_at": created_at, ":updated_at": updated_at,
        ":title_grams": grams(&new.title), ":url_grams": url_grams(&new.url), ":tags_grams": grams(&tags),
        ":note_grams": grams(&new.note),
    })?;
    let id = db.last_insert_rowid();
    rescore_url(db, &new.url)?;
    Ok(id)
}

fn replace(db: &Connection, id: i64, new: &NewBookmark) -> std::result::Result<(), Failure> {
    let tags = tags_json(&new.tags)?;
    db.prepare_cached(SQL.get("replace"))?.execute(named_params! {
        ":id": id, ":title": new.title, ":tags": tags, ":note": new.note, ":keyword": new.keyword,
        ":now": now(), ":title_grams": grams(&new.title), ":tags_grams": grams(&tags),
        ":note_grams": grams(&new.note),
    })?;
    Ok(())
}

/// The stored bookmark with what it does not have from the new one.
fn merged(stored: &NewBookmark, new: NewBookmark) -> NewBookmark {
    let mut merged = stored.clone();
    merged.tags.extend(new.tags.into_iter().filter(|tag| !stored.tags.contains(tag)));
    if merged.note.is_empty() {
        merged.note = new.note;
    }
    merged.keyword = merged.keyword.or(new.keyword);
    merged
}

/// The stored bookmark that an imported one is equal to, and its id.
fn find_same(db: &Connection, new: &NewBookmark) -> rusqlite::Result<Option<(i64, NewBookmark)>> {
    db.prepare_cached(SQL.get("same"))?
        .query_row(named_params! {":url": new.url, ":title": new.title, ":note": new.note}, |row| {
            let stored = NewBookmark {
                url: new.url.clone(),
                title: row.get(1)?,
                tags: tags_from_json(row.get_ref(2)?.as_str()?)?,
                note: row.get(3)?,
                keyword: row.get(4)?,
            };
            Ok((row.get(0)?, stored))
        })
        .optional()
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
