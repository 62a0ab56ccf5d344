//! The store of bookmarks, in the places file.

use rusqlite::{Connection, OptionalExtension, Row, named_params};

use crate::database::{Database, Format, Options};
use crate::error::{Error, Kind, Result};
use crate::frecency::rescore_url;
use crate::query::{Field, parse};
use crate::salvage::Shape;
use crate::sql::{self, BOOKMARKS as SQL};
use crate::text::grams;
use crate::values::{Bookmark, NewBookmark, checked_limit, now, tags_from_json, tags_json};

pub const SCHEMA_VERSION: i64 = 2;

pub(crate) static FORMAT: Format = Format {
    name: "places",
    application_id: 0x4D42_706C, // MBpl
    version: SCHEMA_VERSION,
    schema: sql::PLACES_SCHEMA,
    migrations: &[(2, sql::PLACES_2)],
    indexes: &["bookmarks_fts", "pages_fts", "recall_fts"],
    shapes: &[
        Shape { table: "bookmarks", columns: "-ttatTomm", most: 99 },
        Shape { table: "pages", columns: "-tttimi", most: 99 },
        Shape { table: "visits", columns: "-kmi", most: 4 },
        Shape { table: "page_texts", columns: "-t", most: 3 },
    ],
    salvage: sql::PLACES_SALVAGE,
    probe: "SELECT (SELECT max(id) FROM bookmarks), (SELECT count(*) FROM bookmarks_fts_config)",
    merged: &[],
    backlog: None,
};

pub static FIELDS: [Field; 6] = [
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
                    ":keyword": new.keyword, ":now": now(), ":title_grams": grams(&[&new.title]),
                    ":url_grams": grams(&[&new.url]), ":tags_grams": grams(&[&tags]), ":note_grams": grams(&[&new.note]),
                })?;
                let added = db.last_insert_rowid();
                rescore_url(db, &new.url)?;
                return Ok(added);
            };
            db.prepare_cached(SQL.get("replace"))?.execute(named_params! {
                ":id": id, ":title": new.title, ":tags": tags, ":note": new.note,
                ":keyword": new.keyword, ":now": now(), ":title_grams": grams(&[&new.title]),
                ":tags_grams": grams(&[&tags]), ":note_grams": grams(&[&new.note]),
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

    /// All or nothing. A bookmark that is there already takes tags that it lacks, and a note or a keyword where it has none.
    pub fn import(&self, rows: &[Imported]) -> Result<Outcome> {
        self.db.write(|db| {
            let (mut changed, mut refused) = (Vec::new(), Vec::new());
            for (index, row) in rows.iter().enumerate() {
                let new = &row.bookmark;
                let known = known(db, new)?;
                let mut keyword = new.keyword.as_ref();
                if let Some(wanted) = keyword {
                    let owner: Option<i64> = db
                        .prepare_cached(SQL.get("by_keyword"))?
                        .query_row(named_params! {":keyword": wanted}, |row| row.get(0))
                        .optional()?;
                    if owner.is_some() && owner != known.as_ref().map(|known| known.0) {
                        refused.push((index, wanted.clone()));
                        keyword = None;
                    }
                }
                let Some((id, mut after)) = known else {
                    let created_at = row.created_at.unwrap_or_else(now);
                    let tags = tags_json(&new.tags)?;
                    db.prepare_cached(SQL.get("import"))?.execute(named_params! {
                        ":url": new.url, ":title": new.title, ":tags": tags, ":note": new.note,
                        ":keyword": keyword, ":metadata": row.metadata, ":created_at": created_at,
                        ":updated_at": row.updated_at.unwrap_or(created_at),
                        ":title_grams": grams(&[&new.title]), ":url_grams": grams(&[&new.url]),
                        ":tags_grams": grams(&[&tags]), ":note_grams": grams(&[&new.note]),
                    })?;
                    rescore_url(db, &new.url)?;
                    changed.push(true);
                    continue;
                };
                let before = after.clone();
                after.tags.extend(new.tags.iter().filter(|tag| !before.tags.contains(tag)).cloned());
                if after.note.is_empty() {
                    after.note.clone_from(&new.note);
                }
                after.keyword = after.keyword.or_else(|| keyword.cloned());
                changed.push(after != before);
                if after != before {
                    let tags = tags_json(&after.tags)?;
                    db.prepare_cached(SQL.get("replace"))?.execute(named_params! {
                        ":id": id, ":title": after.title, ":tags": tags, ":note": after.note,
                        ":keyword": after.keyword, ":now": now(), ":title_grams": grams(&[&after.title]),
                        ":tags_grams": grams(&[&tags]), ":note_grams": grams(&[&after.note]),
                    })?;
                }
            }
            Ok((changed, refused))
        })
    }

    /// All, with the time of their last change, in the order of their ids.
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

/// Which rows changed something, and the keywords that could not be given, by the index of their row.
pub type Outcome = (Vec<bool>, Vec<(usize, String)>);

/// A bookmark as a file has it; times are in milliseconds, `metadata` is the text of a JSON object.
#[derive(Clone, Debug, Default)]
pub struct Imported {
    pub bookmark: NewBookmark,
    pub created_at: Option<i64>,
    pub updated_at: Option<i64>,
    pub metadata: String,
}

fn known(db: &Connection, new: &NewBookmark) -> rusqlite::Result<Option<(i64, NewBookmark)>> {
    db.prepare_cached(SQL.get("same"))?
        .query_row(named_params! {":url": new.url, ":title": new.title, ":note": new.note}, |row| {
            let known = NewBookmark {
                url: new.url.clone(),
                title: row.get(1)?,
                tags: tags_from_json(row.get_ref(2)?.as_str()?)?,
                note: row.get(3)?,
                keyword: row.get(4)?,
            };
            Ok((row.get(0)?, known))
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
