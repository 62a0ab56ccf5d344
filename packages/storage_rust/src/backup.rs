//! A copy of one moment of a database that is in use.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};

use crate::database::{Database, Failure};
use crate::error::{Error, Kind, Result};
use crate::owners::create_private;
use crate::paths::{MEMORY, absolute};

/// Between two looks whether the program is to stop.
const PAGES: i32 = 1000;

impl Database {
    /// `path` appears whole or not at all, replacing what was there.
    pub fn backup(&self, path: &str) -> Result<()> {
        let target = absolute(path)?;
        if target == MEMORY {
            return Err(Error::invalid("A backup needs a file: :memory: would be gone at once"));
        }
        if self.owners().open_count(&target)? > 0 || Path::new(&format!("{target}-wal")).exists() {
            let message = format!("{target} is an open database: back up to another file");
            return Err(Error::new(Kind::Storage, &target, message));
        }
        let thread = format!("{:?}", std::thread::current().id()).replace(|c: char| !c.is_ascii_digit(), "");
        let partial = format!("{target}.partial-{}-{thread}", std::process::id());
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
            let in_copy = |error: rusqlite::Error| Failure::Ours(Error::from_sqlite(&error, partial));
            let mut copy = Connection::open(partial).map_err(in_copy)?;
            // The snapshot must be taken first, or a writer elsewhere would make the copy start again.
            db.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(()))?;
            let backup = Backup::new(db, &mut copy).map_err(in_copy)?;
            loop {
                match backup.step(PAGES).map_err(in_copy)? {
                    StepResult::Done => return Ok(()),
                    _ if self.should_stop() => {
                        return Err(Error::new(Kind::Stopped, partial, "Stopped").into());
                    }
                    _ => {}
                }
            }
        })
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
