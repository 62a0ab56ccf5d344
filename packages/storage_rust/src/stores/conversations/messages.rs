//! The messages of an exchange, as a provider exchanged them.

use rusqlite::{Connection, OptionalExtension, named_params};

use crate::error::Result;
use crate::sql::CONVERSATIONS as SQL;
use crate::stores::conversations::ConversationStore;
use crate::stores::conversations::records::Messages;

impl ConversationStore {
    /// The JSON array that was stored; None if the exchange has no messages or does not exist.
    pub fn messages(&self, id: i64) -> Result<Option<String>> {
        self.db.read(|db| Ok(messages_of(db, id)?))
    }
}

pub fn messages_of(db: &Connection, id: i64) -> rusqlite::Result<Option<String>> {
    db.prepare_cached(SQL.get("messages"))?.query_row(named_params! {":id": id}, |row| row.get(0)).optional()
}

/// What only the messages of an exchange contain; None if there is nothing.
pub fn messages_text_of(db: &Connection, id: i64) -> rusqlite::Result<Option<String>> {
    db.prepare_cached(SQL.get("messages_text"))?
        .query_row(named_params! {":id": id}, |row| row.get(0))
        .optional()
}

pub fn store(db: &Connection, id: i64, messages: &Messages) -> rusqlite::Result<usize> {
    let values = named_params! {":id": id, ":messages": messages.json};
    db.prepare_cached(SQL.get("store_messages"))?.execute(values)
}
