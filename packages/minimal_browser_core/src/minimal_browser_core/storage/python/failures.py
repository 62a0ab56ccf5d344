"""What SQLite and the operating system report, as the errors of `minimal_browser_core.errors`."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from minimal_browser_core.errors import (
    DatabaseCorrupt,
    DatabaseLocked,
    Interrupted,
    InvalidData,
    ReadOnly,
    StorageError,
    StorageFull,
)


def code_of(error: sqlite3.Error) -> int:
    """SQLite's primary result code; 0 where the module raised on its own."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is None and "decode" in str(error):  # text that is not UTF-8: only damage puts it there
        return sqlite3.SQLITE_CORRUPT
    return (code or 0) & 0xFF


def corrupt(message: str) -> sqlite3.DatabaseError:
    """What SQLite would raise for a damaged file."""
    error = sqlite3.DatabaseError(message)
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return error


def translate(error: sqlite3.Error | OSError, path: str) -> StorageError:
    if isinstance(error, OSError):
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return StorageFull(f"No space is left to write {path}: free some, then try again", path=path)
        if error.errno == errno.EROFS:
            return ReadOnly(f"{path} is on a medium that cannot be written", path=path)
        return StorageError(f"{path}: {error.strerror or error}", path=path)
    match code_of(error):
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return DatabaseLocked(
                f"{path} is locked by another process: wait until that has finished, or raise busy_timeout", path=path
            )
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return DatabaseCorrupt(
                f"{path} is damaged ({error}): close it and open it again with check_on_open=True (on the command "
                "line: check --rescue) to have it moved aside and what can be read recovered, or restore a backup",
                path=path,
            )
        case sqlite3.SQLITE_FULL:
            return StorageFull(
                f"No space is left to write {path}; nothing was changed: free some, then try again", path=path
            )
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM:
            return ReadOnly(f"{path} cannot be written ({error})", path=path)
        case sqlite3.SQLITE_INTERRUPT:
            return Interrupted("The search was interrupted", path=path)
        case sqlite3.SQLITE_TOOBIG:
            return InvalidData(
                f"A text is too long to be stored in {path}: SQLite takes 1,000,000,000 bytes", path=path
            )
        case sqlite3.SQLITE_CANTOPEN:
            return StorageError(f"{path} cannot be opened: does its folder exist, and may you write there?", path=path)
        case _:
            return StorageError(f"{path}: {error}", path=path)


@contextmanager
def translated(path: str) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise translate(error, path) from error
    except UnicodeDecodeError as error:  # in a message of SQLite that quotes the file
        raise translate(corrupt(str(error)), path) from error
    except OSError as error:
        raise translate(error, path) from error


class _PassedThrough(Exception):  # noqa: N818  never seen outside
    def __init__(self, raised: Exception) -> None:
        self.raised = raised


@contextmanager
def others_code() -> Iterator[None]:
    """Around code of the caller that is called from inside a transaction: what it raises is not of the database."""
    try:
        yield
    except Exception as error:  # noqa: BLE001  all are raised again
        raise _PassedThrough(error) from None


@contextmanager
def passed_through() -> Iterator[None]:
    """Around the transaction: what `others_code` met is raised as it was."""
    try:
        yield
    except _PassedThrough as passed:
        raise passed.raised from None
