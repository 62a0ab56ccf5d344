//! The integrity check, and the size of a database.

use std::fs;

use rusqlite::Connection;

use crate::db::database::Database;
use crate::db::hidden_rows;
use crate::error::{Failure, Kind, Result};

impl Database {
    /// Descriptions of the problems. In a writable store the full-text indexes are compared with the text, too, by
    /// `index_statement`.
    pub fn check(&self, index_statement: &str) -> Result<Vec<String>> {
        let (mut problems, runs) = match self.read(|db| Ok(self.describe_planted(db)?)) {
            Err(error) if error.kind() == Kind::Corrupt => return Ok(vec![error.to_string()]),
            planted => planted?,
        };
        let may_write = !self.options.read_only && !runs;
        if may_write {
            // These rows would be reported as missing in the index.
            match self.undo_abandoned().and_then(|_| self.index_pending()) {
                Err(error) if error.kind() == Kind::Corrupt => {
                    problems.push(error.to_string());
                    return Ok(problems);
                }
                outcome => outcome?,
            }
        }
        // On a connection that has already read the index, FTS5 would check it in its cached state.
        let read = self.read_on(true, |db| {
            let mut statement = db.prepare("PRAGMA integrity_check")?;
            for problem in statement.query_map([], |row| row.get::<_, String>(0))? {
                problems.push(problem?);
            }
            let mut statement = db.prepare("PRAGMA foreign_key_check")?;
            let describe = |row: &rusqlite::Row<'_>| {
                let (table, id, parent): (String, Option<i64>, String) =
                    (row.get(0)?, row.get(1)?, row.get(2)?);
                Ok(format!(
                    "row {} of {table} refers to a row of {parent} that does not exist",
                    id.unwrap_or(0)
                ))
            };
            for problem in statement.query_map([], describe)? {
                problems.push(problem?);
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
        if may_write {
            match self.write(|db| self.compare_index(db, index_statement)) {
                Err(error) if error.kind() == Kind::Corrupt => {
                    problems.push("the search index does not agree with the stored text".to_owned());
                }
                outcome => outcome?,
            }
        }
        Ok(problems)
    }

    /// During a load the index cannot be compared: it lacks the hidden rows.
    fn compare_index(&self, db: &Connection, statement: &str) -> std::result::Result<(), Failure> {
        if let Some(index) = &self.format.pending_index
            && hidden_rows::exist(db, index.statements)?
        {
            return Ok(());
        }
        Ok(db.execute_batch(statement)?)
    }

    /// The sizes in bytes of the database file and of its log.
    pub fn file_sizes(&self) -> (i64, i64) {
        let size =
            |path: &str| fs::metadata(path).map_or(0, |file| i64::try_from(file.len()).unwrap_or(i64::MAX));
        (size(&self.path), size(&format!("{}-wal", self.path)))
    }
}
