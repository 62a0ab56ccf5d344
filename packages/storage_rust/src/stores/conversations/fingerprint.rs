//! The fingerprints of exchanges by which imports and merges recognise them, also when they were deleted.

use rusqlite::{Connection, OptionalExtension, Row, named_params};
use sha2::{Digest, Sha256};

use crate::error::Failure;
use crate::sql::CONVERSATIONS as SQL;

pub const SIZE: usize = 24;
/// Is in no UTF-8 text.
const SEPARATOR: [u8; 1] = [0xff];

/// The time, by which the exchange is found in a store, and the beginning of the hash of its texts.
pub fn content_fingerprint(timestamp: i64, prompt: &str, response: &str, model: &str) -> Vec<u8> {
    let mut hash = Sha256::new();
    hash.update(prompt);
    hash.update(SEPARATOR);
    hash.update(response);
    hash.update(SEPARATOR);
    hash.update(model);
    let mut fingerprint = timestamp.to_be_bytes().to_vec();
    fingerprint.extend(hash.finalize());
    fingerprint.truncate(SIZE);
    fingerprint
}

/// The fingerprint of a row with time, prompt, response and model from the column `first` on.
pub fn fingerprint_of_row(row: &Row<'_>, first: usize) -> rusqlite::Result<Vec<u8>> {
    let text = |column| Ok::<_, rusqlite::Error>(row.get_ref(first + column)?.as_str()?);
    Ok(content_fingerprint(row.get(first)?, text(1)?, text(2)?, text(3)?))
}

/// What was imported with a fingerprint.
pub enum Imported {
    Never,
    /// A row that was deleted since.
    Deleted,
    Row {
        id: i64,
        thread_id: i64,
    },
}

impl Imported {
    pub fn find(db: &Connection, fingerprint: &[u8]) -> rusqlite::Result<Self> {
        let mut statement = db.prepare_cached(SQL.get("imported"))?;
        let row = statement.query_row(named_params! {":fingerprint": fingerprint}, |row| {
            let ids: (Option<i64>, Option<i64>) = (row.get(0)?, row.get(1)?);
            Ok(match ids {
                (Some(id), Some(thread_id)) => Self::Row { id, thread_id },
                _ => Self::Deleted,
            })
        });
        Ok(row.optional()?.unwrap_or(Self::Never))
    }

    /// The id and the thread of the row.
    pub fn row(self) -> Option<(i64, i64)> {
        match self {
            Self::Row { id, thread_id } => Some((id, thread_id)),
            Self::Never | Self::Deleted => None,
        }
    }
}

/// `id` is None for a deleted exchange.
pub fn remember(db: &Connection, fingerprint: &[u8], id: Option<i64>) -> rusqlite::Result<usize> {
    let mut statement = db.prepare_cached(SQL.get("remember"))?;
    statement.execute(named_params! {":fingerprint": fingerprint, ":id": id})
}

/// Delete exchanges and remember their fingerprints, so that no merge brings them back.
pub fn delete_rows(db: &Connection, ids: &[i64]) -> Result<usize, Failure> {
    let mut content = db.prepare_cached(SQL.get("content"))?;
    let mut statement = db.prepare_cached(SQL.get("delete"))?;
    let mut deleted = 0;
    for id in ids {
        let fingerprint = content.query_row(named_params! {":id": id}, |row| fingerprint_of_row(row, 0));
        if let Some(fingerprint) = fingerprint.optional()? {
            deleted += statement.execute(named_params! {":id": id})?;
            remember(db, &fingerprint, None)?;
        }
    }
    Ok(deleted)
}

/// Delete what was deleted in the other store. False if it is not in this one.
pub fn delete(db: &Connection, fingerprint: &[u8]) -> Result<bool, Failure> {
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
pub fn find(db: &Connection, fingerprint: &[u8]) -> Result<Option<(i64, i64)>, Failure> {
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
