"""One connection: its pragmas, the handler that ends a read, waiting for the write lock."""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from .failures import code_of
from .options import Options
from .paths import uri

_SLICE: Final = 50  # milliseconds that a wait for the write lock leaves signals alone
_STEPS_BETWEEN_CHECKS: Final = 2000  # of SQLite's virtual machine, between two looks for an interrupt
_WAL_LIMIT: Final = 64 << 20  # bytes that the log keeps on the disk once it has been copied back
_CACHE_KIB: Final = 8 << 10  # of the page cache, at most; 2 MiB hold less than a completion looks at


class Interrupts:
    """Reads that began before the last `interrupt` end; those that begin later do not notice."""

    def __init__(self) -> None:
        self.epoch = 0


class Connection:
    def __init__(self, options: Options, interrupts: Interrupts) -> None:
        name, as_uri = options.path, False
        if options.read_only and not options.in_memory:
            mode = "mode=ro" if _may_have_log(options.path) else "mode=ro&immutable=1"
            name, as_uri = uri(options.path, mode), True
        self.raw = sqlite3.connect(
            name, timeout=options.busy_timeout, isolation_level=None, check_same_thread=False, uri=as_uri
        )
        self.started: int | None = None  # the epoch at which a read began, None outside of one
        self._timeout = options.busy_timeout
        self.raw.set_progress_handler(
            lambda: self.started is not None and self.started != interrupts.epoch, _STEPS_BETWEEN_CHECKS
        )
        # SQLite now holds the function and the function the connection, where no collector looks: only `close` closes
        # it. A forked child, which must not, never does.
        self.raw.create_function("kept_open", 0, lambda: self.raw is None)
        try:
            self.raw.execute("PRAGMA foreign_keys = ON")
            self.raw.execute(f"PRAGMA synchronous = {options.durability.upper()}")
            self.raw.execute(f"PRAGMA journal_size_limit = {_WAL_LIMIT}")
            self.raw.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self.raw.set_progress_handler(None, 0)
        self.raw.close()

    def leave_waiting_to_us(self) -> None:
        """From here on `patiently` waits for the write lock, and lets signals in meanwhile."""
        self.raw.execute(f"PRAGMA busy_timeout = {min(int(self._timeout * 1000), _SLICE)}")

    def patiently(self, statement: str) -> None:
        """Try again until the busy timeout, which SQLite does not wait for in every statement."""
        deadline = time.monotonic() + self._timeout
        while True:
            try:
                self.raw.execute(statement).fetchall()
            except sqlite3.OperationalError as error:
                if code_of(error) != sqlite3.SQLITE_BUSY or time.monotonic() >= deadline:
                    raise
                time.sleep(0.001)
            else:
                return

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Holds the write lock from its start; whatever is raised inside rolls it back."""
        self.patiently("BEGIN IMMEDIATE")
        try:
            yield self.raw
            self.raw.execute("COMMIT")
        finally:
            self._roll_back()

    @contextmanager
    def snapshot(self, epoch: int) -> Iterator[sqlite3.Connection]:
        """What is read stays of one moment, until the epoch of the interrupts is another."""
        self.started = epoch
        try:
            self.raw.execute("BEGIN")
            yield self.raw
        finally:
            self.started = None
            self._roll_back()

    def _roll_back(self) -> None:
        if self.raw.in_transaction:
            with suppress(sqlite3.Error):
                self.raw.execute("ROLLBACK")


def _may_have_log(path: str) -> bool:
    """A log, or a folder in which one could appear: else the medium is read-only and nobody can be writing."""
    return Path(f"{path}-wal").exists() or os.access(Path(path).parent, os.W_OK)
