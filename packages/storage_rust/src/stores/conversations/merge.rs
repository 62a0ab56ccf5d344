//! Merging the rows and deletions of another store.

use rusqlite::{Connection, named_params};

use crate::error::{Failure, Result};
use crate::sql::CONVERSATIONS as SQL;
use crate::stores::conversations::ConversationStore;
use crate::stores::conversations::fingerprint::{Imported, SIZE, fingerprint_of_row, remember};
use crate::stores::conversations::import_export::{ImportedExchange, import};

type Attempt<T> = std::result::Result<T, Failure>;

/// What a merge did. `skipped` exchanges were here already, or were deleted here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Merged {
    pub taken: i64,
    pub skipped: i64,
    pub deleted: i64,
}

impl ConversationStore {
    /// Merge the batches that `next` returns, up to an empty one, and then the deletions, which are the fingerprints of
    /// exchanges that the other store has deleted; all or nothing. Fails if `interrupt` was called since `epoch`.
    pub fn merge_rows(
        &self,
        mut next: impl FnMut() -> Result<Vec<ImportedExchange>>,
        deletions: &[Vec<u8>],
        epoch: i64,
    ) -> Result<Merged> {
        let mut merged = Merged::default();
        self.db.load(|db| {
            let was_used: bool = db.prepare_cached(SQL.get("ever_used"))?.query_row([], |row| row.get(0))?;
            loop {
                let batch = next()?;
                if batch.is_empty() {
                    break;
                }
                for record in &batch {
                    if merge(db, record, !was_used)? {
                        merged.taken += 1;
                    } else {
                        merged.skipped += 1;
                    }
                }
                self.db.check_interrupt(epoch)?;
            }
            for fingerprint in deletions {
                merged.deleted += i64::from(delete(db, fingerprint)?);
            }
            self.db.check_interrupt(epoch)?;
            Ok(merged.taken)
        })?;
        Ok(merged)
    }

    /// The fingerprints of deleted exchanges.
    pub fn deletions(&self) -> Result<Vec<Vec<u8>>> {
        self.db.read(|db| {
            let mut statement = db.prepare_cached(SQL.get("deletions"))?;
            let rows = statement.query_map([], |row| row.get(0))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }
}

/// Recognises exchanges by their content, too: this store may have them from elsewhere.
fn merge(db: &Connection, record: &ImportedExchange, keep_ids: bool) -> Attempt<bool> {
    let mut known = Imported::find(db, &record.fingerprint)?;
    if matches!(known, Imported::Never)
        && let Some((id, thread_id)) = find(db, &record.fingerprint)?
    {
        remember(db, &record.fingerprint, Some(id))?;
        known = Imported::Row { id, thread_id };
    }
    match known {
        Imported::Never => import(db, record, keep_ids),
        Imported::Deleted => Ok(false),
        Imported::Row { id, thread_id } => {
            if Imported::find(db, &record.thread)?.row().is_none() {
                remember(db, &record.thread, Some(id))?;
            }
            if !record.title.is_empty() {
                let title = named_params! {":thread_id": thread_id, ":title": record.title};
                db.prepare_cached(SQL.get("title_thread"))?.execute(title)?;
            }
            Ok(false)
        }
    }
}

/// Delete what was deleted in the other store. False if it is not in this one.
fn delete(db: &Connection, fingerprint: &[u8]) -> Attempt<bool> {
    let row = match Imported::find(db, fingerprint)? {
        Imported::Never => find(db, fingerprint)?,
        known => known.row(),
    };
    remember(db, fingerprint, None)?;
    let Some((id, _)) = row else { return Ok(false) };
    db.prepare_cached(SQL.get("delete"))?.execute(named_params! {":id": id})?;
    Ok(true)
}

/// The id and the thread of the first exchange with this content.
fn find(db: &Connection, fingerprint: &[u8]) -> Attempt<Option<(i64, i64)>> {
    let Some(timestamp) = fingerprint.first_chunk().filter(|_| fingerprint.len() == SIZE) else {
        return Ok(None);
    };
    let mut statement = db.prepare_cached(SQL.get("stored_at"))?;
    let mut rows = statement.query(named_params! {":timestamp": i64::from_be_bytes(*timestamp)})?;
    while let Some(row) = rows.next()? {
        if fingerprint_of_row(row, 1)? == fingerprint {
            return Ok(Some((row.get(0)?, row.get(5)?)));
        }
    }
    Ok(None)
}
