"""Other programs' SQLite files, opened for reading; they are never changed."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from ._host import StorageError, owners

MAGIC: Final = b"SQLite format 3\0"
_ENGINE: Final = f"Python's sqlite3 module (SQLite {sqlite3.sqlite_version})"


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """For reading; the file is entered as open through Python's SQLite, so no store opens it through another."""
    if not path.is_file():
        raise StorageError(f"{path} does not exist: nothing was imported", path=str(path))
    name = str(path.resolve())
    key = owners.claim(name, _ENGINE, create=False)
    try:
        quoted = name.replace("%", "%25").replace("?", "%3f").replace("#", "%23")
        # Without a log nobody is writing, and SQLite leaves no files of its own beside this one.
        log = Path(f"{name}-wal").exists() or Path(f"{name}-journal").exists()
        options = "mode=ro" if log else "mode=ro&immutable=1"
        with closing(sqlite3.connect(f"file:{quoted}?{options}", uri=True)) as db:
            db.text_factory = lambda raw: raw.decode(errors="replace")
            yield db
    except sqlite3.Error as error:
        raise StorageError(f"{path} cannot be read: {error}", path=str(path)) from error
    finally:
        owners.release(key)
