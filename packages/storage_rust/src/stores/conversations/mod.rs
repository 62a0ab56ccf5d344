//! The store of conversations.

mod answer_file;
pub mod attachments;
mod filter;
mod fingerprint;
pub mod format;
pub mod import_export;
pub mod merge;
mod messages;
mod more_like;
mod queries;
mod recent;
pub mod records;
mod relaxed;
mod relevance;
pub mod search;
pub mod statistics;
mod streamed_answers;

use rusqlite::{Connection, OptionalExtension, named_params};

use crate::db::bulk_load::{Items, Load, MAX_SMALL_ROWS, MAX_SMALL_TEXT};
use crate::db::database::Database;
use crate::db::options::Options;
use crate::error::{Error, Failure, Kind, Result};
use crate::salvage::recovery;
use crate::search::grams::grams;
use crate::search::url_text::url_grams;
use crate::sql::CONVERSATIONS as SQL;
use crate::stores::conversations::answer_file::StreamedAnswers;
use crate::stores::conversations::fingerprint::delete_rows;
use crate::stores::conversations::format::{CONVERSATIONS, PENDING_INDEX, SCHEMA_VERSION};
use crate::stores::conversations::queries::{is_being_written, query_conversations, store_messages};
use crate::stores::conversations::records::{
    Changes, Conversation, NewConversation, Page, Thread, add_thread,
};
use crate::stores::cursor::{self, Key};
use crate::stores::store::Store;
use crate::stores::values::{checked_limit, now, tags_json, truncate};

/// Rows between two calls of `progress`.
const PROGRESS_INTERVAL: usize = 1000;

/// Bytes of text after which the words in FTS5's memory slow down later commits.
const LARGE_TEXT: usize = 1 << 18;

/// Thread-safe. Several processes may have one file open.
pub struct ConversationStore {
    db: Database,
    answers: StreamedAnswers,
}

impl Store for ConversationStore {
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
        self.db.read(|db| {
            Ok(db.prepare_cached(SQL.get("stats"))?.query_row([], |row| {
                Ok(vec![
                    ("conversations", row.get(0)?),
                    ("threads", row.get(1)?),
                    ("not_indexed", row.get(2)?),
                    ("database_bytes", row.get::<_, i64>(3)? * row.get::<_, i64>(4)?),
                ])
            })?)
        })
    }

    fn index_check(&self) -> String {
        SQL.get("check_index").to_owned()
    }

    fn close(&self) {
        self.answers.abandon();
        self.db.close();
    }
}

impl ConversationStore {
    pub fn open(path: &str, options: Options) -> Result<Self> {
        let store =
            Self { db: recovery::open(path, &CONVERSATIONS, &options)?, answers: StreamedAnswers::default() };
        if !options.read_only {
            match store.recover_answers() {
                // The file is locked, full or was replaced just now: the next one that opens it tries again, and readers
                // see such answers as interrupted ones until then.
                Err(error)
                    if matches!(error.kind(), Kind::Locked | Kind::Full | Kind::ReadOnly | Kind::Storage) => {
                }
                recovered => recovered?,
            }
        }
        Ok(store)
    }

    /// Store an exchange and return its id. Without a thread and a parent it starts a new thread.
    pub fn add(&self, new: &NewConversation) -> Result<i64> {
        let row = PreparedRow::new(new)?;
        let id = self.db.write(|db| self.insert(db, &row, &mut Load::default()))?;
        self.replace_writer_after(new.prompt.len() + new.response.len());
        Ok(id)
    }

    /// To be called after a write of that many bytes of text.
    fn replace_writer_after(&self, text_bytes: usize) {
        if text_bytes > LARGE_TEXT {
            self.db.replace_writer();
        }
    }

    /// Store all rows or none. `progress` is called regularly with the number of stored rows; its error undoes everything.
    pub fn add_many(
        &self,
        rows: &[NewConversation],
        progress: impl FnMut(usize) -> Result<()>,
    ) -> Result<usize> {
        self.db.load(&mut NewRows { store: self, rows, stored: 0, progress })?;
        Ok(rows.len())
    }

    fn insert(
        &self,
        db: &Connection,
        row: &PreparedRow<'_>,
        load: &mut Load,
    ) -> std::result::Result<i64, Failure> {
        let new = row.new;
        let messages_text = new.messages.as_ref().map_or("", |messages| &messages.text);
        let (thread_id, parent_id) = self.find_position(db, row, load)?;
        db.prepare_cached(SQL.get("add"))?.execute(named_params! {
            ":thread_id": thread_id, ":parent_id": parent_id, ":timestamp": row.timestamp,
            ":prompt": new.prompt, ":response": new.response, ":model": new.model, ":url": new.url,
            ":tags": row.tags, ":metadata": if new.metadata.is_empty() { "{}" } else { &new.metadata },
            ":prompt_grams": row.prompt_grams, ":response_grams": row.response_grams,
            ":model_grams": row.model_grams, ":tags_grams": row.tags_grams, ":url_grams": row.url_grams,
            ":state": new.state as i64, ":prompt_tokens": new.usage.prompt_tokens,
            ":completion_tokens": new.usage.completion_tokens, ":cost": new.usage.cost,
            ":duration": new.usage.duration, ":messages_text": messages_text,
            ":messages_grams": grams(messages_text),
        })?;
        let id = db.last_insert_rowid();
        if let Some(messages) = &new.messages {
            store_messages(db, id, messages)?;
        }
        load.add_to(db, &PENDING_INDEX, thread_id)?;
        if parent_id.is_none() && new.thread_id.is_some() && !load.is_hidden {
            let first = named_params! {":thread_id": thread_id, ":timestamp": row.timestamp};
            db.prepare_cached(SQL.get("date_thread"))?.execute(first)?;
        }
        Ok(id)
    }

    /// The thread and the parent of a new exchange.
    fn find_position(
        &self,
        db: &Connection,
        row: &PreparedRow<'_>,
        load: &mut Load,
    ) -> std::result::Result<(i64, Option<i64>), Failure> {
        let (thread, parent, in_load) = (row.new.thread_id, row.new.parent_id, load.is_hidden);
        let refuse = |message: String| Failure::Store(Error::new(Kind::InvalidData, &self.db.path, message));
        if let Some(parent) = parent {
            let mut statement = db.prepare_cached(SQL.get("thread_of"))?;
            let parent_thread: Option<i64> = statement
                .query_row(named_params! {":id": parent, ":in_load": in_load}, |row| row.get(0))
                .optional()?;
            return match (parent_thread, thread) {
                (None, _) => Err(refuse(format!("parent_id {parent}: there is no such conversation"))),
                (Some(actual), Some(thread)) if actual != thread => {
                    Err(refuse(format!("parent_id {parent} is in thread {actual}, not in {thread}")))
                }
                (Some(actual), _) => Ok((actual, Some(parent))),
            };
        }
        let Some(thread) = thread else {
            load.added_threads += 1;
            return Ok((add_thread(db, "", row.timestamp)?, None));
        };
        let position = named_params! {":thread_id": thread, ":in_load": in_load};
        if !db.prepare_cached(SQL.get("thread_exists"))?.exists(position)? {
            return Err(refuse(format!("thread_id {thread}: there is no such thread")));
        }
        let mut statement = db.prepare_cached(SQL.get("newest_in_thread"))?;
        Ok((thread, statement.query_row(position, |row| row.get(0))?))
    }

    /// Replace the given values; false if there is no such conversation.
    pub fn update(&self, id: i64, changes: &Changes) -> Result<bool> {
        let tags = changes.tags.as_deref().map(tags_json).transpose()?;
        let grams_of = |text: &Option<String>| text.as_deref().map(grams);
        let Changes { prompt, response, model, url, metadata, .. } = changes;
        let length = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        let messages_text = changes.messages.as_ref().map(|messages| &messages.text);
        let updated = self.db.write(|db| {
            if response.is_some() && changes.state.is_none() && is_being_written(db, id)? {
                let message = format!("id {id}: its answer is being written: finish() sets the response");
                return Err(Error::new(Kind::InvalidData, &self.db.path, message).into());
            }
            let updated = db.prepare_cached(SQL.get("update"))?.execute(named_params! {
                ":id": id, ":prompt": prompt, ":prompt_grams": grams_of(prompt),
                ":response": response, ":response_grams": grams_of(response),
                ":model": model, ":model_grams": grams_of(model), ":url": url, ":url_grams": url.as_deref().map(url_grams),
                ":tags": tags, ":tags_grams": grams_of(&tags), ":metadata": metadata,
                ":messages_text": messages_text, ":messages_grams": messages_text.map(|text| grams(text)),
                ":prompt_tokens": changes.usage.prompt_tokens,
                ":completion_tokens": changes.usage.completion_tokens, ":cost": changes.usage.cost,
                ":duration": changes.usage.duration, ":state": changes.state.map(|state| state as i64),
            })?;
            if let Some(messages) = changes.messages.as_ref().filter(|_| updated > 0) {
                store_messages(db, id, messages)?;
            }
            Ok(updated > 0)
        })?;
        self.replace_writer_after(length(prompt) + length(response));
        Ok(updated)
    }

    /// Delete all or none, and return how many existed. Children of a deleted exchange become children of its parent.
    ///
    /// A thread is deleted with its last exchange.
    pub fn delete(&self, ids: &[i64]) -> Result<usize> {
        self.db.write(|db| delete_rows(db, ids))
    }

    /// Delete exchanges older than `before` that are not among the newest `keep_last`, and wipe what was deleted. With
    /// neither, only wipe.
    ///
    /// Afterwards no deleted or replaced text is in the file, its log or its index.
    pub fn purge(&self, before: Option<i64>, keep_last: Option<i64>) -> Result<usize> {
        if keep_last.is_some_and(|keep| keep < 0) {
            let message = format!("keep_last must be 0 or more, not {}", keep_last.unwrap_or_default());
            return Err(Error::invalid(message));
        }
        self.remove_orphans()?;
        let deleted = self.db.write(|db| {
            let mut deleted = 0;
            if before.is_some() || keep_last.is_some() {
                let limits = named_params! {":before": before, ":keep_last": keep_last};
                deleted = db.prepare_cached(SQL.get("purge"))?.execute(limits)?;
            }
            db.execute_batch(SQL.get("optimize_index"))?;
            Ok(deleted)
        })?;
        self.db.vacuum()?;
        Ok(deleted)
    }

    pub fn start_thread(&self, title: &str) -> Result<i64> {
        self.db.write(|db| Ok(add_thread(db, title, now())?))
    }

    /// False if there is no such thread.
    pub fn rename_thread(&self, thread_id: i64, title: &str) -> Result<bool> {
        self.db.write(|db| {
            let mut statement = db.prepare_cached(SQL.get("rename_thread"))?;
            Ok(statement.execute(named_params! {":thread_id": thread_id, ":title": title})? > 0)
        })
    }

    pub fn get(&self, id: i64) -> Result<Option<Conversation>> {
        self.db.read(|db| Ok(query_conversations(db, "get", named_params! {":id": id})?.pop()))
    }

    /// A page of all exchanges or of a thread, newest first by timestamp.
    pub fn recent(&self, limit: i64, cursor: Option<&str>, thread_id: Option<i64>) -> Result<Page> {
        let limit = checked_limit(limit)?;
        let (timestamp, id) =
            cursor.map_or(Ok((i64::MAX, i64::MAX)), |cursor| cursor::two("recent", cursor))?;
        let mut conversations = self.db.read(|db| match thread_id {
            None => query_conversations(
                db,
                "recent",
                named_params! {":timestamp": timestamp, ":id": id, ":limit": limit + 1},
            ),
            Some(thread) => query_conversations(
                db,
                "recent_in_thread",
                named_params! {":timestamp": timestamp, ":id": id, ":limit": limit + 1, ":thread_id": thread},
            ),
        })?;
        let has_more = truncate(&mut conversations, limit);
        let next_cursor = conversations
            .last()
            .filter(|_| has_more)
            .map(|last| cursor::write("recent", &[Key::Integer(last.timestamp), Key::Integer(last.id)]));
        Ok(Page { conversations, next_cursor })
    }

    /// The whole tree of a thread, parents before children; empty if there is no such thread.
    pub fn thread(&self, thread_id: i64) -> Result<Vec<Conversation>> {
        self.db.read(|db| query_conversations(db, "thread", named_params! {":thread_id": thread_id}))
    }

    /// Threads, last used first; `cursor` is that of the thread after which to continue.
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
                        cursor: cursor::write("threads", &[Key::Integer(updated_at), Key::Integer(id)]),
                    })
                },
            )?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// The rows after `id` in the order of their ids.
    pub fn after(&self, id: i64, limit: i64) -> Result<Vec<Conversation>> {
        self.db.read(|db| query_conversations(db, "after", named_params! {":id": id, ":limit": limit}))
    }
}

/// A new row with the values of all columns except its position in a thread.
struct PreparedRow<'a> {
    new: &'a NewConversation,
    timestamp: i64,
    tags: String,
    prompt_grams: String,
    response_grams: String,
    model_grams: String,
    tags_grams: String,
    url_grams: String,
}

impl<'a> PreparedRow<'a> {
    fn new(new: &'a NewConversation) -> Result<Self> {
        let tags = tags_json(&new.tags)?;
        Ok(Self {
            new,
            timestamp: new.timestamp.unwrap_or_else(now),
            prompt_grams: grams(&new.prompt),
            response_grams: grams(&new.response),
            model_grams: grams(&new.model),
            tags_grams: grams(&tags),
            url_grams: url_grams(new.url.as_deref().unwrap_or_default()),
            tags,
        })
    }
}

/// The rows of `add_many`.
struct NewRows<'a, P> {
    store: &'a ConversationStore,
    rows: &'a [NewConversation],
    stored: usize,
    progress: P,
}

impl<P: FnMut(usize) -> Result<()>> Items for NewRows<'_, P> {
    fn is_small(&mut self) -> Result<bool> {
        let text = self.rows.iter().map(|row| row.prompt.len() + row.response.len()).sum::<usize>();
        Ok(self.rows.len() <= MAX_SMALL_ROWS && text <= MAX_SMALL_TEXT)
    }

    fn allows_hidden(&self) -> bool {
        true
    }

    fn store_next(&mut self, db: &Connection, load: &mut Load) -> std::result::Result<bool, Failure> {
        let (n, total) = (self.stored, self.rows.len());
        let Some(new) = self.rows.get(n) else { return Ok(false) };
        PreparedRow::new(new)
            .map_err(Failure::from)
            .and_then(|row| self.store.insert(db, &row, load))
            .map_err(|failure| at_row(n, failure))?;
        self.stored += 1;
        if self.stored.is_multiple_of(PROGRESS_INTERVAL) || self.stored == total {
            (self.progress)(self.stored)?;
        }
        Ok(self.stored < total)
    }

    fn finish(&mut self, _db: &Connection) -> std::result::Result<(), Failure> {
        Ok(())
    }
}

fn at_row(n: usize, failure: Failure) -> Failure {
    match failure {
        Failure::Store(error) if error.kind() == Kind::InvalidData => {
            Error::invalid(format!("rows[{n}]: {error}")).into()
        }
        failure => failure,
    }
}
