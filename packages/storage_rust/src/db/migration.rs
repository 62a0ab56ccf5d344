//! Migrating an older file to the current format, in one transaction.
//!
//! `sql/<name>.<version>.sql` migrates from the previous version. A migration drops what it changes; the schema, which
//! creates everything that does not exist, adds it again, and the full-text indexes are rebuilt from the text.

use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;

use crate::db::database::Database;
use crate::db::format::Format;
use crate::error::{Error, Failure, Kind};
use crate::search::grams::grams;
use crate::search::url_text::url_grams;

impl Database {
    pub(super) fn migrate(&self, db: &Connection, version: i64) -> Result<(), Failure> {
        let (path, format) = (&self.path, self.format);
        if self.options.read_only {
            let message = format!(
                "{path} was written by an older version (format {version}, this one reads {}), and read_only=True \
                 changes nothing: open it once for writing",
                format.version
            );
            return Err(Error::new(Kind::ReadOnly, path, message).into());
        }
        let transaction = self.begin(db)?;
        // Another process may have migrated the file first.
        let version: i64 = db.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        if version < format.version {
            self.refuse_planted_writers(&transaction)?;
            register_grams(db)?;
            for (_, statements) in format.migrations.iter().filter(|(target, _)| *target > version) {
                db.execute_batch(statements)?;
            }
            db.execute_batch(format.schema)?;
            rebuild_indexes(db, format)?;
        }
        Ok(transaction.commit()?)
    }
}

/// Register the SQL functions `grams(text)` and `url_grams(url)`, which fill the gram columns of existing rows.
pub fn register_grams(db: &Connection) -> rusqlite::Result<()> {
    for (name, function) in [("grams", grams as fn(&str) -> String), ("url_grams", url_grams)] {
        let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
        db.create_scalar_function(name, 1, flags, move |call| {
            let text =
                call.get_raw(0).as_str().map_err(|error| rusqlite::Error::UserFunctionError(error.into()))?;
            Ok(function(text))
        })?;
    }
    Ok(())
}

pub fn rebuild_indexes(db: &Connection, format: &Format) -> rusqlite::Result<()> {
    for index in format.indexes {
        db.execute(&format!("INSERT INTO {index} ({index}) VALUES ('rebuild')"), [])?;
    }
    Ok(())
}
