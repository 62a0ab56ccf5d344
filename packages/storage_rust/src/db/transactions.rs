//! Read and write transactions, and waiting for the write lock.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::db::database::Database;
use crate::db::pool::{IDLE, PooledConnection};
use crate::error::{Error, Failure, Kind, Result, kind_of};

impl Database {
    /// A transaction that holds the write lock from its start; an error inside rolls it back.
    pub fn write<T>(&self, work: impl FnOnce(&Connection) -> std::result::Result<T, Failure>) -> Result<T> {
        self.with_writer(|db| self.in_transaction(db, work))
    }

    /// The same for many small statements. Statement journals stay in memory: otherwise each statement writes one to a
    /// temporary file as soon as one of them has changed more than a few pages.
    pub fn write_many<T>(
        &self,
        work: impl FnOnce(&Connection) -> std::result::Result<T, Failure>,
    ) -> Result<T> {
        self.with_writer(|db| {
            db.execute_batch("PRAGMA temp_store = MEMORY")?;
            let outcome = self.in_transaction(db, work);
            // With this setting `VACUUM` would hold the whole file in memory.
            db.execute_batch("PRAGMA temp_store = DEFAULT")?;
            outcome
        })
    }

    fn in_transaction<T>(
        &self,
        db: &Connection,
        work: impl FnOnce(&Connection) -> std::result::Result<T, Failure>,
    ) -> std::result::Result<T, Failure> {
        let transaction = self.begin(db)?;
        self.refuse_planted_writers(&transaction)?;
        let value = work(&transaction)?;
        transaction.commit()?;
        Ok(value)
    }

    fn with_writer<T>(&self, work: impl FnOnce(&Connection) -> std::result::Result<T, Failure>) -> Result<T> {
        self.check_process()?;
        self.check_writable()?;
        let mut lease =
            self.writer.take(&self.path, &self.options.stop, || Err(Error::closed(&self.path)))?;
        self.check_file()?;
        if self.writer_is_outdated.swap(false, Ordering::Relaxed) && !self.in_memory() {
            lease.replace(self.connect_writer().map_err(|error| Error::from_sqlite(&error, &self.path))?);
        }
        let pooled = lease.connection(&self.path)?;
        let outcome = work(&pooled.connection).map_err(|failure| self.error(failure, pooled));
        drop(lease);
        if outcome.is_ok() {
            self.maintenance.notify_write(|signals| self.maintenance_worker(signals));
        }
        outcome
    }

    pub(super) fn check_writable(&self) -> Result<()> {
        if self.options.read_only {
            let message = format!("{} was opened with read_only=True", self.path);
            return Err(Error::new(Kind::ReadOnly, &self.path, message));
        }
        Ok(())
    }

    fn connect_writer(&self) -> rusqlite::Result<PooledConnection> {
        let pooled = self.connect()?;
        pooled.connection.busy_timeout(self.connection_busy_timeout())?;
        // Open the log: otherwise closing the previous connection would delete it.
        pooled.connection.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(()))?;
        Ok(pooled)
    }

    /// Rewrite the whole file and truncate the log, so that no deleted data remains.
    pub fn vacuum(&self) -> Result<()> {
        self.check_process()?;
        self.check_file()?;
        let lease = self.writer.take(&self.path, &self.options.stop, || Err(Error::closed(&self.path)))?;
        let pooled = lease.connection(&self.path)?;
        self.vacuum_with(&pooled.connection).map_err(|failure| self.error(failure, pooled))
    }

    fn vacuum_with(&self, db: &Connection) -> std::result::Result<(), Failure> {
        db.execute_batch("PRAGMA secure_delete = ON")?;
        let vacuumed = self.retry_while_locked(|| db.execute_batch("VACUUM"));
        db.execute_batch("PRAGMA secure_delete = OFF")?;
        vacuumed?;
        let deadline = Instant::now() + self.options.busy_timeout;
        while db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0))? != 0 {
            if Instant::now() >= deadline {
                let message = format!(
                    "{} is being read, so deleted text may still be in its log: purge again later",
                    self.path
                );
                return Err(Error::new(Kind::Locked, &self.path, message).into());
            }
            if self.should_stop() {
                return Err(Error::stopped(&self.path).into());
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        Ok(())
    }

    /// A read transaction, which sees one snapshot. `interrupt` ends it with `Kind::Interrupted`.
    pub fn read<T>(&self, work: impl FnOnce(&Connection) -> std::result::Result<T, Failure>) -> Result<T> {
        self.read_on(false, work)
    }

    /// The same, on a new connection if `is_fresh`.
    pub(super) fn read_on<T>(
        &self,
        is_fresh: bool,
        work: impl FnOnce(&Connection) -> std::result::Result<T, Failure>,
    ) -> Result<T> {
        self.check_process()?;
        self.check_file()?;
        let connect = || self.connect().map_err(|error| Error::from_sqlite(&error, &self.path));
        let mut lease = if self.in_memory() {
            self.writer.take(&self.path, &self.options.stop, || Err(Error::closed(&self.path)))?
        } else {
            self.readers.take(&self.path, &self.options.stop, connect)?
        };
        if is_fresh && !self.in_memory() {
            lease.replace(connect()?);
        }
        let pooled = lease.connection(&self.path)?;
        pooled.started.store(self.interrupt_epoch(), Ordering::Relaxed);
        let transaction = Transaction::new_unchecked(&pooled.connection, TransactionBehavior::Deferred)
            .map_err(Failure::from);
        let outcome = transaction.and_then(|transaction| work(&transaction));
        pooled.started.store(IDLE, Ordering::Relaxed);
        outcome.map_err(|failure| self.error(failure, pooled))
    }

    fn error(&self, failure: Failure, pooled: &PooledConnection) -> Error {
        match failure {
            Failure::Store(error) => error,
            Failure::Sqlite(error) => {
                if kind_of(&error) == Kind::Interrupted && pooled.stopped.swap(false, Ordering::Relaxed) {
                    return Error::stopped(&self.path);
                }
                Error::from_sqlite(&error, &self.path)
            }
        }
    }

    pub(super) fn begin<'a>(&self, db: &'a Connection) -> std::result::Result<Transaction<'a>, Failure> {
        self.retry_while_locked(|| Transaction::new_unchecked(db, TransactionBehavior::Immediate))
    }

    /// Repeat `attempt` while the file is locked, until the busy timeout or until the `StopCheck` says so.
    pub(super) fn retry_while_locked<T>(
        &self,
        attempt: impl Fn() -> rusqlite::Result<T>,
    ) -> std::result::Result<T, Failure> {
        let deadline = Instant::now() + self.options.busy_timeout;
        loop {
            match attempt() {
                Err(error) if kind_of(&error) == Kind::Locked && Instant::now() < deadline => {
                    if self.should_stop() {
                        return Err(Error::stopped(&self.path).into());
                    }
                    std::thread::sleep(Duration::from_millis(1));
                }
                outcome => return Ok(outcome?),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use crate::db::database::Database;
    use crate::db::format::Format;
    use crate::db::options::Options;
    use crate::error::{Error, Failure};

    static EMPTY: Format = Format {
        name: "nothing",
        application_id: 1,
        version: 1,
        schema: "PRAGMA application_id = 1; PRAGMA user_version = 1",
        migrations: &[],
        indexes: &[],
        probe: "SELECT 1",
        idle_merged: &[],
        pending_index: None,
    };

    fn temp_store(db: &Connection) -> Result<i64, Failure> {
        Ok(db.query_row("PRAGMA temp_store", [], |row| row.get(0))?)
    }

    #[test]
    fn temporary_pages_are_in_memory_for_many_statements_and_not_afterwards() {
        let Ok(database) = Database::open(":memory:", &EMPTY, Options::default()) else {
            panic!("a database in memory");
        };
        assert_eq!(database.write_many(temp_store).ok(), Some(2));
        assert!(database.write_many(|_| Err::<(), _>(Error::invalid("no").into())).is_err());
        assert_eq!(database.write(temp_store).ok(), Some(0));
    }
}
