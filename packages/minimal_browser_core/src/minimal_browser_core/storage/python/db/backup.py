"""Online backup."""

import os
import sqlite3
import threading
from pathlib import Path

from minimal_browser_core.errors import InvalidData, StorageError
from minimal_browser_core.storage.python.db import owners
from minimal_browser_core.storage.python.db.database import Database
from minimal_browser_core.storage.python.db.error_translation import translated
from minimal_browser_core.storage.python.db.paths import MEMORY, absolute


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
            finally:
                copy.close()
            _sync(partial)
            Path(partial).replace(target)
            _sync(str(Path(target).parent))
        finally:
            for suffix in ("", "-wal", "-shm", "-journal"):
                Path(partial + suffix).unlink(missing_ok=True)


def _sync(path: str) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
