//! Statements that several parts of the store run.

use rusqlite::{Connection, OptionalExtension, Params, named_params};

use crate::error::Failure;
use crate::sql::CONVERSATIONS as SQL;
use crate::stores::conversations::answer_file::complete_from_file;
use crate::stores::conversations::records::{Conversation, Messages};

/// Run the statement `name` and collect its rows.
pub fn query_conversations<P: Params>(
    db: &Connection,
    name: &str,
    params: P,
) -> Result<Vec<Conversation>, Failure> {
    let mut statement = db.prepare_cached(SQL.get(name))?;
    let mut conversations =
        statement.query_map(params, Conversation::from_row)?.collect::<rusqlite::Result<Vec<_>>>()?;
    for row in &mut conversations {
        complete_from_file(db.path().unwrap_or_default(), row);
    }
    Ok(conversations)
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

pub fn store_messages(db: &Connection, id: i64, messages: &Messages) -> rusqlite::Result<usize> {
    let values = named_params! {":id": id, ":messages": messages.json};
    db.prepare_cached(SQL.get("store_messages"))?.execute(values)
}

/// Whether the answer of an exchange is being written, or was when its program ended.
pub fn is_being_written(db: &Connection, id: i64) -> rusqlite::Result<bool> {
    db.prepare_cached(SQL.get("is_being_written"))?.exists(named_params! {":id": id})
}
