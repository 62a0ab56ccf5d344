//! Storing imported rows and reading rows to export. The file formats are handled elsewhere.

use std::collections::VecDeque;

use rusqlite::{Connection, named_params};

use crate::db::bulk_load::{Items, Load, MAX_SMALL_ROWS, MAX_SMALL_TEXT};
use crate::error::{Failure, Result};
use crate::search::grams::grams;
use crate::search::url_text::url_grams;
use crate::sql::CONVERSATIONS as SQL;
use crate::stores::conversations::ConversationStore;
use crate::stores::conversations::answer_file::complete_from_file;
use crate::stores::conversations::attachments::{self, Content};
use crate::stores::conversations::fingerprint::{Imported, delete, remember};
use crate::stores::conversations::format::PENDING_INDEX;
use crate::stores::conversations::queries::{messages_of, store_messages};
use crate::stores::conversations::records::{Conversation, Messages, State, Usage};

/// One exchange of an imported file. Records and threads have fingerprints, so that none is imported twice.
#[derive(Clone, Debug)]
pub struct ImportedExchange {
    pub fingerprint: Vec<u8>,
    pub parent: Option<Vec<u8>>,
    pub thread: Vec<u8>,
    /// The ids in the store that exported it. They are used if this store has never had a row.
    pub id: Option<i64>,
    pub thread_id: Option<i64>,
    pub title: String,
    pub created_at: i64,
    pub timestamp: i64,
    pub prompt: String,
    pub response: String,
    pub model: String,
    pub url: Option<String>,
    /// A JSON array and a JSON object.
    pub tags: String,
    pub metadata: String,
    pub extras: Extras,
}

/// What few imported exchanges have.
#[derive(Clone, Debug, Default)]
pub struct Extras {
    pub state: State,
    pub usage: Usage,
    pub messages: Option<Messages>,
    pub attachments: Vec<Content>,
}

/// A row with the title and the time of its thread.
#[derive(Clone, Debug)]
pub struct ExportedExchange {
    pub conversation: Conversation,
    pub title: String,
    pub created_at: i64,
    pub messages: Option<String>,
    pub attachments: Vec<Content>,
}

type Attempt<T> = std::result::Result<T, Failure>;

impl ConversationStore {
    /// Import the batches that `next` returns, up to an empty one; all or nothing. Returns how many rows were imported
    /// and how many were skipped because they had been imported before. Fails if `interrupt` was called since `epoch`.
    pub fn import_rows(
        &self,
        next: impl FnMut() -> Result<Vec<ImportedExchange>>,
        epoch: i64,
    ) -> Result<(i64, i64)> {
        let is_valid = || self.db.check_interrupt(epoch);
        let mut records = Records::new(next, is_valid, import, &[]);
        self.db.load(&mut records)?;
        Ok((records.taken, records.skipped))
    }

    /// The rows from the id `first` on, in the order of their ids.
    pub fn export_rows(&self, first: i64, limit: i64) -> Result<Vec<ExportedExchange>> {
        self.db.read(|db| {
            let mut statement = db.prepare_cached(SQL.get("export"))?;
            let rows = statement.query_map(named_params! {":first": first, ":limit": limit}, |row| {
                let mut conversation = Conversation::from_row(row)?;
                complete_from_file(&self.db.path, &mut conversation);
                Ok(ExportedExchange {
                    messages: messages_of(db, conversation.id)?,
                    attachments: attachments::contents_of(db, conversation.id)?,
                    conversation,
                    title: row.get(Conversation::COLUMNS)?,
                    created_at: row.get(Conversation::COLUMNS + 1)?,
                })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }
}

/// How a record is stored; false if there is nothing to store.
type Store = fn(&Connection, &ImportedExchange, &mut Load, bool) -> Attempt<bool>;

/// The records of an import or of a merge, which come in batches, and deletions to make at the end.
pub struct Records<'a, N, V> {
    next: N,
    is_valid: V,
    store: Store,
    deletions: &'a [Vec<u8>],
    /// Those that are not stored yet, the next one first.
    read: VecDeque<ImportedExchange>,
    /// Whether the store has never had a row.
    keep_ids: Option<bool>,
    pub taken: i64,
    pub skipped: i64,
    pub deleted: i64,
}

impl<'a, N, V> Records<'a, N, V>
where
    N: FnMut() -> Result<Vec<ImportedExchange>>,
    V: Fn() -> Result<()>,
{
    pub fn new(next: N, is_valid: V, store: Store, deletions: &'a [Vec<u8>]) -> Self {
        let read = VecDeque::new();
        Self { next, is_valid, store, deletions, read, keep_ids: None, taken: 0, skipped: 0, deleted: 0 }
    }

    /// False at the end.
    fn read_batch(&mut self) -> Result<bool> {
        let batch = (self.next)()?;
        (self.is_valid)()?;
        let is_end = batch.is_empty();
        self.read.extend(batch);
        Ok(!is_end)
    }
}

impl<N, V> Items for Records<'_, N, V>
where
    N: FnMut() -> Result<Vec<ImportedExchange>>,
    V: Fn() -> Result<()>,
{
    fn is_small(&mut self) -> Result<bool> {
        loop {
            let text: usize =
                self.read.iter().map(|record| record.prompt.len() + record.response.len()).sum();
            if self.read.len() + self.deletions.len() > MAX_SMALL_ROWS || text > MAX_SMALL_TEXT {
                return Ok(false);
            }
            if !self.read_batch()? {
                return Ok(true);
            }
        }
    }

    /// Records that others import must be seen.
    fn allows_hidden(&self) -> bool {
        false
    }

    fn store_next(&mut self, db: &Connection, load: &mut Load) -> Attempt<bool> {
        let keep_ids = if let Some(keep_ids) = self.keep_ids {
            keep_ids
        } else {
            let mut statement = db.prepare_cached(SQL.get("ever_used"))?;
            !statement.query_row([], |row| row.get::<_, bool>(0))?
        };
        self.keep_ids = Some(keep_ids);
        if self.read.is_empty() && !self.read_batch()? {
            return Ok(false);
        }
        if let Some(record) = self.read.pop_front() {
            let is_taken = (self.store)(db, &record, load, keep_ids)?;
            self.taken += i64::from(is_taken);
            self.skipped += i64::from(!is_taken);
        }
        Ok(true)
    }

    fn finish(&mut self, db: &Connection) -> Attempt<()> {
        for fingerprint in self.deletions {
            self.deleted += i64::from(delete(db, fingerprint)?);
        }
        Ok((self.is_valid)()?)
    }
}

/// False if the record was imported before.
pub fn import(db: &Connection, record: &ImportedExchange, load: &mut Load, keep_ids: bool) -> Attempt<bool> {
    if !matches!(Imported::find(db, &record.fingerprint)?, Imported::Never) {
        return Ok(false);
    }
    if let Some(id) = record.id
        && !keep_ids
        && is_stored(db, record, id)?
    {
        remember(db, &record.fingerprint, Some(id))?;
        return Ok(false);
    }
    let parent = match &record.parent {
        Some(parent) => Imported::find(db, parent)?.row(),
        None => None,
    };
    let thread = Imported::find(db, &record.thread)?.row();
    let thread_id = match parent.or(thread) {
        Some((_, thread)) => thread,
        None => new_thread(db, record, load, keep_ids)?,
    };
    let id = free_id(db, record.id.filter(|_| keep_ids), load, ["row_exists", "is_hidden_row"])?;
    let extras = &record.extras;
    let messages_text = extras.messages.as_ref().map_or("", |messages| &messages.text);
    db.prepare_cached(SQL.get("add_with_id"))?.execute(named_params! {
        ":id": id, ":thread_id": thread_id, ":parent_id": parent.map(|(id, _)| id),
        ":timestamp": record.timestamp, ":prompt": record.prompt, ":response": record.response,
        ":model": record.model, ":url": record.url, ":tags": record.tags, ":metadata": record.metadata,
        ":prompt_grams": grams(&record.prompt), ":response_grams": grams(&record.response),
        ":model_grams": grams(&record.model), ":tags_grams": grams(&record.tags),
        ":url_grams": url_grams(record.url.as_deref().unwrap_or_default()),
        ":state": extras.state as i64, ":prompt_tokens": extras.usage.prompt_tokens,
        ":completion_tokens": extras.usage.completion_tokens, ":cost": extras.usage.cost,
        ":duration": extras.usage.duration, ":messages_text": messages_text,
        ":messages_grams": grams(messages_text),
    })?;
    let id = db.last_insert_rowid();
    if let Some(messages) = &extras.messages {
        store_messages(db, id, messages)?;
    }
    for content in &extras.attachments {
        attachments::store(db, id, content)?;
    }
    load.add_to(db, &PENDING_INDEX, thread_id)?;
    remember(db, &record.fingerprint, Some(id))?;
    if thread.is_none() {
        remember(db, &record.thread, Some(id))?;
    }
    Ok(true)
}

fn is_stored(db: &Connection, record: &ImportedExchange, id: i64) -> rusqlite::Result<bool> {
    db.prepare_cached(SQL.get("same"))?.exists(named_params! {
        ":id": id, ":timestamp": record.timestamp, ":prompt": record.prompt, ":response": record.response,
        ":model": record.model,
    })
}

fn new_thread(
    db: &Connection,
    record: &ImportedExchange,
    load: &mut Load,
    keep_ids: bool,
) -> rusqlite::Result<i64> {
    let wanted = record.thread_id.filter(|_| keep_ids);
    let id = free_id(db, wanted, load, ["any_thread_exists", "is_hidden_thread"])?;
    load.added_threads += 1;
    db.prepare_cached(SQL.get("add_thread_with_id"))?.execute(named_params! {
        ":id": id, ":title": record.title, ":created_at": record.created_at, ":updated_at": record.timestamp,
    })?;
    Ok(db.last_insert_rowid())
}

/// The id if it is free. Of two statements, the first one says whether it is taken, the second one whether the rows with
/// such ids are hidden: another process may have used the others.
fn free_id(
    db: &Connection,
    wanted: Option<i64>,
    load: &Load,
    [is_taken, is_hidden]: [&str; 2],
) -> rusqlite::Result<Option<i64>> {
    let Some(id) = wanted else { return Ok(None) };
    let exists = |name| db.prepare_cached(SQL.get(name))?.exists(named_params! {":id": id});
    let is_free = !exists(is_taken)? && (!load.is_hidden || exists(is_hidden)?);
    Ok(is_free.then_some(id))
}
