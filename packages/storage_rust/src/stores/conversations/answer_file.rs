//! The file of an answer that is being written: see `streamed_answers`.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::db::paths::MEMORY;
use crate::stores::conversations::records::{Conversation, State};

/// The answers that a store is writing: their files, or None in memory.
#[derive(Default)]
pub struct StreamedAnswers(Mutex<HashMap<i64, Option<File>>>);

impl StreamedAnswers {
    pub fn lock(&self) -> MutexGuard<'_, HashMap<i64, Option<File>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Let go of all answers: they count as interrupted from now on.
    pub fn abandon(&self) {
        self.lock().clear();
    }
}

/// Put the text so far into an exchange whose answer is being written, or was when its program ended.
pub fn complete_from_file(database: &str, row: &mut Conversation) {
    if row.state != State::Writing || database == MEMORY || database.is_empty() {
        return;
    }
    let path = file_of(database, row.id);
    if !is_held(&path) {
        row.state = State::Interrupted;
    }
    if let Ok(text) = read(&path) {
        row.response = text;
    }
}

pub fn file_of(database: &str, id: i64) -> PathBuf {
    PathBuf::from(format!("{database}-answer-{id}"))
}

/// Create the file, which only its owner can read, and lock it. A file that is there already, of an exchange of a database
/// that was replaced, is removed first.
pub fn create(path: &Path, text: &str) -> io::Result<File> {
    remove(path);
    let mut options = OpenOptions::new();
    options.append(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.try_lock()?;
    file.write_all(text.as_bytes())?;
    Ok(file)
}

/// Open the file for reading if it is an ordinary one.
fn open(path: &Path) -> io::Result<File> {
    if !fs::symlink_metadata(path)?.is_file() {
        return Err(io::Error::from(io::ErrorKind::InvalidInput));
    }
    File::open(path)
}

/// The text in the file. A character whose bytes have not all been written is left out.
pub fn read(path: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    open(path)?.read_to_end(&mut bytes)?;
    let mut chunks = bytes.utf8_chunks().peekable();
    let mut text = String::with_capacity(bytes.len());
    while let Some(chunk) = chunks.next() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() && chunks.peek().is_some() {
            text.push(char::REPLACEMENT_CHARACTER);
        }
    }
    Ok(text)
}

/// Whether a program is writing the file.
pub fn is_held(path: &Path) -> bool {
    open(path).is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
}

pub fn remove(path: &Path) {
    if fs::symlink_metadata(path).is_ok_and(|found| !found.is_dir()) {
        let _ = fs::remove_file(path);
    }
}
