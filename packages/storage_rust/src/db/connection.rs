//! Opening and configuring a connection, and the progress handler that ends reads.

use std::ffi::c_int;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::hooks::Wal;
use rusqlite::wal::CheckpointMode;
use rusqlite::{Connection, OpenFlags};

use crate::db::database::Database;
use crate::db::options::Durability;
use crate::db::paths::is_writable;
use crate::db::pool::{IDLE, POLL_INTERVAL, PooledConnection};
use crate::error::{Kind, kind_of};
use crate::search::fts5;

/// Instructions of SQLite's virtual machine between two calls of the progress handler.
const STEPS_BETWEEN_CHECKS: i32 = 2000;
/// Pages in the log at which a writer runs a checkpoint itself. Idle maintenance does so long before, unless it gets no
/// CPU time. Low enough that the log stays below `WAL_LIMIT`.
const PAGES_BEFORE_WRITER_CHECKPOINT: c_int = 12_000;
/// The longest time that such a writer waits for a checkpoint of another connection.
const MAX_CHECKPOINT_WAIT: Duration = Duration::from_secs(1);
/// Pages in the log from which a long read prevents checkpoints: each writer tries once.
const PAGES_OF_BLOCKED_LOG: c_int = 15_000;
/// The size in bytes to which the log is truncated after a checkpoint.
const WAL_LIMIT: i64 = 64 << 20;
/// The page cache of a connection. SQLite's default of 2 MiB is less than a completion or a search reads.
const CACHE_KIB: i64 = 8 << 10;
const CACHED_STATEMENTS: usize = 64;

impl Database {
    pub(super) fn connect(&self) -> rusqlite::Result<PooledConnection> {
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
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
        connection.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
        connection.busy_timeout(self.options.busy_timeout)?;
        connection.execute_batch(&format!(
            "PRAGMA foreign_keys = ON; PRAGMA synchronous = {}; PRAGMA journal_size_limit = {WAL_LIMIT};
             PRAGMA cache_size = -{CACHE_KIB}; PRAGMA cell_size_check = ON;",
            match self.options.durability {
                Durability::Normal => "NORMAL",
                Durability::Full => "FULL",
            }
        ))?;
        connection.wal_hook(Some(limit_log))?;
        fts5::register(&connection)?;
        let (started, stopped) = (Arc::new(AtomicI64::new(IDLE)), Arc::new(AtomicBool::new(false)));
        connection.progress_handler(STEPS_BETWEEN_CHECKS, Some(self.progress_handler(&started, &stopped)))?;
        Ok(PooledConnection { connection, started, stopped })
    }

    /// A handler that returns true, which ends the statement, if a read began before the last `interrupt`, or if the
    /// `StopCheck` says so. In the latter case it sets `stopped`.
    pub fn progress_handler(
        &self,
        started: &Arc<AtomicI64>,
        stopped: &Arc<AtomicBool>,
    ) -> impl FnMut() -> bool + Send + 'static + use<> {
        let (started, stopped) = (started.clone(), stopped.clone());
        let (epoch, stop) = (self.epoch.clone(), self.options.stop.clone());
        let mut last_check = Instant::now();
        move || {
            let started = started.load(Ordering::Relaxed);
            if started == IDLE {
                return false;
            }
            if started != epoch.load(Ordering::Relaxed) {
                return true;
            }
            if last_check.elapsed() >= POLL_INTERVAL {
                last_check = Instant::now();
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
        // If there is no log, and none can be created in the folder, the medium is read-only and has no writers.
        let parent = Path::new(&self.path).parent().unwrap_or(Path::new("/"));
        let may_have_log =
            Path::new(&format!("{}-wal", self.path)).exists() || !self.immutable && is_writable(parent);
        format!("file:{name}?mode=ro{}", if may_have_log { "" } else { "&immutable=1" })
    }
}

/// Runs after a commit. The rows are stored, so a failure here is not reported as one of the write.
#[allow(clippy::unnecessary_wraps)] // the type of SQLite's hook
fn limit_log(log: &mut Wal, pages: c_int) -> rusqlite::Result<()> {
    if pages >= PAGES_BEFORE_WRITER_CHECKPOINT {
        let wait = if pages < PAGES_OF_BLOCKED_LOG { MAX_CHECKPOINT_WAIT } else { Duration::ZERO };
        let deadline = Instant::now() + wait;
        // Unlike a passive checkpoint, it keeps other processes from writing until the log can begin again.
        let is_locked =
            |outcome: rusqlite::Result<_>| matches!(outcome, Err(error) if kind_of(&error) == Kind::Locked);
        while is_locked(log.checkpoint_v2(CheckpointMode::RESTART)) && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(1));
        }
    }
    Ok(())
}
