//! Reading and writing: a snapshot, or the write lock from the start.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::database::Database;
use crate::error::{Error, Kind, Result, kind_of};
use crate::failure::Failure;
use crate::pool::{IDLE, Link};

impl Database {
    /// A transaction that holds the write lock from its start; an error inside rolls it back.
    pub fn write<T>(&self, work: impl FnOnce(&Connection) -> std::result::Result<T, Failure>) -> Result<T> {
        self.write_by(|db| self.in_transaction(db, work))
    }

    /// The same for many small statements. What SQLite keeps to undo one of them stays in memory: else, from the first that
    /// changes more than a few pages on, each of them writes it to a temporary file.
    pub(crate) fn write_many<T>(
        &self,
        work: impl FnOnce(&Connection) -> std::result::Result<T, Failure>,
    ) -> Result<T> {
        self.write_by(|db| {
            db.execute_batch("PRAGMA temp_store = MEMORY")?;
            let outcome = self.in_transaction(db, work);
            // Not for `VACUUM`, which would hold the whole file in memory.
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
        let value = work(&transaction)?;
        transaction.commit()?;
        Ok(value)
    }

    fn write_by<T>(&self, work: impl FnOnce(&Connection) -> std::result::Result<T, Failure>) -> Result<T> {
        self.ready()?;
        if self.options.read_only {
            let message = format!("{} was opened with read_only=True", self.path);
            return Err(Error::new(Kind::ReadOnly, &self.path, message));
        }
        let lease = self.writer.take(&self.path, &self.options.stop, || Err(Error::closed(&self.path)))?;
        let link = lease.link(&self.path)?;
        let told = work(&link.connection).map_err(|failure| self.told(failure, link));
        drop(lease);
        if told.is_ok() {
            self.maintenance.wrote(|signals| self.worker(signals));
        }
        told
    }

    /// Index the rows that a bulk load left, in batches between which others write. It never fails for want of the lock
    /// or of space, since the rows themselves are stored: the rest is left to `maintenance`. `interrupt` does that, too.
    pub(crate) fn catch_up(&self) -> Result<()> {
        let Some(backlog) = self.format.backlog else { return Ok(()) };
        if !self.read(|db| Ok((backlog.is_behind)(db)?))? {
            return Ok(());
        }
        let mark = self.interrupt_mark();
        let _guard = self.maintenance.catching_up();
        loop {
            let enough = &mut || self.interrupt_mark() != mark || self.writer.is_awaited();
            match self.write(|db| Ok((backlog.catch_up)(db, enough)?)) {
                Ok(true) if self.interrupt_mark() == mark => {}
                Err(error) if error.kind() == Kind::Stopped => return Err(error),
                _ => return Ok(()),
            }
            if self.should_stop() {
                return Err(Error::new(Kind::Stopped, &self.path, "Stopped"));
            }
            std::thread::sleep(Duration::from_millis(2)); // Whoever waits for the lock looks once a millisecond.
        }
    }

    /// Write the whole file anew and empty the log, so that nothing is left of what was deleted.
    pub(crate) fn rewrite(&self) -> Result<()> {
        self.ready()?;
        let lease = self.writer.take(&self.path, &self.options.stop, || Err(Error::closed(&self.path)))?;
        let link = lease.link(&self.path)?;
        self.rewrite_on(&link.connection).map_err(|failure| self.told(failure, link))
    }

    fn rewrite_on(&self, db: &Connection) -> std::result::Result<(), Failure> {
        db.execute_batch("PRAGMA secure_delete = ON")?;
        let vacuumed = self.patiently(|| db.execute_batch("VACUUM"));
        db.execute_batch("PRAGMA secure_delete = OFF")?;
        vacuumed?;
        let deadline = Instant::now() + self.options.busy_timeout;
        while db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0))? != 0 {
            if Instant::now() >= deadline {
                let message = format!(
                    "{} is being read, so deleted text may still stand in its log: purge again later",
                    self.path
                );
                return Err(Error::new(Kind::Locked, &self.path, message).into());
            }
            if self.should_stop() {
                return Err(Error::new(Kind::Stopped, &self.path, "Stopped").into());
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        Ok(())
    }

    /// One snapshot, ended by `interrupt` with `Kind::Interrupted`.
    pub fn read<T>(&self, work: impl FnOnce(&Connection) -> std::result::Result<T, Failure>) -> Result<T> {
        self.read_on(false, work)
    }

    pub(crate) fn read_on<T>(
        &self,
        fresh: bool,
        work: impl FnOnce(&Connection) -> std::result::Result<T, Failure>,
    ) -> Result<T> {
        self.ready()?;
        let connect = || self.connect().map_err(|error| Error::from_sqlite(&error, &self.path));
        let mut lease = if self.in_memory() {
            self.writer.take(&self.path, &self.options.stop, || Err(Error::closed(&self.path)))?
        } else {
            self.readers.take(&self.path, &self.options.stop, connect)?
        };
        if fresh && !self.in_memory() {
            lease.replace(connect()?);
        }
        let link = lease.link(&self.path)?;
        link.started.store(self.epoch.load(Ordering::Relaxed), Ordering::Relaxed);
        let transaction = Transaction::new_unchecked(&link.connection, TransactionBehavior::Deferred)
            .map_err(Failure::from);
        let outcome = transaction.and_then(|transaction| work(&transaction));
        link.started.store(IDLE, Ordering::Relaxed);
        outcome.map_err(|failure| self.told(failure, link))
    }

    pub(crate) fn told(&self, failure: Failure, link: &Link) -> Error {
        match failure {
            Failure::Ours(error) => error,
            Failure::Sqlite(error) => {
                if kind_of(&error) == Kind::Interrupted && link.stopped.swap(false, Ordering::Relaxed) {
                    return Error::new(Kind::Stopped, &self.path, "Stopped");
                }
                Error::from_sqlite(&error, &self.path)
            }
        }
    }

    pub(crate) fn begin<'a>(&self, db: &'a Connection) -> std::result::Result<Transaction<'a>, Failure> {
        self.patiently(|| Transaction::new_unchecked(db, TransactionBehavior::Immediate))
    }

    /// Try again until the busy timeout, in slices between which the program may stop.
    pub(crate) fn patiently<T>(
        &self,
        attempt: impl Fn() -> rusqlite::Result<T>,
    ) -> std::result::Result<T, Failure> {
        let deadline = Instant::now() + self.options.busy_timeout;
        loop {
            match attempt() {
                Err(error) if kind_of(&error) == Kind::Locked && Instant::now() < deadline => {
                    if (self.options.stop)() {
                        return Err(Error::new(Kind::Stopped, &self.path, "Stopped").into());
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

    use crate::conversations::ConversationStore;
    use crate::error::Error;
    use crate::failure::Failure;
    use crate::options::Options;

    fn temp_store(db: &Connection) -> Result<i64, Failure> {
        Ok(db.query_row("PRAGMA temp_store", [], |row| row.get(0))?)
    }

    #[test]
    fn temporary_pages_stay_in_memory_for_many_statements_and_not_after_them() {
        let store = ConversationStore::open(":memory:", Options::default()).expect("a store in memory");
        assert_eq!(store.db.write_many(temp_store).ok(), Some(2));
        assert!(store.db.write_many(|_| Err::<(), _>(Error::invalid("no").into())).is_err());
        assert_eq!(store.db.write(temp_store).ok(), Some(0));
    }
}
