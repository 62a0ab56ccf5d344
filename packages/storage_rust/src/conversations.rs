//! The store of conversations.

use rusqlite::{Connection, OptionalExtension, Row, named_params};

use crate::backlog;
use crate::cursor::{self, Key};
use crate::database::{Backlog, Database, Failure, Format, Options};
use crate::error::{Error, Kind, Result};
use crate::query::Field;
use crate::salvage::Shape;
use crate::sql::{self, CONVERSATIONS as SQL};
use crate::text::grams;
use crate::values::{
    Changes, Conversation, NewConversation, Page, Thread, checked_limit, now, tags_from_json, tags_json,
};

pub const SCHEMA_VERSION: i64 = 2;
/// Rows between two reports of progress.
const PROGRESS: usize = 1000;

static FORMAT: Format = Format {
    name: "conversations",
    application_id: 0x4D42_6376, // MBcv
    version: SCHEMA_VERSION,
    schema: sql::CONVERSATIONS_SCHEMA,
    migrations: &[(2, sql::CONVERSATIONS_2)],
    indexes: &["conversations_fts"],
    shapes: &[
        Shape { table: "threads", columns: "-tmm", most: 4 },
        Shape { table: "conversations", columns: "-kKmtttTao", most: 99 },
        Shape { table: "import_fingerprints", columns: "bK", most: 2 },
    ],
    salvage: sql::CONVERSATIONS_SALVAGE,
    probe: "SELECT (SELECT max(id) FROM conversations), (SELECT count(*) FROM conversations_fts_config)",
    merged: &["conversations_fts"],
    backlog: Some(Backlog { is_behind: backlog::is_behind, catch_up: backlog::catch_up }),
};

pub static FIELDS: [Field; 6] = [
    Field { name: "", words: &["prompt", "response"], grams: &["prompt_grams", "response_grams"] },
    Field { name: "prompt", words: &["prompt"], grams: &["prompt_grams"] },
    Field { name: "response", words: &["response"], grams: &["response_grams"] },
    Field { name: "model", words: &["model"], grams: &["model_grams"] },
    Field { name: "tag", words: &["tags"], grams: &["tags_grams"] },
    Field { name: "url", words: &["url"], grams: &["url_grams"] },
];

/// Thread-safe; several processes may have one file open.
pub struct ConversationStore {
    pub(crate) db: Database,
}

#[derive(Clone, Debug)]
pub struct Stats {
    pub conversations: i64,
    pub threads: i64,
    pub not_indexed: i64,
    pub database_bytes: i64,
    pub file_bytes: i64,
    pub wal_bytes: i64,
}

impl ConversationStore {
    pub fn open(path: &str, options: Options) -> Result<Self> {
        Ok(Self { db: Database::open(path, &FORMAT, options)? })
    }

    pub fn path(&self) -> &str {
        &self.db.path
    }

    // -- writing

    /// Store one exchange and return its id. Without a thread and a parent it begins a thread of its own.
    pub fn add(&self, new: &NewConversation) -> Result<i64> {
        let ready = Ready::new(new)?;
        self.db.write(|db| self.insert(db, &ready))
    }

    /// All or nothing. `progress` is told now and then how many are stored; an error of its own undoes everything.
    pub fn add_many(
        &self,
        rows: &[NewConversation],
        mut progress: impl FnMut(usize) -> Result<()>,
    ) -> Result<usize> {
        let added = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        backlog::load(&self.db, |db| {
            for (n, row) in rows.iter().enumerate() {
                let added = Ready::new(row).map_err(Failure::from).and_then(|ready| self.insert(db, &ready));
                added.map_err(|failure| at_row(n, failure))?;
                if (n + 1) % PROGRESS == 0 || n + 1 == rows.len() {
                    progress(n + 1)?;
                }
            }
            Ok(added)
        })?;
        Ok(rows.len())
    }

    fn insert(&self, db: &Connection, row: &Ready<'_>) -> std::result::Result<i64, Failure> {
        let new = row.new;
        let (thread_id, parent_id) = self.place(db, new.thread_id, new.parent_id, row.timestamp)?;
        db.prepare_cached(SQL.get("add"))?.execute(named_params! {
            ":thread_id": thread_id, ":parent_id": parent_id, ":timestamp": row.timestamp,
            ":prompt": new.prompt, ":response": new.response, ":model": new.model, ":url": new.url,
            ":tags": row.tags, ":metadata": if new.metadata.is_empty() { "{}" } else { &new.metadata },
            ":prompt_grams": row.prompt_grams, ":response_grams": row.response_grams,
            ":model_grams": row.model_grams, ":tags_grams": row.tags_grams, ":url_grams": row.url_grams,
        })?;
        Ok(db.last_insert_rowid())
    }

    fn place(
        &self,
        db: &Connection,
        thread: Option<i64>,
        parent: Option<i64>,
        timestamp: i64,
    ) -> std::result::Result<(i64, Option<i64>), Failure> {
        let refuse = |message: String| Failure::Ours(Error::new(Kind::InvalidData, &self.db.path, message));
        if let Some(parent) = parent {
            let mut statement = db.prepare_cached(SQL.get("thread_of"))?;
            let found: Option<i64> =
                statement.query_row(named_params! {":id": parent}, |row| row.get(0)).optional()?;
            return match (found, thread) {
                (None, _) => Err(refuse(format!("parent_id {parent}: there is no such conversation"))),
                (Some(found), Some(thread)) if found != thread => {
                    Err(refuse(format!("parent_id {parent} is in thread {found}, not in {thread}")))
                }
                (Some(found), _) => Ok((found, Some(parent))),
            };
        }
        let Some(thread) = thread else {
            return Ok((add_thread(db, "", timestamp)?, None));
        };
        if !db.prepare_cached(SQL.get("thread_exists"))?.exists(named_params! {":thread_id": thread})? {
            return Err(refuse(format!("thread_id {thread}: there is no such thread")));
        }
        let mut statement = db.prepare_cached(SQL.get("newest_in_thread"))?;
        Ok((thread, statement.query_row(named_params! {":thread_id": thread}, |row| row.get(0))?))
    }

    /// Replace what is given; false where there is no such conversation.
    pub fn update(&self, id: i64, changes: &Changes) -> Result<bool> {
        let tags = changes.tags.as_deref().map(tags_json).transpose()?;
        let tags_grams = tags.as_deref().map(|tags| grams(&[tags]));
        let response_grams = changes.response.as_deref().map(|response| grams(&[response]));
        self.db.write(|db| {
            let changed = db.prepare_cached(SQL.get("update"))?.execute(named_params! {
                ":id": id, ":response": changes.response, ":response_grams": response_grams,
                ":tags": tags, ":tags_grams": tags_grams, ":metadata": changes.metadata,
            })?;
            Ok(changed > 0)
        })
    }

    /// How many were there and are gone; what continued one continues the one before it. All or nothing.
    ///
    /// A thread goes with its last exchange.
    pub fn delete(&self, ids: &[i64]) -> Result<usize> {
        self.db.write(|db| {
            let mut statement = db.prepare_cached(SQL.get("delete"))?;
            let mut gone = 0;
            for id in ids {
                gone += statement.execute(named_params! {":id": id})?;
            }
            Ok(gone)
        })
    }

    /// Delete for good what is older than `before` and not among the newest `keep_last`; with neither, only wipe.
    ///
    /// Afterwards no text that was deleted or replaced, now or earlier, is in the file, its log or its index.
    pub fn purge(&self, before: Option<i64>, keep_last: Option<i64>) -> Result<usize> {
        if keep_last.is_some_and(|keep| keep < 0) {
            let message = format!("keep_last must be 0 or more, not {}", keep_last.unwrap_or_default());
            return Err(Error::invalid(message));
        }
        let gone = self.db.write(|db| {
            let mut gone = 0;
            if before.is_some() || keep_last.is_some() {
                let limits = named_params! {":before": before, ":keep_last": keep_last};
                gone = db.prepare_cached(SQL.get("purge"))?.execute(limits)?;
            }
            db.execute_batch(SQL.get("optimize_index"))?;
            Ok(gone)
        })?;
        self.db.rewrite()?;
        Ok(gone)
    }

    pub fn start_thread(&self, title: &str) -> Result<i64> {
        self.db.write(|db| Ok(add_thread(db, title, now())?))
    }

    // -- reading

    pub fn get(&self, id: i64) -> Result<Option<Conversation>> {
        self.db.read(|db| {
            let mut statement = db.prepare_cached(SQL.get("get"))?;
            Ok(statement.query_row(named_params! {":id": id}, conversation).optional()?)
        })
    }

    /// The newest first, by their timestamps.
    pub fn recent(&self, limit: i64, cursor: Option<&str>, thread_id: Option<i64>) -> Result<Page> {
        let limit = checked_limit(limit)?;
        let (timestamp, id) =
            cursor.map_or(Ok((i64::MAX, i64::MAX)), |cursor| cursor::two("recent", cursor))?;
        let mut conversations = self.db.read(|db| match thread_id {
            None => {
                all(db, "recent", named_params! {":timestamp": timestamp, ":id": id, ":limit": limit + 1})
            }
            Some(thread) => all(
                db,
                "recent_in_thread",
                named_params! {":timestamp": timestamp, ":id": id, ":limit": limit + 1, ":thread_id": thread},
            ),
        })?;
        let more = cut_to(&mut conversations, limit);
        let next_cursor = conversations
            .last()
            .filter(|_| more)
            .map(|last| cursor::write("recent", &[Key::Whole(last.timestamp), Key::Whole(last.id)]));
        Ok(Page { conversations, next_cursor })
    }

    /// The whole tree, parents before children; empty where there is no such thread.
    pub fn thread(&self, thread_id: i64) -> Result<Vec<Conversation>> {
        self.db.read(|db| all(db, "thread", named_params! {":thread_id": thread_id}))
    }

    /// The last used first; `cursor` is that of the thread after which to go on.
    pub fn threads(&self, limit: i64, cursor: Option<&str>) -> Result<Vec<Thread>> {
        let limit = checked_limit(limit)?;
        let (updated_at, id) =
            cursor.map_or(Ok((i64::MAX, i64::MAX)), |cursor| cursor::two("threads", cursor))?;
        self.db.read(|db| {
            let mut statement = db.prepare_cached(SQL.get("threads"))?;
            let rows = statement.query_map(
                named_params! {":updated_at": updated_at, ":id": id, ":limit": limit},
                |row| {
                    let (id, updated_at) = (row.get(0)?, row.get(3)?);
                    Ok(Thread {
                        id,
                        title: row.get(1)?,
                        created_at: row.get(2)?,
                        updated_at,
                        count: row.get(4)?,
                        cursor: cursor::write("threads", &[Key::Whole(updated_at), Key::Whole(id)]),
                    })
                },
            )?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    pub fn len(&self) -> Result<i64> {
        self.db.read(|db| Ok(db.prepare_cached(SQL.get("count"))?.query_row([], |row| row.get(0))?))
    }

    pub fn is_empty(&self) -> Result<bool> {
        Ok(self.len()? == 0)
    }

    /// The next rows in the order of arrival.
    pub fn after(&self, id: i64, limit: i64) -> Result<Vec<Conversation>> {
        self.db.read(|db| all(db, "after", named_params! {":id": id, ":limit": limit}))
    }

    // -- the file

    pub fn stats(&self) -> Result<Stats> {
        let (file_bytes, wal_bytes) = self.db.file_sizes();
        self.db.read(|db| {
            Ok(db.prepare_cached(SQL.get("stats"))?.query_row([], |row| {
                Ok(Stats {
                    conversations: row.get(0)?,
                    threads: row.get(1)?,
                    not_indexed: row.get(2)?,
                    database_bytes: row.get::<_, i64>(3)? * row.get::<_, i64>(4)?,
                    file_bytes,
                    wal_bytes,
                })
            })?)
        })
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

/// A row as the table takes it, but for its place.
struct Ready<'a> {
    new: &'a NewConversation,
    timestamp: i64,
    tags: String,
    prompt_grams: String,
    response_grams: String,
    model_grams: String,
    tags_grams: String,
    url_grams: String,
}

impl<'a> Ready<'a> {
    fn new(new: &'a NewConversation) -> Result<Self> {
        let tags = tags_json(&new.tags)?;
        Ok(Self {
            new,
            timestamp: new.timestamp.unwrap_or_else(now),
            prompt_grams: grams(&[&new.prompt]),
            response_grams: grams(&[&new.response]),
            model_grams: grams(&[&new.model]),
            tags_grams: grams(&[&tags]),
            url_grams: grams(&[new.url.as_deref().unwrap_or_default()]),
            tags,
        })
    }
}

fn at_row(n: usize, failure: Failure) -> Failure {
    match failure {
        Failure::Ours(error) if error.kind() == Kind::InvalidData => {
            Error::invalid(format!("rows[{n}]: {error}")).into()
        }
        failure => failure,
    }
}

pub(crate) fn add_thread(db: &Connection, title: &str, now: i64) -> rusqlite::Result<i64> {
    db.prepare_cached(SQL.get("add_thread"))?.execute(named_params! {":title": title, ":now": now})?;
    Ok(db.last_insert_rowid())
}

pub(crate) fn all<P: rusqlite::Params>(
    db: &Connection,
    name: &str,
    values: P,
) -> std::result::Result<Vec<Conversation>, Failure> {
    let mut statement = db.prepare_cached(SQL.get(name))?;
    let rows = statement.query_map(values, conversation)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Whether there was more than `limit`.
pub(crate) fn cut_to<T>(rows: &mut Vec<T>, limit: i64) -> bool {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    rows.truncate(limit);
    more
}

pub(crate) fn conversation(row: &Row<'_>) -> rusqlite::Result<Conversation> {
    Ok(Conversation {
        id: row.get(0)?,
        thread_id: row.get(1)?,
        parent_id: row.get(2)?,
        timestamp: row.get(3)?,
        prompt: row.get(4)?,
        response: row.get(5)?,
        model: row.get(6)?,
        url: row.get(7)?,
        tags: tags_from_json(row.get_ref(8)?.as_str()?)?,
        metadata: row.get(9)?,
    })
}
