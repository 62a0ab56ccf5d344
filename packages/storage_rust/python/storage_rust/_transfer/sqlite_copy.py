"""Reading a copy of a SQLite file that another program may have open and locked, such as a running browser."""

import errno
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from ._host import StorageError, StorageFull, owners
from .sqlite_files import DamagedFileError, ForeignFile

_ATTEMPTS: Final = 5
_NO_SPACE: Final = (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def open_copy(path: Path, is_interrupted: Callable[[], bool] = lambda: False) -> Iterator[ForeignFile]:
    """The file and its write-ahead log are copied to a temporary folder, so that no lock and no change is needed.

    `is_interrupted` is called now and then; if it returns true, the statement under way raises `Interrupted`.
    """
    refuse_open_store(path)
    with tempfile.TemporaryDirectory(prefix="import-", ignore_cleanup_errors=True) as folder:
        copy = Path(folder, "copy.sqlite")
        size = _copy(path, copy)
        try:
            with closing(sqlite3.connect(copy)) as db:
                yield ForeignFile(db, size, is_interrupted)
        except (sqlite3.Error, DamagedFileError) as error:
            raise StorageError(f"{path} cannot be read: {error}", path=str(path)) from error


def refuse_open_store(path: Path) -> None:
    """Raise `StorageError` if a store of this process has the file open, or if there is no such file.

    Reading the file and closing it would drop the locks of the store.
    """
    if not path.is_file():
        raise StorageError(f"{path} does not exist: nothing was imported", path=str(path))
    if owners.open_count(str(path)):
        raise StorageError(f"{path} is an open database: nothing was imported", path=str(path))


def read_error(path: Path, error: OSError) -> StorageError:
    """The error of a file that cannot be read."""
    is_protected = isinstance(error, PermissionError) and sys.platform == "darwin"
    hint = "; allow Full Disk Access for the terminal in the system settings" if is_protected else ""
    return StorageError(f"{path} cannot be read: {error.strerror or error}{hint}", path=str(path))


def _copy(path: Path, copy: Path) -> int:
    """Copy until neither file changed during the copy; returns their size.

    A rollback journal is not copied: the file itself is only changed when a transaction ends, and a forged journal
    could name other files, which SQLite would delete.
    """
    source = path.resolve()
    log, log_copy = Path(f"{source}-wal"), Path(f"{copy}-wal")
    try:
        for _ in range(_ATTEMPTS):
            before = _state(source), _state(log)
            shutil.copyfile(source, copy)
            log_copy.unlink(missing_ok=True)
            if before[1] is not None:
                shutil.copyfile(log, log_copy)
            if before == (_state(source), _state(log)):
                return sum(size for size, _ in filter(None, before))
    except OSError as error:
        if error.errno in _NO_SPACE:
            message = f"No space is left for a temporary copy of {path}: free some, then try again"
            raise StorageFull(message, path=str(path)) from error
        raise read_error(path, error) from error
    raise StorageError(f"{path} is being written all the time: close the browser, then try again", path=str(path))


def _state(path: Path) -> tuple[int, int] | None:
    """The size and the time of the last change; None if there is no such file."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_size, status.st_mtime_ns
