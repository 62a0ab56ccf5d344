//! The definition of one kind of database file.

use crate::db::pending_index::PendingIndex;
use crate::error::{Error, Kind};

/// What identifies a file, and how it is created, migrated and indexed.
pub struct Format {
    pub name: &'static str,
    pub application_id: u32,
    /// The `user_version` that this crate writes.
    pub version: i64,
    /// Creates everything that does not exist. Runs for a new file, and after the migrations of an old one.
    pub schema: &'static str,
    /// Pairs of a version and the SQL that migrates a file of the previous version to it.
    pub migrations: &'static [(i64, &'static str)],
    /// The full-text tables. The definition of the first one identifies a damaged file.
    pub indexes: &'static [&'static str],
    /// A query that fails if the file is damaged in its most used places.
    pub probe: &'static str,
    /// The indexes whose segments are merged by idle maintenance instead of by writes.
    pub idle_merged: &'static [&'static str],
    pub pending_index: Option<PendingIndex>,
}

impl Format {
    /// A part of the schema as SQLite stores it, which no other program has.
    pub fn schema_marker(&self) -> String {
        format!("CREATE VIRTUAL TABLE {} USING fts5", self.indexes[0])
    }

    /// The error for a file at `path` that is not of this format.
    pub fn foreign(&self, path: &str, reason: &str) -> Error {
        let name = self.name;
        let message =
            format!("{path} is not a database of {name} ({reason}): it was left as it is; name another file");
        Error::new(Kind::Foreign, path, message)
    }
}
