"""One SQLite connection: pragmas, interruptible reads, and waiting for the write lock."""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Final

from minimal_browser_core.storage.python.db.error_translation import code_of
from minimal_browser_core.storage.python.db.options import Options
from minimal_browser_core.storage.python.db.paths import file_uri
from minimal_browser_core.storage.python.db.planted import schema_version, verify_schema
from minimal_browser_core.storage.python.db.statements import statements

_SHORT_BUSY_TIMEOUT: Final = 1  # milliseconds; `execute_when_unlocked` waits longer, and looks more often than SQLite
_STEPS_BETWEEN_CHECKS: Final = 2000  # steps of SQLite's virtual machine between two checks for an interrupt
_WAL_LIMIT: Final = 64 << 20  # bytes that the write-ahead log keeps on the disk after a checkpoint
_WAL_BEFORE_CHECKPOINT: Final = 40 << 20  # bytes from which a writer empties the log
_BLOCKED_WAL: Final = 52 << 20  # bytes from which a long read prevents that
_MAX_CHECKPOINT_WAIT: Final = 1.0  # seconds
_CACHE_KIB: Final = 8 << 10  # limit of the page cache; a completion reads more than the default of 2 MiB


class Interrupts:
    """Counts interrupts. A read ends when `epoch` differs from its value at the start of the read."""

    def __init__(self) -> None:
        self.epoch = 0


class Connection:
    """Used by one thread at a time; `raw` is the connection of the sqlite3 module."""

    def __init__(self, options: Options, interrupts: Interrupts) -> None:
        name = options.path
        if not options.in_memory:
            mode = "mode=rw"  # never creates a file: `owners.claim` has done so
            if options.read_only:
                mode = "mode=ro" if _may_have_log(options.path) else "mode=ro&immutable=1"
            name = file_uri(options.path, mode)
        self.raw = sqlite3.connect(
            name,
            timeout=options.busy_timeout,
            isolation_level=None,
            check_same_thread=False,
            uri=not options.in_memory,
        )
        self.started: int | None = None  # the epoch at the start of the running read
        self._timeout = options.busy_timeout
        self._options = options
        self._verified_schema: int | None = None  # the version of the schema in which nothing planted was found
        self._log = f"{options.path}-wal"
        self.raw.set_progress_handler(
            lambda: self.started is not None and self.started != interrupts.epoch, _STEPS_BETWEEN_CHECKS
        )
        # This function makes a reference cycle through SQLite, which the garbage collector cannot see: only `close`
        # closes the connection. A forked child must never close it.
        self.raw.create_function("prevent_collection", 0, lambda: self.raw is None)
        try:
            _harden(self.raw)
            self.raw.execute("PRAGMA foreign_keys = ON")
            self.raw.execute(f"PRAGMA synchronous = {options.durability.upper()}")
            self.raw.execute(f"PRAGMA journal_size_limit = {_WAL_LIMIT}")
            self.raw.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the connection."""
        self.raw.set_progress_handler(None, 0)
        self.raw.close()

    def use_short_busy_timeout(self) -> None:
        """Let `execute_when_unlocked` wait for the write lock instead of SQLite, so that signals are handled."""
        self.raw.execute(f"PRAGMA busy_timeout = {min(int(self._timeout * 1000), _SHORT_BUSY_TIMEOUT)}")

    def limit_log(self) -> None:
        """Empty the log after a commit if it has grown because other processes never pause.

        Unlike SQLite's own checkpoints, this one keeps them from writing until the log can begin again. A failure is
        not one of the write: the next writer tries again. During a long read each one tries for a short time only.
        """
        try:
            size = os.stat(self._log).st_size  # noqa: PTH116  `Path` takes several times as long
        except OSError:
            return
        if size < _WAL_BEFORE_CHECKPOINT:
            return
        deadline = time.monotonic() + (_MAX_CHECKPOINT_WAIT if size < _BLOCKED_WAL else 0)
        with suppress(sqlite3.Error):
            while self.raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] and time.monotonic() < deadline:
                time.sleep(0.001)

    def execute_when_unlocked(self, statement: str) -> None:
        """Repeat the statement until the busy timeout: SQLite does not wait in every statement."""
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
    def transaction(self, *, checked: bool = True) -> Iterator[sqlite3.Connection]:
        """Hold the write lock from the start; an exception rolls back.

        If the transaction is `checked`, it raises `ForeignDatabase` before it would run what others have planted.
        """
        self.execute_when_unlocked("BEGIN IMMEDIATE")
        try:
            if checked:
                self._refuse_planted_writers()
            yield self.raw
            self.raw.execute("COMMIT")
        finally:
            self._roll_back()

    @contextmanager
    def snapshot(self, epoch: int) -> Iterator[sqlite3.Connection]:
        """Read one consistent state, until the epoch of the interrupts changes."""
        self.started = epoch
        try:
            self.raw.execute("BEGIN")
            yield self.raw
        finally:
            self.started = None
            self._roll_back()

    def refuse_planted_readers(self) -> None:
        """Raise `ForeignDatabase` if reads could run what others have planted."""
        self._verified_schema = verify_schema(self.raw, self._options, "on read")

    def _refuse_planted_writers(self) -> None:
        if self._verified_schema is None or schema_version(self.raw) != self._verified_schema:
            self._verified_schema = verify_schema(self.raw, self._options, "on write", "on read")

    def _roll_back(self) -> None:
        if self.raw.in_transaction:
            with suppress(sqlite3.Error):
                self.raw.execute("ROLLBACK")


def _may_have_log(path: str) -> bool:
    """Return whether there is a write-ahead log or one could appear; otherwise nobody can write to the medium."""
    return Path(f"{path}-wal").exists() or os.access(Path(path).parent, os.W_OK)


def _harden(db: sqlite3.Connection) -> None:
    """Let the schema of the file call no functions that have effects, and read its pages with more checks."""
    if _can_distrust_schemas():
        db.execute("PRAGMA trusted_schema = OFF")
    db.execute("PRAGMA cell_size_check = ON")


@cache
def _can_distrust_schemas() -> bool:
    """Return whether triggers may then still write to full-text tables; older versions of SQLite forbid it."""
    db = sqlite3.connect(":memory:")
    try:
        for statement in statements("distrust").values():
            db.execute(statement)
    except sqlite3.OperationalError:
        return False
    finally:
        db.close()
    return True
