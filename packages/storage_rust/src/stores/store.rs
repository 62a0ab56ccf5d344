//! What all stores have in common.

use crate::db::database::Database;
use crate::error::Result;

pub trait Store: Send + Sync {
    fn database(&self) -> &Database;

    fn schema_version(&self) -> i64;

    /// The number of entries: conversations, pages or bookmarks.
    fn len(&self) -> Result<i64>;

    fn is_empty(&self) -> Result<bool> {
        Ok(self.len()? == 0)
    }

    /// The numbers of rows, by name.
    fn counts(&self) -> Result<Vec<(&'static str, i64)>>;

    /// SQL that compares the full-text indexes with the stored text.
    fn index_check(&self) -> String;

    fn path(&self) -> &str {
        &self.database().path
    }

    /// Counts and sizes, by name.
    fn stats(&self) -> Result<Vec<(&'static str, i64)>> {
        let (file_bytes, wal_bytes) = self.database().file_sizes();
        let mut stats = self.counts()?;
        stats.extend([("file_bytes", file_bytes), ("wal_bytes", wal_bytes)]);
        Ok(stats)
    }

    /// Descriptions of the problems found; empty if there are none.
    fn check(&self) -> Result<Vec<String>> {
        self.database().check(&self.index_check())
    }

    fn backup(&self, path: &str) -> Result<()> {
        self.database().backup(path)
    }

    fn interrupt(&self) {
        self.database().interrupt();
    }

    fn close(&self) {
        self.database().close();
    }
}
