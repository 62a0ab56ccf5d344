"""One SQLite file with one writer, a few readers and maintenance in the background."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from minimal_browser_core.errors import Interrupted
from minimal_browser_core.storage.python.db import hidden_rows, owners
from minimal_browser_core.storage.python.db.connection import Connection, Interrupts
from minimal_browser_core.storage.python.db.error_translation import code_of, corrupt, translated
from minimal_browser_core.storage.python.db.lifetime import Lifetime
from minimal_browser_core.storage.python.db.maintenance import Maintenance
from minimal_browser_core.storage.python.db.open import damaged_file_error, inspect_path, open_format, quick_check
from minimal_browser_core.storage.python.db.options import Options
from minimal_browser_core.storage.python.db.paths import check_file
from minimal_browser_core.storage.python.db.pending_index import has_pending_rows
from minimal_browser_core.storage.python.db.statements import statements
from minimal_browser_core.storage.python.db.writer import Writer

ENGINE: Final = f"Python's sqlite3 module (SQLite {sqlite3.sqlite_version})"
_READERS: Final = 4
_DAMAGE_CODES: Final = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class Database:
    """Thread-safe. `write` and `read` open a transaction; both raise in a forked child and after `close`."""

    def __init__(self, options: Options, *, check_on_open: bool) -> None:
        self.options = options
        self.path = options.path
        self.read_only = options.read_only
        self.in_memory = options.in_memory
        self.format = options.format
        self._lifetime = Lifetime(options.path)
        self._interrupts = Interrupts()
        self._pool_lock = threading.Lock()
        self._slots = threading.BoundedSemaphore(_READERS)
        self._idle: list[Connection] = []
        self._key: owners.FileKey | None = None
        self._writer = Writer(options)
        pending = statements(options.format.pending_index) if options.format.pending_index else None
        self.maintenance = Maintenance(self._writer, self._connect, options.format.merged_indexes, pending, self.path)
        with translated(self.path):
            self._open(check_on_open)
        if pending and not options.read_only:
            with suppress(sqlite3.DatabaseError), self._writer.locked() as connection:  # a check reports damage
                if has_pending_rows(connection.raw, pending) or hidden_rows.exist(connection.raw, pending):
                    self.maintenance.notify()

    def _open(self, check: bool) -> None:
        options = self.options
        if not options.in_memory:
            inspect_path(options)
            self._key = self._writer.file = owners.claim(self.path, ENGINE, create=not options.read_only)
        try:
            connection = self._connect()
            self._writer.attach(connection)
            open_format(connection, options)
            connection.use_short_busy_timeout()
            if check:
                quick_check(connection.raw)
        except sqlite3.Error as error:
            key = self._release_file()
            if code_of(error) in _DAMAGE_CODES:
                raise damaged_file_error(options, error, key) from error
            raise
        except UnicodeDecodeError as error:  # in a message of SQLite that quotes the file
            raise damaged_file_error(options, corrupt(str(error)), self._release_file()) from error
        except BaseException:
            self._release_file()
            raise

    def _connect(self) -> Connection:
        return Connection(self.options, self._interrupts)

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """Open a transaction that holds the write lock from its start; an exception rolls it back."""
        self._lifetime.check()
        with self._writer.transaction() as db:
            yield db
        self.maintenance.notify()

    @contextmanager
    def write_many(self) -> Iterator[sqlite3.Connection]:
        """Like `write`, for a transaction with many small statements."""
        self._lifetime.check()
        with self._writer.large_transaction() as db:
            yield db
        self.maintenance.notify()

    def replace_writer(self) -> None:
        """Replace the writing connection before the next write: call this after a write of much text."""
        self._writer.replace_before_next_write(self._connect)

    def rewrite(self) -> None:
        """Rewrite the whole file and empty its log, so that no deleted data is left in them."""
        self._lifetime.check()
        self._writer.rewrite()

    @contextmanager
    def read(self, *, fresh: bool = False) -> Iterator[sqlite3.Connection]:
        """Open a snapshot, which `interrupt` ends; `fresh` uses a connection that has read nothing."""
        self._lifetime.check()
        check_file(self.path, self._key)
        with (
            self._reader(fresh) as connection,
            translated(self.path),
            connection.snapshot(self._interrupts.epoch) as db,
        ):
            yield db

    @contextmanager
    def _reader(self, fresh: bool) -> Iterator[Connection]:
        if self.options.in_memory:
            with self._writer.locked() as connection:
                yield connection
            return
        with self._slots:
            with self._pool_lock:
                self._lifetime.check()
                idle = self._idle.pop() if self._idle else None
            if fresh and idle is not None:
                idle.close()
                idle = None
            with translated(self.path):
                connection = idle or self._connect()
            try:
                yield connection
            finally:
                with self._pool_lock:
                    if self._lifetime.closed:
                        connection.close()
                    else:
                        self._idle.append(connection)

    def interrupt(self) -> None:
        """End the reads that are running in any thread."""
        self._interrupts.epoch += 1

    def interrupt_epoch(self) -> int:
        """Return a value for `raise_if_interrupted`."""
        return self._interrupts.epoch

    def raise_if_interrupted(self, epoch: int) -> None:
        """Raise `Interrupted` if `interrupt` was called since `interrupt_epoch` returned `epoch`."""
        if epoch != self._interrupts.epoch:
            raise Interrupted("The search was interrupted", path=self.path)

    def close(self) -> None:
        """Wait for the running write; running reads finish. Does nothing in a forked child: see `owners`."""
        if self._lifetime.is_forked:
            return
        self.maintenance.stop()
        with self._pool_lock:
            if self._lifetime.closed:
                return
            self._lifetime.closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()
        # Each running reader holds a slot; the file stays ours until they are done.
        for _ in range(_READERS):
            self._slots.acquire()
        self._release_file()
        self._slots.release(_READERS)  # a reader that waits for a slot now learns that the database is closed

    def _release_file(self) -> owners.FileKey | None:
        """Close the writer and give up ownership; returns which file it was, None in memory."""
        self._writer.close()
        key, self._key = self._key, None
        if key is not None:
            owners.release(key)
        return key
