"""One SQLite file: one writer, a few readers, closed. All stores stand on it.

`options` says how it is opened, `connect` and `recognise` open it.
"""

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from minimal_browser_core.errors import DatabaseLocked, Interrupted, ReadOnly, StorageError

from . import owners
from .backlog import is_behind
from .connect import Connection, Interrupts
from .failures import code_of, corrupt, translated
from .maintenance import Maintenance
from .options import Durability, Format, Options
from .recognise import damaged, look, quick_check, recognise
from .statements import statements

ENGINE: Final = f"Python's sqlite3 module (SQLite {sqlite3.sqlite_version})"
_READERS: Final = 4
_DAMAGED: Final = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class Database:
    """Thread-safe. `write` and `read` give a transaction; both fail in a forked child and after `close`."""

    def __init__(
        self,
        path: str | os.PathLike[str],
        kind: Format,
        *,
        read_only: bool,
        busy_timeout: float,
        durability: Durability,
        check_on_open: bool,
    ) -> None:
        self._options = Options.checked(path, kind, read_only, busy_timeout, durability)
        self.path = self._options.path
        self.read_only = read_only
        self._pid = os.getpid()
        self._closed = False
        self._interrupts = Interrupts()
        self._write_lock = threading.Lock()
        self._pool_lock = threading.Lock()
        self._slots = threading.BoundedSemaphore(_READERS)
        self._idle: list[Connection] = []
        self._key: owners.FileKey | None = None
        self._writer: Connection | None = None
        self._backlog = statements(kind.backlog) if kind.backlog else None
        self.maintenance = Maintenance(self.write, kind.merged, self._backlog)
        with translated(self.path):
            self._open(check_on_open)

    def _open(self, check: bool) -> None:
        options = self._options
        if not options.in_memory:
            look(options)
            self._key = owners.claim(self.path, ENGINE, create=not options.read_only)
        try:
            self._writer = writer = self._connect()
            recognise(writer, options)
            writer.leave_waiting_to_us()
            if check:
                quick_check(writer.raw)
            with suppress(sqlite3.DatabaseError):  # what is damaged here, a check reports
                if self._backlog and not options.read_only and is_behind(writer.raw, self._backlog):
                    self.maintenance.wake()
        except sqlite3.Error as error:
            judged = self._abandon()
            if code_of(error) in _DAMAGED:
                raise damaged(options, error, judged) from error
            raise
        except UnicodeDecodeError as error:  # in a message of SQLite that quotes the file
            raise damaged(options, corrupt(str(error)), self._abandon()) from error
        except BaseException:
            self._abandon()
            raise

    def _connect(self) -> Connection:
        return Connection(self._options, self._interrupts)

    @property
    def _connection(self) -> Connection:
        if self._writer is None:
            raise StorageError(f"{self.path} is closed", path=self.path)
        return self._writer

    def _ready(self) -> None:
        if self._pid != os.getpid():
            raise StorageError(
                f"{self.path} was opened before this process was forked: open the store in the process that uses it",
                path=self.path,
            )
        if self._closed:
            raise StorageError(f"{self.path} is closed", path=self.path)

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """A transaction that holds the write lock from its start; whatever is raised inside rolls it back."""
        with self._writing() as connection, connection.transaction() as db:
            yield db
        self.maintenance.wrote()

    @contextmanager
    def write_many(self) -> Iterator[sqlite3.Connection]:
        """The same for many small statements. What SQLite keeps to undo one of them stays in memory: else, from the
        first that changes more than a few pages on, each of them writes it to a temporary file.
        """
        with self._writing() as connection:
            connection.raw.execute("PRAGMA temp_store = MEMORY")
            try:
                with connection.transaction() as db:
                    yield db
            finally:  # not for `VACUUM`, which would hold the whole file in memory
                connection.raw.execute("PRAGMA temp_store = DEFAULT")
        self.maintenance.wrote()

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        self._ready()
        if self.read_only:
            raise ReadOnly(f"{self.path} was opened with read_only=True", path=self.path)
        with self._write_lock, translated(self.path):
            yield self._connection

    def rewrite(self) -> None:
        """Write the whole file anew and empty the log, so that nothing is left of what was deleted."""
        self._ready()
        with self._write_lock, translated(self.path):
            connection = self._connection
            db = connection.raw
            db.execute("PRAGMA secure_delete = ON")
            try:
                connection.patiently("VACUUM")
            finally:
                db.execute("PRAGMA secure_delete = OFF")
            deadline = time.monotonic() + self._options.busy_timeout
            while db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                if time.monotonic() >= deadline:
                    raise DatabaseLocked(
                        f"{self.path} is being read, so deleted text may still stand in its log: purge again later",
                        path=self.path,
                    )
                time.sleep(0.001)

    @contextmanager
    def read(self, *, fresh: bool = False) -> Iterator[sqlite3.Connection]:
        """One snapshot, ended by `interrupt` with Interrupted; `fresh` asks for a connection that has read nothing."""
        self._ready()
        with (
            self._reader(fresh) as connection,
            translated(self.path),
            connection.snapshot(self._interrupts.epoch) as db,
        ):
            yield db

    @contextmanager
    def _reader(self, fresh: bool) -> Iterator[Connection]:
        if self._options.in_memory:
            with self._write_lock:
                yield self._connection
            return
        with self._slots:
            with self._pool_lock:
                self._ready()
                connection = self._idle.pop() if self._idle else None
            if fresh and connection is not None:
                connection.close()
                connection = None
            if connection is None:
                with translated(self.path):
                    connection = self._connect()
            try:
                yield connection
            finally:
                with self._pool_lock:
                    if self._closed:
                        connection.close()
                    else:
                        self._idle.append(connection)

    def interrupt(self) -> None:
        self._interrupts.epoch += 1

    def interrupt_mark(self) -> int:
        return self._interrupts.epoch

    def raise_if_interrupted(self, mark: int) -> None:
        if mark != self._interrupts.epoch:
            raise Interrupted("The search was interrupted", path=self.path)

    def close(self) -> None:
        """Waits for the write under way; reads under way finish. In a forked child it does nothing: see `owners`."""
        if self._pid != os.getpid():
            return
        self.maintenance.stop()
        with self._pool_lock:
            if self._closed:
                return
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()
        # Readers still at work hold a slot each; the file stays ours until they are done.
        for _ in range(_READERS):
            self._slots.acquire()
        self._abandon()
        self._slots.release(_READERS)  # whoever waits for one now learns that the store is closed

    def _abandon(self) -> owners.FileKey | None:
        """Which file it was; None in memory."""
        with self._write_lock:
            if self._writer is not None:
                self._writer.close()
                self._writer = None
        key, self._key = self._key, None
        if key is not None:
            owners.release(key)
        return key
