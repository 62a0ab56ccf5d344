//! What is wrong with a database, and how large it is.

use std::fs;

use crate::database::Database;
use crate::error::{Kind, Result};

impl Database {
    /// Problems in words. On a store that may be written the search index is compared with the text, too.
    pub fn check(&self, index_statement: &str) -> Result<Vec<String>> {
        let mut problems = Vec::new();
        if !self.is_read_only() {
            // Else rows of the backlog would be missing in the index.
            match self.catch_up() {
                Err(error) if error.kind() == Kind::Corrupt => {
                    problems.push(error.to_string());
                    return Ok(problems);
                }
                caught_up => caught_up?,
            }
        }
        // On a connection that has read before, FTS5's part of the check goes by what the index was like then.
        let read = self.read_on(true, |db| {
            let mut statement = db.prepare("PRAGMA integrity_check")?;
            for found in statement.query_map([], |row| row.get::<_, String>(0))? {
                problems.push(found?);
            }
            let mut statement = db.prepare("PRAGMA foreign_key_check")?;
            let describe = |row: &rusqlite::Row<'_>| {
                let (table, id, parent): (String, Option<i64>, String) =
                    (row.get(0)?, row.get(1)?, row.get(2)?);
                Ok(format!("row {} of {table} names a row of {parent} that does not exist", id.unwrap_or(0)))
            };
            for found in statement.query_map([], describe)? {
                problems.push(found?);
            }
            Ok(())
        });
        problems.retain(|problem| problem != "ok");
        match read {
            Err(error) if error.kind() == Kind::Corrupt => {
                problems.push(error.to_string());
                return Ok(problems);
            }
            read => read?,
        }
        if !self.is_read_only() {
            match self.write(|db| Ok(db.execute_batch(index_statement)?)) {
                Err(error) if error.kind() == Kind::Corrupt => {
                    problems.push("the search index does not agree with the stored text".to_owned());
                }
                written => written?,
            }
        }
        Ok(problems)
    }

    /// Of the database and of its log.
    pub fn file_sizes(&self) -> (i64, i64) {
        let size =
            |path: &str| fs::metadata(path).map_or(0, |found| i64::try_from(found.len()).unwrap_or(i64::MAX));
        (size(&self.path), size(&format!("{}-wal", self.path)))
    }
}
