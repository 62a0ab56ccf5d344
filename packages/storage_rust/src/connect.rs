//! One connection, set up: its pragmas, and the handler that ends a read.

use std::ffi::c_int;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::hooks::Wal;
use rusqlite::{Connection, OpenFlags};

use crate::database::Database;
use crate::error::{Kind, kind_of};
use crate::fts5;
use crate::options::Durability;
use crate::paths::is_writable;
use crate::pool::{IDLE, Link, SLICE};

/// Of SQLite's virtual machine, between two looks for an interrupt.
const STEPS_BETWEEN_CHECKS: i32 = 2000;
/// Pages in the log at which a writer copies it back after all: `maintenance` comes long before, unless it gets no
/// processor. Enough below `WAL_LIMIT` for what is written until then.
const PAGES_LEFT_BY_WRITERS: c_int = 12_000;
/// How long a writer waits, at most, for another connection that copies the log at that moment.
const COPYING: Duration = Duration::from_secs(1);
/// Bytes that the log keeps on the disk once it has been copied back.
const WAL_LIMIT: i64 = 64 << 20;
/// Of a connection's page cache, at most; SQLite's 2 MiB hold less than a completion or a search looks at.
const CACHE_KIB: i64 = 8 << 10;
const STATEMENTS: usize = 64;

impl Database {
    pub(crate) fn connect(&self) -> rusqlite::Result<Link> {
        let flags = OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = if self.in_memory() {
            Connection::open_in_memory_with_flags(
                flags | OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
            )?
        } else if self.options.read_only {
            let flags = flags | OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
            Connection::open_with_flags(self.read_only_uri(), flags)?
        } else {
            Connection::open_with_flags(&self.path, flags | OpenFlags::SQLITE_OPEN_READ_WRITE)?
        };
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        connection.busy_timeout(self.options.busy_timeout)?;
        connection.execute_batch(&format!(
            "PRAGMA foreign_keys = ON; PRAGMA synchronous = {}; PRAGMA journal_size_limit = {WAL_LIMIT};
             PRAGMA cache_size = -{CACHE_KIB};",
            match self.options.durability {
                Durability::Normal => "NORMAL",
                Durability::Full => "FULL",
            }
        ))?;
        connection.wal_hook(Some(bound_log))?;
        fts5::register(&connection)?;
        let (started, stopped) = (Arc::new(AtomicI64::new(IDLE)), Arc::new(AtomicBool::new(false)));
        connection.progress_handler(STEPS_BETWEEN_CHECKS, Some(self.watch(&started, &stopped)))?;
        Ok(Link { connection, started, stopped })
    }

    /// Ends a read that began before the last `interrupt`, and whatever runs when the program is to stop.
    pub(crate) fn watch(
        &self,
        started: &Arc<AtomicI64>,
        stopped: &Arc<AtomicBool>,
    ) -> impl FnMut() -> bool + Send + 'static + use<> {
        let (started, stopped) = (started.clone(), stopped.clone());
        let (epoch, stop) = (self.epoch.clone(), self.options.stop.clone());
        let mut asked = Instant::now();
        move || {
            let began = started.load(Ordering::Relaxed);
            if began == IDLE {
                return false;
            }
            if began != epoch.load(Ordering::Relaxed) {
                return true;
            }
            if asked.elapsed() >= SLICE {
                asked = Instant::now();
                if stop() {
                    stopped.store(true, Ordering::Relaxed);
                    return true;
                }
            }
            false
        }
    }

    fn read_only_uri(&self) -> String {
        let name = self.path.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
        // Without a log, and with a folder in which none can appear, the medium is read-only: nobody can be writing.
        let parent = Path::new(&self.path).parent().unwrap_or(Path::new("/"));
        let may_have_log =
            Path::new(&format!("{}-wal", self.path)).exists() || !self.immutable && is_writable(parent);
        format!("file:{name}?mode=ro{}", if may_have_log { "" } else { "&immutable=1" })
    }
}

/// After a commit. It is stored, so that no failure here is one of the write.
fn bound_log(log: &mut Wal, pages: c_int) -> rusqlite::Result<()> {
    if pages >= PAGES_LEFT_BY_WRITERS {
        let deadline = Instant::now() + COPYING;
        let is_being_copied =
            |outcome: rusqlite::Result<()>| matches!(outcome, Err(error) if kind_of(&error) == Kind::Locked);
        while is_being_copied(log.checkpoint()) && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(1));
        }
    }
    Ok(())
}
