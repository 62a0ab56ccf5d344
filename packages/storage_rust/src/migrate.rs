//! An older file brought up to the format of today, in one transaction: `sql/<name>.<version>.sql` from the one before.
//!
//! A migration drops what it changes the shape of; the schema, which names everything only where it is missing, makes it
//! anew, and the search index is built again from the text.

use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;

use crate::database::Database;
use crate::error::{Error, Kind};
use crate::failure::Failure;
use crate::options::Format;
use crate::text::grams;

impl Database {
    pub(crate) fn migrate(&self, db: &Connection, found: i64) -> Result<(), Failure> {
        let (path, format) = (&self.path, self.format);
        if self.options.read_only {
            let message = format!(
                "{path} was written by an older version (format {found}, this one reads {}), and read_only=True \
                 changes nothing: open it once for writing",
                format.version
            );
            return Err(Error::new(Kind::ReadOnly, path, message).into());
        }
        let transaction = self.begin(db)?;
        let found: i64 = db.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        if found < format.version {
            // Else another process was faster.
            provide_grams(db)?;
            for (version, steps) in format.migrations {
                if *version > found {
                    db.execute_batch(steps)?;
                }
            }
            db.execute_batch(format.schema)?;
            rebuild(db, format)?;
        }
        Ok(transaction.commit()?)
    }
}

/// The function `grams` of a text, for SQL that fills columns of old rows.
pub(crate) fn provide_grams(db: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    db.create_scalar_function("grams", 1, flags, |call| {
        let text =
            call.get_raw(0).as_str().map_err(|error| rusqlite::Error::UserFunctionError(error.into()))?;
        Ok(grams(&[text]))
    })
}

pub(crate) fn rebuild(db: &Connection, format: &Format) -> rusqlite::Result<()> {
    for index in format.indexes {
        db.execute(&format!("INSERT INTO {index} ({index}) VALUES ('rebuild')"), [])?;
    }
    Ok(())
}
