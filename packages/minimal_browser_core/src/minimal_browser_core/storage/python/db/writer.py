"""The only writing connection of a database: one transaction at a time."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from minimal_browser_core.errors import DatabaseLocked, ReadOnly, StorageError
from minimal_browser_core.storage.python.db.connection import Connection
from minimal_browser_core.storage.python.db.error_translation import translated
from minimal_browser_core.storage.python.db.options import Options
from minimal_browser_core.storage.python.db.paths import check_file, file_key

if TYPE_CHECKING:
    from minimal_browser_core.storage.python.db.owners import FileKey


class Writer:
    """Thread-safe. Database in memory read through it too, because they exist in one connection only."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._lock = threading.Lock()
        self.file: FileKey | None = None  # the file that was opened; None in memory
        self._connection: Connection | None = None
        self._connect: Callable[[], Connection] | None = None

    def attach(self, connection: Connection) -> None:
        """Write through `connection` from now on."""
        self._connection = connection
        self._connect = None

    def replace_before_next_write(self, connect: Callable[[], Connection]) -> None:
        """Replace the connection before the next write.

        FTS5 collects the words of a transaction in a hash table, which never becomes smaller, and which every later
        commit of the connection reads as a whole.
        """
        if not self._options.in_memory:
            self._connect = connect

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Hold the write lock from the start; an exception rolls back."""
        with self._writing() as connection, connection.transaction() as db:
            yield db

    @contextmanager
    def large_transaction(self) -> Iterator[sqlite3.Connection]:
        """Like `transaction`, for many small statements.

        SQLite keeps the undo information of each statement in memory: by default, every statement after the first that
        changes more than a few pages writes it to a temporary file.
        """
        with self._writing() as connection:
            connection.raw.execute("PRAGMA temp_store = MEMORY")
            try:
                with connection.transaction() as db:
                    yield db
            finally:  # not while `VACUUM` runs, which would hold the whole file in memory
                connection.raw.execute("PRAGMA temp_store = DEFAULT")

    @contextmanager
    def locked(self) -> Iterator[Connection]:
        """Exclude writers. Raises `StorageError` after `close`."""
        with self._lock:
            if self._connection is None:
                raise StorageError(f"{self._options.path} is closed", path=self._options.path)
            yield self._connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        path = self._options.path
        if self._options.read_only:
            raise ReadOnly(f"{path} was opened with read_only=True", path=path)
        with self.locked() as connection, translated(path):
            check_file(path, self.file)
            if self._connect is not None:
                connection = self._replace(connection, self._connect)
            yield connection
            if not self._options.in_memory:
                connection.limit_log()

    def _replace(self, old: Connection, connect: Callable[[], Connection]) -> Connection:
        new = connect()
        new.use_short_busy_timeout()
        new.raw.execute("SELECT count(*) FROM sqlite_master").fetchall()  # open the log, or closing `old` deletes it
        self.attach(new)
        old.close()
        return new

    def rewrite(self) -> None:
        """Rewrite the whole file and empty the write-ahead log, so that no deleted data is left in them."""
        path = self._options.path
        with self.locked() as connection, translated(path):
            check_file(path, self.file)
            db = connection.raw
            db.execute("PRAGMA secure_delete = ON")
            try:
                connection.execute_when_unlocked("VACUUM")
            finally:
                db.execute("PRAGMA secure_delete = OFF")
            deadline = time.monotonic() + self._options.busy_timeout
            while db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                if time.monotonic() >= deadline:
                    raise DatabaseLocked(
                        f"{path} is being read, so deleted text may still be in its log: purge again later",
                        path=path,
                    )
                time.sleep(0.001)

    def close(self) -> None:
        """Wait for the running transaction and close the connection."""
        with self._lock:
            connection, self._connection = self._connection, None
            if connection is None:
                return
            if self.file is not None and file_key(self._options.path) != self.file:
                # SQLite does not copy the log into a file that was moved: it would be missing there.
                with suppress(sqlite3.Error):
                    connection.raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            connection.close()
