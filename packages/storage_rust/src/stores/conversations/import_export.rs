//! Storing imported rows and reading rows to export. The file formats are handled elsewhere.

use rusqlite::{Connection, named_params};

use crate::error::{Failure, Result};
use crate::search::grams::grams;
use crate::search::url_text::url_grams;
use crate::sql::CONVERSATIONS as SQL;
use crate::stores::conversations::ConversationStore;
use crate::stores::conversations::attachments::{self, Content};
use crate::stores::conversations::fingerprint::{Imported, remember};
use crate::stores::conversations::messages;
use crate::stores::conversations::records::{Conversation, Messages, State, Usage};
use crate::stores::conversations::streamed_answers::complete_from_file;

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
        mut next: impl FnMut() -> Result<Vec<ImportedExchange>>,
        epoch: i64,
    ) -> Result<(i64, i64)> {
        let (mut imported, mut skipped) = (0, 0);
        self.db.load(|db| {
            let was_used: bool = db.prepare_cached(SQL.get("ever_used"))?.query_row([], |row| row.get(0))?;
            loop {
                let batch = next()?;
                self.db.check_interrupt(epoch)?;
                if batch.is_empty() {
                    return Ok(imported);
                }
                for record in &batch {
                    if import(db, record, !was_used)? {
                        imported += 1;
                    } else {
                        skipped += 1;
                    }
                }
            }
        })?;
        Ok((imported, skipped))
    }

    /// The rows from the id `first` on, in the order of their ids.
    pub fn export_rows(&self, first: i64, limit: i64) -> Result<Vec<ExportedExchange>> {
        self.db.read(|db| {
            let mut statement = db.prepare_cached(SQL.get("export"))?;
            let rows = statement.query_map(named_params! {":first": first, ":limit": limit}, |row| {
                let mut conversation = Conversation::from_row(row)?;
                complete_from_file(&self.db.path, &mut conversation);
                Ok(ExportedExchange {
                    messages: messages::messages_of(db, conversation.id)?,
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

/// False if the record was imported before.
pub fn import(db: &Connection, record: &ImportedExchange, keep_ids: bool) -> Attempt<bool> {
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
        None => new_thread(db, record, keep_ids)?,
    };
    let mut id = record.id.filter(|_| keep_ids);
    if let Some(wanted) = id
        && db.prepare_cached(SQL.get("get"))?.exists(named_params! {":id": wanted})?
    {
        id = None;
    }
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
        messages::store(db, id, messages)?;
    }
    for content in &extras.attachments {
        attachments::store(db, id, content)?;
    }
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

fn new_thread(db: &Connection, record: &ImportedExchange, keep_ids: bool) -> rusqlite::Result<i64> {
    let mut id = record.thread_id.filter(|_| keep_ids);
    if let Some(wanted) = id
        && db.prepare_cached(SQL.get("thread_exists"))?.exists(named_params! {":thread_id": wanted})?
    {
        id = None;
    }
    db.prepare_cached(SQL.get("add_thread_with_id"))?.execute(named_params! {
        ":id": id, ":title": record.title, ":created_at": record.created_at, ":updated_at": record.timestamp,
    })?;
    Ok(db.last_insert_rowid())
}
