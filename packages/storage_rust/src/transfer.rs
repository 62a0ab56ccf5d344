//! What imports and exports need of the store; the formats themselves are read and written elsewhere.

use rusqlite::{Connection, OptionalExtension, named_params};

use crate::backlog;
use crate::conversations::{ConversationStore, add_thread, conversation};
use crate::database::Failure;
use crate::error::Result;
use crate::sql::CONVERSATIONS as SQL;
use crate::text::grams;
use crate::values::Conversation;

/// One exchange of a foreign file. Fingerprints stand for records and threads, so that none is taken twice.
#[derive(Clone, Debug)]
pub struct Record {
    pub fingerprint: Vec<u8>,
    pub parent: Option<Vec<u8>>,
    pub thread: Vec<u8>,
    /// Those of the store that it was exported from: kept where this store has never held anything.
    pub id: Option<i64>,
    pub thread_id: Option<i64>,
    pub title: String,
    pub created_at: i64,
    pub timestamp: i64,
    pub prompt: String,
    pub response: String,
    pub model: String,
    pub url: Option<String>,
    /// The text of a JSON array and of a JSON object.
    pub tags: String,
    pub metadata: String,
}

/// A stored row with the title and the time of its thread.
#[derive(Clone, Debug)]
pub struct Exported {
    pub conversation: Conversation,
    pub title: String,
    pub created_at: i64,
}

type Attempt<T> = std::result::Result<T, Failure>;

impl ConversationStore {
    /// Take what `next` gives until it gives nothing, all or nothing: (taken, skipped because they were there).
    pub fn import_rows(&self, mut next: impl FnMut() -> Result<Vec<Record>>) -> Result<(i64, i64)> {
        let mark = self.db.interrupt_mark();
        let (mut taken, mut skipped) = (0, 0);
        backlog::load(&self.db, |db| {
            let used: bool = db.prepare_cached(SQL.get("ever_used"))?.query_row([], |row| row.get(0))?;
            loop {
                let batch = next()?;
                if batch.is_empty() {
                    return Ok(taken);
                }
                for record in &batch {
                    if import(db, record, !used)? {
                        taken += 1;
                    } else {
                        skipped += 1;
                    }
                }
                self.db.still(mark)?;
            }
        })?;
        Ok((taken, skipped))
    }

    /// The rows from the id `first` on, in the order of arrival.
    pub fn export_rows(&self, first: i64, limit: i64) -> Result<Vec<Exported>> {
        self.db.read(|db| {
            let mut statement = db.prepare_cached(SQL.get("export"))?;
            let rows = statement.query_map(named_params! {":first": first, ":limit": limit}, |row| {
                Ok(Exported {
                    conversation: conversation(row)?,
                    title: row.get(10)?,
                    created_at: row.get(11)?,
                })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }
}

/// Whether the record was new.
fn import(db: &Connection, record: &Record, keep_ids: bool) -> Attempt<bool> {
    if imported(db, &record.fingerprint)?.is_some() {
        return Ok(false);
    }
    if let Some(id) = record.id
        && !keep_ids
        && is_here(db, record, id)?
    {
        remember(db, &record.fingerprint, id)?;
        return Ok(false);
    }
    let parent = record.parent.as_deref().map(|parent| imported(db, parent)).transpose()?.flatten().flatten();
    let known = imported(db, &record.thread)?.flatten();
    let thread_id = match (parent, known) {
        (Some((_, thread)), _) | (None, Some((_, thread))) => thread,
        (None, None) => new_thread(db, record, keep_ids)?,
    };
    let mut id = record.id.filter(|_| keep_ids);
    if let Some(wanted) = id
        && db.prepare_cached(SQL.get("get"))?.exists(named_params! {":id": wanted})?
    {
        id = None;
    }
    db.prepare_cached(SQL.get("add_with_id"))?.execute(named_params! {
        ":id": id, ":thread_id": thread_id, ":parent_id": parent.map(|(id, _)| id),
        ":timestamp": record.timestamp, ":prompt": record.prompt, ":response": record.response,
        ":model": record.model, ":url": record.url, ":tags": record.tags, ":metadata": record.metadata,
        ":prompt_grams": grams(&[&record.prompt]), ":response_grams": grams(&[&record.response]),
        ":model_grams": grams(&[&record.model]), ":tags_grams": grams(&[&record.tags]),
        ":url_grams": grams(&[record.url.as_deref().unwrap_or_default()]),
    })?;
    let id = db.last_insert_rowid();
    remember(db, &record.fingerprint, id)?;
    if known.is_none() {
        remember(db, &record.thread, id)?;
    }
    Ok(true)
}

/// (id, thread) of the row that was made of it; inside, nothing where that row was deleted since.
fn imported(db: &Connection, fingerprint: &[u8]) -> rusqlite::Result<Option<Option<(i64, i64)>>> {
    let mut statement = db.prepare_cached(SQL.get("imported"))?;
    let found = statement.query_row(named_params! {":fingerprint": fingerprint}, |row| {
        Ok(row.get::<_, Option<i64>>(0)?.zip(row.get::<_, Option<i64>>(1)?))
    });
    found.optional()
}

fn remember(db: &Connection, fingerprint: &[u8], id: i64) -> rusqlite::Result<usize> {
    let mut statement = db.prepare_cached(SQL.get("remember"))?;
    statement.execute(named_params! {":fingerprint": fingerprint, ":id": id})
}

fn is_here(db: &Connection, record: &Record, id: i64) -> rusqlite::Result<bool> {
    db.prepare_cached(SQL.get("same"))?.exists(named_params! {
        ":id": id, ":timestamp": record.timestamp, ":prompt": record.prompt, ":response": record.response,
        ":model": record.model,
    })
}

fn new_thread(db: &Connection, record: &Record, keep_ids: bool) -> rusqlite::Result<i64> {
    if let Some(id) = record.thread_id
        && keep_ids
        && !db.prepare_cached(SQL.get("thread_exists"))?.exists(named_params! {":thread_id": id})?
    {
        let mut statement = db.prepare_cached(SQL.get("add_thread_with_id"))?;
        statement.execute(named_params! {":id": id, ":title": record.title, ":now": record.created_at})?;
        return Ok(id);
    }
    add_thread(db, &record.title, record.created_at)
}
