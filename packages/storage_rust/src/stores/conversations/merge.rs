//! Merging the rows and deletions of another store.

use rusqlite::{Connection, named_params};

use crate::db::bulk_load::Load;
use crate::error::{Failure, Result};
use crate::sql::CONVERSATIONS as SQL;
use crate::stores::conversations::ConversationStore;
use crate::stores::conversations::fingerprint::{Imported, find, remember};
use crate::stores::conversations::import_export::{ImportedExchange, Records, import};

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
        next: impl FnMut() -> Result<Vec<ImportedExchange>>,
        deletions: &[Vec<u8>],
        epoch: i64,
    ) -> Result<Merged> {
        let is_valid = || self.db.check_interrupt(epoch);
        let mut records = Records::new(next, is_valid, merge, deletions);
        self.db.load(&mut records)?;
        Ok(Merged { taken: records.taken, skipped: records.skipped, deleted: records.deleted })
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
fn merge(db: &Connection, record: &ImportedExchange, load: &mut Load, keep_ids: bool) -> Attempt<bool> {
    let mut known = Imported::find(db, &record.fingerprint)?;
    if matches!(known, Imported::Never)
        && let Some((id, thread_id)) = find(db, &record.fingerprint)?
    {
        remember(db, &record.fingerprint, Some(id))?;
        known = Imported::Row { id, thread_id };
    }
    match known {
        Imported::Never => import(db, record, load, keep_ids),
        Imported::Deleted => Ok(false),
        Imported::Row { id, thread_id } => {
            if Imported::find(db, &record.thread)?.row().is_none() {
                remember(db, &record.thread, Some(id))?;
            }
            if !record.title.is_empty() && load.is_hidden {
                load.titles.entry(thread_id).or_insert_with(|| record.title.clone());
            } else if !record.title.is_empty() {
                let title = named_params! {":thread_id": thread_id, ":title": record.title};
                db.prepare_cached(SQL.get("title_thread"))?.execute(title)?;
            }
            Ok(false)
        }
    }
}
