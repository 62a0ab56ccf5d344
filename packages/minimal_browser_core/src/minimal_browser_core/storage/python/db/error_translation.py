"""Translate errors of SQLite and of the operating system to those of `minimal_browser_core.errors`."""

import errno
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from minimal_browser_core.errors import (
    DatabaseCorrupt,
    DatabaseLocked,
    Interrupted,
    InvalidData,
    ReadOnly,
    StorageError,
    StorageFull,
)

_LOCKED: Final = (
    DatabaseLocked,
    "{path} is locked by another process: wait until that has finished, or raise busy_timeout",
)
_CORRUPT: Final = (
    DatabaseCorrupt,
    "{path} is damaged ({error}): close it and open it again with check_on_open=True (on the command "
    "line: check --rescue) to move it aside and recover what can be read, or restore a backup",
)
_READ_ONLY: Final = (ReadOnly, "{path} cannot be written ({error})")

_BY_CODE: Final[Mapping[int, tuple[type[StorageError], str]]] = {
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_CORRUPT: _CORRUPT,
    sqlite3.SQLITE_NOTADB: _CORRUPT,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_PERM: _READ_ONLY,
    sqlite3.SQLITE_FULL: (
        StorageFull,
        "No space is left to write {path}; nothing was changed: free some, then try again",
    ),
    sqlite3.SQLITE_INTERRUPT: (Interrupted, "The search was interrupted"),
    sqlite3.SQLITE_TOOBIG: (
        InvalidData,
        "A text is too long to be stored in {path}: SQLite takes 1,000,000,000 bytes",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        StorageError,
        "{path} cannot be opened: does its folder exist, and can you write there?",
    ),
}


def code_of(error: sqlite3.Error) -> int:
    """Return SQLite's primary result code, or 0 if the error comes from the sqlite3 module itself."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is None and "decode" in str(error):  # text that is not UTF-8 occurs only in a damaged file
        return sqlite3.SQLITE_CORRUPT
    return (code or 0) & 0xFF


def corrupt(message: str) -> sqlite3.DatabaseError:
    """Return the error that SQLite raises for a damaged file."""
    error = sqlite3.DatabaseError(message)
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return error


def translate(error: sqlite3.Error | OSError, path: str) -> StorageError:
    """Return the `StorageError` for an error that concerns `path`."""
    if isinstance(error, OSError):
        return _translate_os_error(error, path)
    error_class, message = _BY_CODE.get(code_of(error), (StorageError, "{path}: {error}"))
    return error_class(message.format(path=path, error=error), path=path)


def _translate_os_error(error: OSError, path: str) -> StorageError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageFull(f"No space is left to write {path}: free some, then try again", path=path)
    if error.errno == errno.EROFS:
        return ReadOnly(f"{path} is on a medium that cannot be written", path=path)
    return StorageError(f"{path}: {error.strerror or error}", path=path)


@contextmanager
def translated(path: str) -> Iterator[None]:
    """Translate the errors that are raised inside."""
    try:
        yield
    except sqlite3.Error as error:
        raise translate(error, path) from error
    except UnicodeDecodeError as error:  # in a message of SQLite that quotes the file
        raise translate(corrupt(str(error)), path) from error
    except OSError as error:
        raise translate(error, path) from error


class _CallbackError(Exception):
    def __init__(self, raised: Exception) -> None:
        self.raised = raised


@contextmanager
def callback() -> Iterator[None]:
    """Wrap a call of the caller's code inside a transaction, whose errors must not be translated."""
    try:
        yield
    except Exception as error:  # noqa: BLE001  all are raised again
        raise _CallbackError(error) from None


@contextmanager
def callback_errors() -> Iterator[None]:
    """Wrap the transaction: errors inside `callback` leave it unchanged."""
    try:
        yield
    except _CallbackError as error:
        raise error.raised from None
