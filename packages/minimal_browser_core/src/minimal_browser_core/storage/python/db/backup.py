"""Online backup."""

import os
import sqlite3
import threading
from pathlib import Path

from minimal_browser_core.errors import InvalidData, StorageError
from minimal_browser_core.storage.python.db import hidden_rows, owners
from minimal_browser_core.storage.python.db.database import Database
from minimal_browser_core.storage.python.db.error_translation import translated
from minimal_browser_core.storage.python.db.paths import MEMORY, absolute
from minimal_browser_core.storage.python.db.planted import verify_schema
from minimal_browser_core.storage.python.db.statements import statements


def backup(database: Database, path: str | os.PathLike[str]) -> None:
    """Write a consistent copy; `path` is replaced atomically."""
    target = absolute(path)
    if target == MEMORY:
        raise InvalidData("A backup needs a file: :memory: would be lost at once")
    if owners.open_count(target) or Path(f"{target}-wal").exists():
        raise StorageError(f"{target} is an open database: back up to another file", path=target)
    partial = f"{target}.partial-{os.getpid()}-{threading.get_ident()}"
    with translated(target):
        try:
            os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
            copy = sqlite3.connect(partial, isolation_level=None)
            try:
                with database.read() as db:
                    db.backup(copy)
                _drop_hidden_rows(database, copy)
            finally:
                copy.close()
            _sync(partial)
            Path(partial).replace(target)
            _sync(str(Path(target).parent))
        finally:
            for suffix in ("", "-wal", "-shm", "-journal"):
                Path(partial + suffix).unlink(missing_ok=True)


def _drop_hidden_rows(database: Database, copy: sqlite3.Connection) -> None:
    """Leave out a load that was running."""
    name = database.format.pending_index
    if name is None or not hidden_rows.exist(copy, statements(name)):
        return
    verify_schema(copy, database.options, "on write", "on read")
    copy.execute("PRAGMA journal_mode = OFF")
    while hidden_rows.undo_batch(copy, statements(name), lambda: False):
        continue
    copy.execute("VACUUM")
    copy.execute("PRAGMA journal_mode = WAL")


def _sync(path: str) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
