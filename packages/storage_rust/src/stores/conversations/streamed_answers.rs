//! Answers that are stored while they are streamed.
//!
//! Each commit writes whole pages to the log, so an answer that grows by a word at a time does not grow in the database:
//! its text is appended to a file next to it, `<database>-answer-<id>`, which costs its own size. The writer holds a lock
//! on that file. Readers of the exchange read the file, too; if nobody holds the lock, the writer has ended, and the next
//! one that opens the database for writing stores the text as an interrupted answer.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use rusqlite::named_params;

use crate::db::bulk_load::Load;
use crate::db::paths::MEMORY;
use crate::error::{Error, Kind, Result};
use crate::sql::CONVERSATIONS as SQL;
use crate::stores::conversations::ConversationStore;
use crate::stores::conversations::answer_file::{create, file_of, is_held, read, remove};
use crate::stores::conversations::queries::is_being_written;
use crate::stores::conversations::records::{Changes, NewConversation, State};

impl ConversationStore {
    /// Store an exchange whose answer follows. `new.response` is the text so far.
    pub fn begin(&self, new: &NewConversation) -> Result<i64> {
        let new = NewConversation { state: State::Writing, ..new.clone() };
        let row = super::PreparedRow::new(&new)?;
        let mut created = None;
        let added = self.db.write(|db| {
            let id = self.insert(db, &row, &mut Load::default())?;
            if self.db.path != MEMORY {
                // Before the exchange can be seen: without the lock, its answer would count as interrupted.
                let path = file_of(&self.db.path, id);
                let file = create(&path, &new.response).map_err(|error| io_error(&error, &path))?;
                created = Some((path, file));
            }
            Ok(id)
        });
        match (added, created) {
            (Ok(id), created) => {
                self.answers.lock().insert(id, created.map(|(_, file)| file));
                Ok(id)
            }
            (Err(error), created) => {
                if let Some((path, _)) = created {
                    remove(&path);
                }
                Err(error)
            }
        }
    }

    /// Append to an answer that this store is writing.
    pub fn append(&self, id: i64, text: &str) -> Result<()> {
        let mut answers = self.answers.lock();
        let file = answers.get_mut(&id).ok_or_else(|| self.not_begun(id))?;
        match file {
            Some(file) => {
                let path = file_of(&self.db.path, id);
                file.write_all(text.as_bytes()).map_err(|error| io_error(&error, &path))
            }
            None => self.db.write(|db| {
                db.prepare_cached(SQL.get("append_text"))?
                    .execute(named_params! {":id": id, ":text": text})?;
                Ok(())
            }),
        }
    }

    /// Store the whole answer, which is `changes.response` or else what was appended. False if the exchange was deleted.
    pub fn finish(&self, id: i64, changes: &Changes) -> Result<bool> {
        if !self.answers.lock().contains_key(&id) {
            return Err(self.not_begun(id));
        }
        let mut changes = Changes { state: changes.state.or(Some(State::Complete)), ..changes.clone() };
        let path = file_of(&self.db.path, id);
        if self.db.path != MEMORY && changes.response.is_none() {
            changes.response = Some(read(&path).map_err(|error| io_error(&error, &path))?);
        }
        let is_stored = self.update(id, &changes)?;
        self.answers.lock().remove(&id);
        if self.db.path != MEMORY {
            remove(&path);
        }
        Ok(is_stored)
    }

    fn not_begun(&self, id: i64) -> Error {
        let message =
            format!("id {id}: this store is not writing an answer of that number: begin() returns one");
        Error::new(Kind::InvalidData, &self.db.path, message)
    }

    /// Remove the files of answers that were deleted while they were written, or whose writer ended after it had stored them.
    pub(super) fn remove_orphans(&self) -> Result<()> {
        let files = answer_files(Path::new(&self.db.path));
        if files.is_empty() {
            return Ok(());
        }
        // Under the write lock, because `begin` creates a file before its exchange can be seen.
        self.db.write(|db| {
            for (id, path) in &files {
                if !is_being_written(db, *id)? && !is_held(path) {
                    remove(path);
                }
            }
            Ok(())
        })
    }

    /// Store the answers whose writers have ended as interrupted ones.
    pub(super) fn recover_answers(&self) -> Result<()> {
        let ids = self.db.read(|db| {
            let mut statement = db.prepare_cached(SQL.get("being_written"))?;
            Ok(statement.query_map([], |row| row.get::<_, i64>(0))?.collect::<rusqlite::Result<Vec<_>>>()?)
        })?;
        for id in ids {
            let path = file_of(&self.db.path, id);
            // Under the write lock, because its writer may be finishing it at this moment.
            let is_abandoned = self.db.write(|db| Ok(is_being_written(db, id)? && !is_held(&path)))?;
            if !is_abandoned {
                continue;
            }
            let response = read(&path).ok();
            let changes = Changes { response, state: Some(State::Interrupted), ..Changes::default() };
            self.update(id, &changes)?;
            remove(&path);
        }
        self.remove_orphans()
    }
}

/// The files of answers of a database, with the ids of their exchanges.
fn answer_files(database: &Path) -> Vec<(i64, PathBuf)> {
    let (Some(folder), Some(name)) = (database.parent(), database.file_name()) else { return Vec::new() };
    let prefix = format!("{}-answer-", name.to_string_lossy());
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let id_of = |name: &str| name.strip_prefix(&prefix)?.parse().ok();
    let files =
        entries.flatten().filter_map(|entry| Some((id_of(entry.file_name().to_str()?)?, entry.path())));
    files.collect()
}

fn io_error(error: &io::Error, path: &Path) -> Error {
    Error::from_io(error, &path.to_string_lossy())
}
