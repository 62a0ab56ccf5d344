//! Files that belong to exchanges. Each content is stored once, under its SHA-256 (FIPS 180-4).

use std::fmt::Write;

use rusqlite::{Connection, OptionalExtension, named_params};
use sha2::{Digest, Sha256};

use crate::error::{Error, Failure, Kind, Result};
use crate::sql::CONVERSATIONS as SQL;
use crate::stores::conversations::ConversationStore;

/// Bytes. SQLite's own limit is 1 GB, but it holds a value in memory as a whole.
pub const MAX_SIZE: usize = 100 << 20;
const MAX_NAME: usize = 1000;

/// `size` counts bytes, `sha256` is in lower-case hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    pub name: String,
    pub mime: String,
    pub size: i64,
    pub sha256: String,
}

/// An attachment with its content, to be stored or exported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    pub name: String,
    pub mime: String,
    pub data: Vec<u8>,
}

impl ConversationStore {
    /// Attach a file to an exchange; one of the same name is replaced. Returns the hash of the content.
    pub fn attach(&self, id: i64, content: &Content) -> Result<String> {
        check(content)?;
        let hash = self.db.write(|db| {
            if !db.prepare_cached(SQL.get("exists"))?.exists(named_params! {":id": id})? {
                let message = format!("id {id}: there is no such conversation");
                return Err(Failure::Store(Error::new(Kind::InvalidData, &self.db.path, message)));
            }
            Ok(store(db, id, content)?)
        })?;
        Ok(hex(&hash))
    }

    /// A content by its hash; None if no exchange has it.
    pub fn attachment(&self, sha256: &str) -> Result<Option<Vec<u8>>> {
        let Some(hash) = from_hex(sha256) else {
            return Err(Error::invalid(format!("sha256 must be 64 hexadecimal digits, not {sha256:?}")));
        };
        self.db.read(|db| {
            let mut statement = db.prepare_cached(SQL.get("attachment"))?;
            Ok(statement.query_row(named_params! {":sha256": hash}, |row| row.get(0)).optional()?)
        })
    }

    /// The attachments of an exchange, by name.
    pub fn attachments(&self, id: i64) -> Result<Vec<Attachment>> {
        self.db.read(|db| {
            let mut statement = db.prepare_cached(SQL.get("attachments"))?;
            let rows = statement.query_map(named_params! {":id": id}, |row| {
                Ok(Attachment {
                    name: row.get(0)?,
                    mime: row.get(1)?,
                    size: row.get(2)?,
                    sha256: row.get(3)?,
                })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }
}

pub fn contents_of(db: &Connection, id: i64) -> rusqlite::Result<Vec<Content>> {
    let mut statement = db.prepare_cached(SQL.get("attached_contents"))?;
    let rows = statement.query_map(named_params! {":id": id}, |row| {
        Ok(Content { name: row.get(0)?, mime: row.get(1)?, data: row.get(2)? })
    })?;
    rows.collect()
}

/// Returns the hash of the content.
pub fn store(db: &Connection, id: i64, content: &Content) -> rusqlite::Result<Vec<u8>> {
    let hash = Sha256::digest(&content.data).to_vec();
    let size = i64::try_from(content.data.len()).unwrap_or(i64::MAX);
    db.prepare_cached(SQL.get("detach"))?.execute(named_params! {":id": id, ":name": content.name})?;
    db.prepare_cached(SQL.get("store_content"))?
        .execute(named_params! {":sha256": hash, ":size": size, ":data": content.data})?;
    db.prepare_cached(SQL.get("attach"))?
        .execute(named_params! {":id": id, ":name": content.name, ":mime": content.mime, ":sha256": hash})?;
    Ok(hash)
}

fn check(content: &Content) -> Result<()> {
    let Content { name, mime, data } = content;
    if name.is_empty() || name.chars().count() > MAX_NAME || name.contains(char::is_control) {
        let message = format!("name must be one line of 1 to {MAX_NAME} characters, not {name:?}");
        return Err(Error::invalid(message));
    }
    if mime.is_empty() || mime.chars().count() > MAX_NAME || mime.contains(char::is_control) {
        return Err(Error::invalid(format!("mime must be a media type, such as image/png, not {mime:?}")));
    }
    if data.len() > MAX_SIZE {
        let size = data.len();
        return Err(Error::invalid(format!("data has {size} bytes: an attachment may have {MAX_SIZE}")));
    }
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    if text.len() != 64 || !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    (0..64).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect()
}
