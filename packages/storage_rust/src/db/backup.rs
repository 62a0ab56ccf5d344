//! Copying a database while it is in use.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};

use crate::db::database::Database;
use crate::db::hidden_rows;
use crate::db::owners::create_private;
use crate::db::paths::{MEMORY, absolute, unique_suffix};
use crate::error::{Error, Failure, Kind, Result};

/// Pages copied between two calls of the `StopCheck`.
const PAGES_PER_STEP: i32 = 1000;

impl Database {
    /// Copy a snapshot to `path`, replacing an existing file. The file appears complete or not at all.
    pub fn backup(&self, path: &str) -> Result<()> {
        let target = absolute(path)?;
        if target == MEMORY {
            return Err(Error::invalid("A backup needs a file: :memory: would be lost at once"));
        }
        if self.options.owners.open_count(&target)? > 0 || Path::new(&format!("{target}-wal")).exists() {
            let message = format!("{target} is an open database: back up to another file");
            return Err(Error::new(Kind::Storage, &target, message));
        }
        let partial = format!("{target}.partial-{}", unique_suffix());
        let outcome = self
            .copy_to(&partial)
            .and_then(|()| publish(&partial, &target).map_err(|error| Error::from_io(&error, &target)));
        for suffix in ["", "-wal", "-shm", "-journal"] {
            let _ = fs::remove_file(format!("{partial}{suffix}"));
        }
        outcome
    }

    fn copy_to(&self, partial: &str) -> Result<()> {
        create_private(partial).map_err(|error| Error::from_io(&error, partial))?;
        self.read(|db| {
            let in_copy = |error: rusqlite::Error| Failure::Store(Error::from_sqlite(&error, partial));
            let mut copy = Connection::open(partial).map_err(in_copy)?;
            // Take the snapshot first; otherwise the copy starts again after each write of another connection.
            db.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(()))?;
            let backup = Backup::new(db, &mut copy).map_err(in_copy)?;
            loop {
                match backup.step(PAGES_PER_STEP).map_err(in_copy)? {
                    StepResult::Done => break,
                    _ if self.should_stop() => {
                        return Err(Error::stopped(partial).into());
                    }
                    _ => {}
                }
            }
            drop(backup);
            match self.drop_hidden_rows(&copy) {
                Err(Failure::Sqlite(error)) => Err(in_copy(error)),
                outcome => outcome,
            }
        })
    }

    /// A load that was running is not a part of the copy.
    fn drop_hidden_rows(&self, copy: &Connection) -> std::result::Result<(), Failure> {
        let Some(index) = &self.format.pending_index else { return Ok(()) };
        if !hidden_rows::exist(copy, index.statements)? {
            return Ok(());
        }
        self.refuse_planted_writers(copy)?;
        copy.query_row("PRAGMA journal_mode = OFF", [], |_| Ok(()))?;
        while hidden_rows::undo_batch(copy, index.statements, &mut || false)? {}
        copy.execute_batch("VACUUM")?;
        Ok(copy.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?)
    }
}

fn publish(partial: &str, target: &str) -> io::Result<()> {
    File::open(partial)?.sync_all()?;
    fs::rename(partial, target)?;
    #[cfg(unix)]
    if let Some(folder) = Path::new(target).parent() {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}
