"""Backups, checks and sizes of a database that is in use."""

import os
import sqlite3
import threading
from pathlib import Path

from minimal_browser_core.errors import DatabaseCorrupt, InvalidData, StorageError

from . import owners
from .database import Database
from .failures import translated
from .paths import MEMORY, absolute


def backup(database: Database, path: str | os.PathLike[str]) -> None:
    """A copy of this moment; `path` appears whole or not at all, replacing what was there."""
    target = absolute(path)
    if target == MEMORY:
        raise InvalidData("A backup needs a file: :memory: would be gone at once")
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


def check(database: Database, *index_statements: str) -> list[str]:
    """Problems in words. On a store that may be written the search index is compared with the text, too."""
    problems: list[str] = []
    try:
        if not database.read_only:
            database.maintenance.catch_up()  # else rows of the backlog would be missing in the index
        # On a connection that has read before, FTS5's part of the check goes by what the index was like then.
        with database.read(fresh=True) as db:
            problems += [row[0] for row in db.execute("PRAGMA integrity_check") if row[0] != "ok"]
            for table, row, parent, _ in db.execute("PRAGMA foreign_key_check"):
                problems.append(f"row {row} of {table} names a row of {parent} that does not exist")
    except DatabaseCorrupt as error:
        return [*problems, str(error)]
    if not database.read_only:
        try:
            with database.write() as db:
                for statement in index_statements:
                    db.execute(statement)
        except DatabaseCorrupt:
            problems.append("the search index does not agree with the stored text")
    return problems


def file_sizes(database: Database) -> dict[str, int]:
    return {"file_bytes": _size(database.path), "wal_bytes": _size(f"{database.path}-wal")}


def _size(path: str) -> int:
    try:
        return Path(path).stat().st_size
    except OSError:
        return 0


def _sync(path: str) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
