//! The fingerprint of an exchange by which a merge recognises it in another store.

use rusqlite::Row;
use sha2::{Digest, Sha256};

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
